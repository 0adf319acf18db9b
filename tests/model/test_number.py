from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.model.kind import CannotDecode
from sightline.model.number import number, number_or_none


@pytest.mark.parametrize(
    ("value", "found"),
    [(7, 7), (-2.5, -2.5), ("7", 7), ("-7", -7), ("2.50", 2.5), ("1e3", 1000.0), ("-0", 0)],
)
def test_numbers_and_decimal_text_are_numbers(value: object, found: float) -> None:
    assert number(value) == found
    assert type(number(value)) is type(found)


@pytest.mark.parametrize("value", [None, True, False, math.nan, math.inf, -math.inf, [], {}, b"1"])
def test_nothing_else_is(value: object) -> None:
    assert number_or_none(value) is None
    with pytest.raises(CannotDecode) as caught:
        number(value)
    assert caught.value.counter == "bad_number"


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1\n", "+1", "01", ".5", "1.", "0x10", "1_0", "\u0661", "nan", "inf", "1e999"],
)
def test_what_only_python_takes_for_a_number_is_none(text: str) -> None:
    assert number_or_none(text) is None


def test_text_of_endless_digits_is_no_number() -> None:
    assert number_or_none("1" * 19) is not None
    assert number_or_none("1" * 20) is None


@given(st.text())
def test_text_is_a_finite_number_or_none(text: str) -> None:
    found = number_or_none(text)
    assert found is None or (math.isfinite(found) and found == float(text))
