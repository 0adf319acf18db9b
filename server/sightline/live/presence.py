"""Find the things that fell silent: live, then stale, then offline, each with the evidence.

Silence is measured on a clock that never jumps (`now`, monotonic s), so that a step of the wall
clock neither freezes nor kills anybody.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterator, Mapping

from sightline.model.kind import Evidence, Silence, Timeouts, kind_of

_SPARE = 1000  # looks at things that are gone


class Presence:
    """The last sign of life of each thing, and what follows when there is no further one.

    ``timeouts`` is by kind of thing; a kind without one never falls silent.
    """

    def __init__(self, timeouts: Mapping[str, Timeouts]) -> None:
        self._timeouts = timeouts
        self._last_signs: dict[str, tuple[float, str]] = {}  # when, through which source
        self._stale: set[str] = set()
        # When to look at a thing again, in a heap. Hearing a live thing does not touch it, which
        # keeps it off the hot path: a look that comes too early just puts itself back.
        self._look: dict[str, float] = {}
        self._looks: list[tuple[float, str]] = []

    def note(self, thing: str, now: float, source: str) -> None:
        """Note that ``thing`` gave a sign of life at ``now`` through ``source``."""
        last = self._last_signs.get(thing)
        if last is None or thing in self._stale:
            timeouts = self._timeouts.get(kind_of(thing))
            if timeouts is None:
                return
            self._stale.discard(thing)
            self._look_again(thing, now + timeouts.stale_after)
        elif now < last[0]:
            return  # an old retained message proves nothing new
        self._last_signs[thing] = (now, source)

    def source(self, thing: str) -> str | None:
        """Return the source of the last sign of life; None: there was none, or long ago."""
        found = self._last_signs.get(thing)
        return None if found is None else found[1]

    def forget(self, thing: str) -> None:
        """Forget a thing that was removed, or is offline for good."""
        self._last_signs.pop(thing, None)
        self._look.pop(thing, None)
        self._stale.discard(thing)

    def silent(self, now: float, lost: Container[str]) -> Iterator[Silence]:
        """Return what became of silent things. ``lost`` are sources that are gone themselves."""
        while self._looks and self._looks[0][0] <= now:
            due, thing = heapq.heappop(self._looks)
            if self._look.get(thing) != due:
                continue  # another look was set since
            last, source = self._last_signs[thing]
            timeouts = self._timeouts[kind_of(thing)]
            evidence: Evidence = "broker lost" if source in lost else "silence"
            if now >= last + timeouts.offline_after:
                self.forget(thing)
                yield Silence(thing, "offline", evidence)
            elif now >= last + timeouts.stale_after:
                self._stale.add(thing)
                self._look_again(thing, last + timeouts.offline_after)
                yield Silence(thing, "stale", evidence)
            else:
                self._look_again(thing, last + timeouts.stale_after)

    def _look_again(self, thing: str, due: float) -> None:
        self._look[thing] = due
        looks = self._looks
        if len(looks) > 2 * len(self._look) + _SPARE:
            # Most are of things that are gone: things that come and go would fill the memory.
            looks[:] = [(at, each) for each, at in self._look.items()]
            heapq.heapify(looks)
        else:
            heapq.heappush(looks, (due, thing))
