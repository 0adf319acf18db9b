"""A value above a limit for a time: speed, latency."""

from __future__ import annotations

from rules.scene import BROKER, JANE, ROBOT, Scene, rule
from sightline.kinds.broker.model import Broker
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_a_speed_counts_once_until_it_is_surely_below():
    scene = Scene(rule(Condition(type="speed", above=50)))
    for vel in (50, 51, 70, 49, 51, 46):
        scene.passes(10)
        scene.fix(vel=vel)
    assert scene.fired == [(JANE, 20.0)]  # the one at 51 only
    assert scene.firing.value == 51
    assert scene.over == []
    scene.passes(10)
    scene.fix(vel=44)
    assert scene.over == [(70.0, "over")]
    scene.fix(vel=80, ago=-1)
    assert len(scene.fired) == 2


def test_a_speed_must_last_as_long_as_the_rule_asks():
    scene = Scene(rule(Condition(type="speed", above=50, seconds=60)))
    for vel in (60, 90, 40, 60, 60, 60):
        scene.fix(vel=vel)
        scene.passes(30)
    assert scene.fired == [(JANE, 150.0)]
    assert scene.firing.value == 60


def test_what_nobody_saw_for_long_did_not_last():
    scene = Scene(rule(Condition(type="speed", above=50, seconds=60)))
    scene.fix(vel=60)
    scene.passes(HOUR)
    scene.fix(vel=60)
    assert scene.fired == []
    scene.passes(60)
    scene.fix(vel=60)
    assert len(scene.fired) == 1


def test_a_margin_of_the_rule_replaces_the_usual_one():
    scene = Scene(rule(Condition(type="speed", above=50, margin=20)))
    for vel in (60, 31, 60, 30):
        scene.passes(10)
        scene.fix(vel=vel)
    assert len(scene.fired) == len(scene.over) == 1


def test_latency_of_a_robot_and_of_a_broker():
    scene = Scene(rule(Condition(type="latency", above=200), ROBOT, BROKER))
    scene.robot(rtt=300.0)
    scene.sees(BROKER, Broker(trip=201.0))
    assert [thing for thing, _ in scene.fired] == [ROBOT, BROKER]
    scene.passes(1)
    scene.robot(rtt=100.0)
    scene.sees(BROKER, Broker(trip=190.0))
    assert len(scene.over) == 1
