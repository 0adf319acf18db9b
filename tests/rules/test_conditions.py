"""Conditions about values, distances, silence, robots, brokers and numbers of topics."""

from __future__ import annotations

import pytest

from rules.scene import BOB, BROKER, JANE, NOW, ROBOT, Scene, rule
from sightline.driving.states import Alarm
from sightline.kinds.broker.clients import Client
from sightline.kinds.broker.model import Broker
from sightline.kinds.rules.model import Condition, Hours
from sightline.rules.rhythm import LEAST_LIMIT, UNKNOWN_LIMIT

M = 1 / 111_200  # degrees of latitude in a metre
HOUR = 3600.0


# -- a value above a limit


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


# -- near


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


# -- battery


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


# -- silence


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


# -- robots


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


# -- brokers


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


# -- numbers of topics


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


# -- a rule that is new


def test_what_is_so_already_counts_when_a_rule_is_made():
    scene = Scene()
    scene.fix(batt=5)
    low = rule(Condition(type="battery", below=20), hours=Hours(zone="UTC"))
    scene.took(scene.engine.put("rule/jane/r1", low, NOW, list(scene.states.items())))
    assert scene.fired == [(JANE, 0.0)]
