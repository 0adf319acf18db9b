"""Decide when the next news may go out: at once after quiet, else as long after as sending costs.

Sending the changes of a moment together saves work where there are many viewers or many changes,
and delays them where there are few. So the wait is what sending costs: after news went out, the
next go out when twice the time that took has passed. Few viewers are served within 2 ms; a
thousand within some 20.

What waiting saves is writing a frame to each viewer, not the bytes in it: these come sooner or
later. Were their time waited for as well, a wait would make the next frame larger, and that one
the next wait longer. So of large frames only the part counts that any frame costs; sending takes
two thirds of the time at most.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace and the size of frames.

    ``tick`` and ``tick_max`` in s: the shortest and the longest time between the beginnings of
    two flushes, and the longest rest after one. ``stall_timeout`` in s: how long a viewer may be
    stuck. ``page`` in bytes.
    """

    tick: float = 0.002
    tick_max: float = 0.100
    stall_timeout: float = 10.0
    page: int = 256 * 1024


_FRAME = 11_000
"""Bytes that take as long to write to a socket as any frame does (3 us, at 3.7 GB/s)."""


class FlushSchedule:
    """When the next flush may be. All times are monotonic s."""

    def __init__(self, pace: Pace) -> None:
        self._tick = pace.tick
        self._most = pace.tick_max
        self._next = float("-inf")
        self._before = float("inf")  # how long the flush before worked

    def wait(self, now: float) -> float:
        """Return how long news of this moment wait; 0: they go out at once."""
        return max(0.0, self._next - now)

    def flushed(self, ended: float, worked: float, size: float = 0.0) -> None:
        """Note that a flush ended, for how long it worked, and how large its frames were (bytes).

        What others did meanwhile is not in it; what held it up once does not count either: of two
        flushes the quicker tells the cost.
        """
        cost, self._before = min(worked, self._before), worked
        rest = min(max(2 * cost * _FRAME / (_FRAME + size), 0.5 * cost), self._most)
        self._next = max(ended - worked + self._tick, ended + rest)
