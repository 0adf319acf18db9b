from __future__ import annotations

import pytest
from msgspec import UNSET

from rewind_scene import said
from sightline.history.rewind.showing import LARGEST_SHOWN, shown, text_of


def test_a_message_is_told_as_text_or_as_base64_and_cut():
    text = shown(said("a", "ü"))
    assert (text.payload, text.base64, text.size) == ("ü", UNSET, UNSET)
    binary = shown(said(b"\xff", b"\xff\x00"))
    assert (binary.topic, binary.payload, binary.base64) == ("\ufffd", UNSET, "/wA=")
    long = shown(said("a", "x" + "ü" * LARGEST_SHOWN))
    assert long.size == 2 * LARGEST_SHOWN + 1
    assert isinstance(long.payload, str)
    assert len(long.payload) == LARGEST_SHOWN // 2


@pytest.mark.parametrize(
    ("data", "cut", "text"),
    [(b"a\xc3", True, "a"), (b"a\xc3", False, None), (b"\xff" * 9, True, None), (b"", False, "")],
)
def test_only_the_character_that_a_cut_broke_is_left_out(data, cut, text):
    assert text_of(data, cut=cut) == text
