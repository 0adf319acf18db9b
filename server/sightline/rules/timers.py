"""Keep what is due when. Pure: `Timers.take` is given the time."""

from __future__ import annotations

import heapq
from collections.abc import Callable

NEVER = float("inf")
_SPARE = 1000  # entries that no longer hold


class Timer:
    """One thing that may be due: ``call`` gets when it was due, and when that is found."""

    __slots__ = ("call", "due", "soonest")

    def __init__(self, call: Callable[[float, float], None]) -> None:
        self.call = call
        self.due = NEVER
        self.soonest = NEVER
        """The earliest entry of it in the heap."""


class Timers:
    """All timers, in a heap. To put one off costs nothing: an entry that comes too early puts
    itself back, as in `sightline.live.presence`.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._n = 0
        self._live = 0
        self.next = NEVER
        """When `take` is to be called."""

    def set(self, timer: Timer, due: float) -> None:
        """Have a timer called at ``due`` and not when it was due before."""
        timer.due = due
        if due < timer.soonest:
            timer.soonest = due
            self._n += 1
            heap = self._heap
            heapq.heappush(heap, (due, self._n, timer))
            self.next = heap[0][0]

    def stop(self, timer: Timer) -> None:
        """Do not call a timer."""
        timer.due = NEVER
        if len(self._heap) > _SPARE and self._n % _SPARE == 0:
            self._tidy()

    def _tidy(self) -> None:
        """Drop the entries of stopped timers: things that come and go would fill the memory."""
        kept = {id(timer): timer for _, _, timer in self._heap if timer.due != NEVER}
        for _, _, timer in self._heap:
            timer.soonest = NEVER
        self._heap.clear()
        self.next = NEVER
        for timer in kept.values():
            self.set(timer, timer.due)

    def take(self, until: float, found: float) -> None:
        """Call all that is due up to ``until``, the earliest first; ``found``: the time now."""
        heap = self._heap
        while heap and heap[0][0] <= until:
            when, _, timer = heapq.heappop(heap)
            if when != timer.soonest:
                continue  # an earlier entry has taken its place
            timer.soonest = NEVER
            due = timer.due
            if due > when:
                if due != NEVER:
                    self.set(timer, due)
                continue
            timer.due = NEVER
            timer.call(due, found if found > due else due)
        self.next = heap[0][0] if heap else NEVER
