"""Stays in regions, by fixes and the shapes that regions have now."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sightline.geometry.shapes import Circle, Polygon, Shape
from sightline.history.span_visits import LONGEST_SILENCE, SpanVisit, SpanVisits
from sightline.kinds.friends.plausibility import Spot

HOME = Circle(48.0, 2.0, 200.0)
YARD = Polygon([(47.999, 1.999), (47.999, 2.001), (48.001, 2.001), (48.001, 1.999)])
NORTH = 1 / 111_195.0


def at(metres: float, second: float, acc: float | None = 5.0) -> Spot:
    return Spot(48.0 + metres * NORTH, 2.0, second, acc)


def stays(regions: dict[str, Shape], *fixes: Spot) -> list[SpanVisit]:
    found = SpanVisits(regions)
    found.take(fixes)
    return found.end()


def test_a_stay_is_from_the_first_fix_within_to_the_first_one_surely_out():
    fixes = at(900, 0), at(50, 60), at(0, 600), at(215, 660), at(600, 700)
    assert stays({"region/home": HOME}, *fixes) == [SpanVisit("region/home", 60, 700)]


def test_a_stay_that_is_not_over_lasts_until_the_last_fix():
    assert stays({"r": HOME}, at(0, 10), at(5, 90)) == [SpanVisit("r", 10, 90)]


def test_regions_within_each_other_are_stayed_in_together():
    found = stays({"a": HOME, "b": YARD}, at(0, 0), at(160, 60), at(900, 120))
    assert found == [SpanVisit("a", 0, 120), SpanVisit("b", 0, 60)]


def test_a_coarse_fix_brings_nobody_in_or_out():
    assert stays({"r": HOME}, at(0, 0, acc=900)) == []
    fixes = at(0, 0), at(4000, 60, acc=3900), at(0, 120)
    assert stays({"r": HOME}, *fixes) == [SpanVisit("r", 0, 120)]


def test_of_too_long_a_silence_nobody_says_that_it_was_a_stay():
    night = stays({"r": HOME}, at(0, 0), at(0, LONGEST_SILENCE))
    away = stays({"r": HOME}, at(0, 0), at(0, LONGEST_SILENCE + 1), at(0, LONGEST_SILENCE + 61))
    assert night == [SpanVisit("r", 0, LONGEST_SILENCE)]
    assert away == [
        SpanVisit("r", 0, 0),
        SpanVisit("r", LONGEST_SILENCE + 1, LONGEST_SILENCE + 61),
    ]


@given(st.lists(st.tuples(st.floats(-1500, 1500), st.floats(0, 90_000)), max_size=40))
def test_stays_in_a_region_never_overlap_and_lie_within_the_span(steps):
    second, fixes = 0.0, []
    for metres, passed in steps:
        second += passed
        fixes.append(at(metres, second))
    found = stays({"r": HOME}, *fixes)
    for stay in found:
        assert fixes[0].when <= stay.since <= stay.until <= fixes[-1].when
    assert all(a.until <= b.since for a, b in itertools.pairwise(found))
