"""Record the statements that change a database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sightline.journal.entries import Statement

MEMBER = "member"
"""The table by which a state folder knows the file again (`sightline.wiring.members`)."""
_WRITES = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE(?: OR \w+)?|DELETE FROM) (\w+)", re.ASCII
)


def table_of(sql: str) -> str | None:
    """Return the table that a statement changes; None if it changes none."""
    found = _WRITES.match(sql)
    return found[1] if found else None


class RecordingConnection(sqlite3.Connection):
    """A connection that can write down the statements that change shared tables."""

    own: frozenset[str] = frozenset(("journal", "outbox", MEMBER))
    guarded = False
    """Whether shared tables may be changed only while changes are recorded."""
    statements: list[Statement] | None = None
    _all = False
    tried = 0
    """The recorded statements for shared tables, whether they changed any row or not."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement, and record it."""
        shared = self._shared(sql)
        done = super().execute(sql, parameters)
        if shared:
            self._record(sql, (tuple(parameters),), done.rowcount)
        return done

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement once for each of the parameters, and record it."""
        rows = tuple(tuple(row) for row in parameters)
        shared = self._shared(sql)
        done = super().executemany(sql, rows)
        if shared and rows:
            self._record(sql, rows, done.rowcount)
        return done

    def _shared(self, sql: str) -> bool:
        table = table_of(sql)
        if table is None or table in self.own:
            return False
        assert self.statements is not None or not self.guarded, "a copy changes within change()"
        self.tried += 1
        return True

    def _record(self, sql: str, rows: tuple[tuple[Any, ...], ...], count: int) -> None:
        if self.statements is not None and (count or self._all):
            self.statements.append((sql, rows))

    @contextmanager
    def recording(self, *, all: bool) -> Iterator[list[Statement]]:
        """Record the statements within; without ``all`` those only that changed a row.

        That would change none on an equal copy, either.
        """
        statements: list[Statement] = []
        self.statements, self._all = statements, all
        try:
            yield statements
        finally:
            self.statements = None
