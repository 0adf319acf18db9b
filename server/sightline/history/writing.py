"""Write the SQLite store: one connection, used by one thread.

Many rows go into one statement. SQLite gives up Python's lock for as long as a statement runs and
wants it back after each; with a row per statement a busy reactor would let it have one row in 5 ms.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

from sightline.history.record import EVENTS, HistoryEntry, LastState

# How many rows a statement takes. Few sizes, so that all statements stay prepared.
_SIZES = (512, 64, 8, 1)
_INFINITE = 1 << 62
_FURTHEST = _INFINITE / 1e6  # s
_MOST_KEYS = 500
_MOST_KNOWN = 50_000  # things whose numbers are remembered: about 10 MB


def micros(seconds: float) -> int:
    """Return whole µs, of any time however far."""
    if -_FURTHEST < seconds < _FURTHEST:
        return round(seconds * 1e6)
    return _INFINITE if seconds > 0 else -_INFINITE


# One statement, however many things there are; {} says which of them.
PURGE = (
    "DELETE FROM entry WHERE (thing, sort, tst, digest) IN (SELECT e.thing, e.sort, e.tst, e.digest"
    " FROM thing AS t CROSS JOIN entry AS e WHERE {} AND e.thing = t.id"
    " AND e.sort = (SELECT id FROM sort WHERE name = ?) AND e.tst < ? LIMIT ?)"
)


class StoreWriter:
    """Write into the file. Every call is one transaction."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql
        self._things: dict[str, int] = {}
        self._sorts: dict[str, int] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._sql.close()

    def write(self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]) -> int:
        """Keep entries and present states; how many entries were new."""
        with self._transaction():
            thing, sort = self._things.get, self._sorts.get
            rows = [
                (
                    thing(e.thing) or self._thing(e.thing),
                    sort(e.sort) or self._sort(e.sort),
                    micros(e.tst),
                    e.digest,
                    micros(e.at),
                    e.body,
                )
                for e in entries
            ]
            new = self._insert(
                "INSERT OR IGNORE INTO entry (thing, sort, tst, digest, at, hidden, body) VALUES ",
                "(?, ?, ?, ?, ?, 0, CAST(? AS TEXT))",
                rows,
            )
            last = {last.thing: last for last in last_states}
            self._insert(
                "INSERT OR REPLACE INTO standing (thing, at, body) VALUES ",
                "(?, ?, CAST(? AS TEXT))",
                [(s.thing, micros(s.at), s.body) for s in last.values() if s.body is not None],
            )
            self._each(
                "DELETE FROM standing WHERE thing IN",
                [last.thing for last in last.values() if last.body is None],
            )
            self._count(new)
        return new

    def hide(
        self,
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
        with self._transaction():
            where = (self._thing(thing), self._sort(sort))
            number = self._sql.execute(
                "INSERT INTO act (thing, undo, sort, first, last) VALUES (?, ?, ?, ?, ?)",
                (where[0], undo, where[1], min(times), max(times)),
            ).lastrowid
            assert number is not None
            count, before = 0, "hidden = 0" if believed else "hidden <= 0"
            for (_, digest), tst in zip(keys, times, strict=True):
                count += self._sql.execute(
                    "UPDATE entry SET hidden = ? WHERE thing = ? AND sort = ? AND tst = ?"
                    f" AND digest = ? AND {before}",
                    (-number if believed else number, *where, tst, digest),
                ).rowcount
        return count

    def unhide(self, thing: str, undo: str) -> int:
        """Take off the marks that were made under this name."""
        with self._transaction():
            found = self._sql.execute(
                "SELECT id, thing, sort, first, last FROM act WHERE undo = ?"
                " AND thing = (SELECT id FROM thing WHERE key = ?)",
                (undo, thing),
            ).fetchone()
            if found is None:
                return 0
            number, *span = found
            count = self._sql.execute(
                "UPDATE entry SET hidden = 0 WHERE thing = ? AND sort = ?"
                " AND tst BETWEEN ? AND ? AND hidden IN (?, ?)",
                (*span, number, -number),
            ).rowcount
            self._sql.execute("DELETE FROM act WHERE id = ?", (number,))
        return count

    def erase(self, things: Sequence[str]) -> int:
        """Forget these things; what is freed is overwritten (secure_delete)."""
        count = 0
        with self._transaction():
            for key in things:
                self._sql.execute("DELETE FROM standing WHERE thing = ?", (key,))
                found = self._sql.execute("SELECT id FROM thing WHERE key = ?", (key,)).fetchone()
                if found is None:
                    continue
                count += self._sql.execute("DELETE FROM entry WHERE thing = ?", found).rowcount
                self._sql.execute("DELETE FROM act WHERE thing = ?", found)
                self._sql.execute("DELETE FROM thing WHERE id = ?", found)
            self._count(-count)
        self._things.clear()
        self.scrub()
        return count

    def scrub(self) -> None:
        """Let what was deleted be gone from the log of changes (-wal), too."""
        busy, *_ = self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the log of changes is in use")

    def purge(self, sort: str, before: float, own: Mapping[str, float], most: int) -> int:
        """Remove what is older; things in ``own`` by their own time."""
        bounds = [("t.key NOT IN (SELECT value FROM json_each(?))", json.dumps(list(own)), before)]
        bounds += [("t.key = ?", key, at) for key, at in own.items()]
        count = 0
        with self._transaction():
            for which, what, at in bounds:
                if count >= most:
                    break
                count += self._sql.execute(
                    PURGE.format(which), (what, sort, micros(at), most - count)
                ).rowcount
            self._count(-count)
        return count

    # -- inside a transaction

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._sql.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._sql.execute("COMMIT")
        except BaseException:
            # Numbers given within it are given no more.
            self._things.clear()
            self._sorts.clear()
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")
            raise

    def _thing(self, key: str) -> int:
        """Return the number of a thing, which is never 0; give it one if it has none."""
        found = self._things.get(key)
        if found is None:
            known = self._sql.execute("SELECT id FROM thing WHERE key = ?", (key,)).fetchone()
            if known is None:
                added = self._sql.execute("INSERT INTO thing (key) VALUES (?)", (key,))
                known = (added.lastrowid,)
            if len(self._things) >= _MOST_KNOWN:
                self._things.clear()
            found = self._things[key] = int(known[0])
        return found

    def _sort(self, name: str) -> int:
        """Return the number of a sort, which is never 0; give it one if it has none."""
        found = self._sorts.get(name)
        if found is None:
            known = self._sql.execute("SELECT id FROM sort WHERE name = ?", (name,)).fetchone()
            if known is None:
                top = self._sql.execute("SELECT coalesce(max(abs(id)), 0) FROM sort").fetchone()
                known = ((-1 if name in EVENTS else 1) * (int(top[0]) + 1),)
                self._sql.execute("INSERT INTO sort (id, name) VALUES (?, ?)", (*known, name))
            found = self._sorts[name] = int(known[0])
        return found

    def _insert(self, head: str, row: str, rows: Sequence[tuple[object, ...]]) -> int:
        count = at = 0
        for size in _SIZES:
            many = head + ", ".join([row] * size)
            while len(rows) - at >= size:
                values = chain.from_iterable(rows[at : at + size])
                count += self._sql.execute(many, tuple(values)).rowcount
                at += size
        return count

    def _each(self, head: str, keys: Sequence[str]) -> None:
        for first in range(0, len(keys), _MOST_KEYS):
            some = keys[first : first + _MOST_KEYS]
            self._sql.execute(f"{head} ({', '.join('?' * len(some))})", some)

    def _count(self, more: int) -> None:
        if more:
            self._sql.execute("UPDATE tally SET rows = rows + ?", (more,))
