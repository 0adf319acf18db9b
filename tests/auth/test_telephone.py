"""What a telephone number is, and who is shown whose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.auth.account import Account
from sightline.auth.permissions import ALL_GRANTS, Grants, User, user_of
from sightline.auth.telephone import dialled, read_telephone, telephone_of, telephones_for

JANE, TABLET, BOB = "friend/jane/phone", "friend/jane/tablet", "friend/bob/phone"
NUMBERS = {"jane": "+49 170 1234567", "bob": "+33 612345678", "olga": "+31 20 1234567"}


def account(name: str, own: tuple[str, ...] = (), **more: bool) -> Account:
    return Account(name, "viewer", Grants(own=frozenset(own)), **more)


PEOPLE = [account("bob", (BOB,)), account("jane", ("friend/jane",)), account("olga")]


def viewer(name: str, *see: str) -> User:
    return user_of(name, "viewer", Grants(see=frozenset(see)))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 170 1234567", "+49 170 1234567"),
        ("  +49  170\u00a01234567 ", "+49 170 1234567"),
        ("+1 (212) 555-0100", "+1 212 555 0100"),
        ("+33612345678", "+33612345678"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_number_is_kept_as_it_is_typed(typed, number):
    assert read_telephone(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["0170 1234567", "+0170 1234567", "+49", "+49 12345678901234", "+49 17O 1234567", "call me",
     "tel:+491701234567", "+49 170 1234567;ext=1", "+٤٩١٧٠١٢٣٤٥٦٧", "+4 " * 30, "++491701234567"],
)  # fmt: skip
def test_what_is_no_number(typed):
    with pytest.raises(ValueError, match="begins with \\+"):
        read_telephone(typed)


@given(typed=st.text(max_size=50) | st.text("+0123456789 -()", max_size=25))
def test_nothing_but_a_number_is_ever_dialled(typed):
    try:
        number = read_telephone(typed)
    except ValueError:
        return
    assert number == "" or re.fullmatch(r"\+[1-9][0-9]{6,14}", dialled(number))
    assert read_telephone(number) == number


def test_who_sees_one_of_their_things_is_shown_the_number_at_these():
    def shown(user: User) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.account, each.things) for each in telephones_for(user, PEOPLE, NUMBERS)]

    assert shown(viewer("eve")) == []
    assert shown(viewer("eve", "probot", "broker/main")) == []
    assert shown(viewer("eve", JANE)) == [("jane", ("friend/jane",))]
    assert shown(viewer("eve", "friend")) == [("bob", (BOB,)), ("jane", ("friend/jane",))]
    assert shown(user_of("root", "admin", ALL_GRANTS)) == shown(viewer("eve", "*"))
    # Nobody calls themselves, and olga owns nothing that she could be seen at.
    assert shown(viewer("jane", "friend")) == [("bob", (BOB,))]


def test_a_closed_account_is_not_called():
    closed = [account("jane", ("friend/jane",), disabled=True)]
    assert list(telephones_for(viewer("eve", "*"), closed, NUMBERS)) == []


def test_whom_one_may_call_about_a_thing():
    eve = viewer("eve", JANE)
    found = telephone_of(eve, JANE, PEOPLE, NUMBERS)
    assert found is not None
    assert found.number == "+49 170 1234567"
    assert telephone_of(eve, TABLET, PEOPLE, NUMBERS) is None, "she may not see the tablet"
    assert telephone_of(eve, BOB, PEOPLE, NUMBERS) is None
    assert telephone_of(eve, JANE, PEOPLE, {}) is None
    assert telephone_of(viewer("eve", "*"), "friend/jan/phone", PEOPLE, NUMBERS) is None
