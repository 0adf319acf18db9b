"""Look at the locks of all servers, as often as it is worth it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from sightline.cluster.lock_store import LockStore
from sightline.cluster.locks import DEAD_AFTER, Lock
from sightline.cluster.store_calls import StoreCalls

_CLOSELY = 0.05  # s: hints make us look no more often than this


class LockWatch:
    """One look at a time. ``saw`` is called with each lock as it stands."""

    def __init__(
        self,
        clock: Any,
        store: LockStore,
        calls: StoreCalls,
        saw: Callable[[Lock], None],
    ) -> None:
        self._clock = clock
        self._store = store
        self._calls = calls
        self._saw = saw
        self._looking = False
        self._again = False
        self._resting: Any = None
        self._ended = False

    def begin(self) -> None:
        """Take up looking, also after an `end`."""
        self._ended = False

    def end(self) -> None:
        """Look no more by itself."""
        self._ended = True
        if self._resting is not None and self._resting.active():
            self._resting.cancel()
            self._looking = False

    def look(self) -> None:
        """Look at all of them soon: somebody says that it is worth it."""
        if self._looking:
            self._again = True
        else:
            self._look_now()

    async def look_at(self, name: str) -> Lock | None:
        """Return one lock as the store has it now. Raises `Unavailable`."""
        lock = await self._store.get(name)
        if lock is not None:
            self._saw(lock)
        return lock

    def _look_now(self) -> None:
        self._looking, self._again = True, False
        self._calls.begin(self._look_at_all(), self._rest)

    async def _look_at_all(self) -> None:
        for lock in await self._store.all():
            self._saw(lock)
        self._calls.answered()

    def _rest(self) -> None:
        if self._ended:
            self._looking = False
        else:
            self._resting = self._clock.callLater(_CLOSELY, self._rested)

    def _rested(self) -> None:
        self._looking = False
        if self._again:
            self._look_now()


class TwinFinder:
    """Finds another server of our name: what an earlier run of ours held stands still."""

    _log = Logger()

    def __init__(self, server: str, me: str) -> None:
        self._server, self._me = server, me
        self._since = 0.0
        self._first: dict[str, Lock] = {}
        self.found = False

    def begin(self, now: float) -> None:
        """Begin at this time (monotonic s)."""
        self._since = now

    def saw(self, lock: Lock, now: float) -> None:
        """Look at a lock as it stands in the store."""
        if lock.server != self._server or lock.holder == self._me:
            return
        if now - self._since < DEAD_AFTER:
            return  # what an earlier run of ours sent last may still come
        before = self._first.setdefault(lock.holder, lock)
        if lock.name == before.name and lock.age != before.age and not self.found:
            self.found = True
            self._log.error(
                "Another server is called {name}, too: give each a replicas.name of its own",
                name=self._server,
            )
