"""Keep on disk what a store does not take just now, and bring it there in order once it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.history.record import HistoryEntry, LastState
from sightline.history.spill import Batch, Spill
from sightline.model.faults import CannotOpen, Unavailable

_PUT = 1000  # entries taken from disk into the store at once


class Stored(Protocol):
    """What the backlog needs of a store."""

    async def prepare(self) -> None:
        """Make it ready. Raises `Unavailable` or `CannotOpen`."""

    async def bring(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> None:
        """Write what waited; may be asked again after any failure."""

    async def erase_stored(self, things: Sequence[str]) -> int:
        """Forget these things; tell how many entries that were."""


class Backlog:
    """What waits in ``spill`` for ``stored``, which people know as ``name``.

    ``again`` (s) is when it is first tried again, and the longest wait before a later try.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        spill: Spill,
        stored: Stored,
        again: tuple[float, float],
        name: str,
    ) -> None:
        self.grows = False
        """Whether all that is written goes to disk, since something waits there."""
        self.trouble = ""
        """Why it does, in words; "" when it does not."""
        self._reactor = reactor
        self._spill = spill
        self._stored = stored
        self._name = name
        self._again = again
        self._closing = False
        self._draining: Deferred[None] | None = None
        self._putting = 0  # writes on their way to disk
        # What is being brought from disk into the store cannot be erased meanwhile.
        self._order = DeferredLock()

    @property
    def bytes(self) -> int:
        """Return how much waits on disk."""
        return self._spill.bytes

    async def open(self) -> None:
        """Find what waits since before the start. Raises `CannotOpen`."""
        try:
            await self._spill.open()
        except OSError as why:
            raise CannotOpen(f"what waits for {self._name} has no place on disk: {why}") from why

    async def close(self) -> None:
        """Bring nothing into the store any more; what waits does so until the next start."""
        self._closing = True
        draining, self._draining = self._draining, None
        if draining is not None:
            draining.cancel()
            await draining

    def begin(self, why: Unavailable) -> None:
        """Have all that is written go to disk, as the store takes none."""
        if not self.grows:
            self._log.warn("History waits on disk: {why}", why=str(why))
        self.trouble = f"history waits on disk: {why}"
        self.drain()

    async def put(self, batch: Batch) -> None:
        """Write a batch to disk, behind what waits there."""
        self._putting += 1
        try:
            await self._spill.put(batch)
        finally:
            self._putting -= 1

    async def erase(self, things: Sequence[str]) -> int:
        """Forget these things, on disk and in the store; tell how many entries that were."""
        await self._order.acquire()
        try:
            gone = await self._spill.erase(things)
            return gone + await self._stored.erase_stored(things)
        finally:
            self._order.release()

    def drain(self) -> None:
        """Begin to bring into the store what waits."""
        # From here on everything goes to disk, until all of it is in the store: order matters.
        self.grows = True
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
                await self._stored.prepare()
                if not await self._drain_one():
                    break
                wait = 0.0
            except (Unavailable, CannotOpen, OSError) as why:
                self._log.debug("History still waits on disk: {why}", why=str(why))
                wait = min(longest, max(first, wait * 2))
        if not self.grows:
            self._log.info("History is written to {store} again", store=self._name)

    async def _drain_one(self) -> bool:
        """Bring the oldest file into the store; False when there is none, and all is as usual."""
        await self._order.acquire()
        try:
            found = await self._spill.oldest()
            if found is not None:
                await self._bring(*found)
            elif not self._putting:
                self.grows = False
                self._draining = None
                self.trouble = ""
                return False
            return True
        finally:
            self._order.release()

    async def _bring(self, name: str, batches: Sequence[Batch]) -> None:
        entries = [entry for batch in batches for entry in batch.entries]
        for at in range(0, len(entries), _PUT):
            await self._stored.bring(entries[at : at + _PUT], ())
        await self._stored.bring((), [s for batch in batches for s in batch.last_states])
        await self._spill.drop(name)
