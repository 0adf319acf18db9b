"""Find the transitions of a region from before it was drawn: by the fixes of then and its shape.

History keeps the transitions of regions as they were at the time. A region that is new has none,
and one that was moved has those of its former shape; so the fixes of before are judged once more,
by the same fences as live. What phones say themselves of a region is not known for that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sightline.geometry.geofences import Geofences
from sightline.geometry.positions import Change as Crossed
from sightline.geometry.positions import Position, Rules
from sightline.geometry.shapes import Shape
from sightline.kinds.regions.model import Transition
from sightline.model.kind import State
from sightline.rules.past import PastChange

_MOMENT = 0.001  # s
Positions = Callable[[State | None, State], Sequence[Position]]
"""Returns where a change says that a thing is (`sightline.regions.positions`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The region of a rule, its shape of today, and since when (epoch s) it has that."""

    region: str
    name: str
    shape: Shape
    since: float
    rules: Rules
    positions: Positions


class TriedRegion:
    """Judges fixes of before `Drawn.since`."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._fences = Geofences(drawn.rules)
        self._fences.put(drawn.region, drawn.shape)
        self._n = 0
        self.looks = float("inf")
        """When `due` has something to say, epoch s."""

    def applies(self, at: float) -> bool:
        """Tell whether history does not know this region at ``at`` (epoch s)."""
        return at < self._drawn.since

    def changes(self, change: PastChange) -> Iterator[PastChange]:
        """Return the transitions that a change of a thing makes, and those due before it."""
        yield from self.due(change.at)
        if change.after is None:
            self._fences.forget(change.key)
            self.looks = self._fences.due
            return
        for position in self._drawn.positions(change.before, change.after):
            for crossed in self._fences.fix(change.key, position, change.at):
                yield from self._crossed(crossed, change.at)
        self.looks = self._fences.due

    def due(self, at: float) -> Iterator[PastChange]:
        """Return the transitions that nothing contradicted for long enough, up to ``at``."""
        while (look := self.looks) <= at:
            for crossed in self._fences.tick(look):
                yield from self._crossed(crossed, look)
            # What is due now and not told is so by a rounding error: it is told a moment later.
            self.looks = max(self._fences.due, look + _MOMENT)

    def _crossed(self, crossed: Crossed, at: float) -> Iterator[PastChange]:
        if not crossed.crossed:
            return
        drawn = self._drawn
        self._n = n = self._n + 1
        transition = Transition(
            n=n,
            at=at,
            tst=round(crossed.when, 3),
            thing=crossed.thing,
            region=drawn.region,
            name=drawn.name,
            event=crossed.event,
            by="server",
            acc=crossed.acc or None,
            inferred=crossed.inferred,
        )
        yield PastChange(at, f"crossing/{n}/{crossed.thing}/{drawn.region}", None, transition)
