"""Whatever is asked for, a ProBot hears nothing but its grammar."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.probots import commands
from sightline.kinds.probots.commands import BadCommand

GRAMMAR = re.compile(rb"(0 0 0 0|(0\.[0-9]{2})( 0\.[0-9]{2}){3})\Z")
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.floats())
)


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_input_makes_four_keys_in_bounds_or_nothing(up, down, left, right):
    try:
        said = commands.payload(commands.keys(up, down, left, right))
    except BadCommand:
        return
    assert GRAMMAR.match(said)
    assert all(0 <= float(number) <= commands.MOST for number in said.split(b" "))


@given(st.floats(), st.floats(), st.floats(), st.floats())
def test_whatever_moves_is_no_stop_and_whatever_stands_still_is_the_stop(up, down, left, right):
    try:
        pressed = commands.keys(up, down, left, right)
    except BadCommand:
        return
    assert commands.is_stop(commands.payload(pressed)) is not pressed.moving
    if not pressed.moving:
        assert commands.payload(pressed) == b"0 0 0 0"


def test_the_form_is_two_decimals():
    assert commands.payload(commands.keys(0.4, 0, 0, 0.1)) == b"0.40 0.00 0.00 0.10"
    assert commands.payload(commands.keys(9, -1, 0.004, 10**400)) == b"0.75 0.00 0.00 0.75"
    assert commands.payload(commands.keys(-0.0, 0.001, 0, 0)) == b"0 0 0 0"


def test_no_topic_is_made_of_anything_but_a_robots_name():
    assert commands.keys_topic("ProBot12") == "keys/ProBot12"
    assert commands.routine_topic("ProBot1") == "MainRoutine/ProBot1"
    assert commands.shutdown_topic("ProBot1") == "shutdownProBot/ProBot1"


@given(st.text())
def test_other_names_are_refused(name):
    if re.fullmatch("ProBot[1-9][0-9]{0,3}", name, re.ASCII):
        return
    for topic in (commands.keys_topic, commands.routine_topic, commands.shutdown_topic):
        with pytest.raises(BadCommand):
            topic(name)


@pytest.mark.parametrize("name", ["ProBot1\n", "ProBot+", "#", "ProBot1/x", "ProBot0", "probot1"])
def test_wildcards_and_near_names_are_refused(name):
    with pytest.raises(BadCommand):
        commands.keys_topic(name)


@pytest.mark.parametrize(
    "said", [b"", b"0", b"0 0 0", b"0 0 0 0 0", b"x", b"nan 0 0 0", b"0  0 0 0"]
)
def test_what_the_robot_cannot_read_is_no_stop(said):
    assert not commands.is_stop(said)


def test_the_quotes_are_part_of_the_routines_payload():
    assert commands.START_ROUTINE == b'"start"'
    assert commands.STOP_ROUTINE == b'"stop"'
