"""Number transitions, show the newest to browsers, and tell those who listen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from sightline.kinds.regions.model import Transition
from sightline.live.hub import Hub
from sightline.model.token_bucket import TokenBuckets

RING = 500  # transitions that are kept

Listener = Callable[[Transition], None]


class RecentTransitions:
    """A ring of transitions, each a thing that never changes. ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(self, wall: Callable[[], float], hub: Hub) -> None:
        self._wall = wall
        self._hub = hub
        self._listeners: list[Listener] = []
        self._ring: deque[tuple[str, str]] = deque()  # keys, and about which thing
        self._n = 0
        # More than anybody crosses, their old fixes at once included; less than would push out
        # everybody else's crossings.
        self._pace = TokenBuckets(rate=1, burst=100)
        self.hushed = 0
        """Transitions that were not told, as there were too many of one thing."""

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with each transition."""
        self._listeners.append(listener)

    def tell(self, now: float, *, thing: str, region: str | None, **report: Any) -> None:
        """Show a transition to everybody, and tell of it; ``now`` is of a steady clock."""
        if not self._pace.take(thing, now):
            self.hushed += 1
            if self.hushed == 1:
                self._log.warn("Somebody comes and goes too often to tell of it each time")
            return
        self._n = n = self._n + 1
        at = round(self._wall(), 3)
        transition = Transition(n=n, at=at, thing=thing, region=region, **report)
        key = f"crossing/{n}/{thing}" + (f"/{region}" if region is not None else "")
        self._ring.append((key, thing))
        if len(self._ring) > RING:
            self._hub.place(self._ring.popleft()[0], None)
        self._hub.place(key, transition)
        for listener in self._listeners:
            listener(transition)

    def erase(self, thing: str) -> None:
        """Show none of this thing's any more."""
        for key, about in list(self._ring):
            if about == thing:
                self._ring.remove((key, about))
                self._hub.place(key, None)
