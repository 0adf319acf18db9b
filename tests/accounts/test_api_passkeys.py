"""Signing in by passkeys: without a name or a password, once per challenge, where they work."""

from __future__ import annotations

import pytest
import pytest_twisted

from soft_passkey import BACKED_UP, Page, SoftPasskey, with_passkey
from web_scene import DAY, GOOD


@pytest_twisted.ensureDeferred
async def test_a_passkey_is_added_and_lets_its_owner_in_without_a_name(open_web):
    home = await open_web()
    page, passkey, cookie = await with_passkey(home)
    home.clock.advance(60)
    elsewhere = Page(home)
    came = await elsewhere.signs_in(passkey)
    assert came.said["user"]["name"] == "jane"
    assert (await home.asks("GET", "/me", cookie=came.cookie)).status == 200
    (shown,) = (await page.asks("GET", "/me/factors", cookie=cookie)).said["passkeys"]
    assert (shown["name"], shown["at"], shown["synced"]) == ("phone", "localhost", False)
    assert shown["used"] == shown["created"] + 60
    root = await home.knows("root", "admin")
    records = (await home.asks("GET", "/audit?who=jane", cookie=root)).said["records"]
    assert [each["what"] for each in records] == ["sign in by passkey", "add passkey"]
    assert all("phone" not in each["more"] for each in records)


@pytest.mark.parametrize(("host", "words"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")])
@pytest_twisted.ensureDeferred
async def test_where_they_cannot_work_it_is_said_before_anything_is_tried(open_web, host, words):
    home = await open_web()
    cookie = await home.knows("jane", password=GOOD)
    page = Page(home, host)
    answer = await page.asks("POST", "/passkeys/challenge", {})
    assert (answer.status, answer.code) == (409, "no_passkeys")
    assert words in answer.said["why"]
    told = (await page.asks("GET", "/me/factors", cookie=cookie)).said
    assert words in told["why_no_passkeys"]
    here = (await Page(home).asks("GET", "/me/factors", cookie=cookie)).said
    assert here["why_no_passkeys"] == ""


@pytest_twisted.ensureDeferred
async def test_one_of_another_name_of_this_server_is_not_taken(open_web):
    home = await open_web()
    page, passkey, cookie = await with_passkey(home)
    await home.account_service.change(
        lambda db: db.sql.execute("UPDATE passkey SET rp = 'map.example.org'")
    )
    assert (await page.signs_in(passkey)).code == "unknown_passkey"
    # So the browser is told of no passkey to leave out here.
    options = await page.asks("POST", "/me/passkeys/challenge", {}, cookie)
    assert options.said["known"] == []


@pytest_twisted.ensureDeferred
async def test_a_removed_one_lets_nobody_in_and_the_last_way_in_stays(open_web):
    home = await open_web()
    page, passkey, cookie = await with_passkey(home)
    (shown,) = (await page.asks("GET", "/me/factors", cookie=cookie)).said["passkeys"]
    other = await home.knows("bob")
    assert (await page.asks("DELETE", f"/me/passkeys/{shown['id']}", cookie=other)).status == 404
    named = await page.asks("PATCH", f"/me/passkeys/{shown['id']}", {"name": "my  ring"}, cookie)
    assert named.said["passkey"]["name"] == "my ring"
    assert (await page.asks("DELETE", f"/me/passkeys/{shown['id']}", cookie=cookie)).status == 200
    assert (await page.signs_in(passkey)).code == "unknown_passkey"
    kim = await home.knows("kim")  # who has no password
    mine = SoftPasskey(page.origin)
    assert (await page.adds(kim, mine)).status == 201
    (shown,) = (await page.asks("GET", "/me/factors", cookie=kim)).said["passkeys"]
    last = await page.asks("DELETE", f"/me/passkeys/{shown['id']}", cookie=kim)
    assert (last.status, last.code) == (409, "last_way")
    assert (await page.adds(kim, SoftPasskey(page.origin))).status == 201
    assert (await page.asks("DELETE", f"/me/passkeys/{shown['id']}", cookie=kim)).status == 200


@pytest_twisted.ensureDeferred
async def test_a_counter_that_went_back_is_noted(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    passkey.count = 7
    assert (await page.signs_in(passkey)).status == 200
    passkey.count = 3
    assert (await page.signs_in(passkey)).status == 200
    root = await home.knows("root", "admin")
    (record,) = (await home.asks("GET", "/audit?what=passkey", cookie=root)).said["records"]
    assert (record["who"], record["result"]) == ("jane", "counter")
    assert "4 after 8" in record["more"]


@pytest_twisted.ensureDeferred
async def test_one_that_its_maker_copies_is_told_as_such(open_web):
    home = await open_web()
    cookie = await home.knows("jane", password=GOOD)
    page = Page(home)
    passkey = SoftPasskey(page.origin)
    passkey.flags |= BACKED_UP
    added = await page.adds(cookie, passkey)
    assert added.said["passkey"]["synced"] is True


@pytest_twisted.ensureDeferred
async def test_it_is_as_good_as_password_and_code_and_opens_no_closed_account(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home, role="admin")
    root = await home.knows("root", "admin", password=GOOD)
    closed = await home.asks("PATCH", "/users/jane", {"disabled": True}, cookie=root)
    assert closed.status == 200
    answer = await page.signs_in(passkey)
    assert (answer.status, answer.code) == (401, "wrong")
    await home.asks("PATCH", "/users/jane", {"disabled": False}, cookie=root)
    assert (await page.signs_in(passkey)).status == 200


@pytest_twisted.ensureDeferred
async def test_tries_are_within_the_budget_of_signing_in(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    for _ in range(30):
        assert (await page.signs_in(SoftPasskey(page.origin))).code == "unknown_passkey"
    answer = await page.signs_in(passkey)
    assert (answer.status, answer.code) == (429, "wait")
    home.clock.advance(5)
    assert (await page.signs_in(passkey)).status == 200


@pytest_twisted.ensureDeferred
async def test_a_passkey_is_chosen_in_the_place_of_a_password_by_an_invitation(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    made = await home.asks("POST", "/invitations", {"name": "Ben"}, cookie=root)
    token = str(made.said["url"].partition("#invite=")[2])
    page = Page(home)
    assert (await page.asks("POST", "/invitation", {"token": token})).said["passkey"] is True
    taken = await page.asks("POST", "/invitation/passkey", {"token": token, "name": "root"})
    assert taken.code == "taken"
    asked = {"token": token, "name": "Ben Müller"}
    options = await page.asks("POST", "/invitation/passkey", asked)
    assert options.said["display"] == "Ben Müller"
    passkey = SoftPasskey(page.origin)
    joining = {**asked, "passkey": passkey.makes(options.said), "label": "phone"}
    wrong = {**joining, "name": "Somebody Else"}
    assert (await page.asks("POST", "/invitation", wrong)).code == "not_accepted"
    came = await page.asks("POST", "/invitation", joining)
    assert came.said["user"]["display"] == "Ben Müller"
    assert home.account_service.cache.accounts["ben müller"].password is None
    assert (await page.signs_in(passkey)).said["user"]["name"] == "ben müller"
    assert (await page.asks("POST", "/invitation", joining)).code == "used"


@pytest_twisted.ensureDeferred
async def test_a_link_for_a_new_password_may_give_a_passkey_instead(open_web):
    home = await open_web()
    root = await home.knows("root", "admin")
    jane = await home.knows("jane", password=GOOD)
    made = await home.asks("POST", "/users/jane/reset", {}, cookie=root)
    token = made.said["url"].partition("#reset=")[2]
    page = Page(home)
    options = await page.asks("POST", "/invitation/passkey", {"token": token})
    passkey = SoftPasskey(page.origin)
    asked = {"token": token, "passkey": passkey.makes(options.said)}
    assert (await page.asks("POST", "/invitation", asked)).said["user"]["name"] == "jane"
    assert (await home.asks("GET", "/me", cookie=jane)).status == 401
    old = {"name": "jane", "password": GOOD}
    assert (await page.asks("POST", "/session", old)).status == 401
    assert (await page.signs_in(passkey)).status == 200


@pytest_twisted.ensureDeferred
async def test_they_go_with_their_account_and_work_on_after_a_day(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    home.clock.advance(40 * DAY)
    assert (await page.signs_in(passkey)).status == 200
    root = await home.knows("root", "admin", password=GOOD)
    assert (await home.asks("DELETE", "/users/jane", cookie=root)).status == 200
    assert home.account_service.cache.passkeys == {}
    assert (await page.signs_in(passkey)).code == "unknown_passkey"
