from __future__ import annotations

from sightline.kinds.broker.clients import Client
from sightline.kinds.friends.bases import BaseTopics
from sightline.live.world import World
from sightline.wiring.rewind import TopicClients


def client(name: str, feeds: str | None, broker: str = "main") -> Client:
    return Client(broker=broker, client=name, state="connected", at=1.0, feeds=feeds)


def test_the_clients_that_feed_a_phone_publish_its_topics():
    world = World("epoch")
    publishers = TopicClients(world, BaseTopics())
    world.put("client/main/a", client("a", "friend/jane/phone"))
    world.put("client/main/b", client("b", "friend/bob/phone"))
    world.put("client/aws/c", client("c", "friend/jane/phone", "aws"))
    assert publishers.of("main", "owntracks/jane/phone/waypoints") == ["a"]
    assert publishers.of("aws", "owntracks/jane/phone") == ["c"]
    assert publishers.of("main", "house/hall") == []
    world.put("client/main/a", client("a", None))
    world.remove("client/aws/c")
    assert publishers.of("main", "owntracks/jane/phone") == []
    assert publishers.of("aws", "owntracks/jane/phone") == []
