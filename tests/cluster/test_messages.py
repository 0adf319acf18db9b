"""What servers tell each other: it arrives in order, is bounded, and nobody is believed blindly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from sightline.cluster.messages import FILTERS, LARGEST, MOST, MOST_BYTES, Peers, address, topic
from sightline.model.kind import Arrival, CannotDecode
from sightline.mqtt.profile import AWS

JANE = "jane/phone"


class Scene:
    """One server, the broker it publishes at, and what it hears."""

    def __init__(self, name: str = "a") -> None:
        self.clock = Clock()
        self.up = True
        self.said: list[tuple[str, bytes, int]] = []
        self.others = Peers(self.clock, name, self._publish)
        self.heard: list[tuple[str, bytes, float]] = []
        self.others.hear("posted", lambda *told: self.heard.append(told))
        self.others.startService()

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        if self.up:
            self.said.append((topic, payload, qos))
        return self.up

    def hears(self, told: str | bytes, payload: bytes = b"{}", **more: Any) -> list[Arrival]:
        given = {"retain": False, "qos": 1, "at": 2.0} | more
        return self.others.sift([Arrival(told, payload, **given)])


def test_what_is_told_is_sent_at_once_or_in_order_when_the_broker_is_back():
    scene = Scene()
    scene.others.tell("posted", JANE, b"1")
    scene.up = False
    scene.others.tell("posted", JANE, b"2")
    scene.others.tell("erased", "bob/phone")
    scene.clock.advance(3)
    scene.up = True
    scene.clock.advance(1)
    assert scene.said == [
        ("sightline/replicas/a/posted/jane/phone", b"1", 1),
        ("sightline/replicas/a/posted/jane/phone", b"2", 1),
        ("sightline/replicas/a/erased/bob/phone", b"", 1),
    ]
    scene.others.stopService()
    assert not scene.clock.getDelayedCalls()


def test_no_more_waits_than_there_is_room_for():
    scene = Scene()
    scene.up = False
    for n in range(MOST + 10):
        scene.others.tell("posted", f"jane/{n}", b"x")
    assert scene.others.dropped == 10
    for _ in range(200):
        scene.others.tell("posted", JANE, b"x" * LARGEST)
    scene.up = True
    scene.clock.advance(1)
    assert 0 < sum(len(payload) for _, payload, _ in scene.said) <= MOST_BYTES


def test_nothing_is_told_of_somebody_who_is_to_be_forgotten():
    scene = Scene()
    scene.up = False
    scene.others.tell("posted", JANE, b"x")
    scene.others.tell("posted", "bob/phone", b"x")
    scene.others.forget(f"friend/{JANE}")
    scene.up = True
    scene.clock.advance(1)
    assert [told for told, *_ in scene.said] == [topic("a", "posted", "bob/phone")]


@pytest.mark.parametrize(
    "told",
    [
        "sightline/replicas/b",
        "sightline/replicas/b/posted/jane/phone/x",
        "sightline/replicas/b/posted//phone",
        "sightline/replicas//posted/jane/phone",
        "sightline/replicas/b/posted/+/phone",
        "sightline/replicas/b/posted/jane/#",
        "sightline/replicas/b/posted/ja\x00ne/phone",
        f"sightline/replicas/b/posted/{'j' * 129}/phone",
        b"sightline/replicas/b/posted/\xff/phone",
        b"sightline/replicas/b",
    ],
)
def test_a_topic_that_nothing_could_have_is_refused(told):
    scene = Scene()
    assert scene.hears(told) == []
    assert (scene.heard, scene.others.refused) == ([], 1)


def test_retained_large_and_own_messages_are_no_news_and_all_others_are_handed_back():
    scene = Scene()
    scene.hears(topic("b", "posted", JANE), retain=True)
    scene.hears(topic("b", "posted", JANE), b" " * (LARGEST + 1))
    scene.hears(topic("a", "posted", JANE))
    scene.hears(topic("b", "something newer", JANE))
    assert (scene.heard, scene.others.refused) == ([], 1)
    for rest in ("owntracks/jane/phone", b"owntracks/\xff/phone", "sightline/guard/a"):
        (handed,) = scene.hears(rest)
        assert handed.topic == rest
    scene.hears(topic("b", "posted", JANE), b'{"a":1}')
    assert scene.heard == [(JANE, b'{"a":1}', 2.0)]


def test_who_cannot_read_a_message_holds_up_none_behind_it():
    scene = Scene()

    def fails(about: str, payload: bytes, at: float) -> None:
        raise CannotDecode("not_json")

    scene.others.hear("phone", fails)
    scene.hears(topic("b", "phone", JANE))
    scene.hears(topic("b", "posted", JANE))
    assert (len(scene.heard), scene.others.refused) == (1, 1)


@given(st.text(max_size=30) | st.binary(max_size=30))
def test_whatever_a_topic_is_it_is_read_as_it_is_written_or_not_at_all(rest):
    told = f"sightline/replicas/{rest}" if isinstance(rest, str) else b"sightline/replicas/" + rest
    found = address(told)
    if found is not None:
        assert topic(*found) == (told if isinstance(told, str) else told.decode())


def test_aws_iot_takes_what_servers_subscribe_and_tell():
    assert not any(AWS.filter_fault(name) for name, _ in FILTERS)
    assert not AWS.publish_fault(topic("a" * 12, "posted", JANE), b"x", False)
