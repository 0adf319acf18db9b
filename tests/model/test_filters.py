from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.model.filters import contains, filter_fault, matches, topic_fault

LEVEL = st.sampled_from(["a", "b", "", "$x"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(bool)
FILTER = st.builds(
    lambda levels, more: "/".join([*levels, *more]),
    st.lists(LEVEL | st.just("+"), min_size=1, max_size=4),
    st.sampled_from([[], ["#"]]),
).filter(bool)


@pytest.mark.parametrize(
    ("name", "topic", "does"),
    [
        ("#", "a/b", True),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a//c", True),
        ("/a", "a", False),
    ],
)
def test_a_filter_matches_as_the_specification_says(name, topic, does):
    assert matches(name, topic) is does


@pytest.mark.parametrize(
    ("outer", "inner", "does"),
    [
        ("#", "a/+/#", True),
        ("a/+", "a/#", False),
        ("a/#", "a/+/b", True),
        ("a/+", "a/b", True),
        ("a/b", "a/+", False),
        ("+/b", "+/b", True),
        ("+/#", "#", False),
    ],
)
def test_a_filter_contains_another(outer, inner, does):
    assert contains(outer, inner) is does


@given(FILTER, FILTER, TOPIC)
def test_what_the_inner_matches_the_outer_matches(outer, inner, topic):
    if contains(outer, inner) and matches(inner, topic):
        assert matches(outer, topic)


@pytest.mark.parametrize("name", ["", "a#", "#/a", "a/#/b", "a+/b", "a\0b", "x" * 1025])
def test_a_wrong_filter_is_told_what_is_wrong(name):
    assert filter_fault(name)


@pytest.mark.parametrize("name", ["#", "+", "a/+/b/#", "/", "a b/ä"])
def test_a_right_filter_has_no_fault(name):
    assert filter_fault(name) is None


def test_a_message_goes_to_no_wildcard():
    assert topic_fault("a/+")
    assert topic_fault("a/b") is None
