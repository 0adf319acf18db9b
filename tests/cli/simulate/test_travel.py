"""Moving along a route."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.cli.simulate.travel import Itinerary, RoutePoint, bearing, distance, offset

PARIS, LONDON = RoutePoint(48.8566, 2.3522), RoutePoint(51.5074, -0.1278)
spots = st.builds(RoutePoint, st.floats(-70, 70), st.floats(-170, 170))


def test_paris_is_344_km_from_london_towards_the_north_west():
    assert distance(PARIS, LONDON) == pytest.approx(343_556, rel=1e-3)
    assert bearing(PARIS, LONDON) == pytest.approx(330, abs=1)


@given(spots, spots)
def test_it_is_as_far_there_as_back(a, b):
    assert distance(a, b) == pytest.approx(distance(b, a))


@given(spots, st.floats(-500, 500), st.floats(-500, 500))
def test_an_offset_spot_is_that_far_away(spot, north, east):
    there = offset(spot, north, east)
    assert distance(spot, there) == pytest.approx((north**2 + east**2) ** 0.5, rel=0.01, abs=0.1)


def test_a_route_goes_to_its_end_and_back_for_ever():
    route = Itinerary([PARIS, LONDON])
    assert route.at(0)[0] == PARIS
    assert route.at(route.length)[0] == pytest.approx(LONDON)
    assert route.at(2 * route.length)[0] == pytest.approx(PARIS)
    there, heading = route.at(route.length / 3)
    back, backwards = route.at(2 * route.length - route.length / 3)
    assert there == pytest.approx(back)
    assert abs(heading - backwards) == pytest.approx(180, abs=3)


@given(st.lists(spots, min_size=1, max_size=5, unique=True), st.floats(0, 1e8))
def test_one_is_never_off_the_route(spots, gone):
    spot, heading = Itinerary(spots).at(gone)
    assert min(s.lat for s in spots) - 1e-6 <= spot.lat <= max(s.lat for s in spots) + 1e-6
    assert min(s.lon for s in spots) - 1e-6 <= spot.lon <= max(s.lon for s in spots) + 1e-6
    assert 0 <= heading < 360


def test_a_route_of_one_spot_stays_there():
    assert Itinerary([PARIS]).at(1000) == (PARIS, 0.0)


def test_a_spot_named_twice_in_a_row_is_passed():
    assert Itinerary([PARIS, PARIS, LONDON]).at(0)[0] == PARIS
