"""Keep locks between servers as rows, changed by conditions only, in a database of several.

One text of SQL for PostgreSQL, and for SQLite (which the tests use). An answer may be lost, and the
call is asked again: its condition may then fail because of ourselves; by ``mark`` we know our own
taking. No clock is compared: a beat is a number that grows.

A standby that took the place of its primary may lack the last rows of it: a lock that somebody
holds by them could be given away a second time. So PostgreSQL's timeline, which each such change
makes another one, is written down (``era``): until it is, nobody takes a lock; it is, once every
holder of before has stopped for want of beats. Then all locks are free, under fences beyond any
that were given and lost: no fence is given twice, and no server knows anything newer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from sightline.cluster.locks import DEAD_AFTER, Lock, LockRequest
from sightline.database.engine import Engine
from sightline.database.schema import Part, SchemaStep
from sightline.model.faults import Unavailable

PART = Part(
    "locks",
    (
        SchemaStep(
            (
                """
                CREATE TABLE server_lock (
                    name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL,
                    beat INTEGER NOT NULL, who TEXT NOT NULL, told TEXT NOT NULL,
                    wanted TEXT NOT NULL, declined TEXT NOT NULL, mark TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                """,
            )
        ),
    ),
)
_COLUMNS = "name, holder, fence, beat, who, told, wanted, declined, mark"
_SAME = "name = ? AND holder = ? AND fence = ?"
_LOST = 1000
"""Fences of one lock that may have been given and lost with the last rows."""
TIMELINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
"""What is another text once a standby, or a backup, has taken the place of the database."""


class LockTable:
    """The rows. ``first`` is the first fence of a lock that never was.

    It is above those of a server alone. ``era`` is SQL for what `TIMELINE` is; empty: there is
    none. ``clock`` gives monotonic s. Used by any number of threads.
    """

    def __init__(
        self, sql: Engine, first: int, *, era: str = "", clock: Callable[[], float]
    ) -> None:
        self._sql = sql
        self._first = first
        self._era = era
        self._clock = clock
        self._new_since: tuple[str, float] | None = None

    def all(self) -> list[Lock]:
        """Return all locks as they are now."""
        if self._era:
            self._look_at_era()
        rows = self._sql.execute(f"SELECT {_COLUMNS} FROM server_lock ORDER BY name")
        return [_lock(row) for row in rows]

    def get(self, name: str) -> Lock | None:
        """Return one lock as it is now."""
        row = self._row(name)
        return None if row is None else _lock(row)

    def _row(self, name: str) -> Any:
        return self._sql.execute(
            f"SELECT {_COLUMNS} FROM server_lock WHERE name = ?", (name,)
        ).fetchone()

    def take(self, was: Lock, me: str, who: str) -> Lock | None:
        """Give it to ``me`` if it still is as it ``was``; None: it is not.

        Raises `Unavailable`, also while holders of before the last change of place may still act.
        """
        mark = secrets.token_hex(8)
        same_era = f"(SELECT timeline FROM era) = {self._era}" if self._era else "1 = 1"
        if was.fence:
            rows = self._sql.execute(
                "UPDATE server_lock SET holder = ?, fence = fence + 1, beat = 0, who = ?,"
                " told = '', wanted = '', declined = '', mark = ?"
                f" WHERE {_SAME} AND beat = ? AND {same_era} RETURNING {_COLUMNS}",
                (me, who, mark, was.name, was.holder, was.fence, was.beat),
            ).fetchall()
        else:
            rows = self._sql.execute(
                f"INSERT INTO server_lock ({_COLUMNS})"
                f" SELECT ?, ?, ?, 0, ?, '', '', '', ? WHERE {same_era}"
                f" ON CONFLICT (name) DO NOTHING RETURNING {_COLUMNS}",
                (was.name, me, self._first, who, mark),
            ).fetchall()
        if rows:
            return _lock(rows[0])
        row = self._row(was.name)
        if row is not None and row[-1] == mark:
            return _lock(row)  # the answer was lost
        if self._era and not self._is_same_era():
            raise Unavailable(
                "the common database has just changed its place; former drivers have to stop first"
            )
        return None

    def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        """Say that its holder is there; None: that is another one now."""
        rows = self._sql.execute(
            "UPDATE server_lock SET beat = beat + 1, told = ?, declined = ?"
            f" WHERE {_SAME} RETURNING {_COLUMNS}",
            (told, declined, lock.name, lock.holder, lock.fence),
        ).fetchall()
        return _lock(rows[0]) if rows else None

    def release(self, lock: Lock) -> None:
        """Have nobody hold it, if its holder still does."""
        self._sql.execute(
            "UPDATE server_lock SET holder = '', beat = beat + 1, told = '', declined = ''"
            f" WHERE {_SAME}",
            (lock.name, lock.holder, lock.fence),
        )

    def want(self, lock: Lock, want: LockRequest | None) -> bool:
        """Put a wish down with its holder (None: take it back); return False: another does."""
        text = "" if want is None else msgspec.json.encode(want).decode()
        rows = self._sql.execute(
            f"UPDATE server_lock SET wanted = ? WHERE {_SAME} RETURNING name",
            (text, lock.name, lock.holder, lock.fence),
        ).fetchall()
        return bool(rows)

    # -- whether the database is still the one that locks were taken in

    def _timelines(self) -> tuple[str | None, str]:
        known, now = self._sql.execute(f"SELECT (SELECT timeline FROM era), {self._era}").fetchone()
        return known, now

    def _is_same_era(self) -> bool:
        known, now = self._timelines()
        return known == now

    def _look_at_era(self) -> None:
        known, now = self._timelines()
        if known is None:
            self._sql.execute(
                "INSERT INTO era (timeline) VALUES (?) ON CONFLICT DO NOTHING", (now,)
            )
        elif known == now:
            self._new_since = None
        elif self._new_since is None or self._new_since[0] != now:
            self._new_since = now, self._clock()
        elif self._clock() - self._new_since[1] >= DEAD_AFTER:
            self._sql.transact(lambda: self._begin_era(known, now))

    def _begin_era(self, known: str, now: str) -> None:
        begun = self._sql.execute("UPDATE era SET timeline = ? WHERE timeline = ?", (now, known))
        if begun.rowcount == 1:
            self._sql.execute(
                "UPDATE server_lock SET holder = '', fence = fence + ?, beat = 0, told = '',"
                " wanted = '', declined = ''",
                (_LOST,),
            )


def _lock(row: Any) -> Lock:
    name, holder, fence, beat, who, told, wanted, declined, _ = row
    return Lock(
        name=name,
        holder=holder,
        fence=fence,
        beat=beat,
        who=who,
        told=told,
        wanted=msgspec.json.decode(wanted, type=LockRequest) if wanted else None,
        declined=declined,
    )
