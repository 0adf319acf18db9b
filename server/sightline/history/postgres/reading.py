"""Read the history in PostgreSQL: pages, scenes, counts, states.

Every statement names the bounds of time in which it looks, as values the planner sees, so that it
opens the partitions of those days alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sightline.history import cursors
from sightline.history.postgres.tables import DAY, Connection, day_of
from sightline.history.postgres.writing import sort_of, thing_of
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import INSTANT, MOST, Act, HistoryPage, Span, StoreSize
from sightline.history.writing import micros

_NARROW = 2 * DAY
"""µs: a shorter span is looked through without asking for its days."""
_FAR = 1 << 30  # more than any day
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
    thing, sort = thing_of(sql, span.thing), sort_of(sql, span.sort)
    found: list[Row] = []
    if thing is not None and sort is not None and since <= until:
        for first, last in _stretches(sql, (thing, sort), since, until, span.newest_first):
            wanted = limit + 1 - len(found)
            found += _rows(sql, (thing, sort), first, last, span, mark, wanted)
            if len(found) > limit:
                break
    entries = [entry_of(span.thing, span.sort, *row) for row in found[:limit]]
    more = len(found) > limit and entries
    return HistoryPage(entries, cursors.of_track(entries[-1]) if more else None)


def _rows(
    sql: Connection,
    track: tuple[int, int],
    first: int,
    last: int,
    span: Span,
    mark: tuple[float, int] | None,
    limit: int,
) -> list[Row]:
    order, beyond = order_of(span.newest_first)
    shown = "" if span.hidden else " AND hidden <= 0"
    values: list[object] = [*track, first, last]
    past = ""
    if mark is not None:
        past = f" AND (tst, digest) {beyond} (%s, %s)"
        values += [micros(mark[0]), mark[1]]
    return fetched(
        sql,
        "SELECT tst, at, digest, hidden, body FROM history.entry"
        f" WHERE thing = %s AND sort = %s AND tst BETWEEN %s AND %s{shown}{past}"
        f" ORDER BY tst {order}, digest {order} LIMIT %s",
        (*values, limit),
    )


def _stretches(
    sql: Connection, track: tuple[int, int], since: int, until: int, newest_first: bool
) -> Iterator[tuple[int, int]]:
    """Tell in which parts of a span there are entries of a track: few days first, then more."""
    if until - since <= _NARROW:
        yield since, until
        return
    order, _ = order_of(newest_first)
    low, high = day_of(since), day_of(until)
    count = 2
    while low <= high:
        days = [
            row[0]
            for row in fetched(
                sql,
                "SELECT day FROM history.day WHERE thing = %s AND sort = %s"
                f" AND day BETWEEN %s AND %s ORDER BY day {order} LIMIT %s",
                (*track, low, high, count),
            )
        ]
        if not days:
            return
        first, last = min(days), max(days)
        yield max(since, first * DAY), min(until, (last + 1) * DAY - 1)
        if newest_first:
            high = first - 1
        else:
            low = last + 1
        count *= 4


def scene(sql: Connection, sort: str, at: float, limit: int, after: str | None) -> HistoryPage:
    """Return each thing's last entry at that time."""
    limit = min(limit, MOST)
    number = sort_of(sql, sort)
    if number is None:
        return HistoryPage([])
    things = dict(
        fetched(
            sql,
            "SELECT id, key FROM history.thing WHERE key > %s AND EXISTS (SELECT FROM history.day"
            " WHERE day.thing = thing.id AND day.sort = %s AND day.day <= %s)"
            " ORDER BY key LIMIT %s",
            (after or "", number, day_of(micros(at)), limit + 1),
        )
    )
    more = len(things) > limit
    if more:
        things.popitem()
    found = _nearest(sql, list(things), number, micros(at), 1, back=True)
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
    earlier = _nearest(sql, [*ids.values()], number, micros(at), before, back=True)
    later = _nearest(sql, [*ids.values()], number, micros(at + INSTANT), after, back=False)
    return [
        [
            entry_of(key, sort, *row)
            for row in (*reversed(earlier[ids[key]]), *later[ids[key]])
            if key in ids
        ]
        if key in ids
        else []
        for key in things
    ]


def _nearest(
    sql: Connection, things: Sequence[int], sort: int, at: int, count: int, *, back: bool
) -> Mapping[int, list[Row]]:
    """Return for each thing its ``count`` entries next to a time, the nearest first.

    Day by day: most things are found on the first one that is looked at.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    bounds = {thing: day_of(at) for thing in things} if count > 0 else {}
    while bounds:
        days = _next_days(sql, bounds, sort, back)
        for day, some in days.items():
            low, high = day * DAY, (day + 1) * DAY - 1
            low, high = (low, min(high, at)) if back else (max(low, at), high)
            wanted = [count - len(found[thing]) for thing in some]
            for thing, *row in _of_day(sql, some, wanted, sort, low, high, back):
                found[thing].append(tuple(row))
        bounds = {
            thing: day - 1 if back else day + 1
            for day, some in days.items()
            for thing in some
            if len(found[thing]) < count
        }
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


def order_of(newest_first: bool) -> tuple[str, str]:
    """Return the words for an order, and the sign of what lies beyond."""
    return ("DESC", "<") if newest_first else ("ASC", ">")


def entry_of(
    thing: str, sort: str, tst: int, at: int, digest: int, hidden: int, body: str
) -> HistoryEntry:
    """Return a row as an entry. ``hidden`` is the number of an act: less than 0, it believed it."""
    times = tst / 1e6, at / 1e6
    return HistoryEntry(thing, sort, *times, body.encode(), digest, hidden > 0, hidden < 0)
