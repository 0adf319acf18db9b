"""Whoever is forgotten at one of several servers is forgotten at all of them.

The server that was asked sees to what they share, then tells the others, each of which has things
of its own: raw messages, what waits to be written or sent. It is believed when the store they share
has nothing old of them any more; so nobody can have anything removed by saying that it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.core.call import Denied
from sightline.history.store import Span, Store
from sightline.model.faults import Unavailable
from sightline.model.kind import CannotDecode, id_of
from sightline.others import Others

SORTS = ("fix", "transition", "crossing")
RECENT = 60.0
"""s: what was received so shortly before may have been written while it was being erased."""
_AGAIN = 10.0  # s

Eraser = Callable[[str], Any]
"""Forgets a thing, at once or when what it returns is done."""


class Erasing:
    """``erasers`` forget what a server has for itself, and what came into the store meanwhile."""

    _log = Logger()

    def __init__(self, clock: Any, store: Store, others: Others, erasers: Sequence[Eraser]) -> None:
        self._clock = clock
        self._store = store
        self._others = others
        self._erasers = erasers
        others.hear("erased", self._erased_elsewhere)

    def tell(self, thing: str) -> None:
        """It is erased here, and from what all share."""
        self._others.forget(id_of(thing))
        self._others.tell("erased", id_of(thing))

    def _erased_elsewhere(self, device: str, payload: bytes, at: float) -> None:
        if device.count("/") != 1:
            raise CannotDecode("bad_topic", "no device of somebody's")
        self._begin(f"friend/{device}", at)

    def _begin(self, thing: str, at: float) -> None:
        Deferred.fromCoroutine(self._erase(thing, at)).addErrback(
            lambda failure: self._log.failure("Could not forget who was erased elsewhere", failure)
        )

    async def _erase(self, thing: str, at: float) -> None:
        try:
            if await self._is_there(thing, at - RECENT):
                self._log.warn("Somebody says that a friend was erased, but there is a history")
                return
            for eraser in self._erasers:
                erasing = eraser(thing)
                if erasing is not None:
                    await erasing
        except (Unavailable, Denied) as why:
            self._log.error("Cannot forget who was erased elsewhere: {why}", why=str(why))
            self._clock.callLater(_AGAIN, self._begin, thing, at)

    async def _is_there(self, thing: str, before: float) -> bool:
        """Whether the store has anything of it that we received before then (epoch s)."""
        for sort in SORTS:
            after: str | None = None
            while True:
                page = await self._store.page(Span(thing, sort, hidden=True), after=after)
                if any(entry.at < before for entry in page.entries):
                    return True
                if (after := page.more) is None:
                    break
        return False
