"""Keep history in PostgreSQL: on threads, by a pool of connections that is given.

While the database cannot be reached, or answers too late, what is to be written goes to disk
(within a bound) and counts as kept; it is written to the database, in order, once that works again.
Until then it is not found by questions. What was spilled before a restart is found again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from sightline.database import migrations
from sightline.database.engine import Conflict
from sightline.database.postgres import Again, Postgres
from sightline.database.schema import Part
from sightline.history.backlog import Backlog
from sightline.history.postgres import tables, upkeep
from sightline.history.postgres.questions import PostgresQuestions
from sightline.history.postgres.schema import PART
from sightline.history.postgres.threads import WRITING, StoreThreads
from sightline.history.postgres.writing import PostgresWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.history.spill import Batch, Spill
from sightline.model.faults import CannotOpen, Unavailable


class PostgresStore(PostgresQuestions):
    """History in the database of ``postgres``, a pool that is opened and closed here.

    ``folder`` is for what waits, at most ``spill`` bytes. ``writing`` (s) is how long a write is
    waited for. ``again`` (s) is when what is there is first tried again, and the longest wait
    before a later try. ``parts`` are all that have tables in the database. ``wall`` gives epoch s.
    """

    name = "postgresql"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        postgres: Postgres,
        folder: Path,
        *,
        parts: Sequence[Part] = (PART,),
        writing: float = WRITING,
        spill: int = 256_000_000,
        wall: Callable[[], float] = time.time,
        again: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        super().__init__(StoreThreads(reactor, postgres, writing))
        self._reactor = reactor
        self._postgres = postgres
        self._parts = tuple(parts)
        self._writer = PostgresWriter(wall)
        self._prepared = False
        place = Spill(reactor, folder, spill, "PostgreSQL")
        self._backlog = Backlog(reactor, place, self, again, "PostgreSQL")

    @property
    def spilled(self) -> int:
        """Return bytes that wait on disk until the database takes them."""
        return self._backlog.bytes

    @property
    def spilling(self) -> bool:
        """Tell whether what is written goes to disk just now."""
        return self._backlog.grows

    @property
    def trouble(self) -> str:
        """Tell why what is written waits; "" when it does not."""
        return self._backlog.trouble

    # -- open, close

    def open(self) -> Deferred[None]:
        """Make the tables or bring them up to date. While the database is away what is written
        waits on disk. Fails with `CannotOpen`.
        """
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._threads.start()
        await self._backlog.open()
        try:
            await self.prepare()
        except Unavailable as why:
            self._backlog.begin(why)
        if self._backlog.bytes:
            self._backlog.drain()

    def close(self) -> Deferred[None]:
        """Finish what was begun. What waits on disk waits for the next start."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        self._threads.close()
        await self._backlog.close()
        await self._threads.stop()

    # -- writing

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states, in the database or, while it takes none, on disk.

        What goes to disk counts as new.
        """
        return Deferred.fromCoroutine(self._write(entries, last_states))

    async def _write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> int:
        if not self._backlog.grows:
            try:
                return await self._threads.write(
                    self._writer.write, tuple(entries), tuple(last_states)
                )
            except Unavailable as why:
                self._backlog.begin(why)
        await self._backlog.put(Batch(tuple(entries), tuple(last_states)))
        return len(entries)

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark entries as wrong, or as right; those that still wait on disk are not found."""
        return self._threads.write(self._writer.hide, thing, sort, keys, undo, believed)

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return self._threads.write(self._writer.unhide, thing, undo)

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget these things, on disk, too. See the documents for what WAL and backups keep."""
        return Deferred.fromCoroutine(self._backlog.erase(things))

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

    # -- for what waits

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

    async def bring(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> None:
        """Write what waited on disk; what can never be written is left out, alone."""
        try:
            await self._threads.write(self._writer.write, entries, last_states, True)
        except psycopg.DataError as why:
            many = len(entries) + len(last_states)
            if many == 1:
                self._log.error("An entry is left out: {why}", why=str(why))
                return
            half = (len(entries) + 1) // 2, (len(last_states) + 1) // 2
            if len(entries) and len(last_states):
                half = len(entries), 0
            await self.bring(entries[: half[0]], last_states[: half[1]])
            await self.bring(entries[half[0] :], last_states[half[1] :])

    async def erase_stored(self, things: Sequence[str]) -> int:
        """Forget things in the database, and have PostgreSQL give their room to others."""
        count, tables_ = await self._threads.write(upkeep.erase, things)
        try:
            await self._threads.upkeep(upkeep.vacuum, tables_)
        except Unavailable as why:  # autovacuum will do it
            self._log.warn("What was erased is not cleaned up yet: {why}", why=str(why))
        return count
