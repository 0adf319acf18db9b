"""Call the store that the servers share, in the background."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from sightline.model.faults import Unavailable


def _nothing() -> None:
    pass


class StoreCalls:
    """What is under way. Nobody waits for it: what the store cannot do now is tried again later,
    by the one that asked.
    """

    _log = Logger()

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._under_way: set[Deferred[Any]] = set()
        self.trouble = ""
        """Why the store cannot be asked; empty when it can."""

    def begin(self, work: Awaitable[Any], after: Callable[[], None] = _nothing) -> None:
        """Do it, and call ``after`` when it is done or has failed."""
        doing = Deferred.fromCoroutine(self._do(work))
        self._under_way.add(doing)

        def ended(result: Any) -> Any:
            self._under_way.discard(doing)
            after()
            return result

        doing.addBoth(ended)
        doing.addErrback(lambda failure: self._log.failure("A fault of the locks", failure))

    def answered(self) -> None:
        """Note that the store has answered."""
        self.trouble = ""

    def all_done(self, within: float) -> Deferred[Any]:
        """Wait for what is under way, ``within`` so many s."""
        waiting: Deferred[Any] = DeferredList(list(self._under_way), consumeErrors=True)
        return waiting.addTimeout(within, self._clock).addErrback(lambda _: None)

    async def _do(self, work: Awaitable[Any]) -> None:
        try:
            await work
        except Unavailable as why:
            if not self.trouble:
                self._log.warn("The servers' common store: {why}", why=str(why))
            self.trouble = str(why)
