"""Find the stays of a device in regions, by its fixes and the shapes that regions have now. Pure.

A stay is from the first fix in a region to the first fix that is surely out of it: beyond the
border by `MARGIN` and by its own error. A fix with an error larger than the region tells nothing
of it. A silence of more than `LONGEST_SILENCE` ends a stay with the last fix before it. So the past
of before a region was drawn can be asked, too, and what was imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sightline.geometry.geodesy import Vector, vector
from sightline.geometry.grid import Grid
from sightline.geometry.shapes import Shape
from sightline.kinds.friends.plausibility import Spot

MARGIN = 30.0
"""m beyond the border before somebody is out."""
LONGEST_SILENCE = 43_200.0
"""s without a fix, of which nobody says any more that it was a stay."""


class SpanVisit(NamedTuple):
    """Somebody was in a region, by the key of that; epoch s."""

    region: str
    since: float
    until: float


class SpanVisits:
    """The stays in ``regions`` (shapes by key), as fixes come in the order of time."""

    def __init__(self, regions: Mapping[str, Shape]) -> None:
        self._regions = regions
        self._grid: Grid[str] = Grid()
        for key, shape in regions.items():
            self._grid.put(key, shape.middle, shape.reach)
        self._open: dict[str, float] = {}  # since when it is in them
        self._last: float | None = None
        self._found: list[SpanVisit] = []

    def take(self, fixes: Iterable[Spot]) -> None:
        """Look at these further fixes."""
        if self._regions:
            for fix in fixes:
                self._look(fix)

    def end(self) -> list[SpanVisit]:
        """Return all stays by the time they began; those not over last until the last fix."""
        if self._last is not None:
            self._close(self._last)
        return sorted(self._found, key=lambda visit: (visit.since, visit.region))

    def _look(self, fix: Spot) -> None:
        if self._last is not None and fix.when - self._last > LONGEST_SILENCE:
            self._close(self._last)
        self._last = fix.when
        place = vector(fix.lat, fix.lon)
        acc = max(0.0, fix.acc or 0.0)
        for key in self._grid.near(place):
            if key in self._open or acc > (shape := self._regions[key]).size:
                continue
            if shape.holds(fix.lat, fix.lon, place):
                self._open[key] = fix.when
        for key in [key for key in self._open if self._is_out(key, fix, place, acc)]:
            self._found.append(SpanVisit(key, self._open.pop(key), fix.when))

    def _is_out(self, key: str, fix: Spot, place: Vector, acc: float) -> bool:
        shape = self._regions[key]
        return acc <= shape.size and shape.beyond(fix.lat, fix.lon, place) > max(MARGIN, acc)

    def _close(self, when: float) -> None:
        self._found += [SpanVisit(key, since, when) for key, since in self._open.items()]
        self._open.clear()
