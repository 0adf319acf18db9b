"""Rules with their cases, and what looks at a change."""

from __future__ import annotations

from msgspec.structs import replace

from rules.scene import HOME, JANE, NOW, ROBOT, Scene, rule
from rules.test_engine import ALL, LOW
from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.kinds.regions.model import Transition, Visit
from sightline.rules.rulebook import MOST_CASES


def test_too_many_things_are_left_out_and_counted(monkeypatch):
    monkeypatch.setattr("sightline.rules.rulebook.MOST_CASES", 10)
    scene = Scene(rule(LOW, "friend"))
    for n in range(15):
        scene.fix(f"friend/x{n}/phone", batt=5)
    assert len(scene.fired) == 10
    assert scene.engine.left_out == 5
    assert MOST_CASES > 10


def test_a_new_rule_tells_nothing_of_transitions_that_are_shown_still():
    scene = Scene()
    scene.crosses("enter", ago=60)
    told = Transition(
        n=1, at=NOW, tst=NOW - 60, thing=JANE, region=HOME, name="Home", event="enter", by="server"
    )
    visit = Visit(region=HOME, thing=JANE, since=NOW - 60, by="server")
    things = [
        (f"crossing/1/{JANE}/{HOME}", told), (f"stay/{JANE}/{HOME}", visit),
        (f"stay/{JANE}/else", replace(visit, region="else", since=NOW - 9999)),
        (ROBOT, ProBot(presence="live", angle=80.0)), (JANE, Friend(presence="live", batt=5)),
    ]  # fmt: skip
    for n, each in enumerate(ALL):
        scene.took(scene.engine.put(f"rule/jane/{n}", each, NOW, things))
    assert sorted(event.condition.type for event in scene.events) == ["fallen"]
    scene.passes(600)
    assert sorted(event.condition.type for event in scene.events) == ["fallen", "stays"]
    scene.crosses("leave")
    assert scene.events[-2].condition.type == "leaves"


def test_a_rule_finds_its_things_among_many():
    scene = Scene(*(rule(LOW, f"friend/u{n}/phone") for n in range(300)))
    scene.fix("friend/u7/phone", batt=5)
    scene.fix("friend/u70/phone", batt=5)
    assert [event.rule for event in scene.events] == ["rule/jane/r8", "rule/jane/r71"]
    scene.took(scene.engine.drop("rule/jane/r8", NOW))
    scene.fix("friend/u7/phone", batt=90)
    scene.fix("friend/u7/phone", batt=5)
    assert len(scene.fired) == 2
