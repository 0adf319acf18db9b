"""Be the database of one part in PostgreSQL (`sightline.database.engine`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sightline.database import dialect
from sightline.database.engine import Result
from sightline.database.postgres import Connection, Postgres

T = TypeVar("T")


class PostgresEngine:
    """``topics`` are those of the feed by which others' changes of this part are known."""

    several = True

    def __init__(self, postgres: Postgres, topics: Sequence[str] = ()) -> None:
        self._postgres = postgres
        self._topics = tuple(topics)
        self._here = threading.local()

    @property
    def _connection(self) -> Connection | None:
        """Return the connection of the transaction that this thread is in."""
        found: Connection | None = getattr(self._here, "connection", None)
        return found

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement (`Engine`)."""
        text, values = dialect.placeholders(sql), dialect.values(parameters)
        connection = self._connection
        if connection is not None:
            return connection.execute(text, values)
        with self._postgres.lend() as connection:
            return connection.execute(text, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run a statement for each of the rows (`Engine`)."""
        found = [dialect.values(row) for row in rows]
        if not found:
            return
        connection = self._connection
        if connection is None:
            self.transact(lambda: self.executemany(sql, found))
            return
        with connection.cursor() as cursor:
            cursor.executemany(dialect.placeholders(sql), found)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Do everything within as one transaction, once (`Engine`); see `transact`."""
        with self._transaction("READ COMMITTED"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Show one picture within (`Engine`)."""
        with self._transaction("REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def _transaction(self, isolation: str) -> Iterator[None]:
        if self._connection is not None:
            yield
            return
        with self._postgres.lend() as connection:
            connection.execute(f"BEGIN ISOLATION LEVEL {isolation}")
            self._here.connection = connection
            try:
                yield
            finally:
                self._here.connection = None
            connection.execute("COMMIT")

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does as one transaction (`Engine`).

        ``scrub`` changes nothing here: what is removed leaves the tables at once, the disk with the
        next VACUUM, and PostgreSQL's log and standbys when they drop it.
        """
        if self._connection is not None:
            return work()

        def within(connection: Connection) -> T:
            self._here.connection = connection
            try:
                return work()
            finally:
                self._here.connection = None

        return self._postgres.transact(within)

    def version(self) -> object:
        """Return the counts of changes of this part (`Engine`)."""
        marks = ", ".join("?" * len(self._topics))
        rows = self.execute(
            f"SELECT topic, n FROM feed WHERE topic IN ({marks}) ORDER BY topic", self._topics
        )
        return tuple(tuple(row) for row in rows)

    def probe(self) -> None:
        """Find out whether it can be written (`Engine`)."""
        self.execute("SELECT n FROM feed WHERE topic = '' FOR UPDATE")

    def close(self) -> None:
        """Do nothing: the pool is others', too (`Engine`)."""
