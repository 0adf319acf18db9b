"""What is said of the table in DynamoDB, by what was seen of it."""

from __future__ import annotations

import pytest

from sightline.cli.check import judge_dynamodb


@pytest.mark.parametrize(
    ("skew", "level"),
    [(0.0, "ok"), (-2.0, "ok"), (5.0, "warn"), (-5.0, "warn"), (400.0, "fail"), (-400.0, "fail")],
)
def test_a_clock_that_is_off_is_named_before_aws_refuses_us(skew, level):
    found = judge_dynamodb.clock("dynamodb", skew)
    assert found.level == level
    if level != "ok":
        assert ("ahead" if skew > 0 else "behind") in found.said


def test_a_table_of_another_make_is_refused():
    assert judge_dynamodb.table("dynamodb", "x", "ACTIVE", indexed=False).level == "fail"
    assert judge_dynamodb.table("dynamodb", "x", "CREATING", indexed=True).level == "fail"


def test_what_else_aws_says_to_a_call_is_told_as_it_is():
    found = judge_dynamodb.rights(
        "dynamodb", "x", {"Query": "ValidationException: no", "GetItem": "…"}
    )
    assert "ValidationException: no" in found.said
