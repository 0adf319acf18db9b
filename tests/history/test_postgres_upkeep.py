"""What is old or erased goes, whole days at once, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
import pytest_twisted
from twisted.internet.defer import gatherResults

from postgres import needs_postgres
from postgres_scene import BOT, DAY, JANE, OMAR, T0, asked, fix, kept, parts
from sightline.history.named_store import NamedStore
from sightline.history.record import LastState, entry
from sightline.history.retention import RetentionDays, purge
from sightline.kinds.friends.names import DeviceNames

pytestmark = needs_postgres


async def nobody(things: list[str]) -> Mapping[str, int]:
    return {}


@pytest_twisted.ensureDeferred
async def test_what_is_old_goes_by_the_day_and_what_is_kept_for_longer_stays(servers):
    store = NamedStore(await servers(), DeviceNames())  # as the server has it

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
async def test_a_day_that_somebody_looks_at_is_dropped_the_next_time(servers):
    store = await servers()
    await store.write([fix(T0 - 40 * DAY)], [])
    with psycopg.connect(store._postgres.options.url) as sql:
        sql.execute("SELECT count(*) FROM history.entry").fetchone()
        assert await store.drop({"fix": T0}, {}) == 0
        assert await store.write([fix(T0)], []) == 1
    assert await store.drop({"fix": T0 - DAY}, {}) == 1
    assert await kept(store) == [fix(T0)]


@pytest_twisted.ensureDeferred
async def test_who_was_erased_at_one_server_is_new_at_the_other(servers):
    one, other = await servers(), await servers()
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
