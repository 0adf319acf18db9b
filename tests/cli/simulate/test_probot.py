"""The simulated robot behaves as the original: its telemetry, its obedience, its falls."""

from __future__ import annotations

import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.cli.simulate.actor import Message
from sightline.cli.simulate.probot import SWITCHED_ON_AFTER, SimulatedProBot
from sightline.kinds import probots
from sightline.model.kind import Arrival

WELL: frozenset[str] = frozenset()
LINE = re.compile(
    r"ProBot[0-9]+,-?[0-9]+,(-?[0-9]+|NaN),(started|stopped|0),[0-9]+\.[0-9],192\.168\.1\.[0-9]+"
)


def robot(number: int = 1) -> SimulatedProBot:
    return SimulatedProBot(number, random.Random(7))


def tell(probot: SimulatedProBot, order: str, payload: bytes) -> None:
    assert probot.received(f"{order}/{probot.name}", payload, 0.0) == []


def live(probot: SimulatedProBot, seconds: float, *faults: str) -> list[list[str]]:
    """The fields of the telemetry of so many seconds, ten lines each."""
    lines = []
    for _ in range(round(seconds * 10)):
        for message in probot.step(0.1, 0.0, frozenset(faults)):
            assert message.topic == "telemetry"
            lines.append(message.payload.decode().split(","))
    return lines


def test_it_says_six_fields_ten_times_a_second():
    probot = robot()
    assert probot.interval == 0.1
    (message,) = probot.step(0.1, 0.0, WELL)
    assert (message.topic, message.qos, message.retain) == ("telemetry", 0, False)
    assert LINE.fullmatch(message.payload.decode())


def test_without_a_rate_it_repeats_without_a_pause_but_for_the_ps_before_each_line():
    probot = SimulatedProBot(1, random.Random(7), rate=0.0)
    pauses, lines = [], []
    while sum(pauses) < 10:
        pauses.append(probot.interval)
        lines += [m.payload for m in probot.step(pauses[-1], 0.0, WELL)]
    assert 200 < len(lines) < 300
    assert 15 <= sum(a != b for a, b in itertools.pairwise(lines)) <= 20  # measured as ever


def test_its_will_is_its_name_and_offline():
    assert robot(2).will == Message("ClientStatus", b"ProBot2/Offline")


def test_it_measures_twice_a_second_and_repeats_the_line_in_between():
    lines = [",".join(line) for line in live(robot(), 10)]
    changes = sum(a != b for a, b in itertools.pairwise(lines))
    assert 15 <= changes <= 20


def test_it_keeps_the_last_keys_for_ever():
    probot = robot()
    tell(probot, "keys", b"0.4000 0.0000 0.0000 0.1000")
    live(probot, 60)
    assert probot.power == (0.4, 0.1)


def test_keys_are_clamped_and_opposite_ones_cancel():
    probot = robot()
    tell(probot, "keys", b"9 0.25 0.5 0.5")
    assert probot.power == (0.5, 0.0)
    tell(probot, "keys", b"-1 0 0 0")
    assert probot.power == (0.0, 0.0)


@pytest.mark.parametrize(
    "payload", [b"", b"0 0 0", b"0 0 0 0 0", b"0  0 0 0", b"a b c d", b"0 0 0 nan", b"\xff 0 0 0"]
)
def test_it_falls_over_on_keys_that_are_not_four_numbers_with_single_spaces(payload):
    probot = robot()
    tell(probot, "keys", b"0.4 0 0 0")
    tell(probot, "keys", payload)
    assert probot.power == (0.0, 0.0)
    fields = live(probot, 1)[-1]
    assert fields[3] == "0"
    assert int(fields[2]) < 20


def test_start_with_its_quotes_brings_it_up_again():
    probot = robot()
    tell(probot, "keys", b"oops")
    tell(probot, "MainRoutine", b"start")
    assert live(probot, 1)[-1][3] == "0"
    tell(probot, "MainRoutine", b'"start"')
    assert live(probot, 1)[-1][3] == "started"


def test_stop_with_its_quotes_stops_the_routine_and_the_motors():
    probot = robot()
    tell(probot, "keys", b"0.4 0 0 0")
    tell(probot, "MainRoutine", b'"stop"')
    assert probot.power == (0.0, 0.0)
    assert live(probot, 1)[-1][2:4] == ["62", "stopped"]


def test_it_zeroes_itself_when_its_own_connection_is_lost():
    probot = robot()
    tell(probot, "keys", b"0.4 0 0 0")
    probot.disconnected()
    assert probot.power == (0.0, 0.0)


def test_shutdown_switches_it_off_until_somebody_switches_it_on():
    probot = robot()
    tell(probot, "shutdownProBot", b"SHUTDOWN")
    assert not probot.off
    tell(probot, "shutdownProBot", b"shutdown")
    assert probot.off
    assert live(probot, SWITCHED_ON_AFTER - 1) == []
    live(probot, 2)
    assert not probot.off
    assert live(probot, 1)[-1][3] == "started"


def test_what_is_meant_for_another_robot_is_not_obeyed():
    probot = robot(1)
    probot.received("keys/ProBot2", b"0.4 0 0 0", 0.0)
    probot.received("keys/ProBot11", b"0.4 0 0 0", 0.0)
    assert probot.power == (0.0, 0.0)


def test_driving_drains_the_battery_and_an_empty_one_is_changed():
    idle, driven = robot(), robot()
    tell(driven, "keys", b"0.75 0 0 0")
    before = idle.battery
    live(idle, 60)
    live(driven, 60)
    assert before > idle.battery > driven.battery
    batteries = [int(line[1]) for line in live(driven, 1200)]
    assert min(batteries) < 0  # the original's formula goes below
    assert batteries[-1] > min(batteries)


def test_a_frozen_one_repeats_the_same_values():
    lines = live(robot(), 10, "freeze")
    assert all(line == lines[0] for line in lines)


def test_a_slow_one_speaks_once_a_second_of_over_a_second_of_latency():
    probot = robot()
    assert float(live(probot, 2, "slow")[-1][4]) > 1000
    assert probot.interval == 1.0


def test_it_starts_stopped_when_its_number_is_a_multiple_of_three():
    assert [robot(n).routine for n in (1, 2, 3)] == ["started", "started", "stopped"]


orders = st.tuples(
    st.sampled_from(["keys", "MainRoutine", "shutdownProBot", "else"]),
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b'"start"', b'"stop"', b"shutdown"]),
        st.lists(st.floats(width=16), min_size=4, max_size=4).map(
            lambda keys: " ".join(map(str, keys)).encode()
        ),
    ),
)


@given(
    st.integers(1, 999),
    st.integers(0, 2**32),
    st.lists(st.tuples(orders, st.sampled_from(["freeze", "slow", ""])), max_size=20),
)
def test_whatever_it_is_told_its_telemetry_is_six_fields_that_the_server_reads(number, seed, told):
    probot = SimulatedProBot(number, random.Random(seed))
    for (order, payload), fault in told:
        tell(probot, order, payload)
        for message in probot.step(0.7, 0.0, frozenset({fault})):
            assert LINE.fullmatch(message.payload.decode())
            arrival = Arrival(message.topic, message.payload, False, 0, 1e9)
            (reading,) = probots.KIND.decode(arrival)
            assert reading.thing == f"probot/{probot.name}"
            assert reading.onto(None) is not None
