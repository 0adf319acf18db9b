"""Who was erased while a server was down does not come back with what that one has in its log."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_twisted
from log_scene import JANE, OMAR, T0, fix
from logged_scene import left_in_log, logged
from msgspec.structs import replace

from sightline.history.log.durable import HistoryLog
from sightline.history.log.erasure_notes import ERASED, erasures, notes, without_erased
from sightline.history.log.indexer import Indexer
from sightline.history.memory import MemoryStore
from sightline.history.record import LastState
from sightline.history.store import Span, Store
from stores import MAKERS
from waits import reactor, until


async def times(store: Store, thing: str) -> list[float]:
    return [each.tst - T0 for each in (await store.page(Span(thing, "fix"))).entries]


@pytest_twisted.ensureDeferred
async def test_what_a_server_that_was_down_has_in_its_log_brings_nobody_back(tmp_path: Path):
    inner = MemoryStore()
    states = [LastState(thing, T0, b"{}") for thing in (JANE, OMAR)]
    await left_in_log(tmp_path / "a", inner, [fix(0), fix(1, OMAR)], states)
    other = logged(tmp_path / "b", inner, server="b", shared=True, wall=lambda: T0 + 10)
    await other.open()
    await other.write([fix(5)], [])
    await other.erase([JANE])
    assert [each.thing for each in (await other.last_states())[0]] == []
    # Who comes again is somebody of whom there is a history again.
    await other.write([replace(fix(20), at=T0 + 20)], [])

    back = logged(tmp_path / "a", inner, server="a", shared=True)
    await back.open()
    await until(lambda: back.indexer.has(4))
    assert await times(back, OMAR) == [1]
    assert await times(back, JANE) == [20]
    assert [each.thing for each in (await back.last_states())[0]] == [OMAR]
    await back.close()
    await other.close()


@pytest_twisted.ensureDeferred
async def test_nor_when_its_store_is_rebuilt_from_that_log(tmp_path: Path):
    inner = MemoryStore()
    await left_in_log(tmp_path / "a", inner, [fix(0), fix(1, OMAR)], [])
    other = logged(tmp_path / "b", inner, server="b", shared=True, wall=lambda: T0 + 10)
    await other.open()
    await other.erase([JANE])
    await other.close()
    log = HistoryLog(reactor, tmp_path / "a", lambda: T0 + 20)
    log.open()
    indexer = Indexer(reactor, log, inner, "a", shared=True)
    assert [lines async for _, lines in indexer.rebuild(states=False)][-1] == 2
    assert (await times(inner, OMAR), await times(inner, JANE)) == ([1], [])
    await log.close()


@pytest.mark.parametrize("name", MAKERS)
@pytest_twisted.ensureDeferred
async def test_every_store_tells_who_was_erased_and_when_and_names_nobody(name, tmp_path):
    store = MAKERS[name](tmp_path)
    await store.open()
    await store.write([], [LastState("friend/a/b", T0, b"{}"), LastState("probot/z", T0, b"{}")])
    assert await erasures(store) == {}
    await store.write([], notes([JANE], T0 + 1))
    await store.write([], notes([JANE, OMAR], T0 + 2))
    found = await erasures(store)
    assert list(found.values()) == [T0 + 2, T0 + 2]
    assert not any("jane" in key or "omar" in key for key in found)
    assert all(key.startswith(ERASED) for key in found)
    await store.close()


def test_only_what_was_received_before_is_left_out():
    erased = {note.thing: note.at for note in notes([JANE], T0)}
    before, after, of_another = fix(7), replace(fix(8), at=T0 + 1), fix(9, OMAR)
    stood, stands = LastState(JANE, T0, b"{}"), LastState(JANE, T0 + 1, b"{}")
    left = without_erased(erased, [before, after, of_another], [stood, stands])
    assert left == ([after, of_another], [stands])
