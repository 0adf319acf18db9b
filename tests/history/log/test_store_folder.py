"""A piece of the log is brought into any store: all of it but what can never be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from log_scene import JANE, T0, fix, fixes_in
from twisted.internet.defer import Deferred, fail

from sightline.history.log import line
from sightline.history.log.folding import FoldJob, mark
from sightline.history.log.segments import LogEnd, SegmentWriter
from sightline.history.log.store_folder import StoreFolder
from sightline.history.memory import MemoryStore
from sightline.history.record import LastState
from sightline.history.store import Span
from sightline.model.faults import Unavailable

KEY = "history-log/main"


class PickyStore(MemoryStore):
    """Takes nothing in which one of these times is, and remembers what came late."""

    def __init__(self, *never: int) -> None:
        super().__init__()
        self.never = {T0 + each for each in never}
        self.late = 0

    def write(self, entries: Any, last_states: Any) -> Deferred[int]:
        if any(each.tst in self.never for each in entries):
            return fail(OverflowError("too large"))
        return super().write(entries, last_states)

    def write_late(self, entries: Any, last_states: Any) -> Deferred[int]:
        self.late += len(entries)
        return self.write(entries, last_states)


@pytest.fixture
def end(tmp_path: Path) -> LogEnd:
    """The end of a log of a hundred fixes and a present state."""
    writer = SegmentWriter(tmp_path, lambda: T0)
    writer.open()
    lines = line.of_batch(1, [fix(n) for n in range(100)], [LastState(JANE, T0, b'{"n":1}')])
    writer.append(lines, len(lines))
    writer.close()
    return writer.end


async def kept(store: Any) -> list[int]:
    page = await store.page(Span(JANE, "fix"), 10_000)
    return [round(each.tst - T0) for each in page.entries]


@pytest_twisted.ensureDeferred
async def test_all_of_it_is_there_with_the_position_and_a_second_time_nothing_is_new(
    tmp_path: Path, end: LogEnd
):
    store = MemoryStore()
    folder = StoreFolder(tmp_path, store, shared=False)
    for new in (100, 0):
        done = await folder.fold(FoldJob(KEY, None, end), late=False)
        assert (done.new, done.at_end, done.damage) == (new, True, ())
        folder.forget()
    assert await kept(store) == fixes_in(tmp_path) == list(range(100))
    assert done.position is not None
    states = (await store.last_states())[0]
    assert list(states) == [LastState(JANE, T0, b'{"n":1}'), mark(KEY, done.position)]
    folder.close()


@pytest_twisted.ensureDeferred
async def test_what_can_never_be_written_is_found_and_left_out(tmp_path: Path, end: LogEnd):
    store = PickyStore(0, 41, 42, 99)
    folder = StoreFolder(tmp_path, store, shared=False)
    done = await folder.fold(FoldJob(KEY, None, end), late=True)
    assert done.new == 96
    assert folder.left_out == 4
    assert await kept(store) == [n for n in range(100) if n not in (0, 41, 42, 99)]
    assert len((await store.last_states())[0]) == 2
    assert store.late >= 100
    folder.close()


@pytest_twisted.ensureDeferred
async def test_present_states_stay_as_they_are_where_others_write_them(tmp_path: Path, end: LogEnd):
    store = MemoryStore()
    await store.write([], [LastState(JANE, T0 + 9, b'{"n":9}')])
    folder = StoreFolder(tmp_path, store, shared=True)
    await folder.fold(FoldJob(KEY, None, end), late=False, states=False)
    assert LastState(JANE, T0 + 9, b'{"n":9}') in (await store.last_states())[0]
    assert await kept(store) == list(range(100))
    folder.close()


@pytest_twisted.ensureDeferred
async def test_a_log_that_cannot_be_read_is_unavailable(tmp_path: Path, end: LogEnd):
    folder = StoreFolder(tmp_path / "elsewhere", MemoryStore(), shared=False)
    with pytest.raises(Unavailable, match="the log cannot be read"):
        await folder.fold(FoldJob(KEY, None, end), late=False)
