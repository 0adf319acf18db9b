from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.driving.stop_bounds import BOTH, HUNG, KILLED, MeasuredTimes, parts, stops_within

seconds = st.none() | st.floats(0, 100)
anything = st.builds(MeasuredTimes, seconds, st.booleans(), seconds, seconds)


def test_what_was_not_measured_counts_as_its_bound():
    assert stops_within(MeasuredTimes(guarded=True)) == HUNG
    assert stops_within(MeasuredTimes()) == BOTH
    assert [part.seconds for part in parts(MeasuredTimes(guarded=True))] == [KILLED, HUNG, BOTH]


@pytest.mark.parametrize(("reaction", "told"), [(0.5123, 0.52), (0.51, 0.51), (0.75, 0.75)])
def test_a_guard_counts_as_it_was_measured_rounded_up(reaction: float, told: float):
    measured = MeasuredTimes(trip=0.002, guarded=True, reaction=reaction, will_delay=4.6)
    assert stops_within(measured) == told
    assert [(part.dies, part.measured) for part in parts(measured)] == [
        ("killed", 0.01),
        ("hung", told),
        ("both", 4.6),
    ]


def test_a_broker_further_away_than_the_guard_is_quick_is_the_worst():
    assert stops_within(MeasuredTimes(trip=0.9, guarded=True, reaction=0.52)) == 0.9


def test_without_a_guard_some_lucky_tries_do_not_lower_the_bound():
    assert stops_within(MeasuredTimes(trip=0.002, will_delay=4.2)) == BOTH
    assert stops_within(MeasuredTimes(trip=0.002, will_delay=12.3)) == 12.3


def test_without_a_guard_nothing_is_said_of_one():
    assert [part.dies for part in parts(MeasuredTimes(reaction=0.5))] == ["killed", "both"]


@given(anything)
def test_no_promise_is_shorter_than_what_was_measured(measured: MeasuredTimes):
    for part in parts(measured):
        assert part.measured is None or part.seconds >= part.measured
    needed = [measured.trip, measured.reaction if measured.guarded else measured.will_delay]
    assert stops_within(measured) >= max((n for n in needed if n is not None), default=0) - 1e-6
