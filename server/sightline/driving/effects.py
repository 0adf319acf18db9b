"""Wait until telemetry shows what a robot was told to do, with a deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred


@dataclass(frozen=True, slots=True)
class Effect:
    """``seen`` in a word, empty when nothing was; after how many s."""

    seen: str
    after: float


@dataclass
class _Awaited:
    fact: Callable[[], str]
    began: float
    until: float
    found: Deferred[Effect]


class Effects:
    """``clock`` is monotonic s. `look` is to be called now and then."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._awaited: list[_Awaited] = []

    def wait(self, fact: Callable[[], str], seconds: float) -> Deferred[Effect]:
        """Fire when ``fact`` returns something, or after so many seconds."""
        now = self._clock()
        found: Deferred[Effect] = Deferred()
        self._awaited.append(_Awaited(fact, now, now + seconds, found))
        return found

    def look(self) -> None:
        """Answer those whose effect is seen, or whose time is over."""
        now = self._clock()
        for awaited in list(self._awaited):
            seen = awaited.fact()
            if seen or now >= awaited.until:
                self._awaited.remove(awaited)
                awaited.found.callback(Effect(seen, now - awaited.began))
