from __future__ import annotations

import math

import pytest

from sightline.maps.build.coast import Box, Line, Polygon, area, contains, land_and_sea

BOX = Box(0.0, 0.0, 10.0, 10.0)


def holds(polygons: list[Polygon], x: float, y: float) -> bool:
    return any(
        contains(each[0], (x, y)) and not any(contains(hole, (x, y)) for hole in each[1:])
        for each in polygons
    )


def covered(polygons: list[Polygon]) -> float:
    return sum(area(ring) for each in polygons for ring in each) / 2


def line(*points: tuple[float, float], ids: tuple[int, int] = (1, 2)) -> Line:
    return Line(*ids, list(points))


ISLAND = line((4, 4), (6, 4), (6, 6), (4, 6), (4, 4), ids=(7, 7))
LAGOON = line((4, 4), (4, 6), (6, 6), (6, 4), (4, 4), ids=(8, 8))
SHORES = {
    # Land lies to the left: going north, that is the west.
    "through": ([line((5, -1), (5, 11))], (2, 5), (8, 5)),
    "the other way": ([line((5, 11), (5, -1))], (8, 5), (2, 5)),
    "in pieces": (
        [line((5, 6), (5, 11), ids=(2, 3)), line((5, -1), (5, 6), ids=(1, 2))],
        (2, 5),
        (8, 5),
    ),
    "cut off within": ([line((5, 1), (5, 9))], (2, 5), (8, 5)),
    "around a corner": ([line((-1, 3), (3, 3), (3, -1))], (5, 5), (1, 1)),
    "island": ([ISLAND], (5, 5), (1, 1)),
    "lagoon": ([LAGOON], (1, 1), (5, 5)),
    "island before a coast": ([ISLAND, line((2, -1), (2, 11))], (5, 5), (3, 5)),
    "lagoon behind a coast": ([LAGOON, line((8, -1), (8, 11))], (2, 2), (5, 5)),
    "two bays": (
        [
            line((3, -1), (3, 3), (1, 3), (1, -1)),
            line((9, -1), (9, 3), (7, 3), (7, -1), ids=(3, 4)),
        ],
        (2, 1),
        (5, 5),
    ),
    "an island over the edge": (
        [line((8, 4), (12, 4), (12, 6), (8, 6), (8, 4), ids=(9, 9))],
        (9, 5),
        (5, 5),
    ),
}


@pytest.mark.parametrize("shore", SHORES)
def test_land_is_on_the_left(shore: str) -> None:
    lines, dry, wet = SHORES[shore]
    land, sea = land_and_sea(lines, BOX)
    assert holds(land, *dry)
    assert not holds(sea, *dry)
    assert holds(sea, *wet)
    assert not holds(land, *wet)


@pytest.mark.parametrize("shore", SHORES)
def test_land_and_sea_fill_the_box(shore: str) -> None:
    land, sea = land_and_sea(SHORES[shore][0], BOX)
    assert covered(land) + covered(sea) == pytest.approx(100.0)
    assert covered(land) > 0


def test_without_a_coast_all_is_land() -> None:
    assert land_and_sea([], BOX) == ([[BOX.ring]], [])


def test_a_crooked_coast_is_followed() -> None:
    crooked = [(5 + math.sin(y), y / 10) for y in range(-10, 111)]
    land, sea = land_and_sea([line(*crooked)], BOX)
    assert covered(land) + covered(sea) == pytest.approx(100.0)
    assert holds(land, 1, 5)
    assert holds(sea, 9, 5)
