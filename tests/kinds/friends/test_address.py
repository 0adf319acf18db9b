from __future__ import annotations

import pytest

from sightline.kinds.friends.address import Address, address
from sightline.model.kind import CannotDecode


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("owntracks/jane/phone", Address("jane/phone", "", "ne")),
        ("/owntracks/jane/phone", Address("jane/phone", "", "ne")),
        ("owntracks/jane/phone/event", Address("jane/phone", "event", "ne")),
        ("owntracks/jane/phone/", Address("jane/phone", "", "ne")),
        ("owntracks/jane/phone/pico", Address("jane/phone", "", "ne")),
        ("owntracks/jane/p", Address("jane/p", "", "p")),
        ("owntracks/../..", Address("../..", "", "..")),
        ("owntracks/j\u202eane/a\u202e", Address("j\u202eane/a\u202e", "", "a\ufffd")),
        (b"owntracks/jane/phone", Address("jane/phone", "", "ne")),
    ],
)
def test_a_topic_names_the_sender(topic: str, found: Address) -> None:
    assert address(topic) == found


@pytest.mark.parametrize(
    ("topic", "counter"),
    [
        ("owntracks", "bad_topic"),
        ("owntracks/jane", "bad_topic"),
        ("owntracks//phone", "bad_topic"),
        ("owntracks/jane/", "bad_topic"),
        ("owntracks/jane/" + "p" * 129, "bad_topic"),
        ("owntracks/ja\nne/phone", "bad_topic"),
        ("owntracks/ja\ud800ne/phone", "bad_topic"),
        (b"owntracks/\xff/phone", "bad_topic"),
        ("owntracks/jane/phone/selfie", "unknown_subtopic"),
        ("owntracks/jane/phone/event/more", "unknown_subtopic"),
    ],
)
def test_a_topic_that_names_nobody_is_refused(topic: str | bytes, counter: str) -> None:
    with pytest.raises(CannotDecode) as caught:
        address(topic)
    assert caught.value.counter == counter
