from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.geometry.geodesy import cross, distance, vector
from sightline.geometry.grid import Grid
from sightline.geometry.shapes import MOST_POINTS, BadShape, Circle, Place, Polygon, Shape

LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)
KM = 1000.0


def beyond(shape: Shape, lat: float, lon: float) -> float:
    return shape.beyond(lat, lon, vector(lat, lon))


def holds(shape: Shape, lat: float, lon: float) -> bool:
    return beyond(shape, lat, lon) <= 0


def wrap(lon: float) -> float:
    return (lon + 180) % 360 - 180


def star(lat: float, lon: float, arms: list[float]) -> list[Place]:
    """Corners around a place, each so many degrees off, as seen from there."""
    return [walk(lat, lon, 2 * math.pi * n / len(arms), arm) for n, arm in enumerate(arms)]


def walk(lat: float, lon: float, course: float, degrees: float) -> Place:
    """Where one gets from a place on a straight way, on the sphere."""
    up, lam, way = vector(lat, lon), math.radians(lon), math.radians(degrees)
    east = -math.sin(lam), math.cos(lam), 0.0
    north = cross(up, east)
    ahead = [math.cos(course) * n + math.sin(course) * e for n, e in zip(north, east, strict=True)]
    x, y, z = (math.cos(way) * u + math.sin(way) * a for u, a in zip(up, ahead, strict=True))
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


SQUARE = [(48.0, 2.0), (48.0, 3.0), (49.0, 3.0), (49.0, 2.0)]
L = [(0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (1.0, 1.0), (2.0, 1.0), (2.0, 0.0)]
FIJI = [(-19.0, 177.0), (-19.0, -178.0), (-16.0, -178.0), (-16.0, 177.0)]
ARCTIC = [(80.0, lon) for lon in (-180.0, -90.0, 0.0, 90.0)]
ANTARCTIC = [(-70.0, float(lon)) for lon in range(-180, 180, 30)]


@pytest.mark.parametrize(
    ("corners", "inside", "outside"),
    [
        (
            SQUARE,
            [(48.5, 2.5), (48.01, 2.01)],
            [(47.9, 2.5), (48.5, 3.1), (-48.5, 2.5), (48.5, -177.5)],
        ),
        (L, [(0.5, 0.5), (0.5, 1.9), (1.9, 0.5)], [(1.5, 1.5), (2.1, 0.5)]),
        (
            FIJI,
            [(-17.0, 178.0), (-17.0, -179.0), (-18.0, 180.0), (-18.0, -180.0)],
            [(-17.0, 176.0), (-17.0, -177.0), (-17.0, 0.0), (17.0, 0.0)],
        ),
        (
            ARCTIC,
            [(90.0, 0.0), (90.0, 77.0), (85.0, 45.0), (89.0, -179.0)],
            [(70.0, 0.0), (79.0, 45.0), (-90.0, 0.0), (-85.0, 45.0)],
        ),
        (ANTARCTIC, [(-90.0, 0.0), (-75.0, 179.9)], [(-60.0, 10.0), (75.0, 0.0), (90.0, 0.0)]),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_polygon_holds_what_is_within_wherever_on_earth_it_is(corners, inside, outside, turned):
    shape = Polygon(corners[::-1] if turned else corners)
    assert [place for place in inside if not holds(shape, *place)] == []
    assert [place for place in outside if holds(shape, *place)] == []


@given(LAT, LON, st.floats(1, 100 * KM), LAT, LON)
def test_a_circle_holds_what_is_nearer_than_its_radius(lat, lon, rad, lat2, lon2):
    away = distance(lat, lon, lat2, lon2)
    assert beyond(Circle(lat, lon, rad), lat2, lon2) == pytest.approx(away - rad)


@settings(max_examples=40)
@given(
    LAT,
    LON,
    st.lists(st.floats(0.01, 2), min_size=4, max_size=12),
    st.integers(0, 11),
    st.floats(0.05, 0.95),
)
def test_a_polygon_around_a_place_holds_it_on_any_part_of_the_earth(lat, lon, arms, arm, part):
    """Stars about poles and across the antimeridian are like all others."""
    shape = Polygon(star(lat, lon, arms))
    assert holds(shape, lat, lon)
    arm %= len(arms)
    course = 2 * math.pi * arm / len(arms)
    assert holds(shape, *walk(lat, lon, course, arms[arm] * part))
    assert not holds(shape, *walk(lat, lon, course, arms[arm] * 1.01))
    assert not holds(shape, -lat, wrap(lon + 180))


@settings(max_examples=40)
@given(LAT, LON, st.floats(0.5, 300), st.floats(0, 2 * math.pi), st.floats(0.1, 30))
def test_how_far_outside_is_told_to_half_a_percent(lat, lon, side, course, times):
    """For a polygon of so many corners that it is nearly a circle of ``side`` km."""
    arms = side / 111.2
    shape = Polygon(star(lat, lon, [arms] * 36))
    away = min(arms * times, 60.0)
    there = walk(lat, lon, course, away)
    if abs(away - arms) > arms / 20:
        assert holds(shape, *there) == (away < arms)
        near = walk(lat, lon, course, arms)
        right = distance(*near, *there)
        if right < 1000 * KM:
            # The polygon's edges are up to 4 m in a km nearer than the circle.
            assert abs(abs(beyond(shape, *there)) - right) < right * 0.005 + side * 5


@pytest.mark.parametrize(
    ("corners", "why"),
    [
        ([(0, 0), (0, 1)], "3 to 200"),
        ([(0, n / 100) for n in range(MOST_POINTS + 1)], "3 to 200"),
        ([(0, 0), (1, 1), (0, 1), (1, 0)], "crosses itself"),
        ([(0, 0), (0, 2), (0, 1), (1, 1)], "crosses itself"),
        ([(0, 0), (0, 4), (4, 4), (4, 0), (0, 0), (2, 2)], "crosses itself"),
        ([(0, 0), (0, 1), (0, 2)], "crosses itself|nothing"),
        ([(0, 0), (0, 0), (1, 1)], "one place"),
        ([(0, 0), (0, 120), (0, -120)], "too large"),
        ([(0, 0), (0, 100), (10, 50)], "too large"),
        ([(91, 0), (0, 1), (1, 1)], "90 degrees"),
        ([(math.nan, 0), (0, 1), (1, 1)], "90 degrees"),
    ],
)
def test_what_is_no_polygon_is_refused(corners, why):
    with pytest.raises(BadShape, match=why):
        Polygon(corners)


@pytest.mark.parametrize("rad", [0, -1, math.nan, math.inf, 1e7])
def test_what_is_no_circle_is_refused(rad):
    with pytest.raises(BadShape):
        Circle(0, 0, rad)


@given(st.lists(st.tuples(LAT, LON), min_size=3, max_size=12))
def test_any_corners_make_a_polygon_or_a_refusal(corners):
    try:
        shape = Polygon(corners)
    except BadShape:
        return
    for lat, lon in corners:
        assert abs(beyond(shape, lat, lon)) < 1.0  # a corner is on the border


PLACES = st.tuples(LAT, LON)
CIRCLES = st.dictionaries(
    st.integers(0, 50), st.tuples(PLACES, st.floats(1, 900 * KM)), min_size=1, max_size=30
)


@settings(max_examples=40)
@given(CIRCLES, st.randoms(use_true_random=False))
def test_the_grid_finds_every_region_that_holds_a_place(circles, chance: random.Random):
    grid: Grid[int] = Grid()
    shapes = {}
    for name, (place, rad) in circles.items():
        grid.put(name, (1.0, 0.0, 0.0), 0.5)  # it was elsewhere before
        shapes[name] = shape = Circle(*place, rad)
        grid.put(name, shape.middle, shape.reach)
    for lat, lon in (
        walk(shape.lat, shape.lon, chance.uniform(0, 7), shape.size / 111_000 * chance.random() * 2)
        for shape in shapes.values()
    ):
        found = set(grid.near(vector(lat, lon)))
        assert {name for name, shape in shapes.items() if holds(shape, lat, lon)} <= found
    for name in shapes:
        grid.drop(name)
    assert len(grid) == 0
    assert not set(grid.near((1.0, 0.0, 0.0)))
