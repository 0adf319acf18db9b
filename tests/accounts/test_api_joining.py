"""Coming in by an invitation or a link for a new password: once, in time, within the budgets."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults

from sightline.auth.permissions import Grants
from web_scene import DAY, GOOD, NOW

ANNA, BOB = "friend/anna/phone", "friend/bob/phone"
OTHER = "another-good-one-8"


async def invited(home: Any, root: str, **fields: Any) -> str:
    """The secret of an invitation."""
    asked = {"name": "Ben", "see": [ANNA], **fields}
    made = await home.asks("POST", "/invitations", asked, cookie=root)
    assert made.status == 201, made.said
    return str(made.said["url"].partition("#invite=")[2])


@pytest_twisted.ensureDeferred
async def test_who_is_invited_chooses_name_and_password_and_sees_what_was_given(open_web):
    home = await open_web()
    home.shows(ANNA)
    home.shows(BOB)
    root = await home.knows("root", "admin")
    token = await invited(home, root, own=["friend/ben"], adds_phone=True)
    told = await home.asks("POST", "/invitation", {"token": token})
    assert told.said == {
        "ok": True,
        "needs": ["name", "password"],
        "by": "root",
        "account": "",
        "ends": NOW + 7 * DAY,
        "adds_phone": True,
        "passkey": True,
    }
    assert b"anna" not in told.data
    asked = {"token": token, "name": "Ben Müller", "password": GOOD}
    came = await home.asks("POST", "/invitation", asked)
    user = came.said["user"]
    assert (user["name"], user["display"], user["role"]) == ("ben müller", "Ben Müller", "viewer")
    assert user["rights"]["see"] == [ANNA, "friend/ben"]
    browser = await home.browser(came.cookie)
    assert set(browser.picture.things) == {ANNA}
    await browser.leaves()
    right = {"name": "ben müller", "password": GOOD}
    assert (await home.asks("POST", "/session", right)).status == 200
    account = home.account_service.cache.accounts["ben müller"]
    assert account.grants == Grants(see=frozenset((ANNA,)), own=frozenset(("friend/ben",)))
    records = (await home.asks("GET", "/audit?who=ben+m%C3%BCller", cookie=root)).said["records"]
    assert [each["what"] for each in records] == ["sign in", "accept invitation", "make account"]
    assert "of root, role viewer" in records[-1]["more"]


@pytest_twisted.ensureDeferred
async def test_it_is_good_once_also_for_two_at_the_same_time(open_web):
    home = await open_web()
    token = await invited(home, await home.knows("root", "admin"))
    both = await gatherResults(
        [joins(home, token, name) for name in ("Ben", "Bob")], consumeErrors=True
    )
    assert sorted(each.status for each in both) == [200, 410]
    assert {each.code for each in both} == {"ok", "used"}
    assert len(home.account_service.cache.accounts) == 2
    assert (await home.asks("POST", "/invitation", {"token": token})).code == "used"


def joins(home: Any, token: str, name: str) -> Any:
    asked = {"token": token, "name": name, "password": GOOD}
    return Deferred.fromCoroutine(home.asks("POST", "/invitation", asked))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "root"}, "taken"),
        ({"name": "Grandma Root"}, "taken"),
        ({"name": "no+plus"}, "malformed"),
        ({"name": "demo"}, "malformed"),
        ({"password": "password"}, "weak"),
        ({"password": "ben"}, "weak"),
        ({"token": "x" * 43}, "wrong"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_is_refused_uses_nothing_up(open_web, wrong, code):
    home = await open_web()
    root = await home.knows("root", "admin", password=GOOD)
    shown = await home.asks("PATCH", "/users/root", {"display": "Grandma Root"}, cookie=root)
    assert shown.status == 200
    token = await invited(home, root)
    asked = {"token": token, "name": "Ben", "password": GOOD}
    assert (await home.asks("POST", "/invitation", asked | wrong)).code == code
    assert (await home.asks("POST", "/invitation", asked)).status == 200


@pytest_twisted.ensureDeferred
async def test_after_its_time_it_lets_nobody_in(open_web):
    home = await open_web()
    token = await invited(home, await home.knows("root", "admin"), days=1)
    home.clock.advance(DAY)
    answer = await home.asks("POST", "/invitation", {"token": token})
    assert (answer.status, answer.code) == (410, "ended")


@pytest_twisted.ensureDeferred
async def test_guessing_is_within_the_budget_of_signing_in(open_web):
    home = await open_web()
    token = await invited(home, await home.knows("root", "admin"))
    for number in range(15):
        wrong = {"name": f"name{number}", "password": "wrong-wrong-1"}
        assert (await home.asks("POST", "/session", wrong)).status == 401
        answer = await home.asks("POST", "/invitation", {"token": f"guess-{number}"})
        assert answer.status == 401
    answer = await home.asks("POST", "/invitation", {"token": token})
    assert (answer.status, answer.code) == (429, "wait")
    home.clock.advance(5)
    assert (await home.asks("POST", "/invitation", {"token": token})).status == 200


@pytest_twisted.ensureDeferred
async def test_who_is_signed_in_keeps_their_session_and_the_invitation(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    token = await invited(home, root)
    asked = {"token": token, "name": "Ben", "password": GOOD}
    answer = await home.asks("POST", "/invitation", asked, cookie=root)
    assert (answer.status, answer.code) == (409, "signed_in")
    assert (await home.asks("GET", "/me", cookie=root)).status == 200
    assert (await home.asks("POST", "/invitation", asked)).status == 200


@pytest_twisted.ensureDeferred
async def test_another_sites_page_cannot_use_one(open_web):
    home = await open_web()
    token = await invited(home, await home.knows("root", "admin"))
    asked = {"token": token, "name": "Ben", "password": GOOD}
    answer = await home.asks("POST", "/invitation", asked, origin="https://evil.example")
    assert (answer.status, answer.code) == (403, "foreign")


@pytest_twisted.ensureDeferred
async def test_a_new_password_by_link_ends_the_sessions_of_before(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    jane = await home.knows("jane", see=("*",), password=GOOD)
    browser = await home.browser(jane)
    made = await home.asks("POST", "/users/jane/reset", {}, cookie=root)
    token = made.said["url"].partition("#reset=")[2]
    told = (await home.asks("POST", "/invitation", {"token": token})).said
    assert (told["needs"], told["account"]) == (["password"], "jane")
    assert browser.closed is None
    weak = await home.asks("POST", "/invitation", {"token": token, "password": "jane"})
    assert weak.code == "weak"
    came = await home.asks("POST", "/invitation", {"token": token, "password": OTHER})
    assert came.said["user"]["name"] == "jane"
    assert (await browser.is_closed()).code == 4001
    assert (await home.asks("GET", "/me", cookie=jane)).status == 401
    assert (await home.asks("GET", "/me", cookie=came.cookie)).status == 200
    for password, status in ((GOOD, 401), (OTHER, 200)):
        right = {"name": "jane", "password": password}
        assert (await home.asks("POST", "/session", right)).status == status
    again = await home.asks("POST", "/invitation", {"token": token, "password": GOOD})
    assert again.code == "used"
    records = (await home.asks("GET", "/audit?who=jane", cookie=root)).said["records"]
    by_link = [each for each in records if each["what"] == "change password"]
    assert "of root" in by_link[0]["more"]


@pytest_twisted.ensureDeferred
async def test_another_new_password_or_a_closed_account_ends_the_link(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    for name, change in (("jane", {"password": OTHER}), ("kim", {"disabled": True})):
        await home.knows(name, password=GOOD)
        made = await home.asks("POST", f"/users/{name}/reset", {}, cookie=root)
        token = made.said["url"].partition("#reset=")[2]
        assert (await home.asks("PATCH", f"/users/{name}", change, cookie=root)).status == 200
        answer = await home.asks("POST", "/invitation", {"token": token, "password": GOOD})
        assert (answer.status, answer.code) == (410, "revoked"), name
