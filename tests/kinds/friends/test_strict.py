from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.friends.strict import DEEPEST, LARGEST, MOST_OBJECTS, MOST_VALUES, parse
from sightline.model.kind import CannotDecode


def refusal(payload: bytes) -> str:
    with pytest.raises(CannotDecode) as caught:
        parse(payload)
    return caught.value.counter


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_json_is_read() -> None:
    text = '{"a":[1,-2.5,"é\\n\\ud800",true,null,{}],"b":18446744073709551616}'
    assert parse(text.encode()) == {
        "a": [1, -2.5, "é\n\ud800", True, None, {}],
        "b": 18446744073709551616,
    }


def test_a_byte_order_mark_is_overlooked() -> None:
    assert parse(b"\xef\xbb\xbf[]") == []


def test_too_many_bytes_are_refused_before_anything_else() -> None:
    assert parse(b'"' + b"x" * (LARGEST - 2) + b'"')
    assert refusal(b"\xff" * (LARGEST + 1)) == "too_large"


@pytest.mark.parametrize("payload", [b"", b" ", b"{", b"{]", b"{'a':1}", b"01", b"[1,]", b'"\n"'])
def test_what_is_not_json_is_refused(payload: bytes) -> None:
    assert refusal(payload) == "not_json"


def test_what_is_not_utf8_is_refused() -> None:
    assert refusal(b'"\xc3"') == "not_utf8"
    assert refusal(b'"\xed\xa0\x80"') == "not_utf8"


@pytest.mark.parametrize("payload", [b"NaN", b"[Infinity]", b'[{"a":1},-Infinity]'])
def test_what_is_not_a_number_is_refused(payload: bytes) -> None:
    assert refusal(payload) == "bad_number"


def test_integers_end() -> None:
    assert parse(b"9" * 20) == 10**20 - 1
    assert refusal(b"9" * 21) == "bad_number"
    assert refusal(b"[1,-" + b"9" * 20 + b"]") == "bad_number"
    assert refusal(b"1" * 5000) == "bad_number"
    assert parse(b'["' + b"9" * 30 + b'",0.' + b"9" * 30 + b"]") == ["9" * 30, 1.0]


@pytest.mark.parametrize(
    "payload", [b'{"a":1,"a":1}', b'[{"a":1,"\\u0061":2}]', b'{"b":{"a":1,"c":2,"a":3}}']
)
def test_a_key_given_twice_is_refused(payload: bytes) -> None:
    assert refusal(payload) == "duplicate_key"


def test_nesting_is_bounded() -> None:
    assert parse(nested(DEEPEST))
    assert refusal(nested(DEEPEST + 1)) == "not_json"
    assert refusal(b"[" * 1000) == "not_json"
    assert refusal(b"[" * 30000) == "not_json"


def test_brackets_in_texts_do_not_nest() -> None:
    text = b'["' + b"[" * 300 + b'\\\\","\\"' + b"[{" * 150 + b'\\""]'
    assert parse(text) == ["[" * 300 + "\\", '"' + "[{" * 150 + '"']


def test_many_objects_side_by_side_are_not_deep() -> None:
    assert parse(b"[[" + b",".join([b"{}"] * 1000) + b"]]") == [[{}] * 1000]


@pytest.mark.parametrize(
    "values", [b"{}," * MOST_OBJECTS + b"{}", b"1," * (MOST_VALUES + 1) + b"1"]
)
def test_values_are_bounded(values: bytes) -> None:
    assert refusal(b"[" + values + b"]") == "batch_too_long"
    assert refusal(b"[[" + values + b"]]") == "not_json"
    assert refusal(b'{"a":[' + values + b"]}") == "not_json"
    assert refusal(b"[" + values) == "not_json"


@given(st.binary(max_size=200) | st.text('[]{}",:\\0159-.eE nulltrueNaN').map(str.encode))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    found: Any
    try:
        found = parse(payload)
    except CannotDecode:
        return
    assert found is None or isinstance(found, bool | int | float | str | list | dict)
