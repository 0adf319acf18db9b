"""Write what several servers share into their store, and into the log what it does not take.

No other server reads the disk of one that is gone: an append alone would keep from the others what
was acknowledged, or lose it with the machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sightline.history.log.durable import HistoryLog
from sightline.history.log.indexer import Indexer
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import Store
from sightline.model.faults import Unavailable

COMMIT = 0.5
"""s that what went into the log is waited for in the store, before it is acknowledged."""

Append = Callable[[Sequence[HistoryEntry], Sequence[LastState]], Awaitable[int]]


class StoreFirst:
    """Write into ``store`` while nothing waits in ``log``, else by ``append`` into the log."""

    def __init__(self, store: Store, log: HistoryLog, indexer: Indexer, append: Append) -> None:
        self._store = store
        self._durable = log
        self._indexer = indexer
        self._append = append

    async def write(self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]) -> int:
        """Keep entries and present states; how many entries, or how many were new.

        Raises `Unavailable` when neither takes them.
        """
        if self._indexer.waits:
            count = await self._append(entries, last_states)
        else:
            # Nothing is folded or erased meanwhile.
            await self._indexer.order.acquire()
            try:
                count = await self._first(entries, last_states)
            finally:
                self._indexer.order.release()
        await self._indexer.reach(self._durable.end.n, COMMIT)
        return count

    async def _first(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> int:
        if self._indexer.waits:
            return await self._append(entries, last_states)
        try:
            count = await self._store.write(entries, last_states)
        except Unavailable as why:
            self._indexer.failed(why)
        else:
            await self._indexer.tidy()
            return count
        try:
            return await self._append(entries, last_states)
        except Unavailable:  # nothing waits: the next one tries the store again
            self._indexer.why, self._indexer.trouble = "", None
            raise
