"""The outer dead-man's rule: a robot told to move, and told nothing more, is told to stop."""

from __future__ import annotations

import math
from collections.abc import Callable

SILENCE = 0.5
"""The greatest age of the last command with motion, s."""
AGAIN = 0.05
"""While no stop arrives on the topic, it is sent again after this long (s)."""


class DeadMan:
    """Watch the command topics, also for commands of others.

    ``is_stop`` tells whether a payload holds the robot still: what nobody can read does not.
    """

    def __init__(self, is_stop: Callable[[bytes], bool], most: int = 10_000) -> None:
        self._is_stop = is_stop
        self._most = most
        self._moving: dict[str, float] = {}  # when each is to be stopped

    def note(self, topic: str, payload: bytes, now: float) -> None:
        """Note a command: ``payload`` arrived on ``topic`` at ``now`` (monotonic s)."""
        if self._is_stop(payload):
            self._moving.pop(topic, None)
        elif topic in self._moving or len(self._moving) < self._most:
            self._moving[topic] = now + SILENCE

    @property
    def next(self) -> float:
        """Return when the next stop must be sent, monotonic s; infinite: nothing moves."""
        return min(self._moving.values(), default=math.inf)

    def due(self, now: float) -> list[str]:
        """List the topics on which a stop must be sent now."""
        late = [topic for topic, when in self._moving.items() if now >= when]
        for topic in late:
            self._moving[topic] = now + AGAIN
        return late
