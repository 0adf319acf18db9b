"""Carry a history from a SQLite file to PostgreSQL or back: entries, marks and present states.

Both ends are read row by row in the order of their keys, so that it can go on where it was cut off.
Writing an entry again changes nothing. Plain functions that wait; they run without a reactor.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from sightline.database.copying import Digest
from sightline.database.postgres import Postgres
from sightline.history import tables
from sightline.history.postgres.writing import PostgresWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.history.writing import StoreWriter

PIECE = 2_000
"""Entries carried at once."""
Mark = tuple[str | int, ...]
"""Where a piece ended: a table, and the key of its last row."""
Row = tuple[str, str, int, int, int, int, str]
"""thing, sort, tst, digest, at, hidden, body"""
Marked = tuple[str, str, str, Sequence[tuple[float, int]], bool]
"""thing, sort, undo, the keys of the entries, and whether they are believed"""

_COLUMNS = "thing, sort, tst, digest, at, hidden, body"
_KEY = "thing, sort, tst, digest"


class HistoryEnd(Protocol):
    """One end of the way. ``mark`` is None at the beginning."""

    def count(self) -> int:
        """Count all entries of this end."""

    def pieces(self, mark: Mark | None = None) -> Iterator[tuple[Sequence[Row], Mark]]:
        """Yield all entries behind a mark, some at a time, each with its mark."""

    def acts(self) -> Iterator[Marked]:
        """Yield what was marked as wrong or right."""

    def states(self) -> Iterator[Sequence[LastState]]:
        """Yield the present states, some at a time."""

    def write(self, entries: Sequence[HistoryEntry], states: Sequence[LastState]) -> None:
        """Keep entries and states."""

    def mark(self, act: Marked) -> None:
        """Mark entries, unless that was done already."""


class SqliteEnd:
    """A file; ``made``: it may be written, else it is only read."""

    def __init__(self, path: Path, *, made: bool = False) -> None:
        if made:
            self._sql = tables.opened(path)
            self._writer = StoreWriter(self._sql)
        else:
            self._sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            tables.version(self._sql, path)

    def close(self) -> None:
        """Close the file; what was written is safe."""
        self._sql.close()

    def count(self) -> int:
        """Count the entries (`HistoryEnd`)."""
        return int(self._sql.execute("SELECT count(*) FROM entry").fetchone()[0])

    def pieces(self, mark: Mark | None = None) -> Iterator[tuple[Sequence[Row], Mark]]:
        """Yield all entries behind a mark (`HistoryEnd`)."""
        things = dict(self._sql.execute("SELECT id, key FROM thing"))
        sorts = dict(self._sql.execute("SELECT id, name FROM sort"))
        after = mark[1:] if mark else (-(1 << 62),) * 4
        query = (
            f"SELECT {_COLUMNS} FROM entry WHERE ({_KEY}) > (?, ?, ?, ?) ORDER BY {_KEY} LIMIT ?"
        )
        while some := self._sql.execute(query, (*after, PIECE)).fetchall():
            after = some[-1][:4]
            yield [(things[r[0]], sorts[r[1]], *r[2:]) for r in some], ("entry", *after)

    def acts(self) -> Iterator[Marked]:
        """Yield what was marked (`HistoryEnd`)."""
        found = self._sql.execute(
            "SELECT act.id, act.thing, act.sort, thing.key, sort.name, undo, first, last FROM act"
            " JOIN thing ON thing.id = act.thing JOIN sort ON sort.id = act.sort ORDER BY act.id"
        ).fetchall()
        for number, thing, sort, key, name, undo, first, last in found:
            rows = self._sql.execute(
                "SELECT tst, digest, hidden FROM entry WHERE thing = ? AND sort = ?"
                " AND tst BETWEEN ? AND ? AND hidden IN (?, ?) ORDER BY tst, digest",
                (thing, sort, first, last, number, -number),
            ).fetchall()
            if rows:
                yield key, name, undo, [(t / 1e6, d) for t, d, _ in rows], rows[0][2] < 0

    def states(self) -> Iterator[Sequence[LastState]]:
        """Yield the present states (`HistoryEnd`)."""
        after = ""
        query = "SELECT thing, at, body FROM standing WHERE thing > ? ORDER BY thing LIMIT ?"
        while some := self._sql.execute(query, (after, PIECE)).fetchall():
            after = some[-1][0]
            yield [_state(*row) for row in some]

    def write(self, entries: Sequence[HistoryEntry], states: Sequence[LastState]) -> None:
        """Keep entries and states (`HistoryEnd`)."""
        self._writer.write(entries, states)

    def mark(self, act: Marked) -> None:
        """Mark entries, unless that was done already (`HistoryEnd`)."""
        thing, sort, undo, keys, believed = act
        done = self._sql.execute(
            "SELECT 1 FROM act JOIN thing ON thing.id = act.thing WHERE key = ? AND undo = ?",
            (thing, undo),
        ).fetchone()
        if done is None:
            self._writer.hide(thing, sort, keys, undo, believed)


class PostgresEnd:
    """The database of ``postgres``, an open pool."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._writer = PostgresWriter()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        with self._postgres.lend() as sql:
            return sql.execute(query.encode(), values, prepare=False).fetchall()

    def count(self) -> int:
        """Count the entries (`HistoryEnd`)."""
        return int(self._all("SELECT count(*) FROM history.entry")[0][0])

    def pieces(self, mark: Mark | None = None) -> Iterator[tuple[Sequence[Row], Mark]]:
        """Yield all entries behind a mark (`HistoryEnd`), partition after partition."""
        names = [name for (name,) in self._all("SELECT name FROM history.part ORDER BY name")]
        names.append("entry_other")
        if mark is not None:
            names = names[names.index(str(mark[0])) :] if mark[0] in names else names
        things = dict(self._all("SELECT id, key FROM history.thing"))
        sorts = dict(self._all("SELECT id, name FROM history.sort"))
        for name in names:
            at_mark = mark is not None and mark[0] == name
            after = mark[1:] if at_mark and mark else (-(1 << 31), -(1 << 15), -(1 << 62), -1)
            query = (
                f'SELECT {_COLUMNS} FROM history."{name}" WHERE ({_KEY}) > (%s, %s, %s, %s)'
                f" ORDER BY {_KEY} LIMIT %s"
            )
            while some := self._all(query, (*after, PIECE)):
                after = some[-1][:4]
                yield [(things[r[0]], sorts[r[1]], *r[2:]) for r in some], (name, *after)

    def acts(self) -> Iterator[Marked]:
        """Yield what was marked (`HistoryEnd`)."""
        for number, thing, sort, key, name, undo, first, last in self._all(
            "SELECT act.id, act.thing, act.sort, thing.key, sort.name, undo, first, last"
            " FROM history.act JOIN history.thing ON thing.id = act.thing"
            " JOIN history.sort ON sort.id = act.sort ORDER BY act.id"
        ):
            rows = self._all(
                "SELECT tst, digest, hidden FROM history.entry WHERE thing = %s AND sort = %s"
                " AND tst BETWEEN %s AND %s AND hidden IN (%s, %s) ORDER BY tst, digest",
                (thing, sort, first, last, number, -number),
            )
            if rows:
                yield key, name, undo, [(t / 1e6, d) for t, d, _ in rows], rows[0][2] < 0

    def states(self) -> Iterator[Sequence[LastState]]:
        """Yield the present states (`HistoryEnd`)."""
        after = ""
        query = "SELECT thing, at, body FROM history.standing WHERE thing > %s ORDER BY thing"
        while some := self._all(f"{query} LIMIT %s", (after, PIECE)):
            after = some[-1][0]
            yield [_state(*row) for row in some]

    def write(self, entries: Sequence[HistoryEntry], states: Sequence[LastState]) -> None:
        """Keep entries and states (`HistoryEnd`)."""
        with self._postgres.lend() as sql:
            self._writer.write(sql, entries, states)

    def mark(self, act: Marked) -> None:
        """Mark entries, unless that was done already (`HistoryEnd`)."""
        thing, sort, undo, keys, believed = act
        with self._postgres.lend() as sql:
            self._writer.hide(sql, thing, sort, keys, undo, believed)


def carry(
    source: HistoryEnd,
    target: HistoryEnd,
    mark: Mark | None,
    moved: Callable[[int, Mark], None],
) -> None:
    """Carry everything from ``source`` to ``target``, from a mark on.

    ``moved`` is told how many entries each piece had, and its mark, once it is safe.
    """
    for rows, behind in source.pieces(mark):
        target.write([_entry(*row) for row in rows], ())
        moved(len(rows), behind)
    for states in source.states():
        target.write((), states)
    for act in source.acts():
        target.mark(act)


def digests(end: HistoryEnd, seen: Callable[[int], None]) -> dict[str, Digest]:
    """Return what tells the contents of one end from others: entries, states, marks."""
    entries, states, acts = Digest(), Digest(), Digest()
    for rows, _ in end.pieces():
        for thing, sort, tst, digest, at, hidden, body in rows:
            entries.add((thing, sort, tst, digest, at, (hidden > 0) - (hidden < 0), body))
        seen(len(rows))
    for some in end.states():
        for state in some:
            states.add((state.thing, state.at, (state.body or b"").decode()))
    for thing, sort, undo, keys, believed in end.acts():
        acts.add((thing, sort, undo, keys, believed))
    return {"entries": entries, "present states": states, "marks": acts}


def _entry(
    thing: str, sort: str, tst: int, digest: int, at: int, hidden: int, body: str
) -> HistoryEntry:
    return HistoryEntry(thing, sort, tst / 1e6, at / 1e6, body.encode(), digest)


def _state(thing: str, at: int, body: str) -> LastState:
    return LastState(thing, at / 1e6, body.encode())
