"""Challenges of passkeys: once, in time, in one browser; and what is signed is checked whole."""

from __future__ import annotations

import pytest
import pytest_twisted

from sightline.auth.passkeys import LASTS
from soft_passkey import PRESENT, Page, SoftPasskey, with_passkey


@pytest_twisted.ensureDeferred
async def test_a_challenge_is_good_once(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    signed = passkey.signs(await page.challenge())
    asked = {"passkey": signed}
    assert (await page.asks("POST", "/session/passkey", asked)).status == 200
    again = await page.asks("POST", "/session/passkey", asked)
    assert (again.status, again.code) == (410, "too_late")


@pytest_twisted.ensureDeferred
async def test_a_challenge_ends_by_itself(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    signed = passkey.signs(await page.challenge())
    home.clock.advance(LASTS)
    late = await page.asks("POST", "/session/passkey", {"passkey": signed})
    assert (late.status, late.code) == (410, "too_late")


@pytest_twisted.ensureDeferred
async def test_a_challenge_belongs_to_the_browser_that_asked_for_it(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    stolen = passkey.signs(await page.challenge())
    thief = Page(home)
    await thief.challenge()
    answer = await thief.asks("POST", "/session/passkey", {"passkey": stolen})
    assert (answer.status, answer.code) == (401, "not_accepted")
    nobody = await Page(home).asks("POST", "/session/passkey", {"passkey": stolen})
    assert nobody.code == "too_late"
    assert (await page.asks("POST", "/session/passkey", {"passkey": stolen})).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"challenge": "AAAA"},
        {"type": "webauthn.create"},
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_a_browser_signed_elsewhere_or_for_something_else_is_refused(open_web, wrong):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    answer = await page.signs_in(passkey, **wrong)
    assert (answer.status, answer.code) == (401, "not_accepted")


@pytest_twisted.ensureDeferred
async def test_somebody_who_was_not_verified_by_their_device_is_refused(open_web):
    home = await open_web()
    page, passkey, cookie = await with_passkey(home)
    passkey.flags = PRESENT
    assert (await page.signs_in(passkey)).code == "not_accepted"
    assert (await page.adds(cookie, SoftPasskey(page.origin, flags=PRESENT))).code == "not_accepted"


@pytest_twisted.ensureDeferred
async def test_another_key_or_another_page_is_refused(open_web):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    forged = SoftPasskey(page.origin, id=passkey.id, user=passkey.user)
    assert (await page.signs_in(forged)).code == "not_accepted"
    passkey.rp = "elsewhere.example"
    assert (await page.signs_in(passkey)).code == "not_accepted"
    unknown = await page.signs_in(SoftPasskey(page.origin))
    assert (unknown.status, unknown.code) == (404, "unknown_passkey")


@pytest.mark.parametrize(
    "broken",
    [
        {"client_data": "!"},
        {"client_data": ""},
        {"authenticator_data": "AAAA"},
        {"signature": "x"},
        {"user": "\u00e9"},
        {"state": "1.x"},
        {"state": ""},
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_is_broken_is_refused_in_words(open_web, broken):
    home = await open_web()
    page, passkey, _ = await with_passkey(home)
    signed = {**passkey.signs(await page.challenge()), **broken}
    answer = await page.asks("POST", "/session/passkey", {"passkey": signed})
    assert answer.code in ("not_accepted", "too_late")
    assert "again" in answer.said["why"]
