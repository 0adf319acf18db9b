from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from sightline.console.subscriptions import LINGER, ConsoleSubscriptions
from sightline.model.link import Link


class Bridge:
    def __init__(self, filters, heard, changed) -> None:
        self.log: list[Any] = [("start with", list(filters))]
        self.link = Link(state="connecting", since=0.0)
        self.rejected: frozenset[str] = frozenset()
        self.heard, self.changed = heard, changed
        self.stopped = False
        self.overflowed = 0

    def startService(self) -> None:
        pass

    def stopService(self) -> None:
        self.stopped = True

    def subscribe(self, filters) -> None:
        self.log.append(("subscribe", list(filters)))

    def unsubscribe(self, filters) -> None:
        self.log.append(("unsubscribe", list(filters)))


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.bridges: list[Bridge] = []
        self.subscriptions = ConsoleSubscriptions(
            self.clock, self.make, lambda _: None, lambda: None
        )

    def make(self, *how) -> Bridge:
        self.bridges.append(Bridge(*how))
        return self.bridges[-1]


def test_nobody_listening_is_no_connection():
    scene = Scene()
    assert scene.bridges == []
    assert scene.subscriptions.state("a")[0] == "waiting"
    assert scene.subscriptions.stop() is None


def test_the_first_opens_a_subscription_and_the_last_closes_it():
    scene = Scene()
    scene.subscriptions.want("a", 0)
    scene.subscriptions.want("b", 1)
    scene.subscriptions.want("a", 1)
    scene.subscriptions.unwant("a", 0)
    scene.subscriptions.unwant("a", 1)
    scene.subscriptions.unwant("a", 1)
    (bridge,) = scene.bridges
    assert bridge.log == [
        ("start with", [("a", 0)]),
        ("subscribe", [("b", 1)]),
        ("subscribe", [("a", 1)]),
        ("unsubscribe", ["a"]),
    ]


def test_the_connection_lingers_and_then_goes():
    scene = Scene()
    scene.subscriptions.want("a", 0)
    scene.subscriptions.unwant("a", 0)
    scene.clock.advance(LINGER / 2)
    scene.subscriptions.want("a", 0)
    scene.clock.advance(LINGER * 2)
    assert not scene.bridges[0].stopped
    scene.subscriptions.unwant("a", 0)
    scene.clock.advance(LINGER)
    assert scene.bridges[0].stopped
    scene.subscriptions.want("a", 0)
    assert len(scene.bridges) == 2


def test_a_subscription_says_how_it_stands():
    scene = Scene()
    scene.subscriptions.want("a", 0)
    (bridge,) = scene.bridges
    bridge.link = Link(state="lost", since=0.0, why="gone")
    assert scene.subscriptions.state("a") == ("waiting", "gone")
    bridge.link = Link(state="connected", since=0.0)
    assert scene.subscriptions.state("a") == ("active", None)
    bridge.rejected = frozenset({"a"})
    assert scene.subscriptions.state("a")[0] == "refused"


def test_what_came_too_fast_is_counted_over_all_connections():
    scene = Scene()
    for lost in (3, 4):
        scene.subscriptions.want("a", 0)
        scene.bridges[-1].overflowed = lost
        scene.subscriptions.unwant("a", 0)
        scene.clock.advance(LINGER)
    assert scene.subscriptions.lost == 7


def test_stopping_waits_for_nobody():
    scene = Scene()
    scene.subscriptions.want("a", 0)
    scene.subscriptions.unwant("a", 0)
    scene.subscriptions.stop()
    assert scene.bridges[0].stopped
    assert scene.clock.getDelayedCalls() == []
