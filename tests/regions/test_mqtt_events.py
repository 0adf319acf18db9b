from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from sightline.kinds.regions.model import Transition, published_id
from sightline.regions.mqtt_events import MqttEvents, Which, topic


def transition(**more: Any) -> Transition:
    given: dict[str, Any] = {
        "n": 7, "at": 2.0, "tst": 1.0, "thing": "friend/jane/phone", "region": "ab12cd34",
        "name": "Home", "event": "enter", "by": "server",
    }  # fmt: skip
    return Transition(**(given | more))


class Scene:
    def __init__(self, which: Which = "shared") -> None:
        self.clock = Clock()
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.broker = True
        self.announcer = MqttEvents(self.clock, self._publish, which)
        self.announcer.startService()

    def _publish(self, topic: str, payload: bytes) -> bool:
        if self.broker:
            self.published.append((topic, json.loads(payload)))
        return self.broker


def test_a_crossing_is_published_under_its_region_and_friend():
    scene = Scene()
    scene.announcer.crossed(transition())
    ((where, said),) = scene.published
    assert where == "sightline/crossing/ab12cd34/jane/phone"
    assert (said["thing"], said["event"], said["name"]) == ("friend/jane/phone", "enter", "Home")


def test_a_robots_crossing_names_the_robot():
    assert topic(transition(thing="probot/ProBot1")) == "sightline/crossing/ab12cd34/probot/ProBot1"


@pytest.mark.parametrize(("which", "told"), [("none", 0), ("shared", 1), ("all", 3)])
def test_personal_regions_are_published_only_where_that_is_wanted(which, told):
    scene = Scene(which)
    for region in ("ab12cd34", "jane/ab12cd34", "friend/jane/phone/ab12cd34", None):
        scene.announcer.crossed(transition(region=region))
    assert len(scene.published) == told


def test_what_cannot_be_published_waits_for_the_broker_in_order():
    scene = Scene()
    scene.broker = False
    for n in range(3):
        scene.announcer.crossed(transition(n=n))
    scene.clock.advance(5)
    assert scene.published == []
    scene.broker = True
    scene.clock.advance(1)
    assert [said["n"] for _, said in scene.published] == [0, 1, 2]
    scene.announcer.stopService()
    assert not scene.clock.getDelayedCalls()


def test_no_more_waits_than_there_is_room_for():
    scene = Scene()
    scene.broker = False
    for n in range(1100):
        scene.announcer.crossed(transition(n=n))
    scene.broker = True
    scene.clock.advance(1)
    assert [said["n"] for _, said in scene.published] == list(range(100, 1100))
    assert scene.announcer.dropped == 100


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_name_of_a_device_makes_a_topic_of_another_kind(user, device):
    where = topic(transition(thing=f"friend/{user}/{device}"))
    if where is not None:
        assert where.startswith("sightline/crossing/ab12cd34/")
        assert "+" not in where
        assert "#" not in where


def test_the_same_crossing_has_the_same_id_whichever_server_tells_it_and_no_other_has_it():
    scene = Scene("all")
    same = [transition(), transition(n=9, at=3.0, agrees=True, name="House", acc=5)]
    others = [
        transition(tst=2.0),
        transition(event="leave"),
        transition(by="phone"),
        transition(thing="friend/bob/phone"),
        transition(region="ef56gh78"),
    ]
    for each in (*same, *others):
        scene.announcer.crossed(each)
    ids = [said["id"] for _, said in scene.published]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 1 + len(others)


def test_regions_that_only_a_phone_knows_are_told_apart_by_name():
    unknown = [transition(region=None, name=name) for name in ("Gym", "Gym", "Home")]
    first, again, other = map(published_id, unknown)
    assert first == again != other
