"""The counts of what came of each device's messages."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.scene import NOW, arrival, location
from sightline.kinds import friends
from sightline.kinds.friends import deliveries
from sightline.kinds.friends.bases import BaseTopics
from sightline.kinds.friends.deliveries import Deliveries, DeviceFigures
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.quotas import Quota, Senders
from sightline.live.world import World
from sightline.model.kind import CannotDecode
from sightline.wiring.owntracks_deliveries import count_deliveries

JANE = "friend/jane/phone"


class Scene:
    def __init__(self, **world: Any) -> None:
        self.kind = friends.kind()
        self.world = World("e", **world)
        self.ingest = Ingest([self.kind], self.world, Presence(self.kind.timeouts))
        self.counts = count_deliveries(self.ingest, self.world, BaseTopics())
        self.n = 0

    def hears(self, topic: str, said: Any = None, **more: Any) -> None:
        self.n += 1
        given = {"at": NOW + self.n} | more
        said = location(tst=int(NOW) + self.n) if said is None else said
        self.ingest.take([arrival(topic, said, **given)], float(self.n))

    def of(self, thing: str = JANE) -> DeviceFigures:
        found = self.counts.of(thing)
        assert found is not None
        return found


def test_every_message_is_one_of_these() -> None:
    scene = Scene()
    topic = "owntracks/jane/phone"
    for _ in range(3):
        scene.hears(topic, location(tst=int(NOW) + scene.n, acc=5))
    scene.hears(topic, location(tst=int(NOW) + scene.n, lat=0.001, lon=0.001, acc=5))
    assert (scene.of().used, scene.of().doubtful) == (3, 1)
    assert scene.of().why == "at 0, 0: a receiver without a fix"
    scene.hears(topic, location(tst=int(NOW) + scene.n, alt="high", vel=1e9))
    assert scene.of().left_out == 2
    assert scene.of().why == "2 optional parts of a message made no sense"
    scene.hears(topic + "/info", {"_type": "card", "name": "Jane"})
    scene.hears(topic, b"not json", source="http")
    told = scene.of()
    assert (told.heard, told.used, told.doubtful, told.refused) == (7, 4, 1, 1)
    assert (told.why, told.via, told.at, told.friend) == ("not JSON", "http", NOW + 7, True)


def test_a_late_fix_is_used_and_a_copy_of_the_brokers_is_not_counted_again() -> None:
    scene = Scene()
    scene.hears("owntracks/jane/phone")
    scene.hears("owntracks/jane/phone", location(tst=int(NOW) - 500))
    scene.hears("owntracks/jane/phone", retain=True)
    assert (scene.of().heard, scene.of().used) == (2, 2)


def test_a_device_that_is_nobodys_friend_is_counted_too() -> None:
    scene = Scene()
    scene.hears("/owntracks/omar/watch", b"{")
    scene.hears("owntracks/omar/watch/surprise", b"{}")
    scene.hears("owntracks/omar", b"{}")  # nobody's
    told = scene.of("friend/omar/watch")
    assert (told.refused, told.used, told.friend) == (2, 0, False)
    assert len(scene.counts) == 1
    scene.hears("owntracks/omar/watch")
    told = scene.of("friend/omar/watch")
    assert (told.refused, told.used, told.friend) == (2, 1, True)


def test_what_came_below_no_base_topic_is_counted_as_nobodys() -> None:
    scene = Scene()
    trouble = CannotDecode("not_followed", "add work/phones/+/+ to friends.topics")
    for topic in ("work/phones/kim/pixel", "home/kim/pixel"):
        scene.ingest.refuse(arrival(topic, location()), trouble, 1.0)
    assert scene.counts.of("friend/phones/kim") is None
    assert scene.counts.of("friend/kim/pixel") is None


def test_what_a_quota_refuses_says_which() -> None:
    scene = Scene(senders=Senders(Quota(devices=1)))
    scene.hears("owntracks/jane/phone")
    scene.hears("owntracks/jane/tablet")
    assert scene.of("friend/jane/tablet").why == (
        "owntracks/jane has used up its quota of 1 devices"
    )


def test_a_flood_of_names_pushes_out_none_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "MOST_OF_USER", 3)
    counts = Deliveries(lambda thing: None, most=5, strangers=10)
    scene = Scene()
    scene.counts = counts
    scene.ingest.when_refused(counts.refused)
    counts.brought(JANE, told())
    for n in range(40):
        scene.hears(f"owntracks/mallory/p{n}", b"{")
    assert len(counts) == 4
    for n in range(40):
        scene.hears(f"owntracks/m{n}/p", b"{")
    assert len(counts) == 11
    assert counts.of(JANE) is not None
    assert counts.forgotten == 37 + 33
    scene.hears("owntracks/mallory/p99", b"{")  # one of another user had to go
    assert counts.of("friend/mallory/p99") is not None
    for n in range(9):
        counts.brought(f"friend/u{n}/p", told())
    assert sum(counts.of(f"friend/u{n}/p") is not None for n in range(9)) == 5


def told(**more: Any) -> DeviceFigures:
    given = {"device": "jane/phone", "heard": 9, "used": 4, "doubtful": 0, "left_out": 3}
    return DeviceFigures(**(given | {"refused": 2} | more))


def test_what_an_import_counted_is_added_and_what_is_erased_is_gone() -> None:
    scene = Scene()
    scene.hears("owntracks/jane/phone")
    scene.counts.brought(JANE, told(why="not JSON", at=5.0))
    now = scene.of()
    assert (now.heard, now.used, now.left_out, now.refused) == (10, 5, 3, 2)
    assert (now.why, now.via, now.at) == ("not JSON", "import", 5.0)
    scene.counts.forget(JANE)
    assert scene.counts.of(JANE) is None


def test_the_newest_trouble_comes_first() -> None:
    scene = Scene()
    for device in ("a", "b", "c"):
        scene.hears(f"owntracks/jane/{device}", b"{")
    scene.hears("owntracks/jane/good")
    found = [each.device for each in scene.counts.latest(3)]
    assert found == ["jane/c", "jane/b", "jane/a"]
