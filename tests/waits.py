"""Wait for a fact, with a deadline: the one way in which tests wait.

`until` waits in a coroutine, `wait_until` in a test without a reactor, and `Watch` for what is only
looked at when something was heard. A deadline is what nothing takes on the slowest machine, never
how long a thing should take.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

reactor: Any = _reactor
DEADLINE = 60.0
"""Seconds that a wait lasts at most, unless it says otherwise."""
_PAUSE = 0.01  # s between two looks

T = TypeVar("T")
What = str | Callable[[], str]


def _late(what: What, within: float, found: object = None) -> AssertionError:
    said = what if isinstance(what, str) else what()
    last = f"; found {found!r}"[:2000] if found else ""
    return AssertionError(f"waited {within:.0f} s in vain for {said}{last}")


async def until(
    fact: Callable[[], Coroutine[Any, Any, T] | Deferred[T] | T],
    what: What = "a fact",
    within: float = DEADLINE,
    every: float = _PAUSE,
    *,
    such: Callable[[T], object] = bool,
) -> T:
    """Wait until ``fact()`` is true and return it; look again after ``every`` seconds.

    What has to be awaited is. With ``such`` it is enough that this is true of what was found.

    Raise AssertionError after ``within`` seconds. ``what`` names the fact; as a function it is
    called only then, and can say how things stand.
    """
    deadline = time.monotonic() + within
    while True:
        look: Any = fact()
        found: T = await look if isinstance(look, (Coroutine, Deferred)) else look
        if such(found):
            return found
        if time.monotonic() > deadline:
            raise _late(what, within, found)
        await deferLater(reactor, every)


def wait_until(
    fact: Callable[[], T],
    what: What = "a fact",
    within: float = DEADLINE,
    *,
    pause: Callable[[], object] = lambda: time.sleep(_PAUSE),
    such: Callable[[T], object] = bool,
) -> T:
    """Do the same as `until` where no reactor runs; ``pause`` is done between two looks."""
    deadline = time.monotonic() + within
    while not such(found := fact()):
        if time.monotonic() > deadline:
            raise _late(what, within, found)
        pause()
    return found


class Watch:
    """Facts that can become true only when `look` is called: whoever waits continues at once."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Any], Deferred[None]]] = []

    async def until(self, fact: Callable[[], Any], what: What, within: float = DEADLINE) -> None:
        """Wait for a fact. Raise TimeoutError when it is late, or what `fail` was given."""
        if fact():
            return
        waiting: Deferred[None] = Deferred()
        entry = (fact, waiting)
        self._waiting.append(entry)

        def late(*_: Any) -> None:
            raise TimeoutError(str(_late(what, within)))

        waiting.addTimeout(within, reactor, onTimeoutCancel=late)
        try:
            await waiting
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    def look(self) -> None:
        """Something was heard: let everybody continue whose fact is true now."""
        for entry in list(self._waiting):
            fact, waiting = entry
            if not waiting.called and fact():
                self._waiting.remove(entry)
                waiting.callback(None)

    def fail(self, why: Exception) -> None:
        """Nothing more will be heard: raise ``why`` for everybody who still waits."""
        self.look()
        for entry in list(self._waiting):
            self._waiting.remove(entry)
            if not entry[1].called:
                entry[1].errback(why)
