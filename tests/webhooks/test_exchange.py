"""Which deliveries were taken: every server learns it, also one that could not hear at the time."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import Clock

from sightline.cluster.messages import LARGEST, Peers, address
from sightline.kinds.broker.model import Broker
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.webhooks.delivery_log import FILE
from sightline.webhooks.exchange import PAUSE, RECENT, DeliveryExchange, tell_taken
from sightline.webhooks.options import WebhookOptions
from sightline.webhooks.sender import Webhooks
from waits import until

UP = Broker(link=Link(state="connected", since=1.0))
DOWN = Broker(link=Link(state="lost", since=1.0))


class Server:
    """One of several servers. A message goes to all that listen at the moment."""

    def __init__(self, name: str, folder: Path, network: list[Server], clock: Clock) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.name = name
        self.listens = False
        self.said: list[tuple[str, bytes]] = []
        self._network = network
        network.append(self)
        self.peers = Peers(clock, name, self._publish)
        self.webhooks = Webhooks(
            reactor,
            lambda: 1.0,
            lambda key, state: None,
            [WebhookOptions("house", "http://127.0.0.1:1/")],
            self.folder,
            tell_taken(self.peers),
        )
        self.exchange = DeliveryExchange(clock, self.peers, self.webhooks)
        self.exchange.startService()

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        assert len(payload) <= LARGEST
        assert address(topic)
        self.said.append((topic, payload))
        for other in self._network:
            if other.listens:
                other.hears(topic, payload)
        return True

    def hears(self, topic: str, payload: bytes) -> None:
        assert self.peers.sift([Arrival(topic, payload, False, 1, 2.0)]) == []

    def comes_back(self) -> None:
        self.listens = True
        self.exchange.moved("broker/main", DOWN, UP)

    def has_taken(self, *ids: str) -> None:
        """As a delivery that a receiver has answered with 2xx."""
        for id in ids:
            self.webhooks.taken_elsewhere("house", [id])
            tell_taken(self.peers)("house", id)

    @property
    def known(self) -> list[str]:
        return self.webhooks.newest("house", 10_000)


class Scene:
    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.network: list[Server] = []
        self.a, self.b = (Server(name, folder, self.network, self.clock) for name in "ab")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def ids(*numbers: int) -> list[str]:
    return [f"{number:032x}" for number in numbers]


@pytest_twisted.ensureDeferred
async def test_what_is_taken_is_known_at_the_other_at_once_and_on_its_disk(scene):
    scene.b.listens = True
    scene.a.has_taken(*ids(1, 2))
    assert scene.b.known == ids(1, 2)
    path = scene.b.folder / FILE
    await until(lambda: path.exists() and len(path.read_text().split()) == 4, "both on the disk")


@pytest.mark.parametrize("first", ["a", "b"])
def test_what_was_told_while_one_could_not_hear_is_told_again_whoever_is_back_first(scene, first):
    order = [scene.a, scene.b] if first == "a" else [scene.b, scene.a]
    order[0].comes_back()
    scene.a.has_taken(*ids(1, 2))
    if first == "a":
        assert scene.b.known == []
    scene.clock.advance(10)
    order[1].comes_back()
    scene.clock.advance(PAUSE)
    assert scene.b.known == ids(1, 2)


def test_who_has_just_told_its_newest_still_answers_who_asks_for_them(scene):
    scene.a.comes_back()
    scene.a.has_taken(*ids(1))
    scene.clock.advance(PAUSE)
    scene.b.comes_back()
    scene.clock.advance(PAUSE)
    assert scene.b.known == ids(1)


def test_many_who_ask_get_one_answer_with_the_newest_and_it_goes_into_a_message(scene):
    scene.a.webhooks.taken_elsewhere("house", ids(*range(RECENT + 5)))
    scene.a.comes_back()
    for _ in range(100):
        scene.a.hears("sightline/replicas/b/missed", b"")
    scene.clock.advance(PAUSE)
    (told,) = [payload for topic, payload in scene.a.said if topic.endswith("recent/house")]
    assert told.decode().split("\n") == ids(*range(5, RECENT + 5))


def test_nothing_is_asked_while_a_connection_stands_or_falls(scene):
    for before, after in ((UP, UP), (UP, DOWN), (DOWN, DOWN), (UP, None), (None, None)):
        scene.b.exchange.moved("broker/main", before, after)
    assert scene.b.said == []
    scene.b.exchange.moved("broker/main", None, UP)
    assert scene.b.said == [("sightline/replicas/b/missed", b"")]


@pytest.mark.parametrize("word", ["delivered", "recent"])
def test_what_is_no_id_or_of_no_webhook_of_ours_is_not_noted(scene, word):
    for payload in (b"", b"x", ids(1)[0].encode() + b"\n", b"\n".join([b"0" * 32, b"0" * 33])):
        scene.b.hears(f"sightline/replicas/a/{word}/house", payload)
    assert scene.b.peers.refused == 4
    scene.b.hears(f"sightline/replicas/a/{word}/garage", ids(1)[0].encode())
    assert scene.b.known == []


def test_nothing_is_told_after_the_end(scene):
    scene.a.has_taken(*ids(1))
    scene.a.comes_back()
    scene.a.exchange.stopService()
    scene.a.hears("sightline/replicas/b/missed", b"")
    scene.clock.advance(10)
    assert not [topic for topic, _ in scene.a.said if "recent" in topic]
    assert not scene.clock.getDelayedCalls()
