"""Robots: fallen, alarms."""

from __future__ import annotations

from rules.scene import NOW, ROBOT, Scene, rule
from sightline.driving.states import Alarm
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_a_robot_has_fallen_until_it_stands():
    scene = Scene(rule(Condition(type="fallen"), "probot"))
    for angle in (3.0, -46.0, 50.0, 44.0, 36.0):
        scene.passes(1)
        scene.robot(angle=angle)
    assert scene.fired == [(ROBOT, 2.0)]
    assert scene.firing.value == -46.0
    assert scene.over == []
    scene.passes(1)
    scene.robot(angle=34.0)
    assert scene.over == [(6.0, "over")]


def alarm(robot: str = "ProBot1") -> Alarm:
    return Alarm(
        what="foreign", source="main", robot=robot, since=NOW, at=NOW, count=1, size=3, head="1 0"
    )


def test_an_alarm_lasts_as_long_as_any_is_shown():
    scene = Scene(rule(Condition(type="alarm"), ROBOT))
    scene.sees("alarm/keys/ProBot2", alarm("ProBot2"))
    scene.sees("alarm/client/main", alarm("ProBot2"))
    assert scene.fired == []
    scene.sees("alarm/keys/ProBot1", alarm())
    scene.sees("alarm/routine/ProBot1", alarm())
    assert scene.fired == [(ROBOT, 0.0)]
    scene.passes(10)
    scene.sees("alarm/keys/ProBot1", None)
    assert scene.over == []
    scene.sees("alarm/routine/ProBot1", None)
    assert scene.over == [(10.0, "over")]
