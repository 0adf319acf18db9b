from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.geometry.simplify import RADIUS, Simplifier

Point = tuple[float, float]


def simplified(points: list[Point], error: float) -> list[Point]:
    simplifier = Simplifier(error)
    kept = points[:1]
    for at, point in enumerate(points):
        if simplifier.add(*point):
            kept.append(points[at - 1])
    return kept + points[-1:] if len(points) > 1 else kept


def off(point: Point, first: Point, last: Point) -> float:
    """How far a point is from a line, m, on a flat map around its start."""

    def flat(other: Point) -> complex:
        turn = (other[1] - first[1] + 180) % 360 - 180
        wide = math.cos(math.radians(first[0]))
        return complex(math.radians(other[0] - first[0]), math.radians(turn) * wide) * RADIUS

    line, here = flat(last), flat(point)
    if line == 0:
        return abs(here)
    part = max(0.0, min(1.0, (here * line.conjugate()).real / abs(line) ** 2))
    return abs(here - part * line)


walks = st.lists(
    st.tuples(st.integers(-30, 30), st.integers(-30, 30)), min_size=1, max_size=40
).map(
    lambda steps: [
        (
            48 + sum(s[0] for s in steps[: n + 1]) * 1e-4,
            2 + sum(s[1] for s in steps[: n + 1]) * 1e-4,
        )
        for n in range(len(steps))
    ]
)


@given(walks, st.sampled_from([1.0, 10.0, 50.0, 300.0]))
def test_no_point_is_further_from_the_line_than_allowed(walk, error):
    kept = simplified(walk, error)
    at = 0
    places = [0]
    for point in kept[1:]:
        at = walk.index(point, at + 1) if point in walk[at + 1 :] else len(walk) - 1
        places.append(at)
    assert places[-1] == len(walk) - 1
    for first, last in pairwise(places):
        for point in walk[first : last + 1]:
            assert off(point, walk[first], walk[last]) <= error + 1e-6


def test_a_straight_way_is_its_two_ends():
    way = [(48 + n * 1e-4, 2 + n * 1e-4) for n in range(500)]
    assert simplified(way, 5) == [way[0], way[-1]]


def test_the_far_end_of_a_way_out_and_back_is_kept():
    way = [(48 + n * 1e-3, 2.0) for n in (0, 1, 2, 3, 2, 1, 0)]
    assert (48 + 3e-3, 2.0) in simplified(way, 5)


def test_somebody_who_rests_is_two_points():
    rest = [(48 + (n % 3) * 1e-6, 2 + (n % 5) * 1e-6) for n in range(100)]
    assert len(simplified(rest, 5)) == 2


def test_a_way_over_the_date_line_is_no_way_around_the_world():
    way = [(0.0, (179.9 + n * 0.01 + 180) % 360 - 180) for n in range(30)]
    assert simplified(way, 5) == [way[0], way[-1]]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_point_or_two_stay_as_they_are(count):
    way = [(48.0, 2.0), (48.0, 2.0)][:count]
    assert simplified(way, 5) == way
