"""Where somebody was, and for how long: cells with seconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.history.span_figures import SILENCE
from sightline.history.span_heat import SpanHeat
from sightline.history.span_visits import LONGEST_SILENCE
from sightline.kinds.friends.plausibility import Spot


def at(lat: float, lon: float, second: float, acc: float | None = 5.0) -> Spot:
    return Spot(lat, lon, second, acc)


def heat(*fixes: Spot, most: int = 100) -> SpanHeat:
    found = SpanHeat(most)
    found.take(fixes)
    return found


def test_a_night_at_home_is_one_hot_cell_though_the_phone_was_silent():
    found = heat(at(48, 2, 0), at(48.00001, 2, 8 * 3600), at(48, 2, 9 * 3600))
    (cell, *others) = found.end()
    assert (cell[0], cell[1]) == pytest.approx((48, 2), abs=2e-4)
    assert sum(each[2] for each in (cell, *others)) == found.seconds == 9 * 3600


def test_of_a_silence_between_two_places_nothing_is_known():
    assert heat(at(48, 2, 0), at(48.1, 2, SILENCE + 1)).end() == []
    assert heat(at(48, 2, 0), at(48, 2, LONGEST_SILENCE + 1)).end() == []


def test_the_hottest_comes_first():
    fixes = at(48, 2, 0), at(48, 2, 600), at(48.01, 2, 660), at(48.01, 2, 700)
    first, second = heat(*fixes).end()
    assert (first[2], second[2]) == (630, 70)
    assert first[0] < second[0]


def test_a_cell_is_as_wide_as_the_map_is_there():
    found = heat()
    assert found.size(0) == pytest.approx(19.1, abs=0.1)
    assert found.size(60) == pytest.approx(19.1 / 2, abs=0.1)


places = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.1, 800))


@given(st.lists(places, max_size=150), st.integers(1, 20))
def test_cells_are_few_and_lose_no_second(steps, most):
    second, fixes = 0.0, []
    for lat, lon, passed in steps:
        second += passed
        fixes.append(at(lat, lon, second))
    found = heat(*fixes, most=most)
    cells = found.end()
    assert len(cells) <= most
    assert sum(seconds for _, _, seconds in cells) == pytest.approx(found.seconds)
    assert found.seconds == pytest.approx(fixes[-1].when - fixes[0].when if fixes else 0.0)
    assert all(-86 < lat < 86 and -180 <= lon <= 180 for lat, lon, _ in cells)


def test_both_sides_of_the_antimeridian_are_neighbours_but_not_one_cell():
    west, east = at(0.001, -179.9999, 0), at(0.001, 179.9999, 100)
    lons = sorted(lon for _, lon, _ in heat(west, east).end())
    assert lons[0] < -179.99
    assert lons[-1] > 179.99
