"""Regions that are gone through between two fixes (also `sightline.geometry.passages`).

Covers geometry/passages.py.
"""

from __future__ import annotations

import random
from itertools import pairwise
from math import cos, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.geometry.geodesy import vector
from sightline.geometry.geofences import Change, Geofences, Position, Rules
from sightline.geometry.grid import Grid
from sightline.geometry.passages import FASTEST, LONGEST, along, between, passage
from sightline.geometry.shapes import Circle, Polygon, Shape

JANE = "friend/jane/phone"
LAT, LON = 48.5, 2.25
M = 1 / 111_200  # degrees of latitude in a metre, here
E = M / cos(radians(LAT))  # and of longitude


def at(x: float, y: float, when: float, acc: float = 5, **more: bool) -> Position:
    """A fix x m east and y m north of the middle."""
    return Position(LAT + y * M, LON + x * E, when, acc, **({"joins": True} | more))


class Drive:
    """Somebody drives east at an even speed through (or past) regions."""

    def __init__(self, shape: Shape | None = None, **rules: float) -> None:
        self.fences = Geofences(Rules(**rules))  # type: ignore[arg-type]
        self.fences.put("home", shape or Circle(LAT, LON, 100))
        self.found: list[Change] = []

    def fix(self, *fixes: Position) -> list[tuple[str, float, bool]]:
        for each in fixes:
            self.found += self.fences.tick(each.when)
            self.found += self.fences.fix(JANE, each, each.when)
        return self.told

    @property
    def told(self) -> list[tuple[str, float, bool]]:
        return [(each.event, round(each.when, 1), each.inferred) for each in self.found]


def drive(
    speed: float = 20, every: float = 60, begin: float = -1_800, count: int = 4, y: float = 0
):
    return [at(begin + speed * every * n, y, every * n) for n in range(count)]


def test_a_circle_of_100_m_at_20_ms_with_a_fix_each_minute_is_entered_and_left():
    home = Drive()
    a, b, c, d = drive()  # at -1800, -600, 600, 1800 m
    assert home.fix(a, b, c) == []  # two fixes must say so, as with any other change
    assert home.fix(d) == [("enter", 85.0, True), ("leave", 95.0, True)]
    assert [each.crossed for each in home.found] == [True, True]
    assert home.fences.since(JANE, "home") is None


def test_where_one_fix_is_enough_one_is():
    assert [each[0] for each in Drive(fixes=1).fix(*drive(count=3))] == ["enter", "leave"]


def test_what_nothing_contradicts_for_the_dwell_is_told_without_another_fix():
    home = Drive(fixes=5, dwell=60)
    home.fix(*drive(count=3))
    assert home.fences.tick(179) == []
    assert [each.event for each in home.fences.tick(180)] == ["enter", "leave"]
    assert home.fences.tick(500) == []


def test_one_wrong_fix_beyond_a_region_visits_nothing():
    here, wrong = (-1_000, 0), (1_000, 0)
    home = Drive()
    fixes = [at(*here, 0), at(*here, 60), at(*wrong, 120), at(*here, 170), at(*here, 240)]
    assert home.fix(*fixes, at(*here, 600)) == []


def test_who_turns_round_and_comes_in_is_entered_once():
    home = Drive()
    found = home.fix(*drive(count=3), at(0, 0, 170), at(0, 0, 200))
    assert found == [("enter", 170.0, False)]


@pytest.mark.parametrize(
    "fixes",
    {
        "a gap too long": drive(speed=20, every=LONGEST + 10, begin=-2_000),
        "an aeroplane": drive(speed=FASTEST + 5, begin=-5_000),
        "an error as large as the region": [
            at(-600, 0, 0, 100), at(600, 0, 60, 100), at(1_800, 0, 120, 100)
        ],
        "an unknown error": [
            at(x, 0, t, 0, joins=False) for x, t in ((-600, 0), (600, 60), (1_800, 120))
        ],
        "a leap": [
            at(-600, 0, 0), at(600, 0, 60, joins=False, leap=True), at(1_800, 0, 120)
        ],
        "past it": drive(y=130),
        "over its edge, less deep than the fixes may be wrong": drive(y=97),
    }.items(),
    ids=lambda each: each[0],
)  # fmt: skip
def test_nobody_is_said_to_have_been_where_that_is_not_sure(fixes):
    assert Drive().fix(*fixes[1]) == []


def test_a_single_fix_within_is_a_passage_when_it_leads_out_on_another_side():
    home = Drive(dwell=100)
    found = home.fix(*drive(begin=-1_200 + 50, count=4))  # the second is 50 m in
    (enter, came, one), (leave, went, other) = found
    assert (enter, one, leave, other) == ("enter", True, "leave", True)
    assert came == pytest.approx(52.5, abs=0.2)
    assert went == pytest.approx(62.5, abs=0.2)


def test_a_single_fix_that_jumps_in_from_the_border_is_none():
    home = Drive()
    out = [at(150, 0, 10 * n) for n in range(3)]
    assert home.fix(*out, at(0, 0, 30), at(150, 2, 40), at(150, 0, 50), at(150, 0, 200)) == []


def test_a_region_that_is_moved_meanwhile_was_not_gone_through():
    home = Drive()
    *three, last = drive()
    home.fix(*three)
    home.fences.put("home", Circle(10, 10, 100))
    assert home.fix(last) == []


def test_the_region_of_one_thing_is_gone_through_by_that_alone():
    home = Drive()
    home.fences.put("home", Circle(LAT, LON, 100), "friend/bob/phone")
    assert home.fix(*drive()) == []
    home.fences.put("home", Circle(LAT, LON, 100), JANE)
    home.fences.forget(JANE)
    assert len(home.fix(*drive())) == 2


def test_a_polygon_that_is_concave_is_entered_first_and_left_last():
    """The letter U: the line goes through both its arms."""
    x, y = 1_000 * E, 200 * M
    corners = [(-1, -1), (-1, 1), (-0.5, 1), (-0.5, -0.5), (0.5, -0.5), (0.5, 1), (1, 1), (1, -1)]
    shape = Polygon([(LAT + north * y, LON + east * x) for east, north in corners])
    one, other = (LAT, LON - 2 * x), (LAT, LON + 2 * x)
    assert passage(shape, one, other, 10) == pytest.approx((0.25, 0.75), abs=1e-3)
    below = LAT - 190 * M
    assert passage(shape, (below, one[1]), (below, other[1]), 50) is None


# -- rules with an invariant


@settings(max_examples=60, deadline=None)
@given(
    rad=st.floats(40, 1_500),
    speed=st.floats(3, 60),
    every=st.floats(5, 85),
    phase=st.floats(0, 1),
    off=st.floats(-0.9, 0.9),
    fixes=st.integers(1, 3),
)
def test_a_straight_drive_enters_and_leaves_once_whatever_the_fixes_hit(
    rad, speed, every, phase, off, fixes
):
    """The true times are known: what is told lies within a fix's distance of them."""
    home = Drive(Circle(LAT, LON, rad), fixes=fixes, dwell=600)
    y = off * (rad - 30)
    half = (rad * rad - y * y) ** 0.5
    step = speed * every
    begin = -half - 3 * step - phase * step - 100
    count = int((2 * half + 200) / step) + 10
    told = home.fix(*[at(begin + n * step, y, n * every) for n in range(count)])
    assert [each[0] for each in told] == ["enter", "leave"]
    (_, came, guessed), (_, went, also) = told
    assert guessed == also or not also
    true_came, true_went = (-half - begin) / speed, (half - begin) / speed
    slack = 0.02 * every + 1 if guessed else 1
    assert true_came - slack <= came <= true_came + every + slack
    assert true_went - slack <= went <= true_went + every + slack + 130 / speed
    if guessed:
        assert came == pytest.approx(true_came, abs=slack)
        assert went == pytest.approx(true_went, abs=slack)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-400, 400), st.floats(-400, 400), st.floats(1, 90), st.floats(5, 60),
            st.booleans(),
        ),
        max_size=40,
    ),
    st.integers(1, 3),
)  # fmt: skip
def test_comings_and_goings_take_turns_and_time_never_runs_backwards(steps, fixes):
    home = Drive(fixes=fixes)
    when = 0.0
    for x, y, passed, acc, joins in steps:
        when += passed
        home.fix(at(x, y, when, acc, joins=joins))
    home.found += home.fences.tick(when + 1_000)
    events = [each for each in home.found if each.crossed]
    told = [each.event for each in events]
    assert all(one != other for one, other in pairwise(told))
    assert [each.when for each in events] == sorted(each.when for each in events)


def test_the_grid_along_a_way_misses_nothing_that_is_gone_through():
    chance = random.Random(5)
    shapes: dict[str, Shape] = {}
    grid: Grid[str] = Grid()
    for n in range(500):
        place = LAT + chance.uniform(-9_000, 9_000) * M, LON + chance.uniform(-9_000, 9_000) * E
        shape = shapes[str(n)] = Circle(*place, chance.choice([20, 100, 400, 2_000]))
        grid.put(str(n), shape.middle, shape.reach)
    looked_at = gone_through = 0
    for _ in range(200):
        one = LAT + chance.uniform(-9_000, 9_000) * M, LON + chance.uniform(-9_000, 9_000) * E
        other = (
            one[0] + chance.uniform(-4_000, 4_000) * M,
            one[1] + chance.uniform(-4_000, 4_000) * E,
        )
        found = along(grid, vector(*one), vector(*other), 5)
        through = {name for name, shape in shapes.items() if passage(shape, one, other, 5)}
        assert through <= found
        looked_at, gone_through = looked_at + len(found), gone_through + len(through)
    assert gone_through > 900
    assert looked_at < 200 * 500 / 4  # the index is worth its while


def test_between_goes_the_short_way():
    assert between((0.0, 179.0), (0.0, -179.0), 0.25) == pytest.approx((0.0, 179.5), abs=1e-3)
    assert passage(Circle(0, 180, 1_000), (0.0, 179.98), (0.0, -179.98), 5) is not None
