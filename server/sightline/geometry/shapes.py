"""Shapes of regions: circles and polygons, and how far outside of their border a place is.

A polygon's edges are the shortest ways between its corners, and its inside is the smaller part of
the earth. It is looked at in the gnomonic projection about its middle, where shortest ways are
straight lines: so there are no special cases at the antimeridian and the poles, but no polygon may
reach further than `FURTHEST`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sightline.geometry.geodesy import Vector, angle, cross, distance, dot, radius, unit, vector

LEAST_RADIUS = 1.0
"""Of a circle, m."""
LARGEST_RADIUS = 1_000_000.0
MOST_POINTS = 200
"""Corners of a polygon."""
FURTHEST = 45.0
"""Degrees from a polygon's middle to its furthest corner: 5,000 km."""
_NOTHING = 1e-14  # of area; a thousandth of a square metre

_SLACK = 1e-15

Place = tuple[float, float]


class BadShape(ValueError):
    """A shape that makes no region; the message says why."""


class Circle:
    """All places within ``rad`` m of a place (degrees). Raises `BadShape`."""

    __slots__ = ("edge", "lat", "lon", "middle", "reach", "size")

    def __init__(self, lat: float, lon: float, rad: float) -> None:
        _check_place(lat, lon)
        if not LEAST_RADIUS <= rad <= LARGEST_RADIUS:
            raise BadShape(f"a radius is from {LEAST_RADIUS:.0f} m to {LARGEST_RADIUS:.0f} m")
        self.lat = lat
        self.lon = lon
        self.size = rad
        """How far it reaches, m."""
        self.middle = vector(lat, lon)
        self.reach = rad / 6_335_000
        """The same as an angle, rather too large; radians."""
        self.edge = math.cos(self.reach) - _SLACK
        """No place whose direction has a smaller dot product with the middle's is inside."""

    def beyond(self, lat: float, lon: float, place: Vector) -> float:
        """Return how many m a place is outside of the border; inside it is less than 0."""
        return distance(self.lat, self.lon, lat, lon) - self.size

    def holds(self, lat: float, lon: float, place: Vector) -> bool:
        """Tell whether a place is inside."""
        return self.beyond(lat, lon, place) <= 0


class Polygon:
    """The area enclosed by these corners (degrees); the last is joined to the first.

    Raises `BadShape`.
    """

    __slots__ = ("_east", "_edges", "_flat", "_north", "edge", "middle", "reach", "size")

    def __init__(self, points: Sequence[Place]) -> None:
        if not 3 <= len(points) <= MOST_POINTS:
            raise BadShape(f"a polygon has from 3 to {MOST_POINTS} corners")
        for lat, lon in points:
            _check_place(lat, lon)
        corners = [vector(lat, lon) for lat, lon in points]
        middle = unit(
            (sum(c[0] for c in corners), sum(c[1] for c in corners), sum(c[2] for c in corners))
        )
        if middle is None or any(angle(middle, c) > math.radians(FURTHEST) for c in corners):
            raise BadShape("the polygon is too large: no corner may be 5,000 km from its middle")
        self.middle = middle
        self.reach = max(angle(middle, corner) for corner in corners)
        self.edge = math.cos(self.reach) - _SLACK
        self.size = self.reach * radius(middle[2])
        pole = (0.0, 0.0, 1.0) if abs(middle[2]) < 0.9 else (1.0, 0.0, 0.0)
        east = unit(cross(pole, middle))
        assert east is not None
        self._east, self._north = east, cross(middle, east)
        self._flat = [self._project(corner) for corner in corners]
        self._check()
        around = zip(corners, [*corners[1:], corners[0]], strict=True)
        self._edges = [(a, b, n) for a, b in around if (n := unit(cross(a, b))) is not None]

    def beyond(self, lat: float, lon: float, place: Vector) -> float:
        """Return how many m a place is outside of the border; inside it is less than 0."""
        least = math.pi
        for a, b, n in self._edges:
            # Over the edge itself it is the distance from its great circle, else from an end.
            if dot(cross(n, a), place) >= 0 and dot(cross(b, n), place) >= 0:
                away = math.asin(min(1.0, abs(dot(n, place))))
            else:
                away = min(angle(a, place), angle(b, place))
            least = min(least, away)
        metres = least * radius(place[2])
        return -metres if self.holds(lat, lon, place) else metres

    def flat(self, lat: float, lon: float) -> Place | None:
        """Return a place in the projection, where shortest ways are straight lines; None: it is
        beyond the horizon.
        """
        place = vector(lat, lon)
        return self._project(place) if dot(self.middle, place) > 0 else None

    def crossings(self, one: Place, other: Place) -> list[float]:
        """Return where a line of the projection crosses the border, as shares of it, rising."""
        (x, y), (dx, dy) = one, (other[0] - one[0], other[1] - one[1])
        found = []
        x1, y1 = self._flat[-1]
        for x2, y2 in self._flat:
            ex, ey = x2 - x1, y2 - y1
            turn = dx * ey - dy * ex
            if turn != 0:
                share = ((x1 - x) * ey - (y1 - y) * ex) / turn
                edge = ((x1 - x) * dy - (y1 - y) * dx) / turn
                if 0 <= share <= 1 and 0 <= edge < 1:
                    found.append(share)
            x1, y1 = x2, y2
        return sorted(found)

    def _project(self, place: Vector) -> Place:
        height = dot(self.middle, place)
        return dot(self._east, place) / height, dot(self._north, place) / height

    def holds(self, lat: float, lon: float, place: Vector) -> bool:
        """Tell whether a place is inside."""
        if dot(self.middle, place) <= 0:
            return False  # beyond the horizon
        x, y = self._project(place)
        inside = False
        x1, y1 = self._flat[-1]
        for x2, y2 in self._flat:
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
            x1, y1 = x2, y2
        return inside

    def _check(self) -> None:
        flat = self._flat
        if any(one == other for one, other in zip(flat, [*flat[1:], flat[0]], strict=True)):
            raise BadShape("two corners of the polygon that follow each other are one place")
        if _crosses_itself(flat):
            raise BadShape("the polygon crosses itself")
        twice = sum(
            x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(flat, [*flat[1:], flat[0]], strict=True)
        )
        if abs(twice) < 2 * _NOTHING:
            raise BadShape("the polygon encloses nothing")


Shape = Circle | Polygon


def _check_place(lat: float, lon: float) -> None:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadShape("a place is within 90 degrees of latitude and 180 of longitude")


def _crosses_itself(flat: Sequence[Place]) -> bool:
    """Tell whether any two edges meet elsewhere than at the corner they share."""
    count = len(flat)
    edges = []
    for n, (one, other) in enumerate(zip(flat, [*flat[1:], flat[0]], strict=True)):
        low, high = (one, other) if one[0] <= other[0] else (other, one)
        edges.append((low[0], high[0], min(one[1], other[1]), max(one[1], other[1]), n, one, other))
    edges.sort()
    for place, (_, right, bottom, top, n, a, b) in enumerate(edges):
        for left, _, bottom2, top2, m, c, d in edges[place + 1 :]:
            if left > right:
                break
            if bottom2 > top or top2 < bottom:
                continue
            gap = (m - n) % count
            if gap in (1, count - 1):
                # Neighbours share a corner; they may not fold back onto each other.
                shared, one, other = (b, a, d) if gap == 1 else (a, b, c)
                if _turn(one, shared, other) == 0 and _ahead(shared, one, other):
                    return True
            elif _meet(a, b, c, d):
                return True
    return False


def _turn(a: Place, b: Place, c: Place) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _ahead(corner: Place, one: Place, other: Place) -> bool:
    """Return whether both lie on the same side of the corner."""
    return (one[0] - corner[0]) * (other[0] - corner[0]) + (one[1] - corner[1]) * (
        other[1] - corner[1]
    ) > 0


def _meet(a: Place, b: Place, c: Place, d: Place) -> bool:
    """Tell whether two segments, whose boxes overlap, have a point in common."""
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0
