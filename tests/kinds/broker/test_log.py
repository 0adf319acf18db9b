"""The golden lines of mosquitto 2.0.11 (our own capture) and the forms of 2.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kinds.broker.log import (
    LEVELS,
    Accepted,
    ClientConnected,
    ClientSubscribed,
    ClientUnsubscribed,
    Dropping,
    Expired,
    Left,
    Noise,
    TakenOver,
    read,
)

PLACE = "127.0.0.1:36468"
CUT = "the connection was cut without a goodbye"


def event(text: str, suffix: str = "N", known: tuple[str, ...] = ()) -> object:
    line = read(suffix, f"1795235249: {text}", known.__contains__)
    assert line is not None
    return line.event


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"New connection from {PLACE} on port 41883.", Accepted(PLACE)),
        (
            f"New client connected from {PLACE} as probe1 (p2, c1, k60).",
            ClientConnected("probe1", PLACE, "3.1.1", True, 60),
        ),
        (
            f"New client connected from {PLACE} as probe3 (p1, c0, k5, u'a b').",
            ClientConnected("probe3", PLACE, "3.1", False, 5, "a b"),
        ),
        (
            f"New client connected from {PLACE} as new (p4, c1, k60).",
            ClientConnected("new", PLACE, "3.1.1", True, 60),
        ),
        (
            f"New client connected from {PLACE} as new (p3, c1, k60).",
            ClientConnected("new", PLACE, "3.1", True, 60),
        ),
        (
            "New client connected from ::1:1234 as new (p5, c1, k60).",
            ClientConnected("new", "::1:1234", "5", True, 60),
        ),
        ("Client probe1 disconnected.", Left("probe1", "asked", "said goodbye")),
        ("Client probe4 closed its connection.", Left("probe4", "cut", CUT)),
        (
            "Client slow has exceeded timeout, disconnecting.",
            Left("slow", "silent", "silent for longer than its keepalive"),
        ),
        (
            "Client <unknown> disconnected, not authorised.",
            Left("<unknown>", "refused", "not authorised"),
        ),
        (
            "Client odd disconnected due to protocol error.",
            Left("odd", "protocol", "protocol error"),
        ),
        (
            "Socket error on client odd, disconnecting.",
            Left("odd", "cut", "its connection failed: disconnecting."),
        ),
        ("Client twin x already connected, closing old connection.", TakenOver("twin x")),
        ("Outgoing messages are being dropped for client twin x.", Dropping("twin x")),
        ("Expiring client old one due to timeout.", Expired("old one")),
        ("Saving in-memory database to /var/lib/mosquitto/mosquitto.db.", Noise()),
        # 2.1
        (f"Client probe1 [{PLACE}] disconnected.", Left("probe1", "asked", "said goodbye", PLACE)),
        (
            f"Client probe1 [{PLACE}] disconnected: connection closed by client.",
            Left("probe1", "cut", CUT, PLACE),
        ),
        (
            f"Client probe1 [{PLACE}] disconnected: session taken over.",
            Left("probe1", "taken over", "another client came with the same id", PLACE),
        ),
        (
            f"Client probe1 [{PLACE}] disconnected: quota exceeded.",
            Left("probe1", "other", "quota exceeded", PLACE),
        ),
        (f"Client a b [{PLACE}] already connected, closing old connection.", TakenOver("a b")),
        # lines that are only shown
        ("mosquitto version 2.0.11 running", None),
        ("New client connected in a way nobody knows", None),
        ("Client without an end", None),
        ("", None),
    ],
)
def test_a_line_is_read_in_both_dialects(text, found):
    assert event(text) == found


@pytest.mark.parametrize(
    "client",
    [
        "my id",
        "x (p2, c1, k60)",
        "Client x disconnected.",
        "a disconnected due to b",
        "as as as",
        "[1.2.3.4:5]",
        "x closed its connection",
        "'",
    ],
)
def test_ids_may_be_anything_and_are_read_from_both_ends(client):
    found = event(f"New client connected from {PLACE} as {client} (p2, c1, k60, u'joe').")
    assert found == ClientConnected(client, PLACE, "3.1.1", True, 60, "joe")
    assert event(f"Client {client} [{PLACE}] disconnected: protocol error.").client == client
    assert event(f"Client {client} closed its connection.").client == client


def test_subscriptions_are_cut_where_a_client_is_known():
    assert event("probe2 0 a/b", "M/subscribe") == ClientSubscribed("probe2", "a/b", 0)
    assert event("my 1 id 2 a 1 b", "M/subscribe") == ClientSubscribed("my", "id 2 a 1 b", 1)
    assert event("my 1 id 2 a 1 b", "M/subscribe", ("my 1 id",)) == ClientSubscribed(
        "my 1 id", "a 1 b", 2
    )
    assert event("my id a b", "M/unsubscribe") == ClientUnsubscribed("my", "id a b")
    assert event("my id a b", "M/unsubscribe", ("my id",)) == ClientUnsubscribed("my id", "a b")
    assert event("nothing", "M/subscribe") is None
    assert event("nothing", "M/unsubscribe") is None


@pytest.mark.parametrize(
    ("payload", "stamp"),
    [
        ("1795235249: hello", 1795235249),
        ("2026-11-21T09:00:00: hello", None),
        ("2026-11-21T09:00:00+0100: hello", None),
        ("hello", None),
    ],
)
def test_a_time_in_front_is_not_part_of_the_line(payload, stamp):
    line = read("W", payload)
    assert (line.level, line.text, line.stamp) == ("warning", "hello", stamp)


def test_what_is_no_level_is_no_line():
    assert read("X", "1795235249: hello") is None
    assert {read(suffix, "x").level for suffix in LEVELS} == set(LEVELS.values())


def test_a_line_cannot_hide_or_reorder_what_is_read():
    line = read("N", "1795235249: Client \u202eevil\x1b[2J disconnected.")
    assert line.text == "Client \ufffdevil\ufffd[2J disconnected."


@given(st.sampled_from(sorted(LEVELS)), st.text())
def test_any_text_is_a_line(suffix, text):
    line = read(suffix, text)
    assert line is not None
    assert len(line.text) <= 500
