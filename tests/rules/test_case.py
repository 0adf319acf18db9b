"""What becomes of a verdict: hours, how often, again, escalation, versions, restarts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rules.scene import HOME, JANE, NOW, RULE, Scene, rule
from sightline.kinds.rules.model import Condition, Hours, Recipient
from sightline.rules.case import MOST_REMINDERS

ARRIVES = Condition(type="arrives", region=HOME)
LOW = Condition(type="battery", below=20)
FAST = Condition(type="speed", above=50)
HOUR = 3600.0
OFF = Hours(begin="08:00", end="10:00", zone="UTC")  # NOW is at 05:46:40
OPENS = 8 * HOUR - NOW % 86_400


def comes_and_goes(scene: Scene, *pauses: float) -> None:
    for pause in pauses:
        scene.crosses("enter")
        scene.passes(1)
        scene.crosses("leave")
        scene.passes(pause - 1)


def test_outside_its_hours_a_rule_passes_over_what_happens():
    scene = Scene(rule(ARRIVES, hours=OFF))
    scene.passes(OPENS - 1)
    comes_and_goes(scene, 1, 2 * HOUR, 60)
    assert scene.fired == [(JANE, OPENS)]
    assert scene.engine.counts(RULE).quiet == 2


def test_what_lasts_is_told_of_when_the_hours_begin():
    scene = Scene(rule(LOW, hours=OFF))
    scene.fix(batt=19)
    scene.passes(HOUR)
    scene.fix(batt=11)
    assert scene.fired == []
    scene.passes(OPENS)
    assert scene.fired == [(JANE, OPENS)]
    assert scene.firing.value == 11


def test_what_is_over_before_the_hours_begin_is_not_told():
    scene = Scene(rule(LOW, hours=OFF))
    scene.fix(batt=19)
    scene.passes(HOUR)
    scene.fix(batt=80)
    scene.passes(OPENS)
    assert scene.fired == scene.over == []
    assert scene.engine.counts(RULE).quiet == 1


def test_it_is_told_at_most_once_in_so_long():
    scene = Scene(rule(ARRIVES, every=600.0))
    comes_and_goes(scene, 100, 499, 1, 600)
    assert [at for _, at in scene.fired] == [0.0, 600.0]
    assert scene.engine.counts(RULE).too_soon == 2


def test_what_lasts_is_told_as_soon_as_it_may_be():
    scene = Scene(rule(FAST, every=600.0))
    for vel in (60, 10, 60):
        scene.fix(vel=vel)
        scene.passes(100)
    assert len(scene.fired) == 1
    scene.passes(1000)
    assert [at for _, at in scene.fired] == [0.0, 600.0]


def test_it_is_told_again_until_somebody_acknowledges():
    scene = Scene(rule(ARRIVES, again=300.0))
    scene.crosses("enter")
    scene.passes(700)
    assert scene.reminded == [(300.0, "again", ("jane",)), (600.0, "again", ("jane",))]
    scene.engine.acknowledge(RULE, JANE, scene.firing.id)
    scene.passes(HOUR)
    assert len(scene.reminded) == 2


def test_it_is_not_told_again_for_ever():
    scene = Scene(rule(ARRIVES, again=60.0))
    scene.crosses("enter")
    scene.passes(100 * HOUR)
    assert len(scene.reminded) == MOST_REMINDERS
    assert scene.engine.due == float("inf")


def test_others_are_told_when_nobody_acknowledges():
    tell = (
        Recipient(account="jane"),
        Recipient(account="bob", after=600),
        Recipient(account="ann", after=1200),
    )
    scene = Scene(rule(ARRIVES, tell=tell, again=900.0))
    scene.crosses("enter")
    assert scene.firing.tell == ("jane",)
    scene.passes(1900)
    assert scene.reminded == [
        (600.0, "escalate", ("bob",)),
        (900.0, "again", ("jane", "bob")),
        (1200.0, "escalate", ("ann",)),
        (1800.0, "again", ("jane", "bob", "ann")),
    ]
    other = Scene(rule(ARRIVES, tell=tell))
    other.crosses("enter")
    other.passes(700)
    other.engine.acknowledge(RULE, JANE, other.firing.id)
    other.passes(HOUR)
    assert len(other.reminded) == 1


def test_each_of_two_firings_is_told_again_by_itself():
    scene = Scene(
        rule(ARRIVES, tell=(Recipient(account="jane"), Recipient(account="bob", after=600)))
    )
    comes_and_goes(scene, 100)
    first = scene.firing.id
    comes_and_goes(scene, 100)
    assert scene.firing.id != first
    scene.engine.acknowledge(RULE, JANE, first)
    scene.passes(HOUR)
    assert [at for at, *_ in scene.reminded] == [700.0]


def test_what_is_over_is_not_told_again():
    scene = Scene(rule(FAST, again=60.0))
    scene.fix(vel=60)
    scene.passes(90)
    scene.fix(vel=0)
    scene.passes(HOUR)
    assert [at for at, *_ in scene.reminded] == [60.0]


def test_what_is_acknowledged_still_says_when_it_is_over():
    scene = Scene(rule(FAST, again=60.0))
    scene.fix(vel=60)
    scene.engine.acknowledge(RULE, JANE, scene.firing.id)
    scene.passes(90)
    scene.fix(vel=0)
    assert scene.reminded == []
    assert len(scene.over) == 1


def test_what_somebody_resolves_by_hand_fires_when_it_begins_anew():
    scene = Scene(rule(FAST, again=60.0))
    scene.fix(vel=60)
    scene.engine.resolve(RULE, JANE, scene.firing.id)
    for vel in (70, 0, 60):
        scene.passes(100)
        scene.fix(vel=vel)
    assert scene.over == scene.reminded == []
    assert len(scene.fired) == 2


def test_what_is_reopened_is_told_again():
    scene = Scene(rule(ARRIVES, again=60.0))
    scene.crosses("enter")
    scene.engine.acknowledge(RULE, JANE, scene.firing.id)
    scene.passes(100)
    scene.engine.reopen(RULE, JANE, scene.firing.id, NOW + 100)
    scene.passes(60)
    assert [at for at, *_ in scene.reminded] == [160.0]


def test_a_rule_that_is_removed_or_switched_off_ends_what_it_told_of():
    for change in ("drop", "off", "other"):
        low = rule(LOW)
        scene = Scene(low)
        scene.fix(batt=5)
        scene.passes(10)
        if change == "drop":
            scene.took(scene.engine.drop(RULE, NOW + 10))
        elif change == "off":
            scene.took(scene.engine.put(RULE, replace(low, enabled=False), NOW + 10))
        else:
            scene.took(scene.engine.put(RULE, replace(low, condition=FAST), NOW + 10))
        assert scene.over == [(10.0, "rule")]
        scene.fix(batt=4)
        assert len(scene.fired) == 1


def test_another_version_that_looks_at_the_same_does_not_begin_anew():
    low = rule(LOW)
    scene = Scene(low)
    scene.fix(batt=5)
    scene.took(scene.engine.put(RULE, replace(low, urgent=True, version=2), NOW))
    scene.fix(batt=4)
    assert len(scene.fired) == 1
    assert scene.over == []


def test_a_thing_that_is_erased_is_forgotten():
    scene = Scene(rule(LOW), rule(Condition(type="silent")))
    scene.fix(batt=5)
    scene.took(scene.engine.forget(JANE, NOW))
    assert scene.over == [(0.0, "gone")]
    assert JANE not in str(scene.engine.state())
    scene.passes(100 * HOUR)
    assert len(scene.fired) == 1


def test_over_a_restart_nothing_is_told_twice_and_nothing_is_forgotten():
    tell = (Recipient(account="jane"), Recipient(account="bob", after=600))
    scene = Scene(rule(LOW, tell=tell, again=900.0, every=50.0))
    scene.fix(batt=5)
    id = scene.firing.id
    scene.restarts(down=60)
    scene.fix(batt=5)
    scene.passes(900)
    assert len(scene.fired) == 1
    assert [why for _, why, _ in scene.reminded] == ["escalate", "again"]
    scene.engine.acknowledge(RULE, JANE, id)
    scene.restarts(down=60)
    scene.passes(HOUR)
    scene.fix(batt=90)
    assert len(scene.reminded) == 2
    assert len(scene.over) == 1


def test_the_same_is_known_by_the_same_id_everywhere():
    one, other = Scene(rule(ARRIVES)), Scene(rule(ARRIVES))
    one.crosses("enter")
    other.passes(3)
    other.crosses("enter", ago=3, by="phone")
    assert one.firing.id == other.firing.id


@pytest.mark.parametrize("hours", [Hours(), Hours(days=(5,))])
def test_hours_are_those_of_where_the_thing_is(hours):
    scene = Scene(rule(ARRIVES, hours=replace(hours, begin="18:00", end="20:00")))
    scene.around.zones[JANE] = "Pacific/Auckland"  # 18:46 there, on the same Saturday
    scene.crosses("enter")
    assert len(scene.fired) == 1
    scene.around.zones[JANE] = "Europe/Berlin"
    scene.crosses("leave")
    scene.crosses("enter")  # at 06:46
    assert len(scene.fired) == 1
