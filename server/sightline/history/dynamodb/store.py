"""The store of history in DynamoDB. The table's design is in the package's docstring.

While AWS cannot be reached, throttles us or refuses us, what is to be written goes to disk (within
a bound) and counts as kept; it is written to the table, in order, once that works again. Until then
it is not found by questions. What was spilled before a restart is found again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.aws.client import AwsDenied
from sightline.aws.credentials import METADATA
from sightline.aws.endpoint import Endpoint
from sightline.aws.table import Table
from sightline.history.dynamodb.reading import DynamoReader
from sightline.history.dynamodb.writing import DynamoWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.history.spill import Batch, Spill
from sightline.history.store import FOREVER, Act, HistoryPage, Span, StoreSize
from sightline.model.faults import CannotOpen, Unavailable

_PUT = 1000  # entries taken from disk into the table at once

T = TypeVar("T")


class DynamoStore:
    """History in the table ``name`` of a region; an empty ``region`` is that of ``environ``.

    ``folder`` is for what waits, at most ``spill`` bytes. ``endpoint`` is a URL where it is not
    AWS. ``keep`` (s): how long after its time an entry ends by itself. ``environ`` may hold
    credentials. ``retry_for`` (s) is how long a question is tried, ``writing`` how long a write is
    before it goes to disk, ``again`` when what is there is first tried again, and the longest wait
    before a later try.
    """

    _log = Logger()
    name = "dynamodb"
    trouble = ""

    def __init__(
        self,
        reactor: Any,
        folder: Path,
        name: str,
        region: str,
        environ: Mapping[str, str],
        *,
        endpoint: str = "",
        metadata: str = METADATA,
        keep: float | None = None,
        spill: int = 256_000_000,
        wall: Callable[[], float] = time.time,
        retry_for: float = 10.0,
        writing: float = 3.0,
        again: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        self._reactor = reactor
        self._keep = keep
        self._again = again
        self._endpoint = Endpoint(
            reactor, region, environ, endpoint, metadata=metadata, wall=wall, retry_for=retry_for
        )
        self._table = Table(
            reactor, self._endpoint.dynamo, name, retry_for=retry_for, writing=writing
        )
        self._reading = DynamoReader(self._table, wall)
        self._writing = DynamoWriter(self._table, self._reading, keep)
        self._spill = Spill(reactor, folder, spill)
        self._closing = False
        self._spilling = False
        self._ready = False
        self._draining: Deferred[None] | None = None
        self._putting = 0  # writes on their way to disk
        # What is being brought from disk into the table cannot be erased meanwhile.
        self._order = DeferredLock()

    @property
    def spilled(self) -> int:
        """Return bytes that wait on disk until the table takes them."""
        return self._spill.bytes

    # -- open, close

    def open(self) -> Deferred[None]:
        """Find the table or make it. While AWS is away what is written waits on disk."""
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._endpoint.prepare()
        try:
            await self._spill.open()
        except OSError as why:
            raise CannotOpen(f"what waits for DynamoDB has no place on disk: {why}") from why
        await self._endpoint.sign_in()
        try:
            await self._prepare()
        except Unavailable as why:
            self._begin_to_spill(why)
        if self._spill.bytes:
            self._begin_to_drain()

    async def _prepare(self) -> None:
        if not self._ready:
            await self._table.make(self._keep is not None)
            self._ready = True

    def close(self) -> Deferred[None]:
        """Let go of the connections. What waits on disk waits for the next start."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        self._closing = True
        self._endpoint.hush()
        draining, self._draining = self._draining, None
        if draining is not None:
            draining.cancel()
            await draining
        await self._endpoint.close()

    # -- writing

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states, in the table or, while it takes none, on disk.

        Not all or none: see the package's note. What goes to disk counts as new.
        """
        return Deferred.fromCoroutine(self._write(entries, last_states))

    async def _write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> int:
        if not self._spilling:
            try:
                return await self._writing.write(entries, last_states)
            except Unavailable as why:
                self._begin_to_spill(why)
        self._putting += 1
        try:
            await self._spill.put(Batch(tuple(entries), tuple(last_states)))
        finally:
            self._putting -= 1
        return len(entries)

    def _begin_to_spill(self, why: Unavailable) -> None:
        if not self._spilling:
            self._log.warn("History waits on disk: {why}", why=str(why))
        self.trouble = f"history waits on disk: {why}"
        self._begin_to_drain()

    def _begin_to_drain(self) -> None:
        # From here on everything goes to disk, until all of it is in the table: order matters.
        self._spilling = True
        if self._draining is None:
            draining = Deferred.fromCoroutine(self._drain())
            self._draining = draining

            def failed(failure: Any) -> None:
                if failure.check(CancelledError) is None:
                    self._log.failure("What waits on disk is not written any more", failure)

            draining.addErrback(failed)

    async def _drain(self) -> None:
        first, longest = self._again
        wait = first
        while not self._closing:
            await deferLater(self._reactor, wait)
            try:
                await self._prepare()
                if not await self._drain_one():
                    break
                wait = 0.0
            except (Unavailable, CannotOpen, AwsDenied, OSError) as why:
                self._log.debug("History still waits on disk: {why}", why=str(why))
                wait = min(longest, max(first, wait * 2))
        if not self._spilling:
            self._log.info("History is written to DynamoDB again")

    async def _drain_one(self) -> bool:
        """Bring the oldest file into the table; False when there is none, and all is as usual."""
        await self._order.acquire()
        try:
            found = await self._spill.oldest()
            if found is not None:
                await self._bring(*found)
            elif not self._putting:
                self._spilling = False
                self._draining = None
                self.trouble = ""
                return False
            return True
        finally:
            self._order.release()

    async def _bring(self, name: str, batches: Sequence[Batch]) -> None:
        entries = [entry for batch in batches for entry in batch.entries]
        for at in range(0, len(entries), _PUT):
            await self._writing.write(entries[at : at + _PUT], ())
        await self._writing.write((), [s for batch in batches for s in batch.last_states])
        await self._spill.drop(name)

    # -- questions and changes

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return Deferred.fromCoroutine(self._reading.page(span, limit, after))

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        return Deferred.fromCoroutine(self._reading.scene(sort, at, limit, after))

    def events(
        self,
        sorts: Iterable[str],
        since: float = -FOREVER,
        until: float = FOREVER,
        *,
        newest_first: bool = True,
        limit: int = 1000,
        after: str | None = None,
        scope: VisibleScope = EVERYTHING,
    ) -> Deferred[HistoryPage]:
        """Return events of all things that are seen."""
        return Deferred.fromCoroutine(
            self._reading.events(sorts, since, until, newest_first, limit, after, scope)
        )

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""
        return Deferred.fromCoroutine(self._reading.counts(thing, sort, bounds))

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        return Deferred.fromCoroutine(self._reading.acts(thing))

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""
        return Deferred.fromCoroutine(self._reading.around(things, sort, at, before, after))

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return Deferred.fromCoroutine(self._reading.things())

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""
        return Deferred.fromCoroutine(self._reading.last_states(limit, after))

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
        return Deferred.fromCoroutine(self._writing.hide(thing, sort, keys, undo, believed))

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return Deferred.fromCoroutine(self._writing.unhide(thing, undo))

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget these things, on disk, too."""
        return Deferred.fromCoroutine(self._erase(things))

    async def _erase(self, things: Sequence[str]) -> int:
        await self._order.acquire()
        try:
            gone = await self._spill.erase(things)
            return gone + await self._writing.erase(things)
        finally:
            self._order.release()

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old."""
        return Deferred.fromCoroutine(self._writing.purge(sort, before, own or {}, most))

    def figures(self) -> Deferred[StoreSize]:
        """Return its size as of some hours ago; DynamoDB tells no more without a read of all of
        it.
        """
        size: Deferred[Any] = Deferred.fromCoroutine(self._table.size())
        return size.addCallback(lambda found: StoreSize(bytes=found))
