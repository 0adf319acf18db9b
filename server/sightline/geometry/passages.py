"""Find regions that somebody went through between two fixes, none of which lies in them.

The way between two fixes is taken for a straight line at an even speed. That is a guess, so it is
made only where it can hardly be wrong: the fixes follow each other soon and at a speed of things on
the ground, and the line goes deeper into the region than either fix may be wrong. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from math import atan2, ceil, degrees, dist, floor, hypot, sqrt

from sightline.geometry.geodesy import Vector, radius, vector
from sightline.geometry.grid import Grid
from sightline.geometry.shapes import Circle, Place, Shape

LONGEST = 180.0
"""s between two fixes, at most: in a longer time one goes by any way …"""
FASTEST = 70.0
"""… and m/s: a train. An aeroplane visits nobody."""
LEAST_ERROR = 5.0
"""No fix is more exact than this, m, whatever it says."""
_EARTH = 6_371_008.8  # m
_SAMPLES = 16  # places looked at within a region for the deepest of them


def apart(one: Vector, other: Vector) -> float:
    """Return metres between two directions, straight on; quick, and near enough to choose by."""
    return _EARTH * dist(one, other)


def along(
    grid: Grid[str], one: Vector, other: Vector, least: float, most: float = _EARTH
) -> set[str]:
    """Return the names in a grid of what the line between two places may go through.

    Of what reaches from ``least`` to ``most`` m only, and some that is of another size.
    """
    found: set[str] = set()
    (a, b, c), (i, j, k) = grid.finest(one), grid.finest(other)
    for scale, coarser, table in grid.levels():
        largest = _EARTH / (2 * scale)  # that is put down at this level
        if largest < least or largest > 2.1 * most:
            continue
        cell = a >> coarser, b >> coarser, c >> coarser
        if cell == (i >> coarser, j >> coarser, k >> coarser):
            found.update(table.get(cell, ()))
        else:
            found.update(*_cells_along(table, scale, one, other))
    return found


def _cells_along(
    table: Mapping[tuple[int, int, int], tuple[str, ...]], scale: int, one: Vector, other: Vector
) -> Iterator[tuple[str, ...]]:
    """Yield the names in the cells of a level that the line between two places may go through."""
    x, y, z = one[0] * scale, one[1] * scale, one[2] * scale
    dx, dy, dz = other[0] * scale - x, other[1] * scale - y, other[2] * scale - z
    # The line itself and not the arc above it: that is 3 m lower at most, and nobody's depth
    # in a region is told by less than 5 m.
    parts = ceil(max(abs(dx), abs(dy), abs(dz))) or 1
    a, b, c = floor(x), floor(y), floor(z)
    for part in range(1, parts + 1):
        share = part / parts
        i, j, k = floor(x + dx * share), floor(y + dy * share), floor(z + dz * share)
        if i == a and j == b and k == c:
            yield table.get((a, b, c), ())
            continue
        for cell in product({a, i}, {b, j}, {c, k}):
            yield table.get(cell, ())
        a, b, c = i, j, k


def largest_circle(metres: float, error: float) -> float:
    """Return the radius (m) of the largest circle that a way of this length can lead through.

    Of a larger one it would cut off a piece that is less deep than the ``error``.
    """
    return (metres * metres / 4 + error * error) / (2 * error)


def passage(
    shape: Shape,
    one: Place,
    other: Place,
    error: float,
    way: tuple[Vector, Vector] | None = None,
) -> tuple[float, float] | None:
    """Return where the line between two places outside of a region enters and leaves it.

    As shares of the way, from 0 to 1; where it does so several times, the first and the last. None
    when the line is nowhere deeper in it than ``error`` m. ``way``: both as directions, if they are
    known.
    """
    if isinstance(shape, Circle):
        begin, end = way or (vector(*one), vector(*other))
        return _through_circle(shape, begin, end, error)
    first, last = shape.flat(*one), shape.flat(*other)
    if first is None or last is None:
        return None
    shares = shape.intersections(first, last)
    if len(shares) < 2:
        return None
    if not any(_deep(shape, one, other, low, high, error) for low, high in pairwise(shares)):
        return None
    return shares[0], shares[-1]


def _through_circle(
    circle: Circle, one: Vector, other: Vector, error: float
) -> tuple[float, float] | None:
    """Solve for the places of a straight line that are as far from the middle as the border."""
    ax, ay, az = one
    mx, my, mz = circle.middle
    dx, dy, dz = other[0] - ax, other[1] - ay, other[2] - az
    ox, oy, oz = ax - mx, ay - my, az - mz
    a, b = dx * dx + dy * dy + dz * dz, dx * ox + dy * oy + dz * oz
    if not 0 < -b < a:  # nowhere nearer than at one of its ends
        return None
    nearest = ox * ox + oy * oy + oz * oz - b * b / a
    # Not beyond the reach, which is rather too large, before any more is asked.
    if nearest > circle.reach * circle.reach or circle.size < error:
        return None
    metre = 1 / radius(mz)
    border, deep = circle.size * metre, (circle.size - error) * metre
    if nearest > deep * deep:
        return None
    half = sqrt((border * border - max(0.0, nearest)) / a)
    return max(0.0, -b / a - half), min(1.0, -b / a + half)


def _deep(shape: Shape, one: Place, other: Place, low: float, high: float, error: float) -> bool:
    for n in range(1, _SAMPLES):
        share = low + (high - low) * n / _SAMPLES
        place = between(one, other, share)
        if shape.beyond(*place, vector(*place)) <= -error:
            return True
    return False


def between(one: Place, other: Place, share: float) -> Place:
    """Return the place (degrees) at a share of the short way from one to another."""
    a, b = vector(*one), vector(*other)
    x, y, z = (m + (n - m) * share for m, n in zip(a, b, strict=True))
    return degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x))
