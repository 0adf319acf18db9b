"""Do something once for all who want it at the same time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


class Once:
    """Calls of it share one run of ``work``, and how that ends."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._waiting: list[Deferred[None]] | None = None

    def __call__(self) -> Deferred[None]:
        """Return what fires when the run that is under way, or a new one, is done."""
        mine: Deferred[None] = Deferred()
        if self._waiting is not None:
            self._waiting.append(mine)
            return mine
        self._waiting = [mine]
        Deferred.fromCoroutine(self._work()).addBoth(self._done)
        return mine

    def _done(self, result: Failure | None) -> None:
        waiting, self._waiting = self._waiting or [], None
        for each in waiting:
            each.callback(result)  # a failure goes on as one
