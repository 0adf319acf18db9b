"""Do work that blocks on threads of the reactor's pool, one piece at a time, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from twisted.internet.defer import DeferredLock
from twisted.internet.threads import deferToThreadPool

P = ParamSpec("P")
T = TypeVar("T")


class ThreadQueue:
    """Work that must not overlap, though it may be done by another thread each time."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._lock = DeferredLock()

    @property
    def waiting(self) -> int:
        """Count the pieces of work that wait for those before them."""
        return len(self._lock.waiting)

    async def call(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Do this work once all before it is done; return what it returns, raise what it raises."""
        await self._lock.acquire()
        try:
            pool = self._reactor.getThreadPool()
            done: T = await deferToThreadPool(self._reactor, pool, work, *args, **more)
            return done
        finally:
            self._lock.release()
