"""The store behind a log: all read what they wrote; what is changed is changed in it, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from log_scene import JANE, OMAR, T0, fix, fixes_in
from logged_scene import logged

from sightline.history.log.logged_store import LoggedStore
from sightline.history.memory import MemoryStore
from sightline.history.named_store import NamedStore, day_store
from sightline.history.record import LastState, entry
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline.kinds.friends.names import DeviceNames
from sightline.model.faults import CannotOpen, Unavailable
from waits import until


@pytest.fixture(params=["memory", "sqlite"])
def store(request: Any, tmp_path: Path) -> Any:
    inner = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    # Nothing is folded by itself while a test lasts: only readers make it.
    made = logged(tmp_path / "log", inner, pause=600.0)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


async def kept(store: Any, thing: str = JANE) -> list[int]:
    page = await store.page(Span(thing, "fix"), 10_000)
    return [round(each.tst - T0) for each in page.entries]


@pytest_twisted.ensureDeferred
async def test_each_question_sees_what_was_written_before_it(store: LoggedStore):
    span = Span(JANE, "fix")
    n = 0

    async def wrote() -> None:
        nonlocal n
        n += 1
        alarm = entry("probot/ProBot1", "alarm", T0 + n, T0, b'{"why":"%d"}' % n)
        await store.write([fix(n), alarm], [LastState(JANE, T0 + n, b"%d" % n)])

    await wrote()
    assert len((await store.page(span)).entries) == n
    await wrote()
    assert [e.tst - T0 for e in (await store.scene("fix", T0 + 99)).entries] == [n]
    await wrote()
    assert len((await store.events(["alarm"])).entries) == n
    await wrote()
    assert list(await store.counts(JANE, "fix", [T0, T0 + 99])) == [n]
    await wrote()
    assert JANE in await store.things()
    await wrote()
    assert [len(each) for each in await store.around([JANE], "fix", T0 + 99, 9, 9)] == [n]
    await wrote()
    assert (await store.last_states())[0] == [LastState(JANE, T0 + n, b"%d" % n)]


@pytest_twisted.ensureDeferred
async def test_hiding_reaches_what_only_the_log_has(store: LoggedStore):
    await store.write([fix(0), fix(1)], [])
    assert await store.hide(JANE, "fix", [(T0 + 1, fix(1).digest)], "act") == 1
    assert await kept(store) == [0]
    assert [act.undo for act in await store.acts(JANE)] == ["act"]
    # The same once more, from a broker that did not hear us: it stays hidden.
    await store.write([fix(1)], [])
    assert await kept(store) == [0]
    assert await store.unhide(JANE, "act") == 1
    assert await kept(store) == [0, 1]


@pytest_twisted.ensureDeferred
async def test_erasing_reaches_the_log_and_the_store_and_counts_each_entry_once(
    store: LoggedStore, tmp_path: Path
):
    await store.write([fix(0), fix(0, OMAR)], [LastState(JANE, T0, b'{"jane":1}')])
    assert await kept(store) == [0]
    await store.write([fix(1), fix(1, OMAR)], [LastState(JANE, T0, b'{"jane":1}')])
    assert await store.erase([JANE]) == 2
    left = b"".join(path.read_bytes() for path in (tmp_path / "log").iterdir())
    assert b"jane" not in left
    assert fixes_in(tmp_path / "log", OMAR) == [0, 1]
    await store.write([fix(2, OMAR)], [])
    assert await kept(store) == []
    assert await kept(store, OMAR) == [0, 1, 2]
    assert (await store.last_states())[0] == []


@pytest_twisted.ensureDeferred
async def test_what_is_old_goes_from_the_store(store: LoggedStore):
    await store.write([fix(0), fix(100)], [])
    assert await kept(store) == [0, 100]
    assert await store.purge("fix", T0 + 50) == 1
    assert await kept(store) == [100]


@pytest_twisted.ensureDeferred
async def test_present_states_come_in_pages_without_the_position(store: LoggedStore):
    things = [f"friend/u{n}/x" for n in range(5)]
    await store.write([], [LastState(thing, T0, b"{}") for thing in things])
    found, after = [], None
    while True:
        some, after = await store.last_states(2, after)
        found += [each.thing for each in some]
        if after is None:
            break
    assert found == things


@pytest_twisted.ensureDeferred
async def test_it_can_be_read_under_all_names(store: LoggedStore):
    named = NamedStore(store, DeviceNames())
    await named.write([fix(0)], [])
    assert await kept(named) == [0]
    assert day_store(named) is None


@pytest_twisted.ensureDeferred
async def test_a_damaged_file_ends_the_start_and_another_start_can_have_the_log(tmp_path: Path):
    (tmp_path / "history.db").write_bytes(b"no database at all" * 100)
    store = logged(tmp_path / "log", SqliteStore(tmp_path))
    with pytest.raises(CannotOpen, match="damaged"):
        await store.open()
    (tmp_path / "history.db").unlink()
    again = logged(tmp_path / "log", SqliteStore(tmp_path))
    await again.open()
    await again.write([fix(0)], [])
    assert await kept(again) == [0]
    await again.close()


@pytest_twisted.ensureDeferred
async def test_a_question_waits_only_so_long_for_a_store_that_never_answers(tmp_path: Path):
    from twisted.internet.defer import Deferred

    class Stuck(MemoryStore):
        stuck = False
        held: list[Deferred[int]] = []  # noqa: RUF012

        def write(self, entries: Any, last_states: Any) -> Deferred[int]:
            if not self.stuck:
                return super().write(entries, last_states)
            self.held.append(Deferred())
            return self.held[-1]

    inner = Stuck()
    store = logged(tmp_path, inner)
    await store.open()
    await store.write([fix(0)], [])
    assert await kept(store) == [0]
    inner.stuck = True
    await store.write([fix(1)], [])
    await until(lambda: inner.held)
    assert await kept(store) == [0]
    inner.stuck = False
    inner.held[0].errback(Unavailable("given up"))
    await until(lambda: store.indexer.has(2))
    assert await kept(store) == [0, 1]
    await store.close()
