"""Days are partitions: near ones, far ones, and those of clocks that are wrong."""

from __future__ import annotations

import psycopg
import pytest_twisted

from postgres import needs_postgres
from postgres_scene import DAY, JANE, T0, TODAY, asked, fix, kept, parts
from sightline.history.postgres import tables
from sightline.history.record import entry
from sightline.history.store import Span

pytestmark = needs_postgres


@pytest_twisted.ensureDeferred
async def test_each_day_has_a_partition_an_old_year_one_and_a_broken_clock_none(servers):
    store = await servers()
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
async def test_what_lies_with_the_others_moves_into_its_day_when_that_comes(servers):
    now = [T0]
    store = await servers(wall=lambda: now[0])
    early = fix(T0 + 9 * DAY)
    await store.write([early], [])
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(1,)]
    now[0] += 9 * DAY
    late = fix(T0 + 9 * DAY + 1)
    assert await store.write([early, late], []) == 1
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(0,)]
    assert await kept(store) == [early, late]


@pytest_twisted.ensureDeferred
async def test_somebody_who_looks_for_long_holds_up_no_write_at_midnight(servers):
    now = [T0]
    store = await servers(wall=lambda: now[0])
    await store.write([fix(T0)], [])
    with psycopg.connect(store._postgres.options.url) as sql:  # pg_dump, say
        sql.execute("SELECT count(*) FROM history.entry").fetchone()
        now[0] += 5 * DAY
        assert await store.write([fix(now[0])], []) == 1
        assert store.trouble == ""
        assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(1,)]
    now[0] += 61
    await store.write([fix(now[0])], [])
    assert await asked(store, "SELECT count(*) FROM history.entry_other") == [(0,)]
    assert len(await kept(store)) == 3


@pytest_twisted.ensureDeferred
async def test_the_view_for_analysts_leaves_out_what_is_hidden(servers):
    store = await servers()
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
