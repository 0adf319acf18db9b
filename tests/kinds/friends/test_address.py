from __future__ import annotations

import pytest

from sightline.kinds import friends
from sightline.kinds.friends.address import Address, address
from sightline.kinds.friends.bases import BaseTopics, base_fault
from sightline.model.filters import matches
from sightline.model.kind import Arrival, CannotDecode


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


# -- arrivals 10: base topics by setting

BASES = ("owntracks/+/+", "/owntracks/+/+", "family/+/+", "fleet/berlin/+/car/+")


@pytest.mark.parametrize(
    ("topic", "thing"),
    [
        ("owntracks/x/phone", "friend/x/phone"),
        ("/owntracks/x/phone", "friend/x/phone"),
        ("family/owntracks/phone1", "friend/owntracks/phone1"),
        ("fleet/berlin/ann/car/7", "friend/ann/7"),
    ],
)
def test_a_phone_is_known_below_each_base(topic: str, thing: str) -> None:
    kind = friends.kind(topics=BASES)
    said = b'{"_type":"location","lat":52.37,"lon":4.9,"tst":1795239000,"tid":"P1"}'
    for payload, part in ((said, ""), (b'{"_type":"card","name":"Jane"}', "/info")):
        found = list(kind.decode(Arrival(topic + part, payload, False, 1, 1795240000.0)))
        assert [update.thing for update in found] == [thing]
    root = topic.removeprefix("/").partition("/")[0]
    assert root in kind.roots
    assert any(matches(name, topic) for name, qos in kind.filters if qos)
    assert any(matches(name, f"{topic}/info") for name, qos in kind.filters if qos)


@pytest.mark.parametrize("topic", ["family/x", "fleet/paris/ann/car/7", "fleet/berlin/ann/bike/7"])
def test_what_is_below_no_base_is_refused(topic: str) -> None:
    with pytest.raises(CannotDecode):
        friends.kind(topics=BASES).decode(Arrival(topic, b"{}", False, 1, 1795240000.0))


def test_a_slash_in_front_is_followed_without_a_setting() -> None:
    assert ("/owntracks/+/+", 1) in friends.KIND.filters
    assert "owntracks" in friends.KIND.roots


@pytest.mark.parametrize(
    "base",
    ["owntracks", "owntracks/+", "+/+", "owntracks/#", "a/+/+/b", "/+/+", "a/+/+/+", "a/x+/+/+"],
)
def test_what_is_no_base_is_said(base: str) -> None:
    assert base_fault(base)


@pytest.mark.parametrize("base", BASES)
def test_what_is_a_base(base: str) -> None:
    assert not base_fault(base)


# -- where a phone is told something


def test_a_phone_is_asked_below_the_base_where_it_was_heard() -> None:
    bases = BaseTopics(BASES)
    assert bases.homes("jane/phone") == ["owntracks/jane/phone"]  # not heard yet: the first base
    bases.address("fleet/berlin/jane/car/phone/event")
    assert bases.homes("jane/phone") == ["fleet/berlin/jane/car/phone"]
    bases.address("/owntracks/jane/phone")
    bases.address("fleet/berlin/jane/car/phone")
    assert bases.homes("jane/phone") == ["fleet/berlin/jane/car/phone", "/owntracks/jane/phone"]
    assert bases.homes("jane/watch") == ["owntracks/jane/watch"]
    bases.forget("jane/phone")
    assert bases.homes("jane/phone") == ["owntracks/jane/phone"]
    bases.address("family/jane/phone")
    assert bases.homes("jane/phone") == ["family/jane/phone"]


def test_all_homes_of_a_phone_and_all_topics_that_command_phones() -> None:
    bases = BaseTopics(BASES)
    assert bases.all_homes("jane/phone") == [
        "owntracks/jane/phone",
        "/owntracks/jane/phone",
        "family/jane/phone",
        "fleet/berlin/jane/car/phone",
    ]
    for home in bases.all_homes("jane/phone"):
        assert any(matches(name, f"{home}/cmd") for name in bases.commands)
        assert not any(matches(name, home) for name in bases.commands)
    assert friends.kind(topics=BASES).commands == bases.commands


# -- what looks like OwnTracks where nobody listens

LOCATION = b'{"_type":"location","lat":1,"lon":2,"tst":3}'


@pytest.mark.parametrize(
    ("topic", "base"),
    [
        ("home/jane/phone", "home/+/+"),
        ("home/jane/phone/event", "home/+/+"),
        ("/home/jane/phone", "/home/+/+"),
        ("a/b/jane/phone/info", "a/b/+/+"),
        ("fleet/paris/ann/car/7", "fleet/paris/ann/+/+"),
        ("owntracks/jane/phone", ""),
        ("family/jane/phone/waypoint", ""),
        ("owntracks/jane", ""),
        ("jane/phone", ""),
        ("sightline/replicas/jane/phone", ""),
        ("$SYS/broker/jane/phone", ""),
        (b"home/jane/phone", ""),
    ],
)
def test_a_base_is_suggested_for_what_looks_like_owntracks(topic: str | bytes, base: str) -> None:
    bases = BaseTopics(BASES)
    assert bases.suggestion(topic, LOCATION) == base
    if base:
        assert not base_fault(base)
        assert BaseTopics((*BASES, base)).suggestion(topic, LOCATION) == ""


@pytest.mark.parametrize("payload", [b"", b"21.5", b'{"lat":1,"lon":2}', b'{"_type":"weather"}'])
def test_nothing_is_suggested_for_what_is_no_phone(payload: bytes) -> None:
    assert BaseTopics().suggestion("home/jane/phone", payload) == ""


def test_a_topic_is_told_to_be_somebodys_below_any_base():
    bases = BaseTopics(["owntracks/+/+", "fleet/berlin/+/car/+"])
    assert bases.is_sent_by("fleet/berlin/jane/car/phone", "friend/jane/phone")
    assert bases.is_sent_by(b"fleet/berlin/jane/car/phone/event", "friend/jane/phone")
    assert bases.is_sent_by("owntracks/jane/phone", "friend/jane/phone")
    assert not bases.is_sent_by("fleet/berlin/jane/car/phone", "friend/berlin/jane")
    assert not bases.is_sent_by("house/jane/phone", "friend/jane/phone")
