"""Sum up where a device was, and for how long: cells of the map with seconds. Pure.

The time from one fix to the next counts half for the place of each. Of a silence, longer than
`SILENCE`, it counts only when both are the same place (`SAME_PLACE`, or their errors), and is no
longer than `LONGEST_SILENCE`: a phone that lies at home all night says little.

Cells are squares of the Web Mercator plane. They begin small, and are put together by fours when
there are more than wanted, so that a month takes no more room than a walk.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import asinh, atan, cos, degrees, floor, pi, radians, sinh, tan

from sightline.history.span_figures import SILENCE
from sightline.history.span_visits import LONGEST_SILENCE
from sightline.kinds.friends.plausibility import Spot, distance

FINEST = 21
"""Levels of halving: the smallest cells are of 19 m at the equator."""
SAME_PLACE = 150.0
"""m between two fixes that are of one place."""
_SPILL = 4  # so many times as many cells as are wanted are held before they are put together
_AROUND = 40_075_016.7  # m around the equator
_EDGE = 85.05112878  # degrees, where the plane ends

Cell = tuple[int, int]


class SpanHeat:
    """Seconds by cells, never more than ``most`` of them in the answer, as fixes come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._level = FINEST
        self._cells: dict[Cell, float] = {}
        self._last: Spot | None = None
        self.seconds = 0.0
        """The time that counts, s."""

    def take(self, fixes: Iterable[Spot]) -> None:
        """Count these further fixes."""
        for fix in fixes:
            last, self._last = self._last, fix
            if last is not None:
                self._count(last, fix)

    def _count(self, last: Spot, fix: Spot) -> None:
        passed = fix.when - last.when
        if passed > SILENCE:
            near = max(SAME_PLACE, last.acc or 0.0, fix.acc or 0.0)
            if passed > LONGEST_SILENCE or distance(last, fix) > near:
                return
        self.seconds += passed
        cells = self._cells
        for spot in (last, fix):
            cell = self._cell_of(spot)
            cells[cell] = cells.get(cell, 0.0) + passed / 2
        while len(cells) > self._most * _SPILL:
            cells = self._coarsen()

    def _cell_of(self, spot: Spot) -> Cell:
        count = 1 << self._level
        lat = min(_EDGE, max(-_EDGE, spot.lat))
        x = floor((spot.lon + 180.0) / 360.0 * count)
        y = floor((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * count)
        return x % count, min(count - 1, max(0, y))

    def _coarsen(self) -> dict[Cell, float]:
        """Put cells together by fours."""
        self._level -= 1
        larger: dict[Cell, float] = {}
        for (x, y), seconds in self._cells.items():
            cell = x >> 1, y >> 1
            larger[cell] = larger.get(cell, 0.0) + seconds
        self._cells = larger
        return larger

    def end(self) -> list[tuple[float, float, float]]:
        """Return latitude, longitude and seconds of each cell, those of most time first."""
        while len(self._cells) > self._most:
            self._coarsen()
        count = 1 << self._level
        found = [(*_middle(x, y, count), seconds) for (x, y), seconds in self._cells.items()]
        return sorted(found, key=lambda cell: (-cell[2], cell))

    def size(self, lat: float) -> float:
        """Return how wide a cell is at this latitude, m."""
        return _AROUND * cos(radians(lat)) / (1 << self._level)


def _middle(x: int, y: int, count: int) -> tuple[float, float]:
    lat = degrees(atan(sinh(pi * (1 - 2 * (y + 0.5) / count))))
    return round(lat, 6), round((x + 0.5) / count * 360.0 - 180.0, 6)
