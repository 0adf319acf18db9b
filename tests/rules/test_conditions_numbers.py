"""Numbers at any topic."""

from __future__ import annotations

from rules.scene import BROKER, NOW, Scene, rule
from sightline.kinds.rules.model import Condition

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


def number(**more: object) -> Condition:
    return Condition(type="number", topic="cellar/temperature", **more)  # type: ignore[arg-type]


def test_a_number_of_a_topic_goes_above_and_comes_back():
    scene = Scene(rule(number(above=30.0, margin=2.0), BROKER))
    for payload in (b"29", b"30", b"31.5", b"nonsense", b"28.5", b"40", b" 28 ", b"31"):
        scene.passes(1)
        scene.number(payload)
    assert scene.fired == [(BROKER, 3.0), (BROKER, 8.0)]
    assert scene.over == [(7.0, "over")]
    assert scene.firing.place == "cellar/temperature"


def test_a_number_within_json_and_between_two_limits():
    scene = Scene(rule(number(field="a.0.b", above=1.0, below=5.0), BROKER))
    for payload in (
        b'{"a":[{"b":0}]}', b'{"a":[{"b":5}]}', b'{"a":[{"b":"3"}]}', b'{"a":[]}', b"[" * 9000,
        b'{"a":[{"b":true}]}', b'{"a":{"0":{"b":6}}}',
    ):  # fmt: skip
        scene.passes(1)
        scene.number(payload)
    assert scene.fired == [(BROKER, 3.0)]
    assert scene.over == [(7.0, "over")]


def test_a_number_that_changed_is_told_of_each_time_by_more_than_the_margin():
    scene = Scene(rule(number(changed=True, margin=1.0), BROKER))
    for payload in (b"1", b"1", b"1.6", b"2.2", b"2.3", b"-5"):
        scene.passes(1)
        scene.number(payload)
    assert scene.fired == [(BROKER, 4.0), (BROKER, 6.0)]
    assert scene.over == []


def test_topics_by_a_filter_are_told_apart_and_brokers_too():
    scene = Scene(rule(Condition(type="number", topic="+/temperature", above=30.0), BROKER))
    scene.number(b"31", "cellar/temperature")
    scene.number(b"31", "attic/temperature")
    scene.number(b"31", "attic/humidity")
    scene.number(b"31", "roof/temperature", of="other")
    assert [f.place for f in scene.events] == ["cellar/temperature", "attic/temperature"]
    assert scene.engine.topics.filters() == ["+/temperature"]
    scene.took(scene.engine.drop("rule/jane/r1", NOW))
    scene.number(b"40", "new/temperature")
    scene.number(b"40", "attic/temperature")
    assert len(scene.fired) == 2
    assert len(scene.over) == 2  # each ended with its rule
