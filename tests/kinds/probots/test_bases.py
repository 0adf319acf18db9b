"""Base topics of robots: `sightline.kinds.probots.bases`, and what decoding makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sightline.auth.permissions import User
from sightline.contract.errors import Refused
from sightline.kinds import probots
from sightline.kinds.probots import commands
from sightline.kinds.probots.bases import DEFAULT, RobotTopics, base_fault
from sightline.kinds.probots.updates import TelemetryLine
from sightline.model.kind import Arrival, CannotDecode
from sightline.settings import BadSettings
from sightline.settings.checks import check_values
from sightline.settings.schema import (
    ConsoleSettings,
    FriendsSettings,
    ProbotsSettings,
    Settings,
)
from sightline.wiring.settings_parts import console_rights

LINE = b"ProBot1,87,91,started,23.4,192.168.1.17"
levels = st.text("abkeys1-", min_size=1, max_size=6).filter(lambda name: name != "keys")
bases = st.builds(
    lambda slash, names, end: slash + "/".join(names) + end,
    st.sampled_from(["", "/"]),
    st.lists(levels, max_size=3),
    st.sampled_from(["", "/"]),
).filter(lambda base: base != "//")


def arrived(topic: str | bytes, payload: bytes = LINE, retain: bool = False) -> Arrival:
    return Arrival(topic, payload, retain, 0, 5.0, "main")


def decoded(topics: RobotTopics, topic: str | bytes, payload: bytes = LINE) -> Sequence[object]:
    return list(probots.kind(topics=topics).decode(arrived(topic, payload)))


def test_by_default_nothing_is_translated():
    topics = RobotTopics()
    assert (topics.usual, topics.tag, topics.bases) == (True, "", ("",))
    assert topics.filters == (("telemetry", 0), ("ClientStatus", 0))
    assert topics.command_filters == (("keys/+", 0), ("MainRoutine/+", 0), ("shutdownProBot/+", 0))
    assert topics.barred == ("keys/#", "MainRoutine/#", "shutdownProBot/#")
    assert topics.roots == {"telemetry", "ClientStatus", "keys", "MainRoutine", "shutdownProBot"}
    read = probots.kind().decode
    assert read.func is probots.decode  # type: ignore[attr-defined]  # not a step more


@given(bases)
def test_a_message_below_a_base_reads_as_below_none_but_for_the_base(base: str):
    assert base_fault(base) == ""
    topics = RobotTopics([base])
    for name, payload in (("telemetry", LINE), ("ClientStatus", b"ProBot1/Offline")):
        below = decoded(topics, topics.bases[0] + name, payload)
        assert [
            replace(each, base="") if isinstance(each, TelemetryLine) else each for each in below
        ] == decoded(RobotTopics(), name, payload)


def test_a_robot_says_below_which_base_its_telemetry_came_last():
    topics = RobotTopics(["", "site/berlin"])
    state: Any = None
    for topic, base in (("telemetry", ""), ("site/berlin/telemetry", "site/berlin/")):
        (line,) = decoded(topics, topic)
        assert isinstance(line, TelemetryLine)
        state = line.onto(state)
        assert state.base == base
    assert line.onto(state) is state  # the same line again is no news


@given(bases)
def test_every_command_below_a_base_is_known_with_its_robot_and_its_base(base: str):
    topics = RobotTopics([base])
    home = topics.bases[0]
    for make in (commands.keys_topic, commands.routine_topic, commands.shutdown_topic):
        topic = make("ProBot7", home)
        assert topic == home + make("ProBot7")
        assert commands.robot_of(topic) == "ProBot7"
        assert commands.base_of(topic) == home
        assert commands.is_keys(topic) is (make is commands.keys_topic)
        assert commands.clearing(topic) == commands.clearing(make("ProBot7"))
        assert topics.split(topic) == (home, make("ProBot7"))
        assert topic.startswith(topics.command_prefixes)
        with pytest.raises(CannotDecode, match="somebody else speaks"):
            decoded(topics, topic, b"0 0 0 0")


def test_a_robot_is_driven_where_it_was_heard_last():
    topics = RobotTopics(["", "site/berlin", "/"])
    assert topics.bases == ("", "site/berlin/", "/")
    assert topics.homes("ProBot1") == topics.bases
    decoded(topics, "site/berlin/telemetry")
    assert topics.homes("ProBot1") == ("site/berlin/",)
    decoded(topics, "/telemetry")
    assert topics.homes("ProBot1") == ("/",)
    assert topics.homes("ProBot2") == topics.bases


def test_a_will_does_not_tell_where_a_robot_is():
    topics = RobotTopics(["", "site/"])
    decoded(topics, "site/telemetry")
    decoded(topics, "ClientStatus", b"ProBot1/Offline")
    assert topics.homes("ProBot1") == ("site/",)
    decoded(topics, "ClientStatus", b"ProBot1/Online")
    assert topics.homes("ProBot1") == ("",)


def test_a_message_that_is_not_believed_does_not_move_a_robot():
    topics = RobotTopics(["", "site/"])
    read = probots.kind(frozenset(["ProBot2"]), topics=topics).decode
    for bad in (arrived("site/telemetry"), arrived("site/telemetry", b"ProBot2"),
                arrived("site/telemetry", LINE.replace(b"1,", b"2,", 1), True)):  # fmt: skip
        with pytest.raises(CannotDecode):
            read(bad)
    assert topics.homes("ProBot1") == topics.homes("ProBot2") == topics.bases


@pytest.mark.parametrize(
    "topic", ["telemetry", "/telemetry", "site/berlin/x/telemetry", "site/telemetry", b"\xff", ""]
)
def test_what_is_below_no_base_is_no_robots(topic: str | bytes):
    with pytest.raises(CannotDecode):
        decoded(RobotTopics(["site/berlin/"]), topic)


def test_other_bases_have_another_fingerprint_in_whatever_order():
    assert RobotTopics(["", "a"]).tag == RobotTopics(["a/", ""]).tag
    assert len({RobotTopics(some).tag for some in (["a"], ["", "a"], [""], ["b"])}) == 4


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("site/+/", "no wildcards"),
        ("#", "no wildcards"),
        ("$SYS/", "the broker's own"),
        ("a//b", "a level is empty"),
        ("//", "a level is empty"),
        ("a/keys", "keys is what stands behind a base"),
        ("sightline", "sightline is what"),
        ("telemetry/x", "telemetry is what"),
        ("a\x00", "printable"),
        ("x" * 200, "no longer than"),
        ("owntracks/robots", "phones speak below this first level"),
        ("/fleet", "phones speak below this first level"),
    ],
)
def test_a_base_that_cannot_be_is_refused_at_start(base: str, why: str):
    settings = Settings(
        friends=FriendsSettings(topics=("fleet/+/+",)), probots=ProbotsSettings(topics=(base,))
    )
    with pytest.raises(BadSettings, match=f"x.toml: probots.topics: .*{why}"):
        check_values(settings, "x.toml")


@pytest.mark.parametrize("some", [(), tuple(f"a{n}" for n in range(9))])
def test_there_is_one_base_and_there_are_not_many(some: tuple[str, ...]):
    with pytest.raises(BadSettings, match="must name 1 to 8"):
        check_values(Settings(probots=ProbotsSettings(topics=some)), "x.toml")


def test_the_console_publishes_below_no_base():
    probots = ProbotsSettings(topics=("", "test/berlin", "/x"))
    rights = console_rights(
        Settings(probots=probots, console=ConsoleSettings(publish=("test/#", "/x/#")))
    )
    admin = User("root", "admin")
    rights.may_publish(admin, "test/berlin/other")
    for topic in ("test/berlin/keys/ProBot1", "/x/MainRoutine/ProBot1", "keys/ProBot1"):
        with pytest.raises(Refused, match="commands a robot"):
            rights.may_publish(admin, topic)


def test_the_default_of_the_settings_is_the_robots_own_topics():
    assert Settings().probots.topics == DEFAULT == ("",)
