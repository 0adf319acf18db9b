"""Keep history in PostgreSQL: on threads, by a pool of connections that is given.

While the database cannot be reached, or answers too late, a write fails with `Unavailable` and is
to be asked again: what is to be kept waits in the log (`sightline.history.log`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from sightline.database import migrations
from sightline.database.engine import Conflict
from sightline.database.postgres import Again, Postgres
from sightline.database.schema import Part
from sightline.history.postgres import tables, upkeep
from sightline.history.postgres.questions import PostgresQuestions
from sightline.history.postgres.schema import PART
from sightline.history.postgres.threads import WRITING, StoreThreads
from sightline.history.postgres.writing import PostgresWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.model.faults import CannotOpen, Unavailable


class PostgresStore(PostgresQuestions):
    """History in the database of ``postgres``, a pool that is opened and closed here.

    ``writing`` (s) is how long a write is waited for. ``parts`` are all that have tables in the
    database. ``wall`` gives epoch s.
    """

    name = "postgresql"
    trouble = ""
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        postgres: Postgres,
        *,
        parts: Sequence[Part] = (PART,),
        writing: float = WRITING,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(StoreThreads(reactor, postgres, writing))
        self._reactor = reactor
        self._postgres = postgres
        self._parts = tuple(parts)
        self._writer = PostgresWriter(wall)
        self._prepared = False

    # -- open, close

    def open(self) -> Deferred[None]:
        """Make the tables or bring them up to date; while the database is away, later on.

        Fails with `CannotOpen`.
        """
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._threads.start()
        try:
            await self.prepare()
        except Unavailable as why:
            self._log.warn("PostgreSQL is not there yet: {why}", why=str(why))

    def close(self) -> Deferred[None]:
        """Finish what was begun."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        self._threads.close()
        await self._threads.stop()

    # -- writing

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states."""
        return Deferred.fromCoroutine(self._write(entries, last_states, False))

    def write_late(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep what waited (`sightline.history.store.LateStore`)."""
        return Deferred.fromCoroutine(self._write(entries, last_states, True))

    async def _write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState], late: bool
    ) -> int:
        await self._ready()
        return await self._threads.write(
            self._writer.write, tuple(entries), tuple(last_states), late
        )

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""

        async def ask() -> tuple[Sequence[LastState], str | None]:
            await self._ready()
            return await PostgresQuestions.last_states(self, limit, after)

        return Deferred.fromCoroutine(ask())

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark entries as wrong, or as right."""
        return self._threads.write(self._writer.hide, thing, sort, keys, undo, believed)

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return self._threads.write(self._writer.unhide, thing, undo)

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget these things. See the documents for what WAL and backups keep."""
        return Deferred.fromCoroutine(self._erase(things))

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old."""
        return self._threads.upkeep(upkeep.purge, sort, before, own or {}, most)

    def drop(
        self, before: Mapping[str, float], own: Mapping[str, Mapping[str, float]]
    ) -> Deferred[int]:
        """Let go of whole days in which something is old."""
        return self._threads.upkeep(upkeep.drop, before, own)

    # -- inside

    async def _ready(self) -> None:
        """Make the tables, if the database was away until now. Raises `Unavailable`."""
        try:
            await self.prepare()
        except CannotOpen as why:
            raise Unavailable(str(why)) from why

    async def prepare(self) -> None:
        """Make the tables, unless they are known to be there."""
        if not self._prepared:
            common = self._reactor.getThreadPool()
            await deferToThreadPool(self._reactor, common, self._make_tables)
            self._prepared = True

    def _make_tables(self) -> None:
        migrations.prepare(self._postgres, self._parts)
        try:
            with self._postgres.lend() as sql:
                tables.make_view(sql)
        except (psycopg.Error, Again, Conflict, CannotOpen) as why:
            # Another server made it this moment, perhaps; nothing of ours needs it.
            self._log.warn("The view history.fixes is not made: {why}", why=str(why))

    async def _erase(self, things: Sequence[str]) -> int:
        """Forget things in the database, and have PostgreSQL give their room to others."""
        count, tables_ = await self._threads.write(upkeep.erase, things)
        try:
            await self._threads.upkeep(upkeep.vacuum, tables_)
        except Unavailable as why:  # autovacuum will do it
            self._log.warn("What was erased is not cleaned up yet: {why}", why=str(why))
        return count
