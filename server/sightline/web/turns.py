"""Share the reactor's time: nobody's bytes are worked on for longer than a few ms in one turn.

The work of one client (an address, whatever the number of its connections) is done in small steps.
When its share of a turn is used up, the rest waits for the next turn; between two turns everybody
else is served: the brokers, the robots' stops, the other browsers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

SHARE = 0.008
"""Seconds of one turn for one client; a single step more may follow."""

Step = Callable[[], bool]
"""Does a little of the work; returns whether there is more."""


class TurnClock(Protocol):
    """What turns need of the reactor."""

    def seconds(self) -> float:
        """Return the time, from a clock that is never stepped."""

    def callLater(self, delay: float, callable: Callable[[], object], /) -> Any:
        """Call it in so many s; 0: in the next turn."""


class Turns:
    """The use of this turn by each client, and the work that waits for the next."""

    def __init__(self, clock: TurnClock, share: float = SHARE) -> None:
        self._clock = clock
        self._share = share
        self._spent: dict[str, float] = {}
        self._waiting: dict[str, deque[Step]] = {}
        self._due = False
        self.postponed = 0

    def run(self, client: str, step: Step) -> None:
        """Call ``step`` until it has no more to do: at once, or the rest in later turns."""
        queue = self._waiting.get(client)
        if queue is None and not self._work(client, step):
            return
        self.postponed += 1
        self._waiting.setdefault(client, deque()).append(step)

    def _work(self, client: str, step: Step) -> bool:
        """Work until it is done or the share is used up; return whether there is more."""
        if not self._due:
            self._due = True
            self._clock.callLater(0, self._next)
        while self._spent.get(client, 0.0) < self._share:
            began = self._clock.seconds()
            try:
                more = step()
            finally:
                spent = self._clock.seconds() - began
                self._spent[client] = self._spent.get(client, 0.0) + spent
            if not more:
                return False
        return True

    def _next(self) -> None:
        """Begin a new turn, in which every client has a whole share again."""
        self._due = False
        self._spent.clear()
        for client in list(self._waiting):
            queue = self._waiting[client]
            while queue:
                step = queue.popleft()
                if self._work(client, step):
                    queue.append(step)
                    break
            if not queue:
                del self._waiting[client]
