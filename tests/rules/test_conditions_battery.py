"""A battery is low, or will not last."""

from __future__ import annotations

from rules.scene import JANE, ROBOT, Scene, rule
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_a_battery_is_low_until_it_is_charged_well():
    scene = Scene(rule(Condition(type="battery", below=20)))
    for batt in (21, 20, 19, 12, 20, 24, 19):
        scene.passes(60)
        scene.fix(batt=batt)
    assert scene.fired == [(JANE, 180.0)]
    assert scene.over == []
    scene.passes(60)
    scene.fix(batt=25)
    assert scene.over == [(480.0, "over")]


def drains(scene: Scene, begin: float, end: float, hours: float, **more: float) -> None:
    for n in range(13):
        scene.fix(batt=round(begin + (end - begin) * n / 12), **more)
        scene.passes(hours * 300)


def test_a_battery_that_will_not_last_is_told_of_in_time():
    scene = Scene(rule(Condition(type="battery", by="12:00")))
    drains(scene, 90, 84, 2)  # until 12:00 are 8 h; at 3 % an hour it lasts for a day
    assert scene.fired == []
    drains(scene, 84, 40, 2)
    assert len(scene.fired) == 1
    at = scene.fired[0][1]
    scene.fix(batt=45, bs=2)
    assert len(scene.over) == 1
    assert at <= 4 * HOUR  # and 4 h in advance


def test_a_battery_below_a_limit_and_falling_is_both():
    both = Condition(type="battery", below=50, by="12:00")
    scene = Scene(rule(both))
    drains(scene, 90, 60, 1)  # not below
    assert scene.fired == []
    drains(scene, 60, 30, 1)
    assert len(scene.fired) == 1
    assert scene.firing.value < 50


def test_a_robot_has_a_battery_too():
    scene = Scene(rule(Condition(type="battery", below=20), ROBOT))
    scene.robot(batt=10.0)
    assert scene.fired == [(ROBOT, 0.0)]
