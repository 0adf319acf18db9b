"""What several servers share is in the store before it is acknowledged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from log_scene import JANE, T0, fix, fixes_in
from logged_scene import logged
from twisted.internet.defer import Deferred, fail

from sightline.history.log.durable import KEEP
from sightline.history.log.folding import POSITION
from sightline.history.log.segments import OLD, SegmentWriter, names
from sightline.history.memory import MemoryStore
from sightline.history.record import LastState
from sightline.history.store import Span
from sightline.model.faults import Unavailable
from waits import until


class SharedStore(MemoryStore):
    """A store that others use, too. It is away while it has a reason, or slow while it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.why: Exception | None = None
        self.holds = False
        self.held: list[tuple[Any, Any, Deferred[int]]] = []

    def write(self, entries: Any, last_states: Any) -> Deferred[int]:
        if self.why is not None:
            return fail(self.why)
        if self.holds:
            self.held.append((entries, last_states, Deferred()))
            return self.held[-1][2]
        return super().write(entries, last_states)

    def lets_go(self) -> None:
        self.holds = False
        held, self.held = self.held, []
        for entries, last_states, done in held:
            super().write(entries, last_states).chainDeferred(done)


async def kept(store: Any, thing: str = JANE) -> list[int]:
    page = await store.page(Span(thing, "fix"), 10_000)
    return [round(each.tst - T0) for each in page.entries]


@pytest.fixture
def opened() -> Any:
    """Opens stores of server ``a``, and closes those that a test leaves open."""
    made: list[Any] = []

    async def one(folder: Path, inner: SharedStore, **options: Any) -> Any:
        store = logged(folder, inner, server="a", shared=True, **options)
        made.append(store)
        await store.open()
        await until(lambda: store.indexer.has(0))
        return store

    yield one
    for store in made:
        if store._log.is_open:
            pytest_twisted.blockon(store.close())


@pytest_twisted.ensureDeferred
async def test_what_is_acknowledged_is_in_the_store_and_nothing_of_it_on_this_servers_disk(
    opened: Any, tmp_path: Path
):
    inner = SharedStore()
    store = await opened(tmp_path, inner)
    for n in range(5):
        assert await store.write([fix(n)], [LastState(JANE, T0 + n, b"%d" % n)]) == 1
        assert await kept(inner) == list(range(n + 1))
    assert names(tmp_path) == []
    inner.holds = True
    writing = store.write([fix(5)], [])
    await until(lambda: inner.held)
    assert not writing.called
    inner.lets_go()
    assert await writing == 1
    await store.close()


@pytest_twisted.ensureDeferred
async def test_while_it_is_away_the_log_keeps_all_in_order_and_then_the_store_comes_first_again(
    opened: Any, tmp_path: Path
):
    inner = SharedStore()
    store = await opened(tmp_path, inner)
    await store.write([fix(0)], [LastState(JANE, T0, b"0")])
    inner.why = Unavailable("it is away")
    for n in range(1, 20):
        await store.write([fix(n)], [LastState(JANE, T0 + n, b"%d" % n)])
    assert fixes_in(tmp_path) == list(range(1, 20))
    assert store.trouble == "it is away"
    assert await kept(inner) == [0]
    inner.why = None
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(inner) == list(range(20))
    assert (await store.last_states())[0] == [LastState(JANE, T0 + 19, b"19")]
    await store.write([fix(20)], [])
    assert await kept(inner) == list(range(21))
    assert fixes_in(tmp_path) == list(range(1, 20)), "not through the log"
    await store.close()


@pytest_twisted.ensureDeferred
async def test_what_goes_through_the_log_is_acknowledged_once_it_is_in_the_store(tmp_path: Path):
    inner = SharedStore()
    inner.why = Unavailable("it is away")
    before = logged(tmp_path, inner, server="a", shared=True, pause=60.0, retry=(60.0, 60.0))
    await before.open()
    await before.write([fix(0)], [])
    await before.close()
    inner.why = None
    # It is there again, and the next server has first to fold what was left.
    store = logged(tmp_path, inner, server="a", shared=True, pause=60.0)
    opening = store.open()
    await store.write([fix(1)], [])
    assert await kept(inner) == [0, 1]
    await opening
    await store.close()


@pytest_twisted.ensureDeferred
async def test_a_store_that_takes_long_is_not_waited_for_for_ever(opened: Any, tmp_path: Path):
    inner = SharedStore()
    inner.why = Unavailable("it is away")
    store = await opened(tmp_path, inner)
    await store.write([fix(0)], [])
    inner.why, inner.holds = None, True
    await until(lambda: inner.held)
    assert await store.write([fix(1)], []) == 1, "out of the log, as while the store is away"
    assert fixes_in(tmp_path) == [0, 1]
    inner.lets_go()
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(inner) == [0, 1]
    await store.close()


@pytest_twisted.ensureDeferred
async def test_when_neither_takes_it_that_is_told_and_the_store_is_tried_again(
    opened: Any, tmp_path: Path
):
    full = [True]

    def sync(_: int) -> None:
        if full[0]:
            raise OSError(28, "No space left on device")

    inner = SharedStore()
    writer = SegmentWriter(tmp_path, lambda: T0, sync=sync)
    store = await opened(tmp_path, inner, writer=writer)
    inner.why = Unavailable("it is away")
    with pytest.raises(Unavailable, match="full"):
        await store.write([fix(0)], [])
    inner.why = None
    assert await store.write([fix(0)], []) == 1
    assert await kept(inner) == [0]
    assert store.trouble == ""
    await store.close()


@pytest_twisted.ensureDeferred
async def test_who_is_erased_is_not_written_down_by_what_was_under_way(opened: Any, tmp_path: Path):
    inner = SharedStore()
    store = await opened(tmp_path, inner)
    inner.holds = True
    writing = store.write([fix(0)], [])
    await until(lambda: inner.held)
    erasing = store.erase([JANE])
    (held,) = inner.held
    inner.holds = False
    held[2].errback(Unavailable("it went away"))  # so it goes into the log, and from there, too
    assert await writing == 1
    await erasing
    await until(lambda: not store.indexer.behind and not store.trouble)
    assert await kept(inner) == []
    assert fixes_in(tmp_path) == []
    await store.close()


@pytest_twisted.ensureDeferred
async def test_a_log_that_is_needed_no_more_does_not_stay(opened: Any, tmp_path: Path):
    now = [T0]
    inner = SharedStore()
    writer = SegmentWriter(tmp_path, lambda: now[0])
    store = await opened(tmp_path, inner, writer=writer, wall=lambda: now[0] + 100 * KEEP)
    inner.why = Unavailable("it is away")
    await store.write([fix(0)], [])
    inner.why = None
    await until(lambda: not store.indexer.behind and not store.trouble)
    now[0] += OLD
    store._log._tidied = 0.0
    await store.write([fix(1)], [])
    assert names(tmp_path) == []
    assert await kept(inner) == [0, 1]
    await store.close()
    assert POSITION + "a" in [each.thing for each in (await inner.last_states())[0]]
    again = await opened(tmp_path, inner)
    await again.write([fix(2)], [])
    assert await kept(inner) == [0, 1, 2]
    await again.close()
