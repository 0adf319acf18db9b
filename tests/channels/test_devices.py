"""Which browsers are told nothing any more since somebody signed them out."""

from __future__ import annotations

from sightline.auth.account import SignOut
from sightline.channels.devices import signed_out
from sightline.channels.records import Channel


def phone(id: str, session: str = "", seen: float = 100.0, **more: object) -> Channel:
    given = {"account": "jane", "type": "push", "name": "n", "host": "h", "made": 50.0} | more
    return Channel(id=id, session=session, renewed=seen, **given)  # type: ignore[arg-type]


def ended(channels: list[Channel], *sign_outs: SignOut, here: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in signed_out(channels, sign_outs, here)]


def test_nobody_who_was_not_signed_out_is_ended_though_the_session_is_over():
    assert ended([phone("a", "s1"), phone("b")]) == []
    assert ended([phone("a", "s1")], SignOut("bob", "", 200.0), SignOut("jane", "s2", 200.0)) == []


def test_a_session_that_is_ended_ends_its_browser_alone():
    channels = [phone("a", "s1"), phone("b", "s2"), phone("old")]
    assert ended(channels, SignOut("jane", "s1", 90.0)) == ["a"]


def test_signing_out_everywhere_ends_all_but_what_is_no_browser_and_what_came_later():
    channels = [
        phone("over", "s1"),
        phone("old", seen=0.0),
        phone("later", "s3", seen=201.0),
        phone("mail", type="address"),
    ]
    assert ended(channels, SignOut("jane", "", 200.0)) == ["over", "old"]


def test_the_browser_that_stays_is_told_on_even_when_its_session_is_over():
    channels = [phone("a", "s1"), phone("b", "s2")]
    everywhere_else = SignOut("jane", "", 200.0, remaining="s1")
    assert ended(channels, everywhere_else, here=("s1",)) == ["b"]
    assert ended(channels, everywhere_else) == ["b"]


def test_who_has_signed_in_again_stays_whatever_the_clocks_say():
    assert ended([phone("a", "s3")], SignOut("jane", "", 200.0), here=("s3",)) == []
