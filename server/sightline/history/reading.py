"""Read the SQLite store: a connection per thread, a page per statement.

A whole page comes as one row of JSON that SQLite puts together: it wants Python's lock once for
it, not once for each entry, which a busy reactor would make it wait for (see `writing`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history import cursors
from sightline.history.event_visibility import ABOUT, NAMING, may_name_hidden, scope_words
from sightline.history.record import EVENTS, HistoryEntry, LastState
from sightline.history.store import INSTANT, MOST, Act, HistoryPage, Span, StoreSize
from sightline.history.writing import micros

_rows = msgspec.json.Decoder(list[tuple[int, int, int, int, str]]).decode
_keyed_rows = msgspec.json.Decoder(list[tuple[str, str, int, int, int, int, str]]).decode
_last_state_rows = msgspec.json.Decoder(list[tuple[str, int, str]]).decode
_texts = msgspec.json.Decoder(list[str]).decode

_KEYED = "json_group_array(json_array(key, name, tst, at, digest, hidden, body))"


def page(sql: sqlite3.Connection, span: Span, limit: int, after: str | None) -> HistoryPage:
    """Return some of one thing's entries."""
    limit = min(limit, MOST)
    order, beyond = _order(span.newest_first)
    values: list[object] = [span.thing, span.sort, micros(span.since), micros(span.until)]
    shown = "" if span.hidden else " AND hidden <= 0"
    past = ""
    if after is not None:
        tst, digest = cursors.track(after)
        past = f" AND (tst, digest) {beyond} (?, ?)"
        values += [micros(tst), digest]
    (found,) = sql.execute(
        "SELECT json_group_array(json_array(tst, at, digest, hidden, body)) FROM ("
        "SELECT tst, at, digest, hidden, body FROM entry"
        " WHERE thing = (SELECT id FROM thing WHERE key = ?)"
        " AND sort = (SELECT id FROM sort WHERE name = ?)"
        f" AND tst BETWEEN ? AND ?{shown}{past}"
        f" ORDER BY tst {order}, digest {order} LIMIT ?)",
        (*values, limit + 1),
    ).fetchone()
    entries = [
        _entry(span.thing, span.sort, tst, at, digest, hidden, body)
        for tst, at, digest, hidden, body in _rows(found)
    ]
    more = len(entries) > limit
    del entries[limit:]
    return HistoryPage(entries, cursors.of_track(entries[-1]) if more and entries else None)


def scene(
    sql: sqlite3.Connection, sort: str, at: float, limit: int, after: str | None
) -> HistoryPage:
    """Return each thing's last entry at that time."""
    limit = min(limit, MOST)
    last = (
        "SELECT {} FROM entry AS x WHERE x.thing = t.id AND x.sort = s.id AND x.tst <= ?1"
        " AND x.hidden <= 0 ORDER BY x.tst DESC, x.digest DESC LIMIT 1"
    )
    (found,) = sql.execute(
        f"SELECT {_KEYED} FROM ("
        "SELECT t.key, s.name, e.tst, e.at, e.digest, e.hidden, e.body"
        " FROM sort AS s CROSS JOIN thing AS t CROSS JOIN entry AS e"
        " WHERE s.name = ?2 AND t.key > ?3 AND e.thing = t.id AND e.sort = s.id"
        f" AND e.tst = ({last.format('x.tst')}) AND e.digest = ({last.format('x.digest')})"
        " ORDER BY t.key LIMIT ?4)",
        (micros(at), sort, after or "", limit + 1),
    ).fetchone()
    entries = _keyed(found)
    more = len(entries) > limit
    del entries[limit:]
    return HistoryPage(entries, entries[-1].thing if more and entries else None)


def events(
    sql: sqlite3.Connection,
    sorts: Iterable[str],
    since: float,
    until: float,
    newest_first: bool,
    limit: int,
    after: str | None,
    scope: VisibleScope = EVERYTHING,
) -> HistoryPage:
    """Return events of all things that are seen, each sort by itself, then merged."""
    limit = min(limit, MOST)
    order, beyond = _order(newest_first)
    mark = None if after is None else cursors.event(after)
    parts: list[str] = []
    values: dict[str, object] = {"since": micros(since), "until": micros(until), **_seen(scope)}
    past = ""
    if mark is not None:
        past = (
            f" AND (tst, digest) {beyond}= (:tst, :digest)"
            f" AND (tst, digest, key, name) {beyond} (:tst, :digest, :thing, :name)"
        )
        tst, digest, thing, name = mark
        values |= {"tst": micros(tst), "digest": digest, "thing": thing, "name": name}
    for number, sort in enumerate(sorted(EVENTS & set(sorts))):
        values[f"sort{number}"] = sort
        source, seen = _source(scope, sort)
        parts.append(
            "SELECT * FROM (SELECT key, name, tst, at, digest, hidden, body"
            f" FROM {source} JOIN sort ON sort.id = entry.sort"
            f" WHERE sort = (SELECT id FROM sort WHERE name = :sort{number}) AND sort < 0"
            f" AND tst BETWEEN :since AND :until AND hidden = 0{past}{seen}"
            f" ORDER BY tst {order}, digest {order}, key {order} LIMIT {limit + 1})"
        )
    if not parts:
        return HistoryPage([])
    (found,) = sql.execute(
        f"{'' if scope.all else _SEEN}"
        f"SELECT {_KEYED} FROM (SELECT * FROM ({' UNION ALL '.join(parts)})"
        f" ORDER BY tst {order}, digest {order}, key {order}, name {order} LIMIT {limit + 1})",
        values,
    ).fetchone()
    entries = _keyed(found)
    more = len(entries) > limit
    del entries[limit:]
    return HistoryPage(entries, cursors.of_event(entries[-1]) if more and entries else None)


_SEEN = """WITH seen (id) AS (
    SELECT id FROM thing WHERE key IN (SELECT value FROM json_each(:things))
    UNION SELECT thing.id FROM json_each(:groups) AS word
    JOIN thing ON thing.key >= word.value || '/' AND thing.key < word.value || '0'
)
"""
# ``replace`` leaves what is no slash, and ``rtrim`` takes that off: a key as far as its last slash.
_NAMED_SEEN = {
    sort: f""" AND coalesce((
    SELECT '{each.names}/' || named IN (SELECT value FROM json_each(:things))
    OR rtrim('{each.names}/' || named, replace('{each.names}/' || named, '/', ''))
    IN (SELECT value || '/' FROM json_each(:owners))
    FROM (SELECT CASE WHEN json_valid(body) THEN json_extract(body, '$.{each.field}') ELSE '' END
    AS named) WHERE named IS NOT NULL), 1)"""
    for sort, each in NAMING.items()
}
"""The condition that a sight sees what an event names, by sort."""


def _seen(scope: VisibleScope) -> dict[str, object]:
    """Return the words of a scope, each list as JSON."""
    return {name: _listed(words) for name, words in scope_words(scope).items()}


def _source(scope: VisibleScope, sort: str) -> tuple[str, str]:
    """Tell where the events of a sort that are seen are found: tables, and a condition.

    In the index by time where whole kinds are seen, nearly all of them; else thing by thing, so
    that a viewer of little makes us read little.
    """
    every = "entry JOIN thing ON thing.id = entry.thing"
    if scope.kinds is None:
        return every, ""
    named = _NAMED_SEEN[sort] if may_name_hidden(sort, scope) else ""
    if scope.kinds & ABOUT.get(sort, frozenset()):
        return every, f" AND +entry.thing IN (SELECT id FROM seen){named}"
    seen = "seen JOIN thing ON thing.id = seen.id CROSS JOIN entry ON entry.thing = seen.id"
    return seen, named


def counts(
    sql: sqlite3.Connection, thing: str, sort: str, bounds: Sequence[float]
) -> Sequence[int]:
    """Tell how many entries lie between neighbouring bounds."""
    found = []
    for first, last in pairwise(bounds):
        (count,) = sql.execute(
            "SELECT count(*) FROM entry WHERE thing = (SELECT id FROM thing WHERE key = ?)"
            " AND sort = (SELECT id FROM sort WHERE name = ?)"
            " AND tst >= ? AND tst < ? AND hidden <= 0",
            (thing, sort, micros(first), micros(last)),
        ).fetchone()
        found.append(int(count))
    return found


def acts(sql: sqlite3.Connection, thing: str) -> Sequence[Act]:
    """List the acts of hiding of a thing that still mark anything."""
    found = sql.execute(
        "SELECT a.undo, count(*), min(e.tst), max(e.tst) FROM act AS a JOIN entry AS e"
        " ON e.thing = a.thing AND e.sort = a.sort AND e.tst BETWEEN a.first AND a.last"
        " AND e.hidden IN (a.id, -a.id)"
        " WHERE a.thing = (SELECT id FROM thing WHERE key = ?) GROUP BY a.id ORDER BY a.undo",
        (thing,),
    ).fetchall()
    return [Act(undo, count, first / 1e6, last / 1e6) for undo, count, first, last in found]


def around(
    sql: sqlite3.Connection, things: Sequence[str], sort: str, at: float, before: int, after: int
) -> Sequence[Sequence[HistoryEntry]]:
    """Return the entries of things on both sides of a time."""
    found = []
    for thing in things:
        past = Span(thing, sort, until=at, newest_first=True)
        rest = Span(thing, sort, since=at + INSTANT)
        earlier = page(sql, past, before, None).entries
        found.append([*reversed(earlier), *page(sql, rest, after, None).entries])
    return found


def things(sql: sqlite3.Connection) -> Sequence[str]:
    """Return all that have entries."""
    (found,) = sql.execute(
        "SELECT json_group_array(key) FROM (SELECT key FROM thing"
        " WHERE EXISTS (SELECT 1 FROM entry WHERE entry.thing = thing.id) ORDER BY key)"
    ).fetchone()
    return _texts(found)


def last_states(
    sql: sqlite3.Connection, limit: int, after: str | None
) -> tuple[Sequence[LastState], str | None]:
    """Return the present states."""
    limit = min(limit, MOST)
    (found,) = sql.execute(
        "SELECT json_group_array(json_array(thing, at, body)) FROM (SELECT thing, at, body"
        " FROM standing WHERE thing > ? ORDER BY thing LIMIT ?)",
        (after or "", limit + 1),
    ).fetchone()
    rows = [
        LastState(thing, at / 1e6, body.encode()) for thing, at, body in _last_state_rows(found)
    ]
    more = len(rows) > limit
    del rows[limit:]
    return rows, rows[-1].thing if more and rows else None


def figures(sql: sqlite3.Connection) -> StoreSize:
    """Tell how large it is. The oldest and newest are looked up track by track, in the index."""
    (rows,) = sql.execute("SELECT rows FROM tally").fetchone()
    (pages,) = sql.execute("PRAGMA page_count").fetchone()
    (size,) = sql.execute("PRAGMA page_size").fetchone()
    edges = []
    for edge in ("min", "max"):
        (found,) = sql.execute(
            f"SELECT {edge}((SELECT {edge}(tst) FROM entry WHERE entry.thing = thing.id"
            " AND entry.sort = sort.id)) FROM thing CROSS JOIN sort"
        ).fetchone()
        edges.append(None if found is None else found / 1e6)
    return StoreSize(rows=rows, bytes=pages * size, oldest=edges[0], newest=edges[1])


def _listed(words: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(words)).decode()


def _order(newest_first: bool) -> tuple[str, str]:
    return ("DESC", "<") if newest_first else ("ASC", ">")


def _keyed(found: str) -> list[HistoryEntry]:
    return [
        _entry(thing, sort, tst, at, digest, hidden, body)
        for thing, sort, tst, at, digest, hidden, body in _keyed_rows(found)
    ]


def _entry(
    thing: str, sort: str, tst: int, at: int, digest: int, hidden: int, body: str
) -> HistoryEntry:
    """Return a row as an entry. ``hidden`` is the number of an act: less than 0, it believed it."""
    times = tst / 1e6, at / 1e6
    return HistoryEntry(thing, sort, *times, body.encode(), digest, hidden > 0, hidden < 0)
