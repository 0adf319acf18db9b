"""Nothing is heard of a device."""

from __future__ import annotations

from rules.scene import JANE, ROBOT, Scene, rule
from sightline.kinds.rules.model import Condition
from sightline.rules.rhythm import LEAST_LIMIT, UNKNOWN_LIMIT

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_silence_of_a_fixed_time():
    scene = Scene(rule(Condition(type="silent", seconds=600)))
    for _ in range(5):
        scene.fix()
        scene.passes(599)
    assert scene.fired == []
    scene.passes(1)
    assert scene.fired == [(JANE, 4 * 599 + 600)]
    assert scene.firing.value == 600
    assert scene.firing.limit is None
    scene.passes(50)
    scene.fix()
    assert scene.over == [(scene.at, "over")]


def test_a_device_that_was_never_heard_is_not_silent():
    scene = Scene(rule(Condition(type="silent", seconds=600)))
    scene.passes(10 * HOUR)
    assert scene.fired == []


def test_silence_longer_than_is_usual_for_this_device():
    usual = rule(Condition(type="silent"))
    scene = Scene(usual)
    for _ in range(60):
        scene.fix()
        scene.passes(60)
    scene.passes(HOUR)
    [(_, at)] = scene.fired
    assert scene.firing.limit == LEAST_LIMIT
    assert at == 59 * 60 + LEAST_LIMIT
    rare = Scene(usual)
    for _ in range(60):
        rare.fix()
        rare.passes(1700)
    rare.passes(900)
    assert rare.fired == []  # half an hour is usual
    rare.passes(HOUR)
    assert 1800 < rare.firing.limit < 2 * 1800


def test_of_a_device_that_is_not_known_yet_a_fixed_time_is_unusual():
    scene = Scene(rule(Condition(type="silent")))
    scene.fix()
    scene.passes(UNKNOWN_LIMIT)
    assert scene.fired == [(JANE, UNKNOWN_LIMIT)]


def test_while_we_are_deaf_nobody_is_silent():
    scene = Scene(rule(Condition(type="silent", seconds=600)))
    scene.linked()
    scene.fix()
    scene.passes(300)
    scene.linked("lost")
    scene.passes(HOUR)
    assert scene.fired == []
    scene.linked()
    heard_again = scene.at
    scene.passes(599)
    assert scene.fired == []
    scene.passes(120)
    assert len(scene.fired) == 1
    assert scene.fired[0][1] == heard_again + 600


def test_a_restart_says_nothing_of_what_could_not_be_heard_meanwhile():
    scene = Scene(rule(Condition(type="silent", seconds=600)))
    scene.fix()
    scene.restarts(down=10 * HOUR)
    scene.passes(599)
    assert scene.fired == []
    scene.passes(1)
    assert len(scene.fired) == 1


def test_a_robot_falls_silent_too():
    scene = Scene(rule(Condition(type="silent", seconds=60), ROBOT))
    scene.robot()
    scene.passes(60)
    assert scene.fired == [(ROBOT, 60.0)]
