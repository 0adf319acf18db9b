from __future__ import annotations

import pytest

from sightline.kinds.friends.address import Address, address
from sightline.model.kind import CannotDecode


def of(device: str, part: str, initials: str) -> Address:
    return Address(f"friend/{device}", f"face/{device}", part, initials)


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("owntracks/jane/phone", of("jane/phone", "", "ne")),
        ("/owntracks/jane/phone", of("jane/phone", "", "ne")),
        ("owntracks/jane/phone/event", of("jane/phone", "event", "ne")),
        ("owntracks/jane/phone/", of("jane/phone", "", "ne")),
        ("owntracks/jane/phone/pico", of("jane/phone", "", "ne")),
        ("owntracks/jane/p", of("jane/p", "", "p")),
        ("owntracks/j\u202eane/a\u202e", of("j\u202eane/a\u202e", "", "a\ufffd")),
        (b"owntracks/jane/phone", of("jane/phone", "", "ne")),
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
        ("owntracks/../evil", "bad_topic"),
        ("owntracks/jane/..", "bad_topic"),
        ("owntracks/./phone", "bad_topic"),
        (b"/owntracks/jane/./event", "bad_topic"),
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
