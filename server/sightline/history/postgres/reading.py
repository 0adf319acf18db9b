"""Read the history in PostgreSQL: pages, scenes, counts, states.

Every statement names the bounds of time in which it looks, as values the planner sees, so that it
opens the partitions of those days alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sightline.database.postgres import Connection
from sightline.history import cursors
from sightline.history.postgres.tables import DAY, day_of
from sightline.history.postgres.writing import sort_of
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import INSTANT, MOST, Act, HistoryPage, Span, StoreSize
from sightline.history.writing import micros

_NARROW = 2 * DAY
"""µs: a shorter span is looked through without asking for its days."""
_MOST_DAYS = 16  # asked for at once
Row = tuple[int, int, int, int, str]


def page(sql: Connection, span: Span, limit: int, after: str | None) -> HistoryPage:
    """Return some of one thing's entries."""
    limit = min(limit, MOST)
    mark = None if after is None else cursors.track(after)
    since, until = micros(span.since), micros(span.until)
    if mark is not None and span.newest_first:
        until = min(until, micros(mark[0]))
    elif mark is not None:
        since = max(since, micros(mark[0]))
    found: list[Row] = []
    for parts in _parts(sql, span, since, until):
        parts.wanted = limit + 1 - len(found)
        found += parts.rows(mark)
        if len(found) > limit:
            break
    entries = [entry_of(span.thing, span.sort, *row) for row in found[:limit]]
    more = len(found) > limit and entries
    return HistoryPage(entries, cursors.of_track(entries[-1]) if more else None)


class _Parts:
    """Some bounds of time, in order, within which there may be entries of a track.

    Each is asked for by itself: PostgreSQL plans a question about one day in no time, and one about
    a month for longer than it takes to answer it.
    """

    def __init__(self, sql: Connection, span: Span, bounds: Sequence[tuple[int, int]]) -> None:
        self._sql = sql
        self._span = span
        self._bounds = bounds
        self.wanted = 0

    def rows(self, mark: tuple[float, int] | None) -> list[Row]:
        """Return at most as many rows as are wanted, beyond the mark."""
        order, beyond = order_of(self._span.newest_first)
        shown = "" if self._span.hidden else " AND hidden <= 0"
        past, marked = "", tuple[int, ...]()
        if mark is not None:
            past = f" AND (tst, digest) {beyond} (%s, %s)"
            marked = micros(mark[0]), mark[1]
        query = (
            f"SELECT tst, at, digest, hidden, body FROM history.entry WHERE {_TRACK}"
            f" AND tst BETWEEN %s AND %s{shown}{past}"
            f" ORDER BY tst {order}, digest {order} LIMIT %s"
        )
        track = self._span.thing, self._span.sort
        asked = [(*track, *bounds, *marked, self.wanted) for bounds in self._bounds]
        return [row for rows in fetched_each(self._sql, query, asked) for row in rows][
            : self.wanted
        ]


_TRACK = (
    "thing = (SELECT id FROM history.thing WHERE key = %s)"
    " AND sort = (SELECT id FROM history.sort WHERE name = %s)"
)


def _parts(sql: Connection, span: Span, since: int, until: int) -> Iterator[_Parts]:
    """Yield where there are entries of a span: few days first, then as many as will be needed."""
    if since > until:
        return
    if until - since <= _NARROW:
        yield _Parts(sql, span, [(since, until)])
        return
    order, _ = order_of(span.newest_first)
    low, high = day_of(since), day_of(until)
    count = 2
    while low <= high:
        query = f"SELECT day FROM history.day WHERE {_TRACK} AND day BETWEEN %s AND %s"
        values = (span.thing, span.sort, low, high, count)
        days = [row[0] for row in fetched(sql, f"{query} ORDER BY day {order} LIMIT %s", values)]
        if not days:
            return
        bounds = [(max(since, day * DAY), min(until, (day + 1) * DAY - 1)) for day in days]
        yield _Parts(sql, span, bounds)
        low, high = (low, days[-1] - 1) if span.newest_first else (days[-1] + 1, high)
        count = min(count * 2, _MOST_DAYS)


def scene(sql: Connection, sort: str, at: float, limit: int, after: str | None) -> HistoryPage:
    """Return each thing's last entry at that time."""
    limit = min(limit, MOST)
    number = sort_of(sql, sort)
    if number is None:
        return HistoryPage([])
    last = (
        "(SELECT day FROM history.day WHERE day.thing = thing.id AND day.sort = %s"
        " AND day.day <= %s ORDER BY day DESC LIMIT 1)"
    )
    rows = fetched(
        sql,
        f"SELECT id, key, last.day FROM history.thing CROSS JOIN LATERAL {last} AS last"
        " WHERE key > %s ORDER BY key LIMIT %s",
        (number, day_of(micros(at)), after or "", limit + 1),
    )
    more = len(rows) > limit
    things = {thing: key for thing, key, _ in rows[:limit]}
    days: dict[int, list[int]] = defaultdict(list)
    for thing, _, day in rows[:limit]:
        days[day].append(thing)
    found = _nearest(sql, days, number, micros(at), 1, back=True)
    entries = [entry_of(key, sort, *row) for thing, key in things.items() for row in found[thing]]
    return HistoryPage(entries, [*things.values()][-1] if more and things else None)


def around(
    sql: Connection, things: Sequence[str], sort: str, at: float, before: int, after: int
) -> Sequence[Sequence[HistoryEntry]]:
    """Return the entries of things on both sides of a time."""
    number = sort_of(sql, sort)
    if number is None:
        return [[] for _ in things]
    known = "SELECT key, id FROM history.thing WHERE key = ANY(%s)"
    ids: dict[str, int] = dict(fetched(sql, known, (list(things),)))
    first = dict.fromkeys(ids.values(), day_of(micros(at)))
    earlier = _nearest(
        sql, _next_days(sql, first, number, True), number, micros(at), before, back=True
    )
    later = _nearest(
        sql, _next_days(sql, first, number, False), number, micros(at + INSTANT), after, back=False
    )
    return [
        [entry_of(key, sort, *row) for row in (*reversed(earlier[ids[key]]), *later[ids[key]])]
        if key in ids
        else []
        for key in things
    ]


def _nearest(
    sql: Connection,
    days: Mapping[int, list[int]],
    sort: int,
    at: int,
    count: int,
    *,
    back: bool,
) -> Mapping[int, list[Row]]:
    """Return for each thing its ``count`` entries next to a time, the nearest first.

    ``days`` has the things by their first day. Day by day: most are found on the first one.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    while days and count > 0:
        for day, things in days.items():
            low, high = day * DAY, (day + 1) * DAY - 1
            low, high = (low, min(high, at)) if back else (max(low, at), high)
            wanted = [count - len(found[thing]) for thing in things]
            for thing, *row in _of_day(sql, things, wanted, sort, low, high, back):
                found[thing].append(tuple(row))
        bounds = {
            thing: day - 1 if back else day + 1
            for day, things in days.items()
            for thing in things
            if len(found[thing]) < count
        }
        days = _next_days(sql, bounds, sort, back) if bounds else {}
    return found


def _next_days(
    sql: Connection, bounds: Mapping[int, int], sort: int, back: bool
) -> Mapping[int, list[int]]:
    """Return the next day of each thing, up to or from a day of its own; things by day."""
    beyond, order = ("<=", "DESC") if back else (">=", "ASC")
    days: dict[int, list[int]] = defaultdict(list)
    for thing, day in fetched(
        sql,
        "SELECT given.thing, next.day FROM unnest(%s::int[], %s::int[]) AS given (thing, bound)"
        " CROSS JOIN LATERAL (SELECT day.day FROM history.day WHERE day.thing = given.thing"
        f" AND day.sort = %s AND day.day {beyond} given.bound ORDER BY day.day {order} LIMIT 1)"
        " AS next",
        ([*bounds], [*bounds.values()], sort),
    ):
        days[day].append(thing)
    return days


def _of_day(
    sql: Connection,
    things: Sequence[int],
    wanted: Sequence[int],
    sort: int,
    low: int,
    high: int,
    back: bool,
) -> list[Any]:
    order, _ = order_of(back)
    return fetched(
        sql,
        "SELECT given.thing, e.tst, e.at, e.digest, e.hidden, e.body"
        " FROM unnest(%s::int[], %s::int[]) AS given (thing, wanted) CROSS JOIN LATERAL ("
        "SELECT tst, at, digest, hidden, body FROM history.entry WHERE entry.thing = given.thing"
        " AND entry.sort = %s AND entry.tst BETWEEN %s AND %s AND entry.hidden <= 0"
        f" ORDER BY tst {order}, digest {order} LIMIT given.wanted) AS e",
        (list(things), list(wanted), sort, low, high),
    )


def counts(sql: Connection, thing: str, sort: str, bounds: Sequence[float]) -> Sequence[int]:
    """Tell how many entries lie between neighbouring bounds."""
    numbers = [0] * (len(bounds) - 1)
    edges = [micros(bound) for bound in bounds]
    if not numbers:
        return numbers
    for place, count in fetched(
        sql,
        "SELECT width_bucket(tst, %s::bigint[]), count(*) FROM history.entry"
        " WHERE thing = (SELECT id FROM history.thing WHERE key = %s)"
        " AND sort = (SELECT id FROM history.sort WHERE name = %s)"
        " AND tst >= %s AND tst < %s AND hidden <= 0 GROUP BY 1",
        (edges, thing, sort, edges[0], edges[-1]),
    ):
        numbers[place - 1] = count
    return numbers


def acts(sql: Connection, thing: str) -> Sequence[Act]:
    """List the acts of hiding of a thing that still mark anything."""
    found = []
    for number, undo, *track, first, last in fetched(
        sql,
        "SELECT id, undo, thing, sort, first, last FROM history.act"
        " WHERE thing = (SELECT id FROM history.thing WHERE key = %s) ORDER BY undo",
        (thing,),
    ):
        ((count, begin, end),) = fetched(
            sql,
            "SELECT count(*), min(tst), max(tst) FROM history.entry WHERE thing = %s AND sort = %s"
            " AND tst BETWEEN %s AND %s AND hidden IN (%s, %s)",
            (*track, first, last, number, -number),
        )
        if count:
            found.append(Act(undo, count, begin / 1e6, end / 1e6))
    return found


def things(sql: Connection) -> Sequence[str]:
    """Return all that have entries."""
    return [
        key
        for (key,) in fetched(
            sql,
            "SELECT key FROM history.thing WHERE EXISTS"
            " (SELECT FROM history.day WHERE day.thing = thing.id) ORDER BY key",
        )
    ]


def last_states(
    sql: Connection, limit: int, after: str | None
) -> tuple[Sequence[LastState], str | None]:
    """Return the present states."""
    limit = min(limit, MOST)
    found = fetched(
        sql,
        "SELECT thing, at, body FROM history.standing WHERE thing > %s ORDER BY thing LIMIT %s",
        (after or "", limit + 1),
    )
    rows = [LastState(thing, at / 1e6, body.encode()) for thing, at, body in found[:limit]]
    return rows, rows[-1].thing if len(found) > limit and rows else None


def figures(sql: Connection) -> StoreSize:
    """Tell how large it is; the number of entries is what PostgreSQL last estimated."""
    ((size, rows),) = fetched(
        sql,
        "SELECT sum(pg_total_relation_size(oid))::bigint,"
        " sum(CASE WHEN relname LIKE 'entry%' AND reltuples >= 0 THEN reltuples END)::bigint"
        " FROM pg_class WHERE relnamespace = 'history'::regnamespace AND relkind = 'r'",
    )
    ((first, last),) = fetched(sql, "SELECT min(day), max(day) FROM history.day")
    edges = [
        fetched(
            sql,
            f"SELECT {edge}(tst) FROM history.entry WHERE tst BETWEEN %s AND %s",
            (day * DAY, (day + 1) * DAY - 1),
        )[0][0]
        for edge, day in (("min", first), ("max", last))
        if day is not None
    ]
    oldest, newest = [None if edge is None else edge / 1e6 for edge in edges] or (None, None)
    return StoreSize(rows=rows, bytes=size, oldest=oldest, newest=newest)


def fetched(sql: Connection, query: str, values: Sequence[object] | None = None) -> list[Any]:
    """Return all rows; the planner sees the values."""
    with sql.cursor(binary=True) as cursor:
        return cursor.execute(query, values, prepare=False).fetchall()


def fetched_each(
    sql: Connection, query: str, values: Sequence[Sequence[object]]
) -> Iterator[list[Any]]:
    """Yield all rows for each of these values, which go to PostgreSQL at once."""
    if len(values) == 1:
        yield fetched(sql, query, values[0])
        return
    with sql.pipeline():
        cursors_ = [sql.cursor(binary=True) for _ in values]
        for cursor, each in zip(cursors_, values, strict=True):
            cursor.execute(query, each, prepare=False)
    for cursor in cursors_:
        yield cursor.fetchall()


def order_of(newest_first: bool) -> tuple[str, str]:
    """Return the words for an order, and the sign of what lies beyond."""
    return ("DESC", "<") if newest_first else ("ASC", ">")


def entry_of(
    thing: str, sort: str, tst: int, at: int, digest: int, hidden: int, body: str
) -> HistoryEntry:
    """Return a row as an entry. ``hidden`` is the number of an act: less than 0, it believed it."""
    times = tst / 1e6, at / 1e6
    return HistoryEntry(thing, sort, *times, body.encode(), digest, hidden > 0, hidden < 0)
