"""PostgreSQL's own: days as partitions, several servers in one history, a database that is away.

What every store must keep is in ``test_store``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import gatherResults

from postgres import Cluster, needs_postgres
from postgres_scene import postgres_store, shared
from sightline.history.memory import MemoryStore
from sightline.history.named import NamedStore
from sightline.history.postgres import tables
from sightline.history.postgres.events import cuts
from sightline.history.postgres.store import PostgresStore
from sightline.history.record import HistoryEntry, LastState, entry
from sightline.history.retention import RetentionDays, purge
from sightline.history.store import Span
from sightline.kinds.friends.names import DeviceNames
from waits import until

pytestmark = needs_postgres
DAY = 86_400.0
TODAY = 20_778  # 2026-11-21
T0 = TODAY * DAY + 5000.0
JANE, OMAR, BOT = "friend/jane/phone", "friend/omar/phone", "probot/ProBot1"


def fix(tst: float, thing: str = JANE, n: int = 1) -> HistoryEntry:
    return entry(thing, "fix", tst, T0, b'{"n":%d}' % n)


@pytest.fixture(scope="module")
def harmed() -> Iterator[Cluster]:
    """One that tests kill; the next finds it running."""
    with Cluster() as made:
        yield made


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Any]:
    """Opens stores of one new database, each a server's; closes them at the end."""
    opened: list[PostgresStore] = []
    url = shared()

    async def open_(at: str = "", **options: Any) -> PostgresStore:
        folder = tmp_path / str(len(opened))
        store = postgres_store(folder, at or url, **({"wall": lambda: T0} | options))
        opened.append(store)
        await store.open()
        return store

    yield open_
    for store in opened:
        pytest_twisted.blockon(store.close())


async def kept(store: Any, thing: str = JANE, sort: str = "fix") -> list[HistoryEntry]:
    return list((await store.page(Span(thing, sort), 10_000)).entries)


async def asked(store: PostgresStore, query: str) -> list[Any]:
    """What PostgreSQL itself says."""
    with psycopg.connect(store._postgres.options.url, autocommit=True) as sql:
        return sql.execute(query.encode()).fetchall()


async def parts(store: PostgresStore) -> list[str]:
    return [name for (name,) in await asked(store, "SELECT name FROM history.part ORDER BY first")]


@pytest_twisted.ensureDeferred
async def test_each_day_has_a_partition_an_old_year_one_and_a_broken_clock_none(stores):
    store = await stores()
    times = (T0, T0 - DAY, T0 - 1000 * DAY, T0 - 990 * DAY, 12.0, T0 + 40 * DAY, -5.5, 9e11)
    fixes = sorted((fix(tst) for tst in times), key=lambda e: e.tst)
    assert await store.write(fixes, []) == len(times)
    assert await parts(store) == ["entry_2024", "entry_20261120", "entry_20261121",
                                  "entry_20261122"]  # fmt: skip
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(4,)]
    assert await kept(store) == fixes
    newest = await store.page(Span(JANE, "fix", newest_first=True), 3)
    assert list(newest.entries) == fixes[:-4:-1]


@pytest_twisted.ensureDeferred
async def test_what_lies_with_the_others_moves_into_its_day_when_that_comes(stores):
    now = [T0]
    store = await stores(wall=lambda: now[0])
    early = fix(T0 + 9 * DAY)
    await store.write([early], [])
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(1,)]
    now[0] += 9 * DAY
    late = fix(T0 + 9 * DAY + 1)
    assert await store.write([early, late], []) == 1
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(0,)]
    assert await kept(store) == [early, late]


@pytest_twisted.ensureDeferred
async def test_somebody_who_looks_for_long_holds_up_no_write_at_midnight(stores):
    now = [T0]
    store = await stores(wall=lambda: now[0])
    await store.write([fix(T0)], [])
    with psycopg.connect(store._postgres.options.url) as sql:  # pg_dump, say
        sql.execute("SELECT count(*) FROM history.entry").fetchone()
        now[0] += 5 * DAY
        assert await store.write([fix(now[0])], []) == 1
        assert not store.spilling
        assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(1,)]
    now[0] += 61
    await store.write([fix(now[0])], [])
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(0,)]
    assert len(await kept(store)) == 3


async def nobody(things: list[str]) -> Mapping[str, int]:
    return {}


@pytest_twisted.ensureDeferred
async def test_what_is_old_goes_by_the_day_and_what_is_kept_for_longer_stays(stores):
    store = NamedStore(await stores(), DeviceNames())  # as the server has it

    async def jane(things: list[str]) -> Mapping[str, int]:
        return {JANE: 50}

    for age in (1, 20, 30, 40):
        tst = T0 - age * DAY
        region = entry("region/home", "region", tst, tst, b"{}") if age == 40 else fix(tst, BOT)
        crossing = entry(JANE, "crossing", tst, tst, b'{"age":%d}' % age)
        await store.write([fix(tst), fix(tst + 1, OMAR), crossing, region], [])
    count = len(await parts(store._store))
    assert await purge(store, RetentionDays(positions=25, logs=25), jane, T0) == 2 + 1
    # Of the 30th and the 40th day what Jane keeps is left, and the version of a region.
    assert len(await parts(store._store)) == count
    assert "entry_20261012_rest" in await parts(store._store)
    assert len(await kept(store)) == 4
    assert len(await kept(store, OMAR)) == 2
    assert len(await kept(store, "region/home", "region")) == 1
    assert len((await store.events(["crossing"])).entries) == 4
    assert await purge(store, RetentionDays(positions=25, logs=25), jane, T0) == 0
    # Without her word whole days go: one by DROP, the other but for the region.
    assert await purge(store, RetentionDays(positions=25, logs=25), nobody, T0) == 4
    assert len(await parts(store._store)) == count - 1
    assert len(await kept(store)) == 2
    assert len(await kept(store, "region/home", "region")) == 1
    assert list(await store.things()) == sorted([JANE, OMAR, BOT, "region/home"])


@pytest_twisted.ensureDeferred
async def test_a_day_that_somebody_looks_at_is_dropped_the_next_time(stores):
    store = await stores()
    await store.write([fix(T0 - 40 * DAY)], [])
    with psycopg.connect(store._postgres.options.url) as sql:
        sql.execute("SELECT count(*) FROM history.entry").fetchone()
        assert await store.drop({"fix": T0}, {}) == 0
        assert await store.write([fix(T0)], []) == 1
    assert await store.drop({"fix": T0 - DAY}, {}) == 1
    assert await kept(store) == [fix(T0)]


@pytest_twisted.ensureDeferred
async def test_over_many_days_it_answers_as_the_store_in_memory(stores):
    dice = random.Random(17)
    store, memory = await stores(), MemoryStore()
    things = (JANE, OMAR, BOT, "friend/omar/watch")
    whole: list[HistoryEntry] = []
    for n in range(200):
        day = dice.choice((*range(-12, 2), -1200, 300))
        tst = T0 + day * DAY + dice.randrange(-20, 20) * 3600
        sort = dice.choice(("fix", "fix", "transition", "crossing"))
        whole.append(entry(dice.choice(things), sort, tst, T0, json.dumps({"n": n}).encode()))
    for at in range(0, len(whole), 50):
        for each in (store, memory):
            assert await each.write(whole[at : at + 50], []) == 50
    for each in (store, memory):
        await each.hide(JANE, "fix", [(e.tst, e.digest) for e in whole[:100:3]], "one")
    sorts = ("crossing", "transition")
    for _ in range(20):
        low, high = sorted(T0 + dice.randrange(-1300, 330) * DAY / 2 for _ in range(2))
        thing, limit, newest = dice.choice(things), dice.choice((1, 3, 7, 500)), dice.random() < 0.5
        span = Span(thing, "fix", low, high, newest_first=newest, hidden=dice.random() < 0.3)
        for ask in (
            lambda s, span=span, limit=limit: s.page(span, limit),
            lambda s, low=low, limit=limit: s.scene("fix", low, limit),
            lambda s, low=low, n=limit: s.around(things, "fix", low, n, n // 2),
            lambda s, low=low, high=high, n=newest, limit=limit: s.events(
                sorts, low, high, newest_first=n, limit=limit
            ),
            lambda s, low=low, high=high, t=thing: s.counts(
                t, "fix", [low, (low + high) / 2, high]
            ),
        ):
            assert await ask(store) == await ask(memory)
    assert await store.things() == await memory.things()
    assert await store.acts(JANE) == await memory.acts(JANE)
    figures = await store.figures()
    assert (figures.oldest, figures.newest) == (
        min(e.tst for e in whole),
        max(e.tst for e in whole),
    )
    assert figures.bytes


@pytest_twisted.ensureDeferred
async def test_two_servers_that_write_the_same_at_once_keep_it_once(stores):
    dice = random.Random(5)
    servers = [await stores(), await stores()]
    fixes = [fix(T0 + n // 7, f"friend/u{n % 7}/x", n) for n in range(700)]
    new = []
    for at in range(0, 700, 100):
        writes = []
        for server in servers:
            some = fixes[at : at + 100]
            dice.shuffle(some)
            writes.append(server.write(some, [LastState(s.thing, T0, b"{}") for s in some]))
        new += await gatherResults(writes)
    assert sum(new) == 700
    assert not any(server.spilling for server in servers)
    assert [len(await kept(servers[0], f"friend/u{n}/x")) for n in range(7)] == [100] * 7


@pytest_twisted.ensureDeferred
async def test_who_was_erased_at_one_server_is_new_at_the_other(stores):
    one, other = await stores(), await stores()
    for server in (one, other):  # each knows Jane's number
        await server.write([fix(T0), fix(T0, OMAR)], [LastState(JANE, T0, b"{}")])
    assert await one.erase([JANE]) == 1
    assert await other.write([fix(T0 + 1)], []) == 1
    assert await kept(one) == [fix(T0 + 1)]
    assert await asked(one, "SELECT count(*) FROM history.entry") == [(2,)]
    assert sorted(await one.things()) == [JANE, OMAR]
    assert (await one.last_states())[0] == []
    while_writing = [other.write([fix(T0 + n)], []) for n in range(2, 30)]
    erasing = one.erase([JANE])
    await gatherResults([*while_writing, erasing])
    # Whatever came later is all there, and what was before is gone: no entry without its thing.
    orphans = "SELECT count(*) FROM history.entry LEFT JOIN history.thing"
    orphans += " ON thing.id = entry.thing WHERE thing.id IS NULL"
    assert await asked(one, orphans) == [(0,)]


@pytest_twisted.ensureDeferred
async def test_while_it_is_away_or_frozen_all_is_kept_on_disk_and_written_once_later(
    stores, harmed
):
    with harmed.database() as url:
        store = await stores(url, writing=0.5)
        await store.write([fix(T0)], [LastState(JANE, T0, b"0")])
        harmed.pause()
        assert await store.write([fix(T0 + 1)], []) == 1
        assert store.spilled > 0
        assert "PostgreSQL" in store.trouble
        harmed.resume()
        await until(lambda: not store.spilling)
        harmed.kill()
        for n in range(2, 40):
            assert await store.write([fix(T0 + n)], [LastState(JANE, T0 + n, b"%d" % n)]) == 1
        # Another server, which was never away, writes what is newer.
        harmed.start()
        other = await stores(url)
        await other.write([], [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")])
        await until(lambda: not store.spilling)
        assert store.trouble == ""
        assert await kept(store) == [fix(T0 + n) for n in range(40)]
        assert await store.write([fix(T0 + n) for n in range(41)], []) == 1
        states = (await other.last_states())[0]
        assert states == [LastState(JANE, T0 + 99, b"99"), LastState(OMAR, T0, b"{}")]
        await store.close()
        await other.close()


@pytest_twisted.ensureDeferred
async def test_a_start_without_it_keeps_what_comes(stores, harmed):
    with harmed.database() as url:
        harmed.kill()
        store = await stores(url)
        assert await store.write([fix(T0)], []) == 1
        harmed.start()
        await until(lambda: not store.spilling)
        assert await kept(store) == [fix(T0)]
        await store.close()


@pytest_twisted.ensureDeferred
async def test_an_entry_that_it_cannot_hold_harms_no_other(stores, harmed):
    with harmed.database() as url:
        store = await stores(url)
        bad = HistoryEntry(JANE, "fix", T0 + 1, T0, b'{"\x00":1}', 7)
        with pytest.raises(psycopg.DataError):  # the recorder writes the others one by one
            await store.write([fix(T0), bad], [])
        assert await kept(store) == []
        harmed.kill()
        await store.write([fix(T0), bad, fix(T0 + 2)], [LastState(JANE, T0, b"{}")])
        harmed.start()
        await until(lambda: not store.spilling)
        assert await kept(store) == [fix(T0), fix(T0 + 2)]
        assert (await store.last_states())[0] == [LastState(JANE, T0, b"{}")]
        await store.close()


@pytest_twisted.ensureDeferred
async def test_a_question_about_a_day_looks_into_no_other(stores):
    store = await stores()
    await store.write([fix(T0 - n * DAY) for n in range(50)], [])
    plan = await asked(
        store,
        "EXPLAIN SELECT tst FROM history.entry WHERE thing = 1 AND sort = 1"
        f" AND tst BETWEEN {TODAY * tables.DAY} AND {(TODAY + 1) * tables.DAY - 1}"
        " ORDER BY tst, digest LIMIT 10",
    )
    lines = " ".join(line for (line,) in plan)
    assert lines.count("Scan") == 1
    assert "entry_20261121" in lines


@pytest_twisted.ensureDeferred
async def test_the_view_for_analysts_leaves_out_what_is_hidden(stores):
    store = await stores()
    body = b'{"lat":52.5,"lon":13.4}'
    fixes = [entry(JANE, "fix", T0 + n, T0, body) for n in range(2)]
    await store.write(fixes, [])
    await store.hide(JANE, "fix", [(fixes[0].tst, fixes[0].digest)], "one")
    with psycopg.connect(store._postgres.options.url) as sql:
        assert not tables.make_view(sql)  # no PostGIS, no view
        sql.execute("CREATE DOMAIN geography AS point")  # what it needs of PostGIS, as words only
        for name, takes in (("st_makepoint", "$1, $2"), ("st_setsrid", "$1[0], $1[1]")):
            given_ = (
                "double precision, double precision" if name == "st_makepoint" else "point, int"
            )
            sql.execute(f"CREATE FUNCTION {name}({given_}) RETURNS point IMMUTABLE LANGUAGE sql"
                        f" AS 'SELECT point({takes})'".encode())  # fmt: skip
        sql.execute(tables.VIEW.encode())
        rows = sql.execute("SELECT thing, extract(epoch FROM tst), place::text FROM history.fixes")
        assert rows.fetchall() == [(JANE, T0 + 1, "(13.4,52.5)")]
        sql.rollback()


def test_partitions_are_days_near_by_and_years_far_back():
    there: list[tuple[int, int]] = []
    assert tables.partition_for(TODAY, TODAY, there) == (TODAY, TODAY + 1)
    assert tables.partition_for(TODAY + 1, TODAY, there) == (TODAY + 1, TODAY + 2)
    assert tables.partition_for(TODAY + 2, TODAY, there) is None
    assert tables.partition_for(TODAY - 400, TODAY, there) == (TODAY - 400, TODAY - 399)
    assert tables.partition_for(19_000, TODAY, there) == (18_993, 19_358)  # 2022
    assert tables.partition_for(TODAY - 401, TODAY, there) is None  # its year is not over
    assert tables.partition_for(19_000, TODAY, [(19_100, 19_101)]) is None
    assert tables.partition_for(5, TODAY, there) is None


@given(st.lists(st.integers(0, 500), unique=True).map(sorted), st.booleans())
def test_cuts_leave_out_nothing_and_come_in_order(starts, newest_first):
    since, until_ = -3, 600
    starts = [each for each in starts if since < each <= until_]
    found = list(cuts(starts, since, until_, newest_first))
    assert all(low <= high for low, high in found)
    rising = found[::-1] if newest_first else found
    assert rising[0][0] == since
    assert rising[-1][1] == until_
    assert all(before[1] + 1 == after[0] for before, after in pairwise(rising))
    assert len(found) <= 8
