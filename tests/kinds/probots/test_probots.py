"""Decoding is in the captures; here are the folds, and what captures cannot say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kinds.scene import NOW, arrival, read, refused, world
from sightline.kinds import probots
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import Arrival, Timeouts

ROBOT = "probot/ProBot1"
LINE = "ProBot1,87,91,started,23.4,192.168.1.17"


def telemetry(at: float = NOW, line: str = LINE) -> Arrival:
    return arrival("telemetry", line, at=at, qos=0)


def status(word: str, at: float = NOW) -> Arrival:
    return arrival("ClientStatus", f"ProBot1/{word}", at=at, qos=0)


def robot(*arrivals: Arrival) -> ProBot:
    found = world(*arrivals)[ROBOT]
    assert isinstance(found, ProBot)
    return found


def then(before: ProBot, arrived: Arrival) -> object:
    (reading,) = read(arrived)
    assert reading.thing == ROBOT
    return reading.onto(before)


def test_the_kind_says_where_robots_are_heard() -> None:
    kind = probots.KIND
    assert kind.filters == (("telemetry", 0), ("ClientStatus", 0))
    assert kind.roots == {"telemetry", "ClientStatus", "keys", "MainRoutine", "shutdownProBot"}
    driven = {"picture", "lease", "guard", "command", "alarm"}
    assert {each.name for each in kind.things} == {"probot", *driven}
    assert kind.timeouts == {"probot": Timeouts(1.5, 3)}
    assert probots.kind(stale_after=2, offline_after=4).timeouts == {"probot": Timeouts(2, 4)}


def test_the_angle_is_from_upright() -> None:
    assert robot(telemetry(line="ProBot1,87,90,started,1,1.1.1.1")).angle == 0
    assert robot(telemetry(line="ProBot1,87,45,started,1,1.1.1.1")).angle == -45
    assert robot(telemetry(line="ProBot1,87,NaN,started,1,1.1.1.1")).angle is None


def test_a_changed_value_moves_both_times() -> None:
    after = robot(telemetry(NOW), telemetry(NOW + 0.1, LINE.replace("87", "86")))
    assert (after.batt, after.at, after.heard) == (86, NOW + 0.1, NOW + 0.1)


def test_a_repeat_within_a_second_is_no_change() -> None:
    before = robot(telemetry(NOW))
    assert then(before, telemetry(NOW + 0.9)) is before


def test_a_repeat_after_a_second_moves_only_the_time_it_was_heard() -> None:
    before = robot(telemetry(NOW))
    assert then(before, telemetry(NOW + 1)) == replace(before, heard=NOW + 1)


def test_a_clock_set_back_does_not_freeze_the_time_it_was_heard() -> None:
    before = robot(telemetry(NOW))
    assert then(before, telemetry(NOW - 3600)) == replace(before, heard=NOW - 3600)


def test_telemetry_is_a_sign_of_life() -> None:
    (reading,) = read(telemetry(NOW))
    assert (reading.heard, robot(telemetry()).presence) == (NOW, "live")
    stale = replace(robot(telemetry(NOW)), presence="stale", evidence="silence")
    after = then(stale, telemetry(NOW + 0.1))
    assert after == replace(robot(telemetry(NOW)), heard=NOW + 0.1)


def test_a_will_makes_a_robot_offline_with_its_last_values() -> None:
    before = robot(telemetry())
    gone = then(before, status("Offline"))
    assert gone == replace(before, presence="offline", evidence="will")
    assert isinstance(gone, ProBot)
    assert then(gone, status("Offline")) is gone
    assert read(status("Offline"))[0].heard is None


def test_a_will_is_worth_more_than_silence() -> None:
    silent = replace(robot(telemetry()), presence="offline", evidence="silence")
    assert then(silent, status("Offline")) == replace(silent, evidence="will")


def test_the_next_telemetry_undoes_a_will() -> None:
    after = robot(telemetry(), status("Offline"), telemetry(NOW + 0.1))
    assert (after.presence, after.evidence) == ("live", None)


def test_online_says_nothing_but_life() -> None:
    assert robot(status("Online")) == ProBot(heard=NOW, presence="live")
    before = robot(telemetry(), status("Offline"))
    after = then(before, status("Online", NOW + 5))
    assert after == replace(robot(telemetry()), heard=NOW + 5)
    assert then(robot(telemetry()), status("Online")) == robot(telemetry())
    assert read(status("Online"))[0].heard == NOW


def test_a_robot_may_be_known_by_its_will_alone() -> None:
    assert robot(status("Offline")) == ProBot(presence="offline", evidence="will")
    assert robot(status("Offline"), status("Online")) == ProBot(heard=NOW, presence="live")


@pytest.mark.parametrize("topic", ["telemetry", "ClientStatus"])
def test_nothing_retained_is_believed(topic: str) -> None:
    assert refused(arrival(topic, LINE, retain=True)) == "retained_status"


def test_with_a_list_of_robots_others_are_refused() -> None:
    two = probots.kind(known=frozenset(("ProBot1", "ProBot2")))
    assert refused(telemetry(), two) is None
    assert refused(telemetry(line=LINE.replace("ProBot1", "ProBot3")), two) == "unknown_robot"
    assert refused(arrival("ClientStatus", "ProBot3/Offline"), two) == "unknown_robot"
    # Without one, a robot appears by itself.
    assert world(telemetry(line=LINE.replace("ProBot1", "ProBot9999"))).keys() == {
        "probot/ProBot9999"
    }


@given(
    st.sampled_from(["telemetry", "ClientStatus", "keys/ProBot1"]) | st.binary(),
    st.binary()
    | st.lists(st.sampled_from(["ProBot1", "87", "NaN", "None", "0", "1.1.1.1", ""])).map(
        lambda fields: ",".join(fields).encode()
    ),
)
def test_anything_is_read_or_refused_in_one_way(topic: str | bytes, payload: bytes) -> None:
    what = arrival(topic, payload)
    counter = refused(what, probots.KIND)
    assert counter is None or counter.isidentifier()
