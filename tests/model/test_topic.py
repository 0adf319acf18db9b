"""Topics are taken apart, or refused.

Covers model/kind.py.
"""

from __future__ import annotations

import pytest

from sightline.model.kind import CannotDecode
from sightline.model.topic import levels


def test_a_topic_has_levels() -> None:
    assert levels("a/b//c") == ["a", "b", "", "c"]
    assert levels(b"a/\xc3\xa9") == ["a", "é"]


def test_one_leading_slash_is_overlooked() -> None:
    assert levels("/a/b") == ["a", "b"]
    assert levels("//a") == ["", "a"]


@pytest.mark.parametrize(
    "topic", [b"a/\xff", b"a/\xed\xa0\x80", "a\0", "a/\n", "a/\x7f", "a/\x85", "\ud800", "\uffff"]
)
def test_what_cannot_be_shown_is_refused(topic: str | bytes) -> None:
    with pytest.raises(CannotDecode) as caught:
        levels(topic)
    assert caught.value.counter == "bad_topic"
