from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from kinds.scene import arrival
from sightline.console.broker_monitor import SELDOM, SILENCE, BrokerMonitor, why_no_figures
from sightline.console.series import Series
from sightline.kinds import broker, probots
from sightline.kinds.broker import LinkUpdate, Logbook
from sightline.kinds.friends.model import Friend
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.model.link import Link

NOW = 1000.0


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World("e")
        self.book = Logbook()
        presence = Presence(probots.KIND.timeouts)
        ingest = Ingest([broker.kind(self.book), probots.KIND], self.world, presence)
        self.hub = Hub(self.clock, self.wall, self.world, ingest, presence, LinkUpdate)
        self.series: dict[str, Series] = {}
        self.watch = BrokerMonitor(
            self.clock,
            self.wall,
            self.hub,
            self.book,
            lambda x: self.series.setdefault(x, Series()),
        )
        self.state = ServerState(self.clock, self.wall, self.hub, "0.0")
        self.hub.startService()
        self.state.startService()
        self.watch.startService()

    def wall(self) -> float:
        return NOW + self.clock.seconds()

    def linked(self, state: Any, **more: Any) -> None:
        link = Link(state=state, since=self.wall(), **more)
        self.hub.linked("main", link)
        self.watch.linked("main", link, "sightline")

    def told(self, **figures: Any) -> None:
        for name, text in figures.items():
            topic = f"$SYS/broker/{name.replace('__', '/')}"
            self.hub.arrived([arrival(topic, text, at=self.wall())])

    def log(self, text: str) -> None:
        self.hub.arrived([arrival("$SYS/broker/log/N", text, at=self.wall(), qos=0)])

    def passes(self, seconds: int) -> None:
        self.clock.pump([0.1] * 10 * seconds)

    @property
    def main(self) -> Any:
        return self.world.state("broker/main")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_counters_become_rates_and_absent_ones_are_zero(scene):
    scene.linked("connected")
    scene.told(uptime="100 seconds", messages__received="50")
    scene.passes(2)
    assert scene.main.sys["publish/messages/dropped"] == 0
    assert scene.main.rates is None
    scene.passes(9)
    scene.told(uptime="110 seconds", messages__received="75", publish__messages__dropped="5")
    scene.passes(2)
    assert scene.main.rates["messages/received"] == 2.5
    assert scene.main.rates["publish/messages/dropped"] == 0.5
    assert scene.main.rates["bytes/sent"] == 0
    told = scene.series["broker/main"].series(["messages/received", "messages/received/s"])
    assert told["series"] == {"messages/received": [50, 75], "messages/received/s": [None, 2.5]}


def test_a_broker_that_started_anew_has_no_rates_yet(scene):
    scene.linked("connected")
    for uptime, count in ((100, 50), (110, 60), (3, 2)):
        scene.told(uptime=f"{uptime} seconds", messages__received=str(count))
        scene.passes(2)
    assert scene.main.rates is None


def test_missing_figures_are_explained_after_a_while(scene):
    scene.linked("connected")
    scene.passes(int(SILENCE) - 2)
    assert scene.main.sys_why is None
    scene.passes(4)
    assert "ACL" in scene.main.sys_why[0]
    scene.told(uptime="1 seconds")
    scene.passes(2)
    assert scene.main.sys_why is None


def test_a_lost_broker_owes_no_figures(scene):
    scene.linked("connected")
    scene.linked("lost", why="gone")
    scene.passes(60)
    assert scene.main.sys_why is None


def test_the_reason_is_the_likeliest():
    aws = Link(state="connected", since=0.0, address="x.iot.eu-west-1.amazonaws.com:8883")
    assert why_no_figures(aws) == (
        "AWS IoT has no $SYS topics: there are no figures and no log to show",
    )
    refused = Link(state="connected", since=0.0, why="not allowed to subscribe $SYS/broker/#")
    assert "refuses our subscription" in why_no_figures(refused)[0]


def test_clients_are_counted_against_the_brokers_own_count(scene):
    scene.linked("connected")
    scene.log("New client connected from 10.0.0.1:1 as jane (p2, c1, k60).")
    scene.told(uptime="9 seconds", clients__connected="5")
    scene.passes(2)
    assert (scene.main.unseen, scene.main.log_since, scene.main.log_lines) == (3, NOW, 1)
    scene.linked("lost")
    scene.passes(2)
    assert scene.world.state("client/main/jane").state == "unknown"
    assert (scene.main.unseen, scene.main.log_since) == (None, None)


def test_a_client_is_tied_to_what_it_feeds(scene):
    scene.linked("connected")
    scene.log("New client connected from 10.0.0.7:1 as auto-1 (p2, c1, k5).")
    scene.hub.arrived(
        [arrival("telemetry", "ProBot1,87,91,started,23.4,10.0.0.7", at=scene.wall())]
    )
    scene.passes(6)
    assert scene.world.state("client/main/auto-1").feeds == "probot/ProBot1"


def test_others_have_their_turn_while_many_new_things_are_looked_at(scene):
    for n in range(1_200):
        scene.world.put(f"friend/u{n}/phone", Friend(presence="live"))
    scene.linked("connected")
    scene.log("New client connected from 10.0.0.7:1 as u0phone (p2, c1, k5).")
    for _ in range(SELDOM):
        scene.watch.look()
    assert scene.world.state("client/main/u0phone").feeds is None
    scene.clock.pump([0, 0])
    assert scene.world.state("client/main/u0phone").feeds == "friend/u0/phone"


def test_our_own_figures_are_a_series_too(scene):
    scene.passes(11)
    assert set(scene.series["server/sightline"].series()["series"]) >= {"rate", "lag", "queue"}
