"""Write the history in PostgreSQL. Every call is one transaction on a connection that is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from weakref import WeakSet

import psycopg

from sightline.database.postgres import Connection
from sightline.history.postgres.tables import AHEAD, day_of, make_days
from sightline.history.record import EVENTS, HistoryEntry, LastState
from sightline.history.writing import micros

_AGAIN = 60.0
"""s after which a partition that could not be made is tried again."""

_MOST_KNOWN = 50_000  # things whose numbers are remembered, and four times as many days
_ARRIVING = """
    CREATE TEMPORARY TABLE IF NOT EXISTS arriving (
        thing integer, sort smallint, tst bigint, digest bigint, at bigint, body bytea
    ) ON COMMIT DELETE ROWS
"""
_TYPES = ("int4", "int2", "int8", "int8", "int8", "bytea")
# In the order of the key, so that two servers that write the same wait for each other in vain.
_ENTRIES = """
    INSERT INTO history.entry (thing, sort, tst, digest, at, body)
    SELECT thing, sort, tst, digest, at, convert_from(body, 'UTF8') FROM arriving
    ORDER BY thing, sort, tst, digest ON CONFLICT DO NOTHING
"""
_THINGS = """
    INSERT INTO history.thing (key) SELECT key FROM unnest(%s::text[]) AS given (key)
    WHERE NOT EXISTS (SELECT FROM history.thing WHERE thing.key = given.key)
    ORDER BY key ON CONFLICT DO NOTHING
"""
_DAYS = """
    INSERT INTO history.day (thing, sort, day)
    SELECT thing, sort, day FROM unnest(%s::int[], %s::smallint[], %s::int[])
    AS given (thing, sort, day) ORDER BY thing, sort, day ON CONFLICT DO NOTHING
"""
_STATES = """
    INSERT INTO history.standing (thing, at, body)
    SELECT thing, at, convert_from(body, 'UTF8')
    FROM unnest(%s::text[], %s::bigint[], %s::bytea[]) AS given (thing, at, body) ORDER BY thing
    ON CONFLICT (thing) DO UPDATE SET at = excluded.at, body = excluded.body
"""
_LATE = " WHERE standing.at <= excluded.at"


Arriving = tuple[str, int, int, int, int, bytes]


class PostgresWriter:
    """Write entries, states and marks. ``wall`` gives epoch s, by which days are near or far.

    To be used by one thread at a time; the connection may be another at each call.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ready: WeakSet[Connection] = WeakSet()
        self._sorts: dict[str, int] = {}
        self._changes = -1
        self._things: dict[str, int] = {}
        self._listed: set[tuple[int, int, int]] = set()
        self._days: set[int] = set()
        """Days that have a partition, or that get none."""
        self._try_again = 0.0

    def write(
        self,
        sql: Connection,
        entries: Sequence[HistoryEntry],
        last_states: Sequence[LastState],
        late: bool = False,
    ) -> int:
        """Keep entries and present states; how many entries were new.

        ``late``: the states waited, and another server may have written newer ones.
        """
        sorts = {name: self._sort(sql, name) for name in sorted({e.sort for e in entries})}
        rows = [
            (e.thing, sorts[e.sort], micros(e.tst), e.digest, micros(e.at), e.body) for e in entries
        ]
        self._make_days(sql, {day_of(row[2]) for row in rows})
        try:
            with sql.transaction():
                new = self._insert(sql, rows) if rows else 0
                self._stand(sql, last_states, late)
        except BaseException:
            self._forget()  # numbers given within it are given no more
            raise
        return new

    def _insert(self, sql: Connection, rows: Sequence[Arriving]) -> int:
        if sql not in self._ready:
            sql.execute("SET LOCAL client_min_messages = warning")
            sql.execute(_ARRIVING)
        # Nobody erases anything until we are done; what was erased before, we notice.
        sql.execute("LOCK TABLE history.thing IN ROW SHARE MODE")
        (changes,) = one(sql, "SELECT n FROM history.changes")
        if changes != self._changes:
            self._forget()
            self._changes = changes
        things = self._numbers(sql, {row[0] for row in rows})
        self._list(sql, {(things[row[0]], row[1], day_of(row[2])) for row in rows})
        with sql.cursor() as cursor:
            with cursor.copy("COPY arriving FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_TYPES)
                for thing, *rest in rows:
                    copy.write_row((things[thing], *rest))
            new = cursor.execute(_ENTRIES).rowcount
        self._ready.add(sql)
        return new

    def _numbers(self, sql: Connection, keys: set[str]) -> Mapping[str, int]:
        """Return the numbers of things, new ones among them."""
        unknown = sorted(keys - self._things.keys())
        if unknown:
            if len(self._things) + len(unknown) > _MOST_KNOWN:
                unknown = sorted(keys)
                self._things.clear()
            sql.execute(_THINGS, (unknown,))
            found = "SELECT key, id FROM history.thing WHERE key = ANY(%s)"
            self._things.update(sql.execute(found, (unknown,)).fetchall())
        return self._things

    def _list(self, sql: Connection, tracks: set[tuple[int, int, int]]) -> None:
        """See to it that the days of tracks are on the list."""
        unknown = sorted(tracks - self._listed)
        if unknown:
            if len(self._listed) > 4 * _MOST_KNOWN:
                self._listed.clear()
            sql.execute(_DAYS, [[each[place] for each in unknown] for place in range(3)])
            self._listed.update(unknown)

    def _forget(self) -> None:
        self._changes = -1
        self._things.clear()
        self._listed.clear()

    def _stand(self, sql: Connection, last_states: Sequence[LastState], late: bool) -> None:
        last = {each.thing: each for each in last_states}
        for newer in (False, True):
            some = [each for each in last.values() if (late or each.beside) == newer]
            if stays := [each for each in some if each.body is not None]:
                columns = ([s.thing for s in stays], [micros(s.at) for s in stays])
                sql.execute(_STATES + (_LATE if newer else ""), (*columns, [s.body for s in stays]))
            if gone := [each for each in some if each.body is None]:
                sql.execute(
                    "DELETE FROM history.standing USING unnest(%s::text[], %s::bigint[]) AS given"
                    " (thing, at) WHERE standing.thing = given.thing"
                    + (" AND standing.at <= given.at" if newer else ""),
                    ([s.thing for s in gone], [micros(s.at) for s in gone]),
                )

    def _make_days(self, sql: Connection, days: set[int]) -> None:
        """Make partitions for days that we have not seen yet, and for the day after today."""
        now = self._wall()
        today = int(now // 86_400)
        days = (days | {today + AHEAD} if today in days else days) - self._days
        if not days or now < self._try_again:
            return
        try:
            make_days(sql, days, today)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            self._try_again = now + _AGAIN  # they lie with the others until then
        else:
            # A day too far off today may get a partition later on.
            self._days |= {day for day in days if day <= today + AHEAD}

    def _sort(self, sql: Connection, name: str) -> int:
        found = self._sorts.get(name)
        if found is None:
            with sql.transaction():
                found = sort_of(sql, name) or self._new_sort(sql, name)
            self._sorts[name] = found
        return found

    def _new_sort(self, sql: Connection, name: str) -> int:
        sql.execute("LOCK TABLE history.sort IN EXCLUSIVE MODE")
        found = sort_of(sql, name)
        if found is None:
            (top,) = one(sql, "SELECT coalesce(max(abs(id)), 0) FROM history.sort")
            found = (-1 if name in EVENTS else 1) * (top + 1)
            sql.execute("INSERT INTO history.sort (id, name) VALUES (%s, %s)", (found, name))
        return found

    # -- marks

    def hide(
        self,
        sql: Connection,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        believed: bool = False,
    ) -> int:
        """Mark entries as wrong, under a number that `unhide` finds again; as right, under the same
        number less than 0.
        """
        if not keys:
            return 0
        times = [micros(tst) for tst, _ in keys]
        first, last = min(times), max(times)
        with sql.transaction():
            known = (thing_of(sql, thing), sort_of(sql, sort))
            if None in known:
                return 0
            (number,) = one(
                sql,
                "INSERT INTO history.act (thing, undo, sort, first, last)"
                " VALUES (%s, %s, %s, %s, %s)"
                # The same act once more: its answer was lost.
                " ON CONFLICT (thing, undo) DO UPDATE SET undo = excluded.undo RETURNING id",
                (known[0], undo, known[1], first, last),
            )
            return sql.execute(
                "UPDATE history.entry SET hidden = %s FROM unnest(%s::bigint[], %s::bigint[])"
                " AS given (tst, digest) WHERE entry.thing = %s AND entry.sort = %s"
                " AND entry.tst = given.tst AND entry.digest = given.digest"
                f" AND entry.tst BETWEEN %s AND %s AND hidden {'=' if believed else '<='} 0",
                (
                    -number if believed else number,
                    *(times, [digest for _, digest in keys]),
                    *(*known, first, last),
                ),
                prepare=False,
            ).rowcount

    def unhide(self, sql: Connection, thing: str, undo: str) -> int:
        """Take off the marks that were made under this name."""
        with sql.transaction():
            found = sql.execute(
                "DELETE FROM history.act WHERE undo = %s AND thing = %s"
                " RETURNING id, thing, sort, first, last",
                (undo, thing_of(sql, thing)),
            ).fetchone()
            if found is None:
                return 0
            number, *span = found
            return sql.execute(
                "UPDATE history.entry SET hidden = 0 WHERE thing = %s AND sort = %s"
                " AND tst BETWEEN %s AND %s AND hidden IN (%s, %s)",
                (*span, number, -number),
                prepare=False,
            ).rowcount


def one(sql: Connection, query: str, values: Sequence[object] = ()) -> tuple[int, ...]:
    """Return the one row of a query that always has one."""
    found = sql.execute(query, values).fetchone()
    assert found is not None
    return tuple(found)


def thing_of(sql: Connection, key: str) -> int | None:
    """Return the number of a thing; None: it has no history."""
    found = sql.execute("SELECT id FROM history.thing WHERE key = %s", (key,)).fetchone()
    return None if found is None else int(found[0])


def sort_of(sql: Connection, name: str) -> int | None:
    """Return the number of a sort; None: there are no entries of it."""
    found = sql.execute("SELECT id FROM history.sort WHERE name = %s", (name,)).fetchone()
    return None if found is None else int(found[0])
