"""The hub tells the world as it is, and then what changes.

Covers live/broker_links.py, live/server_state.py.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from twisted.internet.task import Clock

from sightline.kinds.broker import LinkUpdate
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.model.kind import Arrival, CannotDecode, Kind, ThingType, Timeouts
from sightline.model.link import Link
from sightline.model.server import SERVER, Server
from states import Says, Spot


def decode(arrival: Arrival) -> list[Says]:
    if not arrival.payload:
        raise CannotDecode("empty")
    return [Says("a/1", int(arrival.payload), heard=arrival.at)]


SPOTS = Kind(
    name="spots",
    filters=(),
    roots=frozenset({"spot"}),
    things=(ThingType(name="a", plural="spots", timeouts=Timeouts(2, 5)),),
    decode=decode,
)


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World("e")
        presence = Presence(SPOTS.timeouts)
        ingest = Ingest([SPOTS], self.world, presence)
        self.hub = Hub(self.clock, lambda: 1000.0, self.world, ingest, presence, LinkUpdate)
        self.viewers, self.overflow = 0, 0
        self.state = ServerState(
            self.clock,
            lambda: 1000.0,
            self.hub,
            "0.0",
            figures=[lambda: {"viewers": self.viewers, "overflow": self.overflow}],
        )
        self.heard: list[int] = []
        self.hub.listen(lambda: self.heard.append(self.world.seq))

    def arrives(self, payload: bytes) -> None:
        self.hub.arrived([Arrival("spot", payload, False, 0, 1000.0)])

    def passes(self, seconds: float) -> None:
        self.clock.pump([0.125] * round(seconds * 8))

    def spot(self) -> Spot:
        state = self.world.state("a/1")
        assert isinstance(state, Spot)
        return state

    def server(self) -> Server:
        state = self.world.state(SERVER)
        assert isinstance(state, Server)
        return state


@pytest.fixture
def scene() -> Any:
    scene = Scene()
    scene.hub.startService()
    scene.state.startService()
    yield scene
    scene.state.stopService()
    scene.hub.stopService()
    assert not scene.clock.getDelayedCalls()


def test_listeners_hear_after_the_world_has_changed(scene):
    scene.arrives(b"7")
    assert scene.spot().value == 7
    assert scene.heard[-1] == scene.world.seq


def test_a_thing_that_falls_silent_is_marked_with_the_evidence(scene):
    scene.arrives(b"7")
    scene.passes(3)
    assert (scene.spot().presence, scene.spot().evidence) == ("stale", "silence")
    scene.passes(3)
    assert scene.spot().presence == "offline"
    scene.arrives(b"8")
    assert scene.spot().presence == "live"


def test_when_its_broker_is_lost_that_is_the_evidence(scene):
    scene.hub.linked("main", Link(state="connected", since=1000))
    scene.arrives(b"7")
    scene.hub.linked("main", Link(state="lost", since=1000, why="gone"))
    scene.passes(3)
    assert scene.spot().evidence == "broker lost"


def test_the_state_of_a_broker_connection_is_a_thing(scene):
    scene.hub.linked("main", Link(state="lost", since=1000, why="connection refused", next=1002))
    broker = msgspec.to_builtins(scene.world.state("broker/main"))
    assert broker["link"] == {
        "state": "lost",
        "since": 1000.0,
        "why": "connection refused",
        "next": 1002.0,
    }


def test_the_server_shows_its_own_figures(scene):
    scene.passes(1)
    scene.viewers, scene.overflow = 3, 2
    for _ in range(5):
        scene.arrives(b"7")
    scene.arrives(b"")
    scene.passes(1)
    server = scene.server()
    assert (server.received, server.accepted, server.rejected) == (6, 5, {"empty": 1})
    assert server.rate == 6.0
    assert (server.viewers, server.overflow) == (3, 2)
    scene.passes(1)
    assert scene.server().rate == 0.0


def test_our_own_figures_travel_with_the_news_of_others(scene):
    scene.passes(2)
    for _ in range(3):
        scene.arrives(b"7")
        told = len(scene.heard)
        scene.passes(1)
    figures = scene.server()
    assert figures.received == 3
    assert scene.heard[told:].count(scene.world.seq) <= 2  # by the watch for silence, at most
    scene.passes(1)
    assert scene.heard[-1] == scene.world.seq


def test_nothing_new_is_no_news(scene):
    scene.passes(2)
    seq = scene.world.seq
    scene.passes(10)
    assert scene.world.seq == seq


def test_a_reactor_that_was_held_up_is_seen(scene):
    for seen, busy in ((600, True), (450, False)):  # at rest it is felt less often
        scene.passes(2)
        if busy:
            scene.arrives(b"1")
        scene.passes(1)
        scene.clock.advance(0.75)
        scene.passes(0.875)  # until its figures are told once
        assert scene.server().lag >= seen
        scene.passes(2)
        assert scene.server().lag < 100


# A broker that is lost


def link(scene: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(scene.world.state("broker/main"))["link"]
    return found


def outage(scene: Any) -> None:
    """A frozen broker: its TCP port answers again and again, and nothing more comes."""
    scene.hub.linked("main", Link(state="connecting", since=990))
    scene.hub.linked("main", Link(state="connected", since=991))
    scene.arrives(b"7")
    scene.passes(10)
    scene.hub.linked("main", Link(state="lost", since=1010, why="silent", next=1011))


def test_a_broker_is_lost_as_of_its_last_message(scene):
    outage(scene)
    assert (link(scene)["state"], link(scene)["since"], link(scene)["heard"]) == (
        "lost",
        1010.0,
        1000.0,
    )


def test_a_lost_broker_stays_lost_while_it_is_tried_again(scene):
    outage(scene)
    for n in range(5):
        scene.hub.linked("main", Link(state="connecting", since=1010 + n, tries=n))
        assert (link(scene)["state"], link(scene)["since"]) == ("lost", 1010.0)
        scene.hub.linked("main", Link(state="lost", since=1013 + n, why="no answer", next=1020))
        assert (link(scene)["state"], link(scene)["since"]) == ("lost", 1010.0)
        assert link(scene)["heard"] == 1000.0


def test_a_broker_that_stands_again_is_mute_until_the_first_message(scene):
    outage(scene)
    scene.hub.linked("main", Link(state="connected", since=1030))
    assert (link(scene)["state"], link(scene)["mute"], link(scene)["since"]) == (
        "connected",
        True,
        1010.0,
    )
    assert link(scene)["heard"] == 1000.0
    scene.hub.arrived([Arrival("spot", b"8", False, 0, 1000.0, "another")])
    assert link(scene)["mute"]
    scene.arrives(b"8")
    assert "mute" not in link(scene)
    assert "heard" not in link(scene)


def test_a_broker_that_is_lost_again_before_it_spoke_was_lost_all_the_time(scene):
    outage(scene)
    scene.hub.linked("main", Link(state="connected", since=1030))
    scene.hub.linked("main", Link(state="lost", since=1031, why="cut"))
    assert (link(scene)["since"], link(scene)["heard"]) == (1010.0, 1000.0)
    assert "mute" not in link(scene)


def test_a_broker_with_nothing_to_say_is_believed_after_a_while(scene):
    outage(scene)
    scene.hub.linked("main", Link(state="connected", since=1030))
    scene.passes(29)
    assert link(scene)["mute"]
    scene.passes(2)
    assert "mute" not in link(scene)


def test_what_was_kept_of_a_time_to_come_falls_silent_in_its_time(scene):
    """Our clock was set back by 10 min since."""
    scene.hub.restore([Says("a/1", 7, heard=1600.0)])
    scene.passes(3)
    assert scene.spot().presence == "stale"
