"""Move along a route on the globe: metres in, position and heading out."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

_EARTH = 6_371_008.8  # mean radius, m


class RoutePoint(NamedTuple):
    """A position in degrees."""

    lat: float
    lon: float


def distance(a: RoutePoint, b: RoutePoint) -> float:
    """Return metres between two spots along the great circle."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def bearing(a: RoutePoint, b: RoutePoint) -> float:
    """Return the heading at ``a`` towards ``b``, degrees clockwise from north."""
    lat_a, lat_b, dlon = math.radians(a.lat), math.radians(b.lat), math.radians(b.lon - a.lon)
    east = math.sin(dlon) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(dlon)
    return round(math.degrees(math.atan2(east, north)), 6) % 360.0


def offset(spot: RoutePoint, north: float, east: float) -> RoutePoint:
    """Return the spot some metres north and east of another; for short ways, not near the poles."""
    lat = spot.lat + math.degrees(north / _EARTH)
    lon = spot.lon + math.degrees(east / (_EARTH * math.cos(math.radians(spot.lat))))
    return RoutePoint(lat, lon)


class Itinerary:
    """A chain of spots, travelled to its end and back, for ever."""

    def __init__(self, spots: Sequence[RoutePoint]) -> None:
        self._spots = tuple(spots)
        legs = (distance(a, b) for a, b in itertools.pairwise(self._spots))
        self._starts = list(itertools.accumulate(legs, initial=0.0))

    @property
    def length(self) -> float:
        """Return the length one way, m."""
        return self._starts[-1]

    def at(self, travelled: float) -> tuple[RoutePoint, float]:
        """Tell where one is, and heading where, after ``travelled`` metres of going to and fro."""
        if self.length == 0.0:
            return self._spots[0], 0.0
        back = travelled % (2 * self.length) > self.length
        along = travelled % (2 * self.length)
        if back:
            along = 2 * self.length - along
        leg = min(bisect.bisect_right(self._starts, along), len(self._spots) - 1) - 1
        a, b = self._spots[leg], self._spots[leg + 1]
        part = (along - self._starts[leg]) / (self._starts[leg + 1] - self._starts[leg])
        spot = RoutePoint(a.lat + (b.lat - a.lat) * part, a.lon + (b.lon - a.lon) * part)
        return spot, bearing(b, a) if back else bearing(a, b)
