"""Bound the time that a question takes, and end it when nobody waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Callable


class TimeUp(Exception):
    """The question has used the time it has."""


class Abandoned(Exception):
    """Nobody waits for the answer any more."""


class TimeBudget:
    """The time that a question has: to find the indexes (s), and from `begin` on to use them.

    Call it between pieces of work. ``left`` tells whether the asker is gone; ``now`` gives
    steady s.
    """

    def __init__(
        self,
        seconds: float,
        finding: float,
        left: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._left = left
        self._now = now
        self._end = now() + finding

    def begin(self) -> None:
        """Begin with what is asked: everything that it needs is found."""
        self._end = self._now() + self._seconds

    def __call__(self) -> None:
        """Let other threads work. Raise `Abandoned` or `TimeUp`."""
        if self._left():
            raise Abandoned
        if self._now() > self._end:
            raise TimeUp
        time.sleep(0)
