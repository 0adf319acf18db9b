"""Brokers: connections lost, clients that come and go."""

from __future__ import annotations

from rules.scene import BROKER, NOW, Scene, rule
from sightline.kinds.broker.clients import Client
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_a_lost_connection_is_told_of_after_the_time_of_the_rule():
    scene = Scene(rule(Condition(type="disconnected", seconds=30), BROKER))
    scene.linked()
    scene.passes(10)
    scene.linked("lost")
    scene.passes(29)
    scene.linked("connecting")
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(BROKER, 40.0)]
    scene.passes(5)
    scene.linked()
    assert scene.over == [(45.0, "over")]
    scene.linked("lost")
    scene.passes(29)
    scene.linked()
    assert len(scene.fired) == 1


def client(name: str, connects: int, at: float) -> Client:
    return Client(broker="main", client=name, state="connected", at=at, connects=connects)


def test_a_client_that_comes_and_goes_is_told_of_until_it_rests():
    flaps = Condition(type="flapping", times=3, seconds=100)
    scene = Scene(rule(flaps, BROKER))
    for n in (1, 2, 3, 4):
        scene.sees("client/main/esp", client("esp", n, NOW + scene.at))
        scene.sees("client/main/phone", client("phone", 1, NOW))
        scene.passes(40)
    assert scene.fired == [("client/main/esp", 80.0)]
    assert scene.firing.value == 3
    scene.passes(1000)
    assert len(scene.over) == 1
    assert len(scene.fired) == 1
