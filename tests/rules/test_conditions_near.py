"""Two are near each other."""

from __future__ import annotations

import pytest

from rules.scene import BOB, JANE, Scene, rule
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def test_two_are_near_until_they_are_surely_apart():
    scene = Scene(rule(Condition(type="near", other=BOB, metres=100)))
    scene.fix(lat=48.5)
    scene.passes(10)
    scene.fix(BOB, lat=48.5 + 300 * M)
    assert scene.fired == []
    scene.passes(10)
    scene.fix(BOB, lat=48.5 + 80 * M)
    assert scene.fired == [(JANE, 20.0)]
    assert scene.firing.value == pytest.approx(80, abs=1)
    assert scene.firing.place == "Bob"
    for metres, over in ((120, 0), (135, 0), (145, 1)):  # fixes are right to 5 m each
        scene.passes(10)
        scene.fix(lat=48.5, lon=2.25)
        scene.passes(10)
        scene.fix(BOB, lat=48.5 + metres * M)
        assert len(scene.over) == over


def test_old_and_inexact_positions_tell_nothing():
    scene = Scene(rule(Condition(type="near", other=BOB, metres=50)))
    scene.fix(BOB)
    scene.passes(HOUR + 1)
    scene.fix()
    scene.passes(1)
    scene.fix(BOB, acc=500.0)
    assert scene.fired == []
    scene.passes(1)
    scene.fix(BOB)
    assert len(scene.fired) == 1


def test_near_is_told_of_each_of_a_group_and_of_nobody_near_themselves():
    scene = Scene(rule(Condition(type="near", other=BOB, metres=50), "friend"))
    scene.fix(BOB)
    scene.passes(1)
    scene.fix()
    scene.fix("friend/ann/phone")
    assert sorted(thing for thing, _ in scene.fired) == ["friend/ann/phone", JANE]
    scene.passes(1)
    scene.fix(BOB, lat=49.0)
    assert len(scene.over) == 2


def test_near_across_the_antimeridian():
    scene = Scene(rule(Condition(type="near", other=BOB, metres=100)))
    scene.fix(BOB, lat=0.5, lon=179.9999)
    scene.passes(1)
    scene.fix(lat=0.5, lon=-179.9999)
    assert len(scene.fired) == 1
