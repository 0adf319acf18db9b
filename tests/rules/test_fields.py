"""The fields of conditions, their ranges, and what lasts."""

from __future__ import annotations

from typing import get_args

from sightline.kinds.rules.model import Condition, ConditionType
from sightline.rules.fields import FIELDS, LASTING, RANGES, TAKES, given, lasts


def test_every_type_is_here_and_every_field_is_taken_by_one():
    assert {*TAKES} == {*get_args(ConditionType)}
    assert {name for takes in TAKES.values() for name in takes.all} == {*FIELDS}
    assert {*LASTING} < {*TAKES}


def test_every_number_has_a_range():
    numbers = {"seconds", "metres", "above", "below", "times", "margin"}
    wanted = {(type, name) for type, takes in TAKES.items() for name in takes.all & numbers}
    assert wanted == {*RANGES}
    assert all(limits.least < limits.most for limits in RANGES.values())


def test_zero_is_given_and_false_is_not():
    assert given(Condition(type="number", topic="t", above=0.0)) == ["above", "topic"]
    assert given(Condition(type="number", topic="", changed=True)) == ["changed", "topic"]


def test_what_changed_does_not_last():
    assert lasts(Condition(type="number", topic="t", above=1))
    assert not lasts(Condition(type="number", topic="t", changed=True))
    assert not lasts(Condition(type="arrives", region="x"))
