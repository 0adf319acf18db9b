"""The states of what is asked of a phone."""

from __future__ import annotations

import pytest

from sightline.kinds.friends.phone import (
    ANSWER_WITHIN,
    FETCH_WITHIN,
    REMEMBERED,
    Phone,
    TooManyCommands,
    answered,
    ask,
    expired,
    move,
)


def states(phone: Phone) -> list[str]:
    return [command.state for command in phone.commands]


def test_a_command_is_asked_sent_and_done():
    phone, n = ask(Phone(), "locate", "jane", 1.0)
    assert (n, states(phone)) == (1, ["asked"])
    assert [command.n for command in phone.waiting] == [1]
    phone = move(phone, n, "sent", 2.0)
    assert phone.busy
    phone = answered(phone, ("locate",), 3.0)
    assert states(phone) == ["done"]
    assert (phone.commands[0].at, phone.commands[0].by) == (3.0, "jane")
    assert not phone.busy


def test_an_answer_settles_what_was_sent_and_nothing_else():
    phone = Phone()
    for do in ("locate", "status", "locate"):
        phone, _ = ask(phone, do, "jane", 1.0)
    phone = move(move(phone, 1, "sent", 2.0), 2, "sent", 2.0)
    assert states(answered(phone, ("locate",), 3.0)) == ["done", "sent", "asked"]


def test_what_is_settled_stays_as_it_is():
    phone, n = ask(Phone(), "locate", "jane", 1.0)
    failed = move(phone, n, "failed", 2.0, "no broker")
    assert move(failed, n, "done", 3.0) == failed
    assert expired(failed, 1e9) == failed


def test_what_waits_too_long_is_over():
    phone, _ = ask(Phone(), "locate", "jane", 1.0)
    assert states(expired(phone, FETCH_WITHIN)) == ["asked"]
    assert states(expired(phone, FETCH_WITHIN + 1)) == ["expired"]
    sent = move(phone, 1, "sent", 5.0)
    assert states(expired(sent, ANSWER_WITHIN + 4)) == ["sent"]
    assert states(expired(sent, ANSWER_WITHIN + 5)) == ["expired"]


def test_ten_are_remembered_and_what_is_open_is_never_forgotten():
    phone, _ = ask(Phone(), "status", "jane", 0.0)
    for _ in range(REMEMBERED - 1):
        phone, n = ask(phone, "locate", "jane", 1.0)
        phone = move(phone, n, "failed", 1.0)
    phone, n = ask(phone, "locate", "jane", 2.0)
    assert n == REMEMBERED + 1
    assert len(phone.commands) == REMEMBERED
    assert phone.commands[0].do == "status"
    full = Phone()
    for _ in range(REMEMBERED):
        full, _ = ask(full, "locate", "jane", 1.0)
    with pytest.raises(TooManyCommands):
        ask(full, "locate", "jane", 2.0)
