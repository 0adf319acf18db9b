"""The log is folded into the store, once and in order, whatever ends or fails when."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from log_scene import JANE, OMAR, T0, fix
from logged_scene import logged
from twisted.internet.defer import Deferred, fail

from sightline.history.log.folding import POSITION
from sightline.history.log.segments import names
from sightline.history.memory import MemoryStore
from sightline.history.record import HistoryEntry, LastState
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline.model.faults import Unavailable
from waits import until


class WeatheredStore(MemoryStore):
    """Fails as long as it has a reason; counts what it was asked to write."""

    def __init__(self) -> None:
        super().__init__()
        self.why: Exception | None = None
        self.poison: HistoryEntry | None = None
        self.late = 0
        self.writes: list[int] = []
        self.answers_lost = 0.0
        self.dice = random.Random(5)

    def write(self, entries: Any, last_states: Any) -> Deferred[int]:
        if self.why is not None:
            return fail(self.why)
        if self.poison in entries:
            return fail(OverflowError("too large"))
        self.writes.append(len(entries))
        done = super().write(entries, last_states)
        if self.dice.random() < self.answers_lost:  # it is there, and nobody was told
            return fail(Unavailable("the answer was lost"))
        return done

    def write_late(self, entries: Any, last_states: Any) -> Deferred[int]:
        self.late += 1
        return self.write(entries, last_states)


async def kept(store: Any, thing: str = JANE) -> list[int]:
    page = await store.page(Span(thing, "fix"), 10_000)
    return [round(each.tst - T0) for each in page.entries]


async def caught_up(store: Any) -> None:
    await until(lambda: store.indexer.has(store._log.end.n) and not store.trouble)


@pytest_twisted.ensureDeferred
async def test_a_store_that_fails_makes_it_late_and_loses_nothing(tmp_path: Path):
    inner = WeatheredStore()
    store = logged(tmp_path, inner)
    await store.open()
    await store.write([fix(0)], [LastState(JANE, T0, b"0")])
    await caught_up(store)
    inner.why = Unavailable("it is away")
    for n in range(1, 20):
        assert await store.write([fix(n)], [LastState(JANE, T0 + n, b"%d" % n)]) == 1
    await until(lambda: store.trouble == "it is away")
    assert store.indexer.behind == 38
    assert store.indexer.age > 0
    inner.why = None
    await caught_up(store)
    assert await kept(inner) == list(range(20))
    assert (await store.last_states())[0] == [LastState(JANE, T0 + 19, b"19")]
    assert inner.late > 0, "what waited never replaces what another server wrote meanwhile"
    assert (store.indexer.behind, store.indexer.age) == (0, 0)
    await store.close()


@pytest_twisted.ensureDeferred
async def test_an_answer_that_is_lost_doubles_nothing(tmp_path: Path):
    inner = WeatheredStore()
    inner.answers_lost = 0.5
    store = logged(tmp_path, inner, retry=(0.0, 0.0))
    await store.open()
    for n in range(60):
        await store.write([fix(n)], [])
    await caught_up(store)
    assert await kept(inner) == list(range(60))
    await store.close()


@pytest_twisted.ensureDeferred
async def test_what_the_store_can_never_take_is_left_out_alone(tmp_path: Path):
    inner = WeatheredStore()
    inner.poison = fix(7)
    store = logged(tmp_path, inner)
    await store.open()
    await store.write([fix(n) for n in range(12)], [LastState(JANE, T0, b"{}")])
    await caught_up(store)
    assert await kept(inner) == [n for n in range(12) if n != 7]
    assert store.indexer.left_out == 1
    assert (await store.last_states())[0] == [LastState(JANE, T0, b"{}")]
    await store.close()


@pytest_twisted.ensureDeferred
async def test_a_fault_of_the_store_does_not_end_it(tmp_path: Path):
    class Forgetful(MemoryStore):
        asked = 0

        def last_states(self, *args: Any, **more: Any) -> Any:
            self.asked += 1
            if self.asked < 3:
                return fail(KeyError("what"))
            return super().last_states(*args, **more)

    inner = Forgetful()
    store = logged(tmp_path, inner)
    await store.open()
    await store.write([fix(0)], [])
    await until(lambda: "KeyError" in store.trouble)
    await caught_up(store)
    assert await kept(inner) == [0]
    await store.close()


@pytest_twisted.ensureDeferred
async def test_few_records_cost_few_commits_and_a_reader_waits_for_none_of_it(tmp_path: Path):
    inner = WeatheredStore()
    store = logged(tmp_path, inner, pause=30.0)
    await store.open()
    await until(lambda: store.indexer.has(0))
    for n in range(25):
        await store.write([fix(n)], [])
    assert inner.writes == []
    assert await kept(store) == list(range(25))
    assert inner.writes == [25]
    await store.close()


@pytest_twisted.ensureDeferred
async def test_the_next_start_goes_on_where_the_store_is(tmp_path: Path):
    folder = tmp_path / "log"
    for start in range(3):
        inner = SqliteStore(tmp_path)
        store = logged(folder, inner)
        await store.open()
        await store.write([fix(start)], [])
        assert await kept(store) == list(range(start + 1))
        assert inner.name == store.name == "sqlite"
        await store.close()
    # Killed with something in the log that no store has.
    away = WeatheredStore()
    away.why = Unavailable("away")
    store = logged(folder, away)
    await store.open()
    await store.write([fix(3)], [])
    await store.close()
    store = logged(folder, SqliteStore(tmp_path))
    await store.open()
    await caught_up(store)
    assert await kept(store) == [0, 1, 2, 3]
    assert (await store.last_states())[0] == [], "nobody sees where the store is"
    await store.close()


@pytest_twisted.ensureDeferred
async def test_an_older_copy_of_the_store_gets_what_the_log_still_has(tmp_path: Path):
    folder = tmp_path / "log"
    store = logged(folder, SqliteStore(tmp_path))
    await store.open()
    await store.write([fix(0)], [])
    await store.close()
    backup = (tmp_path / "history.db").read_bytes()
    store = logged(folder, SqliteStore(tmp_path))
    await store.open()
    await store.write([fix(n) for n in range(1, 50)], [])
    await store.close()
    (tmp_path / "history.db").write_bytes(backup)
    for left in tmp_path.glob("history.db-*"):
        left.unlink()
    store = logged(folder, SqliteStore(tmp_path))
    await store.open()
    assert await kept(store) == list(range(50))
    await store.close()


@pytest_twisted.ensureDeferred
async def test_a_log_that_begins_anew_is_not_taken_for_the_one_the_store_knows(tmp_path: Path):
    inner = MemoryStore()
    store = logged(tmp_path / "one", inner)
    await store.open()
    await store.write([fix(n) for n in range(30)], [])
    await store.close()
    other = logged(tmp_path / "two", inner)
    await other.open()
    await other.write([fix(30)], [])
    await caught_up(other)
    assert await kept(inner) == list(range(31))
    await other.close()


@pytest_twisted.ensureDeferred
async def test_an_older_copy_of_the_log_goes_on_though_the_store_knows_more(tmp_path: Path):
    inner, folder, copy = MemoryStore(), tmp_path / "log", tmp_path / "copy"
    store = logged(folder, inner)
    await store.open()
    await store.write([fix(n) for n in range(10)], [])
    await caught_up(store)
    shutil.copytree(folder, copy)
    await store.write([fix(n) for n in range(10, 30)], [])
    await store.close()
    shutil.rmtree(folder)
    copy.rename(folder)
    store = logged(folder, inner)
    await store.open()
    await store.write([fix(n) for n in range(30, 35)], [])
    await caught_up(store)
    assert await kept(inner) == list(range(35))
    await store.close()


@pytest_twisted.ensureDeferred
async def test_two_servers_share_a_store_each_with_its_own_log_and_position(tmp_path: Path):
    inner = MemoryStore()
    stores = [logged(tmp_path / name, inner, server=name) for name in "ab"]
    for store in stores:
        await store.open()
    for n in range(20):
        for store in stores:  # each hears everything
            await store.write([fix(n)], [])
        await stores[n % 2].write([fix(n, OMAR)], [])
    for store in stores:
        await caught_up(store)
    assert await kept(inner) == list(range(20))
    assert await kept(inner, OMAR) == list(range(20))
    keys = [state.thing for state in (await inner.last_states())[0]]
    assert keys == [POSITION + "a", POSITION + "b"]
    for store in stores:
        await store.close()


@pytest_twisted.ensureDeferred
async def test_damage_is_counted_and_all_the_rest_is_in_the_store(tmp_path: Path):
    away = WeatheredStore()
    away.why = Unavailable("away")
    store = logged(tmp_path, away)
    await store.open()
    await store.write([fix(n) for n in range(9)], [])
    await store.close()
    path = tmp_path / names(tmp_path)[0]
    path.write_bytes(path.read_bytes().replace(b'{"n":4}', b'{"n":5}'))
    store = logged(tmp_path, MemoryStore())
    await store.open()
    await caught_up(store)
    assert await kept(store) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert store.indexer.damaged == 1
    await store.close()


@pytest_twisted.ensureDeferred
async def test_readers_of_a_store_that_fails_are_answered_by_it(tmp_path: Path):
    inner = WeatheredStore()
    store = logged(tmp_path, inner, retry=(60.0, 60.0))
    await store.open()
    await store.write([fix(0)], [])
    await caught_up(store)
    inner.why = Unavailable("locked")
    await store.write([fix(1)], [])
    assert await kept(store) == [0], "what it has, at once"
    assert store.trouble == "locked"
    with pytest.raises(Unavailable, match="locked"):  # a change must not miss what is to come
        await store.hide(JANE, "fix", [(T0 + 1, fix(1).digest)], "act")
    inner.why = None
    await store.close()


@pytest_twisted.ensureDeferred
async def test_at_the_end_what_the_store_takes_soon_is_brought_there(tmp_path: Path):
    inner = MemoryStore()
    store = logged(tmp_path, inner, pause=60.0)
    await store.open()
    await until(lambda: store.indexer.has(0))
    await store.write([fix(0)], [])
    await store.close()
    assert await kept(inner) == [0]
