from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.permissions import NOTHING, User, VisibleScope
from sightline.console.rules import (
    BARRED,
    ConsoleQueue,
    ConsoleRights,
    payload,
    shown,
)
from sightline.contract.errors import Refused
from sightline.model.filters import matches

ADMIN, OPERATOR, VIEWER = User("ann", "admin"), User("otto", "operator"), User("vera")


def code(act, *arguments) -> str | None:
    try:
        act(*arguments)
    except Refused as why:
        return why.code if why.why else "no reason"
    return None


def test_reading_is_for_operators_and_publishing_for_admins_unless_set_otherwise():
    rights = ConsoleRights()
    assert [code(rights.may_read, one) for one in (VIEWER, OPERATOR, ADMIN)] == [
        "forbidden",
        None,
        None,
    ]
    assert [code(rights.may_publish, one, "test/a") for one in (VIEWER, OPERATOR, ADMIN)] == [
        "forbidden",
        "forbidden",
        None,
    ]


def test_who_may_not_see_everything_reads_nothing_raw():
    assert code(ConsoleRights().may_read, User("adam", "admin", NOTHING)) == "forbidden"


def test_who_sees_every_friend_and_robot_reads_messages_but_not_the_brokers_own():
    otto = User("otto", "operator", VisibleScope(frozenset({"friend", "probot", "broker"})))
    assert code(ConsoleRights().may_read, otto) is None
    assert code(ConsoleRights().may_subscribe, otto, "#") is None
    assert code(ConsoleRights().may_subscribe, otto, "$SYS/#") == "forbidden"
    half = User(
        "hal", "operator", VisibleScope(frozenset({"probot"}), frozenset({"friend/jane/phone"}))
    )
    assert code(ConsoleRights().may_subscribe, half, "telemetry") == "forbidden"


def test_only_what_is_open_may_be_subscribed():
    rights = ConsoleRights(subscribe=["room/#"])
    assert code(rights.may_subscribe, ADMIN, "room/+") is None
    assert code(rights.may_subscribe, ADMIN, "#") == "forbidden"
    assert code(rights.may_subscribe, ADMIN, "room/#/x") == "bad_filter"
    assert code(ConsoleRights().may_subscribe, ADMIN, "$share/history/#") == "forbidden"
    assert code(ConsoleRights().may_subscribe, ADMIN, "$SYS/#") is None


def test_only_what_is_open_may_be_published():
    rights = ConsoleRights(publish=["room/+"])
    assert code(rights.may_publish, ADMIN, "room/1") is None
    assert code(rights.may_publish, ADMIN, "room/1/2") == "forbidden"
    assert code(rights.may_publish, ADMIN, "room/+") == "bad_topic"
    assert code(ConsoleRights(publish=["#", "$SYS/#"]).may_publish, ADMIN, "$SYS/x") == "forbidden"


COMMAND = st.sampled_from(["keys", "MainRoutine", "shutdownProBot"])
LEVEL = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=5)


@given(st.sampled_from(["", "/"]), COMMAND, st.lists(LEVEL, max_size=3))
def test_no_settings_open_the_topics_that_command_robots(slash, root, levels):
    topic = slash + "/".join([root, *levels])
    assert code(ConsoleRights(publish=["#", *BARRED]).may_publish, ADMIN, topic) == "barred"


@given(LEVEL, LEVEL)
def test_no_settings_open_the_topics_that_command_phones(user, device):
    rights = ConsoleRights(publish=["#"])
    assert code(rights.may_publish, ADMIN, f"owntracks/{user}/{device}/cmd") == "barred"
    assert code(rights.may_publish, ADMIN, f"owntracks/{user}/{device}/event") is None


@given(st.text(max_size=30))
def test_any_topic_is_judged_and_what_passes_is_open_and_not_barred(topic):
    rights = ConsoleRights(publish=["test/#"])
    if code(rights.may_publish, ADMIN, topic) is None:
        assert matches("test/#", topic)
        assert not any(matches(barred, topic) for barred in BARRED)


@pytest.mark.parametrize(
    ("form", "text", "data"),
    [
        ("text", "größe", "größe".encode()),
        ("json", '{"a": [1, "b"]}', b'{"a": [1, "b"]}'),
        ("hex", "00 ff 7F", b"\x00\xff\x7f"),
        ("base64", "AP9/", b"\x00\xff\x7f"),
        ("text", "", b""),
    ],
)
def test_a_payload_is_what_was_typed(form, text, data):
    assert payload(form, text) == data


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", "{a:1}"),
        ("json", "NaN"),
        ("json", "[" * 100_000),
        ("hex", "0"),
        ("hex", "gg"),
        ("base64", "!"),
        ("text", 7),
        ("text", "\ud800"),
        ("text", "x" * 70_000),
        ("xml", "<a/>"),
    ],
)
def test_a_wrong_payload_is_refused_with_a_reason(form, text):
    assert code(payload, form, text) == "bad_payload"


@given(st.binary(max_size=100))
def test_any_payload_is_shown_and_can_be_told_exactly(data):
    told = shown(data)
    assert ("payload" in told) != ("base64" in told)
    assert (
        told["payload"].encode() if "payload" in told else base64.b64decode(told["base64"])
    ) == data


def test_a_long_payload_is_cut_and_says_so():
    told = shown("ä".encode() * 20_000)
    assert told["size"] == 40_000
    assert told["payload"] == "ä" * 8192
    assert shown(b"x" + "ä".encode() * 20_000)["payload"] == "x" + "ä" * 8191
    assert len(base64.b64decode(shown(b"\xff" * 20_000)["base64"])) == 16_384


def test_a_queue_is_bounded_and_counts_what_it_drops():
    queue = ConsoleQueue(messages=2)
    assert [queue.put("s1", b"a"), queue.put("s2", b"b"), queue.put("s1", b"c")] == [
        True,
        True,
        False,
    ]
    assert queue.dropped == {"s1": 1}
    assert queue.take(10, 1000) == [("s1", b"a"), ("s2", b"b")]
    small = ConsoleQueue(size=5)
    assert small.put("s1", b"1234")
    assert not small.put("s1", b"12")
    assert small.put("s1", b"1")
    assert small.take(1, 100) == [("s1", b"1234")]
    assert small.put("s1", b"1234")


def test_a_queue_hands_out_little_at_a_time():
    queue = ConsoleQueue()
    for _ in range(5):
        queue.put("s1", b"x" * 100)
    assert len(queue.take(2, 10_000)) == 2
    assert len(queue.take(10, 150)) == 2
    assert len(queue) == 1


def test_a_subscription_that_ended_leaves_the_queue():
    queue = ConsoleQueue(size=10)
    queue.put("s1", b"12345")
    queue.put("s2", b"12345")
    assert not queue.put("s1", b"1")
    queue.forget("s1")
    assert queue.dropped == {}
    assert queue.put("s2", b"12345")
    assert [sub for sub, _ in queue.take(9, 99)] == ["s2", "s2"]
