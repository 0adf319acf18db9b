"""Inviting somebody: who may, what is told once, what is listed and written down."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted

from web_scene import DAY, GOOD, NOW

ANNA = "friend/anna/phone"
BEN = {"name": "Ben", "role": "operator", "see": [ANNA], "drive": ["probot/R2"], "days": 3}


async def deeds(home: Any, root: str) -> list[tuple[str, str, str, str]]:
    """What the audit log says, oldest first: who, what, to what, and more."""
    records = (await home.asks("GET", "/audit", cookie=root)).said["records"]
    return [(each["who"], each["what"], each["thing"], each["more"]) for each in records[::-1]]


@pytest_twisted.ensureDeferred
async def test_an_invitation_is_told_once_listed_and_written_down(open_web):
    home = await open_web()
    home.shows(ANNA)
    root = await home.knows("root", "admin")
    made = await home.asks("POST", "/invitations", BEN | {"adds_phone": True}, cookie=root)
    assert made.status == 201
    url, number = made.said["url"], made.said["id"]
    assert url.startswith(f"http://127.0.0.1:{home.port}/#invite=")
    assert (made.said["reach"], made.said["ends"]) == ("machine", NOW + 3 * DAY)
    listed = await home.asks("GET", "/invitations", cookie=root)
    assert listed.said["invitations"] == [
        {
            "id": number,
            "name": "Ben",
            "owner": "root",
            "account": "",
            "role": "operator",
            "see": [ANNA],
            "drive": ["probot/R2"],
            "own": [],
            "adds_phone": True,
            "created": NOW,
            "ends": NOW + 3 * DAY,
            "state": "open",
        }
    ]
    (deed,) = await deeds(home, root)
    assert deed[:3] == ("root", "invite", "")
    assert deed[3] == f"invitation {number}, 72 h, role operator, +see {ANNA}, +drive probot/R2"
    secret = url.partition("#invite=")[2].encode()
    assert secret not in listed.data
    assert secret not in (await home.asks("GET", "/audit", cookie=root)).data


@pytest_twisted.ensureDeferred
async def test_a_withdrawn_invitation_lets_nobody_in(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    made = await home.asks("POST", "/invitations", BEN, cookie=root)
    path = f"/invitations/{made.said['id']}"
    assert (await home.asks("DELETE", path, cookie=root)).status == 200
    token = made.said["url"].partition("#invite=")[2]
    asked = {"token": token, "name": "Ben", "password": GOOD}
    answer = await home.asks("POST", "/invitation", asked)
    assert (answer.status, answer.code) == (410, "revoked")
    (listed,) = (await home.asks("GET", "/invitations", cookie=root)).said["invitations"]
    assert listed["state"] == "revoked"
    assert (await deeds(home, root))[-1][:2] == ("root", "withdraw invitation")
    assert (await home.asks("DELETE", "/invitations/none", cookie=root)).status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "turned \u202e round"},
        {"see": ["quarantine"]},
        {"own": ["friend"]},
        {"role": "king"},
        {"days": 0},
        {"days": 91},
        {"colour": "red"},
    ],
)
@pytest_twisted.ensureDeferred
async def test_an_invitation_that_makes_no_sense_is_not_made(open_web, wrong):
    home = await open_web()
    root = await home.knows("root", "admin")
    answer = await home.asks("POST", "/invitations", BEN | wrong, cookie=root)
    assert (answer.status, answer.code) == (400, "malformed")
    assert home.account_service.cache.invitations == {}


@pytest_twisted.ensureDeferred
async def test_what_was_made_by_who_is_no_admin_any_more_is_withdrawn(open_web):
    home = await open_web()
    root, eve = await home.knows("root", "admin", password=GOOD), await home.knows("eve", "admin")
    made = await home.asks("POST", "/invitations", BEN, cookie=eve)
    assert (await home.asks("PATCH", "/users/eve", {"role": "viewer"}, cookie=root)).status == 200
    (listed,) = (await home.asks("GET", "/invitations", cookie=root)).said["invitations"]
    assert listed["state"] == "revoked"
    asked = {"token": made.said["url"].partition("#invite=")[2]}
    assert (await home.asks("POST", "/invitation", asked)).code == "revoked"


@pytest_twisted.ensureDeferred
async def test_of_links_for_a_password_the_newest_counts_and_none_for_a_closed_account(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    await home.knows("jane", password=GOOD)
    first = (await home.asks("POST", "/users/Jane/reset", {}, cookie=root)).said
    second = (await home.asks("POST", "/users/jane/reset", {"days": 2}, cookie=root)).said
    assert (first["ends"], second["ends"]) == (NOW + DAY, NOW + 2 * DAY)
    for made, status in ((first, 410), (second, 200)):
        asked = {"token": made["url"].partition("#reset=")[2]}
        assert (await home.asks("POST", "/invitation", asked)).status == status
    assert (await home.asks("POST", "/users/nobody/reset", {}, cookie=root)).status == 404
    await home.knows("cid", disabled=True)
    assert (await home.asks("POST", "/users/cid/reset", {}, cookie=root)).code == "taken"
    deed = (await deeds(home, root))[-1]
    assert deed[:3] == ("root", "make password link", "account/jane")
