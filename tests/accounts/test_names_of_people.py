"""An account may have any person's name, and nobody passes for somebody else.

Covers accounts/api_people.py, accounts/naming.py.
"""

from __future__ import annotations

from unicodedata import normalize

import pytest
from pytest_twisted import ensureDeferred

from sightline.auth.account import (
    Account,
    check_display,
    check_name,
    display_name,
    plain_name,
)


@pytest.mark.parametrize(
    "name",
    [
        "jane",
        "Zoë O'Brien",
        "Jean-Luc",
        "J. R. R.",
        "李小龍",
        "Οδυσσεύς",
        "नरेन्द्र",
        "x@y.example",
        "a" * 64,
    ],
)
def test_a_persons_name_is_one(name):
    assert check_name(name) is None
    assert check_name(plain_name(name)) is None
    assert plain_name(name.upper()) == plain_name(normalize("NFD", name)) == plain_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", " jane", "jane ", "a  b", "a\tb", "a/b", "a#b", "a+b", "a" * 65, "\u202ejane",
     "a\u200bb", "a\x00b", "'", "Guest", "demo", "<b>"],
)  # fmt: skip
def test_what_is_no_name(name):
    assert check_name(name) is not None


def test_nobody_is_called_like_another():
    accounts = {"zoë": Account("zoë", "viewer", display="Zoë"), "bob": Account("bob", "viewer")}
    assert check_display(accounts, "eve", "ZOE\u0308") is not None
    assert check_display(accounts, "eve", "Bob") is not None
    assert check_display(accounts, "eve", "Eve") is None
    assert check_display(accounts, "bob", "Bob") is None
    accounts["x"] = Account("x", "viewer", display="Eve")
    assert check_display(accounts, "eve", "") is not None, "that is what x is called"


def test_what_is_typed_is_shown_and_what_is_folded_is_stored():
    assert plain_name("  Zoë   O'Brien ") == "zoë o'brien"
    assert display_name("zoë o'brien", "Zoe\u0308 O'Brien") == "Zoë O'Brien"
    assert display_name("bob", "bob") == ""


@ensureDeferred
async def test_an_account_with_a_persons_name_signs_in_in_any_letters(open_web):
    home = await open_web()
    root = await home.knows("root", "admin", password="quite-a-long-one-7")
    made = await home.asks(
        "POST",
        "/users",
        {"name": "Zoë O'Brien", "password": "quite-a-long-one-8"},
        cookie=root,
    )
    assert made.status == 201, made.said
    assert (made.said["user"]["name"], made.said["user"]["display"]) == (
        "zoë o'brien",
        "Zoë O'Brien",
    )
    for typed in ("ZOE\u0308 O'BRIEN", "zoë o'brien", " Zoë  O'Brien "):
        there = await home.asks(
            "POST", "/session", {"name": typed, "password": "quite-a-long-one-8"}
        )
        assert there.status == 200, there.said
        assert there.said["user"]["display"] == "Zoë O'Brien"
    cookie = there.cookie
    same = await home.asks("POST", "/users", {"name": "zoe\u0308 o'brien"}, cookie=root)
    assert same.code == "taken"
    path = "/users/zo%C3%AB%20o'brien"
    changed = await home.asks("PATCH", path, {"display": "Dr. Zoë"}, cookie=root)
    assert changed.said["user"]["display"] == "Dr. Zoë"
    asked = await home.asks("GET", "/people?names=zo%C3%AB%20o'brien%0Aroot%0Anobody", cookie=root)
    assert asked.said["people"] == {"zoë o'brien": "Dr. Zoë"}
    assert (await home.asks("GET", "/me", cookie=cookie)).said["user"]["display"] == "Dr. Zoë"
    taken = await home.asks("PATCH", path, {"display": "ROOT"}, cookie=root)
    assert taken.code == "taken"
    plain = await home.asks("PATCH", path, {"display": ""}, cookie=root)
    assert plain.said["user"]["display"] == ""
