"""Make land and sea of the coastlines of an extract. Pure.

A coastline has the land on its left. Of an extract only a box is known, so coastlines end
somewhere: they are cut at the box, or led straight to it where they end within, and land is what
lies between them and the edge of the box. Without any coastline all of the box is land.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
"""An outer ring, counterclockwise, and holes, clockwise; each ends where it began."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of coastline: the ids of the nodes at its ends, and its points."""

    first: int
    last: int
    points: Ring


@dataclass(frozen=True, slots=True)
class Box:
    """What an extract covers, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def ring(self) -> Ring:
        """Return the edge, counterclockwise."""
        w, s, e, n = self.west, self.south, self.east, self.north
        return [(w, s), (e, s), (e, n), (w, n), (w, s)]

    def holds(self, point: Point) -> bool:
        """Tell whether the point is inside, not on the edge."""
        return self.west < point[0] < self.east and self.south < point[1] < self.north

    def along(self, point: Point) -> float:
        """Return where on the edge a point is, counterclockwise from the south-west: 0 to 4."""
        wide, high = self.east - self.west, self.north - self.south
        x, y = (point[0] - self.west) / wide, (point[1] - self.south) / high
        distances = ((y, x), (1 - x, 1 + y), (1 - y, 3 - x), (x, 4 - y))
        return min(distances, key=lambda each: abs(each[0]))[1] % 4

    def edge(self, point: Point) -> Point:
        """Return the point of the edge that is nearest."""
        x, y = point
        found = ((x, self.south), (self.east, y), (x, self.north), (self.west, y))
        return min(found, key=lambda to: abs(to[0] - x) + abs(to[1] - y))


def land_and_sea(lines: Iterable[Line], box: Box) -> tuple[list[Polygon], list[Polygon]]:
    """Return the land and the sea of a box."""
    joined = _joined(lines)
    if not joined:
        return [[box.ring]], []
    return _filled(joined, box), _filled([line[::-1] for line in joined], box)


def _joined(lines: Iterable[Line]) -> list[Ring]:
    """Join the pieces at their ends."""
    begins = {line.first: line for line in lines if len(line.points) > 1}
    inner = {line.last for line in begins.values()}
    order = [line for first, line in begins.items() if first not in inner]
    order += [line for first, line in begins.items() if first in inner]
    found = []
    for line in order:
        if begins.get(line.first) is not line:
            continue
        points: Ring = []
        following: Line | None = line
        while following is not None:
            del begins[following.first]
            points += following.points if not points else following.points[1:]
            following = begins.get(following.last)
        found.append(points)
    return found


def _filled(lines: Sequence[Ring], box: Box) -> list[Polygon]:
    """Return what lies to the left of the lines."""
    paths: list[Ring] = []
    rings: list[Ring] = []
    for points in lines:
        is_ring = points[0] == points[-1] and len(points) > 3
        if is_ring and all(map(box.holds, points)):
            rings.append(points)
        else:
            paths += _cut(_turned(points, box) if is_ring else points, box)
    outer = _walked(paths, box)
    outer += [ring for ring in rings if area(ring) > 0]
    holes = [ring for ring in rings if area(ring) < 0]
    if not paths and holes and len(holes) == len(rings):
        outer.append(box.ring)
    polygons: list[Polygon] = [[ring] for ring in outer]
    for hole in holes:
        around = [each for each in polygons if contains(each[0], hole[0])]
        if around:
            min(around, key=lambda each: area(each[0])).append(hole)
    return polygons


def _turned(ring: Ring, box: Box) -> Ring:
    """Return the ring so that it begins outside of the box, if it is anywhere."""
    start = next((n for n, point in enumerate(ring) if not box.holds(point)), 0)
    return [*ring[start:-1], *ring[: start + 1]]


def _cut(points: Ring, box: Box) -> list[Ring]:
    """Return the parts of a line within the box; all of them begin and end on its edge."""
    parts: list[Ring] = []
    part: Ring = [box.edge(points[0])] if box.holds(points[0]) else []
    for a, b in itertools.pairwise(points):
        inside = _clipped(a, b, box)
        if inside is None:
            continue
        start, end = inside
        if not part:
            part = [start]
        elif part[-1] != start:
            part.append(start)
        part.append(end)
        if not box.holds(end):
            parts.append(part)
            part = []
    if len(part) > 1:
        parts.append([*part, box.edge(part[-1])])
    return [part for part in parts if len(part) > 1 and part[0] != part[-1]]


def _clipped(a: Point, b: Point, box: Box) -> tuple[Point, Point] | None:
    """Return the part of a segment within the box (Liang and Barsky); None: there is none."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    first, last = 0.0, 1.0
    for step, room in (
        (-dx, a[0] - box.west),
        (dx, box.east - a[0]),
        (-dy, a[1] - box.south),
        (dy, box.north - a[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first >= last:
        return None
    start = a if first == 0 else (a[0] + first * dx, a[1] + first * dy)
    return start, b if last == 1 else (a[0] + last * dx, a[1] + last * dy)


def _walked(paths: list[Ring], box: Box) -> list[Ring]:
    """Return rings of paths and of the edge between them, counterclockwise."""
    starts = sorted((box.along(path[0]), number) for number, path in enumerate(paths))
    corners = list(zip((0.0, 1.0, 2.0, 3.0), box.ring, strict=False))
    left = set(range(len(paths)))
    rings = []
    while left:
        first = number = min(left)
        ring: Ring = []
        while True:
            left.discard(number)
            ring += paths[number]
            end = box.along(paths[number][-1])
            ahead = [((start - end) % 4, each) for start, each in starts]
            way, number = min((far, each) for far, each in ahead if each in left or each == first)
            turns = sorted(((at - end) % 4, corner) for at, corner in corners)
            ring += [corner for far, corner in turns if far < way]
            if number == first:
                break
        rings.append([*ring, ring[0]])
    return rings


def area(ring: Ring) -> float:
    """Return twice the area of a ring; below 0 if it goes clockwise."""
    return sum((b[0] - a[0]) * (b[1] + a[1]) * -1 for a, b in itertools.pairwise(ring))


def contains(ring: Ring, point: Point) -> bool:
    """Tell whether a point is within a ring."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in itertools.pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
