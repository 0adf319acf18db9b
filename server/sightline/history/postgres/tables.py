"""Make the tables of the history in PostgreSQL, bring them up to date, and add days to them.

Plain functions that wait for the database; nothing here knows the reactor.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from psycopg import sql as syntax

from sightline.database.postgres import Connection

DAY = 86_400_000_000
"""µs of a day."""
NEAR = 400
"""Days back for which each day has a partition of its own."""
AHEAD = 1
"""Days to come that have one, for clocks that are a little ahead."""
_2000 = 10_957
_EPOCH = datetime.date(1970, 1, 1)

# Made where PostGIS is there: where each fix was, for people who ask the database themselves.
# Hidden points are left out; nothing of ours reads it.
VIEW = """
    CREATE VIEW history.fixes AS
    SELECT thing.key AS thing, to_timestamp(entry.tst / 1e6) AS tst,
        to_timestamp(entry.at / 1e6) AS at, entry.tst AS tst_us, entry.body::jsonb AS said,
        ST_SetSRID(ST_MakePoint(
            (entry.body::jsonb ->> 'lon')::double precision,
            (entry.body::jsonb ->> 'lat')::double precision
        ), 4326)::geography AS place
    FROM history.entry JOIN history.thing ON thing.id = entry.thing
    JOIN history.sort ON sort.id = entry.sort
    WHERE sort.name = 'fix' AND entry.hidden <= 0
"""


def make_view(sql: Connection) -> bool:
    """Make the view of places if PostGIS is there and the view is not; tell whether it was made."""
    found = sql.execute(
        "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"
        " AND to_regclass('history.fixes') IS NULL"
    ).fetchone()
    if found is not None:
        sql.execute(VIEW.encode())
    return found is not None


def day_of(micros: int) -> int:
    """Return the day (UTC) of a time."""
    return micros // DAY


def make_days(sql: Connection, days: Iterable[int], today: int) -> None:
    """See to it that these days have partitions, those that may have them.

    Raises `psycopg.Error` when somebody is in the way for long, such as a backup: the entries can
    be written all the same, and are moved when the partition is made.
    """
    with sql.transaction():
        sql.execute("SET LOCAL lock_timeout = 300")
        sql.execute("LOCK TABLE history.part IN EXCLUSIVE MODE")
        there = [
            (int(first), int(behind))
            for first, behind in sql.execute("SELECT first, behind FROM history.part").fetchall()
        ]
        for day in sorted(set(days)):
            part = partition_for(day, today, there)
            if part is not None:
                _make(sql, *part)
                there.append(part)


def partition_for(day: int, today: int, there: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the partition to make for a day, as (first day, day behind the last); None: none.

    ``there`` are the partitions that there are.
    """
    there = list(there)
    if any(first <= day < behind for first, behind in there):
        return None
    if today - NEAR <= day <= today + AHEAD:
        return day, day + 1
    if not _2000 <= day < today:
        return None
    year = (_EPOCH + datetime.timedelta(days=day)).year
    begin, end = ((datetime.date(each, 1, 1) - _EPOCH).days for each in (year, year + 1))
    if end > today - NEAR or any(first < end and begin < behind for first, behind in there):
        return None
    return begin, end


def _make(sql: Connection, first: int, behind: int) -> None:
    name = _name(first, behind)
    # Nobody may add to the others what belongs into the new one.
    sql.execute("LOCK TABLE history.entry_other IN ACCESS EXCLUSIVE MODE")
    table = make_table(sql, name)
    move = syntax.SQL(
        "WITH gone AS (DELETE FROM history.entry_other WHERE tst >= %s AND tst < %s RETURNING *)"
        " INSERT INTO {} (thing, sort, tst, digest, at, hidden, body)"
        " SELECT thing, sort, tst, digest, at, hidden, body FROM gone"
    )
    sql.execute(move.format(table), (first * DAY, behind * DAY))
    attach(sql, table, first, behind)
    sql.execute(
        "INSERT INTO history.part (first, behind, name) VALUES (%s, %s, %s)", (first, behind, name)
    )


def make_table(sql: Connection, name: str) -> syntax.Identifier:
    """Make a table that may become a partition."""
    table = syntax.Identifier("history", name)
    like = syntax.SQL("CREATE TABLE {} (LIKE history.entry INCLUDING ALL)")
    sql.execute(like.format(table))
    return table


def attach(sql: Connection, table: syntax.Identifier, first: int, behind: int) -> None:
    """Make a table the partition of these days."""
    within = syntax.SQL(
        "ALTER TABLE history.entry ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})"
    )
    sql.execute(within.format(table, *map(syntax.Literal, (first * DAY, behind * DAY))))


def _name(first: int, behind: int) -> str:
    date = _EPOCH + datetime.timedelta(days=first)
    return f"entry_{date:%Y%m%d}" if behind - first == 1 else f"entry_{date:%Y}"
