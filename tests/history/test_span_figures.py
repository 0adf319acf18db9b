"""Distance, moving time and top speed of a span, by their definitions."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.history.span_figures import NOISE, SILENCE, SpanFigures
from sightline.kinds.friends.plausibility import Spot, distance

T0 = 1_795_235_000.0
NORTH = 1 / 111_195.0
"""Degrees of latitude in a metre."""


def at(metres: float, second: float, acc: float | None = 5.0, speed: float = 0.0) -> Spot:
    """A fix so many m north of a place."""
    return Spot(48.0 + metres * NORTH, 2.0, T0 + second, acc, 0.0, speed)


def figures(*fixes: Spot) -> SpanFigures:
    found = SpanFigures()
    found.take(fixes)
    return found


def test_of_nothing_there_is_nothing():
    found = figures()
    assert (found.fixes, found.metres, found.moving, found.top_at) == (0, 0.0, 0.0, None)


def test_a_walk_is_as_long_as_its_way_and_takes_its_time():
    walk = figures(*(at(1.4 * second, second) for second in range(0, 601, 5)))
    assert walk.metres == pytest.approx(840, rel=0.03)
    assert walk.moving == pytest.approx(600, rel=0.03)
    assert walk.top * 3.6 == pytest.approx(0.0, abs=5.1)  # less than it was: the errors are off
    assert (walk.first, walk.last) == (T0, T0 + 600)


def test_a_phone_on_a_table_goes_nowhere_however_its_fixes_jump_about():
    jumps = (at(9.0 if n % 2 else -9.0, 30 * n, acc=14) for n in range(2880))
    still = figures(*jumps)
    assert (still.metres, still.moving, still.top_at) == (0.0, 0.0, None)


def test_a_coarse_fix_is_no_way():
    assert figures(at(0, 0), at(400, 60, acc=450.0), at(5, 120)).metres == 0.0


def test_a_way_through_a_silence_is_gone_but_nobody_moved():
    found = figures(at(0, 0), at(9000, SILENCE + 1))
    assert found.metres == pytest.approx(9000, rel=0.01)
    assert (found.moving, found.top) == (0.0, 0.0)


def test_the_rest_before_a_way_is_no_moving():
    rest = [at(0, 60 * n) for n in range(13)]
    found = figures(*rest, at(100, 780))
    assert found.moving == 60.0


def test_the_device_knows_best_how_fast_it_was():
    found = figures(at(0, 0), at(300, 10, speed=33.0), at(320, 20, speed=2.0))
    assert (found.top, found.top_at) == (33.0, T0 + 10)


def test_without_its_word_the_speed_is_that_of_the_way_without_the_errors():
    found = figures(at(0, 0), at(300, 10))
    assert found.top == pytest.approx((300 - 10) / 10, rel=0.01)
    assert figures(at(0, 0), at(300, 9)).top == 0.0  # too short to tell


tracks = st.lists(
    st.tuples(
        st.floats(-500, 500),
        st.floats(0.0, 2000.0),
        st.one_of(st.none(), st.floats(0, 800)),
        st.floats(0, 60),
    ),
    max_size=40,
)


def track(steps: list[tuple[float, float, float | None, float]], begin: float = 0.0) -> list[Spot]:
    fixes, where, second = [], 0.0, begin
    for metres, passed, acc, speed in steps:
        where += metres
        second += passed
        fixes.append(at(where, second, acc, speed))
    return fixes


@given(tracks)
def test_nobody_moves_longer_than_the_span_or_further_than_from_fix_to_fix(steps):
    fixes = track(steps)
    found = figures(*fixes)
    hops = sum(distance(a, b) for a, b in itertools.pairwise(fixes))
    assert found.metres <= hops + 1e-6
    assert 0.0 <= found.moving <= (fixes[-1].when - fixes[0].when if fixes else 0.0) + 1e-6
    assert found.fixes == len(fixes)


@given(tracks, st.integers(0, 40))
def test_it_makes_no_difference_in_which_pieces_the_fixes_come(steps, place):
    fixes = track(steps)
    found = SpanFigures()
    found.take(fixes[:place])
    found.take(fixes[place:])
    assert vars(found) == vars(figures(*fixes))


@given(tracks, tracks)
def test_spans_that_follow_each_other_elsewhere_add_up(one, other):
    """A far hop begins anew, and so the whole is both of them and the hop."""
    first = track(one)
    then = [fix._replace(lat=fix.lat + 1.0) for fix in track(other, begin=100_000.0)]
    whole = figures(*first, *then)
    a, b = figures(*first), figures(*then)
    assert whole.moving == pytest.approx(a.moving + b.moving)
    assert whole.top == max(a.top, b.top)
    hop = distance(_place(first), then[0]) if first and then else 0.0
    assert whole.metres == pytest.approx(a.metres + b.metres + hop)


def _place(fixes: list[Spot]) -> Spot:
    """The last place of a track that is surely another than the one before."""
    place = fixes[0]
    for fix in fixes:
        errors = [25.0 if each.acc is None else each.acc for each in (place, fix)]
        if distance(place, fix) > max(NOISE, *errors):
            place = fix
    return place
