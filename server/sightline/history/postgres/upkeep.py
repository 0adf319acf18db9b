"""Let go of what is erased or old in PostgreSQL: things, entries, whole days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql as syntax

from sightline.database.postgres import Connection
from sightline.history.postgres.tables import DAY, attach, day_of, make_table
from sightline.history.postgres.writing import sort_of
from sightline.history.writing import micros

_WAIT = "SET LOCAL lock_timeout = 1000"
"""ms: while we wait for a lock, others wait behind us."""

# Who writes is done first, or finds out what is gone when its turn comes.
_ALONE = "LOCK TABLE history.thing IN EXCLUSIVE MODE"
_CHANGED = "UPDATE history.changes SET n = n + 1"


def erase(sql: Connection, things: Sequence[str]) -> tuple[int, list[str]]:
    """Forget these things: how many entries that were, and the tables they were in."""
    with sql.transaction():
        sql.execute(_ALONE)
        sql.execute(_CHANGED)
        sql.execute("DELETE FROM history.standing WHERE thing = ANY(%s)", (list(things),))
        gone = sql.execute(
            "DELETE FROM history.thing WHERE key = ANY(%s) RETURNING id", (list(things),)
        ).fetchall()
        ids = [row[0] for row in gone]
        if not ids:
            return 0, []
        days = sql.execute(
            "WITH gone AS (DELETE FROM history.day WHERE thing = ANY(%s) RETURNING day)"
            " SELECT min(day), max(day) FROM gone",
            (ids,),
        ).fetchone()
        sql.execute("DELETE FROM history.act WHERE thing = ANY(%s)", (ids,))
        first, last = days if days and days[0] is not None else (0, -1)
        counted = sql.execute(
            "WITH gone AS (DELETE FROM history.entry WHERE thing = ANY(%s)"
            " AND tst >= %s AND tst < %s RETURNING tableoid)"
            " SELECT tableoid::regclass::text, count(*) FROM gone GROUP BY 1",
            (ids, first * DAY, (last + 1) * DAY),
            prepare=False,
        ).fetchall()
    tables = [table for table, _ in counted]
    own = [f"history.{name}" for name in ("thing", "day", "act", "standing")]
    return sum(count for _, count in counted), [*tables, *own]


def vacuum(sql: Connection, tables: Sequence[str]) -> None:
    """Have PostgreSQL give the room of what was erased to others; the names are ours.

    The connection commits by itself.
    """
    for table in tables:
        sql.execute(f"VACUUM {table}".encode())


def purge(sql: Connection, sort: str, before: float, own: Mapping[str, float], most: int) -> int:
    """Remove what is older; things in ``own`` by their own time."""
    number = sort_of(sql, sort)
    if number is None:
        return 0
    rules: list[tuple[str, object, float]] = [("thing.key <> ALL(%s)", list(own), before)]
    rules += [("thing.key = %s", key, at) for key, at in own.items()]
    count = 0
    for which, what, at in rules:
        if count >= most:
            break
        with sql.transaction():
            count += sql.execute(
                "DELETE FROM history.entry USING (SELECT e.thing, e.sort, e.tst, e.digest"
                " FROM history.thing JOIN history.entry AS e ON e.thing = thing.id"
                f" WHERE {which} AND e.sort = %s AND e.tst < %s LIMIT %s) AS old"
                " WHERE entry.thing = old.thing AND entry.sort = old.sort AND entry.tst = old.tst"
                " AND entry.digest = old.digest AND entry.tst < %s",
                (what, number, micros(at), most - count, micros(at)),
                prepare=False,
            ).rowcount
    if count < most:
        _tidy(sql, number, max(before, *own.values(), before))
    return count


def _tidy(sql: Connection, sort: int, before: float) -> None:
    """Take days off the list on which a sort has no entries any more."""
    with sql.transaction():
        old = sql.execute(
            "SELECT thing, day FROM history.day WHERE sort = %s AND day <= %s",
            (sort, day_of(micros(before))),
        ).fetchall()
        empty = [
            track
            for track in old
            if sql.execute(
                "SELECT FROM history.entry WHERE thing = %s AND sort = %s"
                " AND tst >= %s AND tst < %s LIMIT 1",
                (track[0], sort, track[1] * DAY, (track[1] + 1) * DAY),
                prepare=False,
            ).fetchone()
            is None
        ]
        if not empty:
            return
        sql.execute(_ALONE)
        sql.execute(_CHANGED)
        for thing, day in empty:
            sql.execute(
                "DELETE FROM history.day WHERE thing = %(thing)s AND sort = %(sort)s"
                " AND day = %(day)s AND NOT EXISTS (SELECT FROM history.entry"
                " WHERE thing = %(thing)s AND sort = %(sort)s"
                " AND tst >= %(first)s AND tst < %(behind)s)",
                {
                    "thing": thing,
                    "sort": sort,
                    "day": day,
                    "first": day * DAY,
                    "behind": (day + 1) * DAY,
                },
                prepare=False,
            )


def drop(
    sql: Connection, before: Mapping[str, float], own: Mapping[str, Mapping[str, float]]
) -> int:
    """Drop the days of which something is old, and copy what is not; tell how many entries went.

    ``before`` has the time of each sort, ``own`` that of some things, by sort. A day in which
    somebody looks for long, a backup perhaps, is left for the next time.
    """
    numbers = dict(sql.execute("SELECT name, id FROM history.sort").fetchall())
    keys: dict[str, int] = dict(
        sql.execute(
            "SELECT key, id FROM history.thing WHERE key = ANY(%s)",
            (sorted({key for each in own.values() for key in each}),),
        ).fetchall()
    )
    times = {numbers[sort]: micros(at) for sort, at in before.items() if sort in numbers}
    owned = {
        (keys[key], numbers[sort]): micros(at)
        for sort, each in own.items()
        for key, at in each.items()
        if sort in numbers and key in keys
    }
    latest = max([*times.values(), *owned.values()], default=0) // DAY
    parts = sql.execute(
        "SELECT first, behind, name FROM history.part WHERE behind <= %s ORDER BY first", (latest,)
    ).fetchall()
    removed = 0
    for first, behind, name in parts:
        try:
            removed += _drop(sql, first, behind, name, times, owned)
        except psycopg.errors.LockNotAvailable:
            continue
    return removed


class _Old:
    """What of a partition is old, and what is not: tracks, as (thing, sort)."""

    def __init__(
        self,
        sql: Connection,
        first: int,
        behind: int,
        times: Mapping[int, int],
        owned: Mapping[tuple[int, int], int],
    ) -> None:
        tracks = sql.execute(
            "SELECT DISTINCT thing, sort FROM history.day WHERE day >= %s AND day < %s",
            (first, behind),
        ).fetchall()
        self.old, self.lasting = list[tuple[int, int]](), list[tuple[int, int]]()
        for thing, sort in tracks:
            old = owned.get((thing, sort), times.get(sort, -1)) >= behind * DAY
            (self.old if old else self.lasting).append((thing, sort))

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to do."""
        return bool(self.lasting) and not self.old


def _drop(
    sql: Connection,
    first: int,
    behind: int,
    name: str,
    times: Mapping[int, int],
    owned: Mapping[tuple[int, int], int],
) -> int:
    if _Old(sql, first, behind, times, owned).nothing:
        return 0
    with sql.transaction():
        sql.execute(_WAIT)
        sql.execute(_ALONE)
        sql.execute(_CHANGED)
        found = _Old(sql, first, behind, times, owned)
        table = syntax.Identifier("history", name)
        count = _count(sql, table)
        if found.lasting:
            # Two names in turn: the former one is free again.
            other = name.removesuffix("_rest") if name.endswith("_rest") else f"{name}_rest"
            rest = make_table(sql, other)
            copy = syntax.SQL(
                "INSERT INTO {} (thing, sort, tst, digest, at, hidden, body)"
                " SELECT e.thing, e.sort, tst, digest, at, hidden, body FROM {} AS e"
                " JOIN unnest(%s::int[], %s::int[]) AS stays (thing, sort)"
                " ON e.thing = stays.thing AND e.sort = stays.sort"
            )
            count -= sql.execute(copy.format(rest, table), columns(found.lasting)).rowcount
            sql.execute(syntax.SQL("DROP TABLE {}").format(table))
            attach(sql, rest, first, behind)
            sql.execute("UPDATE history.part SET name = %s WHERE first = %s", (other, first))
        else:
            sql.execute(syntax.SQL("DROP TABLE {}").format(table))
            sql.execute("DELETE FROM history.part WHERE first = %s", (first,))
        sql.execute(
            "DELETE FROM history.day USING unnest(%s::int[], %s::int[]) AS old (thing, sort)"
            " WHERE day.thing = old.thing AND day.sort = old.sort AND day >= %s AND day < %s",
            (*columns(found.old), first, behind),
        )
    return count


def columns(tracks: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return the things and the sorts of tracks, each by themselves."""
    return [thing for thing, _ in tracks], [sort for _, sort in tracks]


def _count(sql: Connection, table: syntax.Identifier) -> int:
    found = sql.execute(syntax.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    return int(found[0]) if found else 0
