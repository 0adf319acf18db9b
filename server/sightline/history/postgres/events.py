"""Find events of all things by time, of which a viewer sees only some.

Partition after partition from the end that is asked for: few first, then ever more of them, so that
the newest ones are found in the newest days, and a question for all of them ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.database.postgres import Connection
from sightline.history import cursors
from sightline.history.event_visibility import ABOUT, NAMING, may_name_hidden, scope_words
from sightline.history.postgres.reading import entry_of, order_of
from sightline.history.postgres.tables import DAY
from sightline.history.record import EVENTS
from sightline.history.store import MOST, HistoryPage
from sightline.history.writing import micros


def events(
    sql: Connection,
    sorts: Iterable[str],
    since: float,
    until: float,
    newest_first: bool,
    limit: int,
    after: str | None,
    scope: VisibleScope = EVERYTHING,
) -> HistoryPage:
    """Return events of all things that are seen."""
    limit = min(limit, MOST)
    first, last = micros(since), micros(until)
    mark = None if after is None else cursors.event(after)
    if mark is not None and newest_first:
        last = min(last, micros(mark[0]))
    elif mark is not None:
        first = max(first, micros(mark[0]))
    known = dict(
        sql.execute(
            "SELECT name, id FROM history.sort WHERE id < 0 AND name = ANY(%s)",
            (sorted(EVENTS & set(sorts)),),
        ).fetchall()
    )
    if not known or first > last:
        return HistoryPage([])
    starts = sql.execute(
        "SELECT first FROM history.part WHERE first > %s AND first <= %s ORDER BY first",
        (first // DAY, last // DAY),
    ).fetchall()
    found: list[Any] = []
    for low, high in cuts([row[0] * DAY for row in starts], first, last, newest_first):
        wanted = limit + 1 - len(found)
        query, values = _query(known, scope, newest_first, mark, wanted)
        values |= {"since": low, "until": high}
        with sql.cursor(binary=True) as cursor:
            found += cursor.execute(query.encode(), values, prepare=False).fetchall()
        if len(found) > limit:
            break
    entries = [entry_of(*row) for row in found[:limit]]
    more = len(found) > limit and entries
    return HistoryPage(entries, cursors.of_event(entries[-1]) if more else None)


def cuts(
    starts: Sequence[int], since: int, until: int, newest_first: bool
) -> Iterator[tuple[int, int]]:
    """Cut a span at some of these times into parts, in order, each larger than the one before.

    ``starts`` rise and lie within the span. Nothing of the span is left out.
    """
    count, rest = 2, list(starts)
    while rest:
        if newest_first:
            rest, some = rest[:-count], rest[-count:]
            yield some[0], until
            until = some[0] - 1
        else:
            some, rest = rest[:count], rest[count:]
            yield since, some[-1] - 1
            since = some[-1]
        count *= 4
    if since <= until:
        yield since, until


def _query(
    sorts: dict[str, int],
    scope: VisibleScope,
    newest_first: bool,
    mark: cursors.Mark | None,
    limit: int,
) -> tuple[str, dict[str, object]]:
    """Return the statement for a part of the span: each sort by itself, then merged."""
    order, beyond = order_of(newest_first)
    values: dict[str, object] = {"limit": limit, **_seen(scope)}
    past = ""
    if mark is not None:
        past = (
            f" AND (entry.tst, entry.digest) {beyond}= (%(tst)s, %(digest)s)"
            f' AND (entry.tst, entry.digest, thing.key, %(name{{0}})s::text COLLATE "C") {beyond}'
            " (%(tst)s, %(digest)s, %(thing)s, %(name)s)"
        )
        tst, digest, thing, name = mark
        values |= {"tst": micros(tst), "digest": digest, "thing": thing, "name": name}
    parts = []
    for number, (sort, known) in enumerate(sorted(sorts.items())):
        values |= {f"name{number}": sort, f"sort{number}": known}
        source, seen = _source(scope, sort)
        parts.append(
            f"(SELECT thing.key, %(name{number})s::text AS name, entry.tst, entry.at, entry.digest,"
            f" entry.hidden, entry.body FROM {source} WHERE entry.sort = %(sort{number})s"
            " AND entry.sort < 0 AND entry.tst BETWEEN %(since)s AND %(until)s"
            f" AND entry.hidden = 0{past.format(number)}{seen}"
            f" ORDER BY entry.tst {order}, entry.digest {order}, thing.key {order} LIMIT %(limit)s)"
        )
    head = "" if scope.kinds is None else _SEEN
    return (
        f"{head}SELECT key, name, tst, at, digest, hidden, body FROM ({' UNION ALL '.join(parts)})"
        f' AS given ORDER BY tst {order}, digest {order}, key COLLATE "C" {order},'
        f' name COLLATE "C" {order} LIMIT %(limit)s',
        values,
    )


_SEEN = """WITH seen (id) AS MATERIALIZED (
    SELECT id FROM history.thing WHERE key = ANY(%(things)s::text[])
    UNION SELECT thing.id FROM unnest(%(groups)s::text[]) AS given (word)
    JOIN history.thing ON thing.key >= given.word || '/' AND thing.key < given.word || '0'
)
"""
_NAMED_SEEN = {
    sort: f""" AND (
    history.field(entry.body, '{each.field}') IS NULL
    OR '{each.names}/' || history.field(entry.body, '{each.field}') = ANY(%(things)s::text[])
    OR regexp_replace('{each.names}/' || history.field(entry.body, '{each.field}'), '[^/]*$', '')
    = ANY(%(owners)s::text[]))"""
    for sort, each in NAMING.items()
}
"""The condition that a scope includes what an event names, by sort."""


def _seen(scope: VisibleScope) -> dict[str, object]:
    """Return the words of a scope; an owner with the slash that ends it in what an event names."""
    words = scope_words(scope)
    return {**words, "owners": [f"{owner}/" for owner in words["owners"]]} if words else {}


def _source(scope: VisibleScope, sort: str) -> tuple[str, str]:
    """Tell where the events of a sort that are seen are found: tables, and a condition.

    In the index by time where whole kinds are seen, nearly all of them; else thing by thing, so
    that a viewer of little makes us read little.
    """
    every = "history.entry JOIN history.thing ON thing.id = entry.thing"
    if scope.kinds is None:
        return every, ""
    named = _NAMED_SEEN[sort] if may_name_hidden(sort, scope) else ""
    if scope.kinds & ABOUT.get(sort, frozenset()):
        return every, f" AND entry.thing IN (SELECT id FROM seen){named}"
    return (
        "seen JOIN history.thing ON thing.id = seen.id JOIN history.entry ON entry.thing = seen.id",
        named,
    )
