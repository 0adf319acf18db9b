"""Know which brokers we hear, and since when: what nobody could tell us proves nothing. Pure."""

from __future__ import annotations

from sightline.kinds.broker.model import Broker
from sightline.model.kind import State
from sightline.rules.conditions.base import SETTLE
from sightline.rules.timers import NEVER

LONGEST_WAIT = 900.0
"""s for which a lost connection, and what was kept for us, are waited for at most."""


class LostLinks:
    """Which brokers we hear, and since when (epoch s)."""

    def __init__(self) -> None:
        self._lost: set[str] = set()
        self._since: dict[str, float] = {}
        self._started = -1.0

    def look(self, name: str, at: float, after: State | None) -> None:
        """Look at a change of our connection to a broker."""
        link = after.link if type(after) is Broker else None
        if link is None:
            return
        if link.state != "connected" or link.mute:
            self._lost.add(name)
        elif name in self._lost:
            self._lost.discard(name)
            self._since[name] = at

    def started(self, at: float) -> None:
        """Note that we hear anything only from ``at`` on."""
        self._started = at

    def deaf(self, source: str) -> bool:
        """Tell whether we hear nothing of a broker."""
        return source in self._lost

    def since(self, source: str) -> float:
        """Tell since when we hear it; -1: ever since."""
        return max(self._since.get(source, -1.0), self._started)

    def settled(self, asked: float) -> float:
        """Tell when what was kept for us meanwhile has come, for who asks since ``asked``.

        That is some time after all connections stand again. It is not waited for without end: a
        broker may be gone for good, or come and go.
        """
        back = NEVER if self._lost else max(self._since.values(), default=self._started)
        return min(max(back, self._started) + SETTLE, max(asked, self._started) + LONGEST_WAIT)
