"""Calls about the second factor: links and roles, resets by admins, what an old session may."""

from __future__ import annotations

import pytest_twisted

from soft_app import Phone, code, jane, password
from soft_passkey import Page, SoftPasskey
from web_scene import GOOD

OTHER = "another-good-one-8"


@pytest_twisted.ensureDeferred
async def test_an_old_session_turns_nothing_off_without_the_password(open_web):
    home = await open_web()
    page, _, _, cookie = await jane(home)
    home.clock.advance(600)
    for path in ("/me/app/off", "/me/recovery", "/me/app/begin"):
        assert (await page.asks("POST", path, {}, cookie)).code == "confirm"
    right = {"password": GOOD}
    assert (await page.asks("POST", "/me/app/off", right, cookie)).status == 200
    assert (await password(page)).said["user"]["name"] == "jane"


@pytest_twisted.ensureDeferred
async def test_tokens_need_no_second_factor(open_web):
    home = await open_web(second_factor="everybody")
    await jane(home)
    token = await home.token("jane", "see")
    assert (await home.asks("GET", "/me", token=token)).status == 200


@pytest_twisted.ensureDeferred
async def test_a_link_for_a_new_password_does_not_get_past_the_code(open_web):
    home = await open_web()
    page, phone, _, _ = await jane(home)
    root = await home.knows("root", "admin")
    made = await home.asks("POST", "/users/jane/reset", {}, cookie=root)
    token = made.said["url"].partition("#reset=")[2]
    told = (await page.asks("POST", "/invitation", {"token": token})).said
    assert told["passkey"] is False
    refused = await page.asks("POST", "/invitation/passkey", {"token": token})
    assert (refused.status, refused.code) == (403, "need_code")
    answer = (await page.asks("POST", "/invitation", {"token": token, "password": OTHER})).said
    assert (answer["wants"], "user" in answer) == ("code", False)
    came = await code(page, answer["half"], phone.shows())
    assert came.said["user"]["name"] == "jane"
    assert (await password(page)).status == 401


@pytest_twisted.ensureDeferred
async def test_who_joins_with_a_role_that_needs_more_sets_an_app_up_at_once(open_web):
    home = await open_web(second_factor="everybody")
    root = await home.knows("root", "admin")
    made = await home.asks("POST", "/invitations", {"name": "Ben"}, cookie=root)
    token = made.said["url"].partition("#invite=")[2]
    page = Page(home)
    asked = {"token": token, "name": "Ben", "password": GOOD}
    answer = (await page.asks("POST", "/invitation", asked)).said
    assert (answer["wants"], "user" in answer) == ("enrol", False)
    begun = (await page.asks("POST", "/session/app", {"half": answer["half"]})).said
    given = {"sealed": begun["sealed"], "code": Phone(home, begun["secret"]).shows()}
    came = await page.asks("POST", "/session/app/code", {"half": answer["half"], **given})
    assert came.said["user"]["name"] == "ben"


@pytest_twisted.ensureDeferred
async def test_an_admin_resets_the_factors_of_somebody_and_sees_none(open_web):
    home = await open_web()
    page, _, _, cookie = await jane(home)
    assert (await page.adds(cookie, passkey := SoftPasskey(page.origin))).status == 201
    root = await home.knows("root", "admin", password=GOOD)
    shown = await home.asks("GET", "/users/jane", cookie=root)
    user = shown.said["user"]
    assert (user["passkeys"], user["app"]) == (1, True)
    assert b"sealed" not in shown.data
    assert (await home.asks("DELETE", "/users/jane/factors", cookie=cookie)).status == 403
    done = await home.asks("DELETE", "/users/jane/factors", cookie=root)
    assert done.said == {"ok": True, "passkeys": 1, "app": True, "password": True}
    assert (await password(page)).said["user"]["name"] == "jane"
    assert (await page.signs_in(passkey)).code == "unknown_passkey"
    (record,) = (await home.asks("GET", "/audit?what=reset+factors", cookie=root)).said["records"]
    assert (record["who"], record["thing"]) == ("root", "account/jane")
    assert record["more"] == "1 passkeys, an app"
    assert (await home.asks("DELETE", "/users/nobody/factors", cookie=root)).status == 404


@pytest_twisted.ensureDeferred
async def test_the_last_admin_keeps_a_way_in(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")  # without a password
    page = Page(home)
    assert (await page.adds(root, SoftPasskey(page.origin))).status == 201
    answer = await home.asks("DELETE", "/users/root/factors", cookie=root)
    assert (answer.status, answer.code) == (409, "last_admin")
    # A passkey is a way in: another admin may go.
    await home.knows("amy", "admin", password=GOOD)
    assert (await home.asks("DELETE", "/users/amy", cookie=root)).status == 200
