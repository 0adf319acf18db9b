"""Topics that rules name are heard over real connections, and by nobody else but the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_twisted

from broker import Broker
from mqtt.scene import Publisher, Scene
from sightline.model.kind import Arrival
from sightline.mqtt.bridge import Bridge
from sightline.wiring.rule_topics import RuleTopics
from waits import until


class RuleTopicScene:
    """A broker, our connection to it, and what rules and all others hear of it."""

    def __init__(self, *filters: str, name: str = "main") -> None:
        self.broker = Broker().start()
        self.publisher = Publisher(self.broker.port)
        self.scene = Scene()
        self.scene.arrived = self._arrived
        self.bridge: Bridge = self.scene.bridge(*filters, name=name, port=self.broker.port)
        self.topics = RuleTopics()
        self.rules: list[tuple[str, str, bytes]] = []
        self.others: list[tuple[Any, bytes]] = []
        self.topics.listen(lambda *said: self.rules.append(said))
        self.topics.add(self.bridge)

    def _arrived(self, arrivals: list[Arrival]) -> None:
        left = self.topics.sift(self.bridge.broker, arrivals)
        self.others += [(each.topic, each.payload) for each in left]

    async def says(self, topic: str, payload: bytes) -> None:
        """Publish, and wait until all that was published so far has come."""
        self.publisher.send(topic, payload)
        self.publisher.send("behind/it", payload)
        await until(lambda: self.others and self.others[-1] == ("behind/it", payload))
        self.others.pop()


@pytest.fixture
def heard() -> Iterator[RuleTopicScene]:
    found = RuleTopicScene("room/#", "behind/it")
    yield found
    found.publisher.close()
    found.broker.close()


@pytest_twisted.async_yield_fixture(autouse=True)
async def _ended(heard: RuleTopicScene) -> AsyncIterator[None]:
    await heard.scene.connected()
    yield
    for bridge in heard.scene.bridges:
        if bridge.running:
            await bridge.stopService()


async def subscribed(heard: RuleTopicScene, topic: str) -> None:
    """Wait until the broker hands us this topic."""

    def tried() -> bool:
        heard.publisher.send(topic, b"tried")
        return bool(heard.rules)

    await until(tried, every=0.05)


@pytest_twisted.ensureDeferred
async def test_a_topic_that_only_a_rule_names_is_heard_by_the_rules_alone(heard):
    heard.topics.follow(["cellar/pump"])
    await subscribed(heard, "cellar/pump")
    await heard.says("behind/all", b"")  # all that was tried has come
    heard.rules.clear()
    heard.others.clear()
    await heard.says("cellar/pump", b"7")
    assert heard.rules == [("main", "cellar/pump", b"7")]
    assert heard.others == []
    # Nothing else of the cellar was subscribed to.
    await heard.says("cellar/light", b"on")
    assert (len(heard.rules), heard.others) == (1, [])


@pytest_twisted.ensureDeferred
async def test_a_topic_that_others_follow_is_heard_by_both_over_one_subscription(heard):
    before = heard.bridge.filters
    heard.topics.follow(["room/temperature"])
    assert heard.bridge.filters == before
    await heard.says("room/temperature", b"21")
    assert heard.rules == [("main", "room/temperature", b"21")]
    assert heard.others == [("room/temperature", b"21")]
    heard.topics.follow([])
    await heard.says("room/temperature", b"22")
    assert len(heard.rules) == 1
    assert heard.others[-1] == ("room/temperature", b"22")
    assert heard.bridge.filters == before


@pytest_twisted.ensureDeferred
async def test_what_no_rule_names_any_more_is_unsubscribed_and_what_two_name_is_kept(heard):
    heard.topics.follow(["cellar/pump", "attic/fan", "attic/fan"])
    assert {"cellar/pump", "attic/fan"} <= set(heard.bridge.filters)
    await subscribed(heard, "cellar/pump")
    heard.topics.follow(["attic/fan"])
    assert "cellar/pump" not in heard.bridge.filters
    assert heard.bridge.filters.count("attic/fan") == 1
    await heard.says("behind/all", b"")
    heard.rules.clear()
    heard.others.clear()
    await heard.says("cellar/pump", b"8")
    await heard.says("attic/fan", b"on")
    await until(lambda: heard.rules)
    assert heard.rules == [("main", "attic/fan", b"on")]
    assert heard.others == []


@pytest_twisted.ensureDeferred
async def test_a_connection_that_comes_later_or_anew_hears_the_same(heard):
    heard.topics.follow(["cellar/pump"])
    await subscribed(heard, "cellar/pump")
    heard.scene.forget()
    heard.publisher.close()
    heard.broker.restart()
    await heard.scene.connected()
    heard.publisher = Publisher(heard.broker.port)
    heard.rules.clear()
    heard.others.clear()
    await heard.says("cellar/pump", b"9")
    assert heard.rules == [("main", "cellar/pump", b"9")]
    second = heard.scene.bridge(name="second", port=heard.broker.port)
    heard.topics.add(second)
    assert "cellar/pump" in second.filters
    # What came over one connection only for rules is judged by what was subscribed to there.
    arrival = Arrival("cellar/pump", b"1", False, 0, 0.0, "second")
    assert heard.topics.sift("second", [arrival]) == []
    assert heard.topics.sift("third", [arrival]) == [arrival]
    assert [name for name, _, _ in heard.rules[-2:]] == ["second", "third"]


@pytest_twisted.ensureDeferred
async def test_what_is_no_topic_is_never_subscribed_to(heard):
    before = heard.bridge.filters
    heard.topics.follow(["cellar/+", "#", "", "a\0b"])
    assert heard.bridge.filters == before
    await heard.says("cellar/pump", b"1")
    assert (heard.rules, heard.others) == ([], [])
