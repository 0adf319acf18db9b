"""Who changes how an account is signed in to is asked once more who they are."""

from __future__ import annotations

import pytest_twisted

from soft_passkey import Page
from web_scene import GOOD


@pytest_twisted.ensureDeferred
async def test_an_old_session_is_asked_for_the_password_before_a_passkey_is_added(open_web):
    home = await open_web()
    cookie = await home.knows("jane", password=GOOD)
    page = Page(home)
    home.clock.advance(600)
    answer = await page.asks("POST", "/me/passkeys/challenge", {}, cookie)
    assert (answer.status, answer.code) == (403, "confirm")
    for _ in range(4):
        wrong = {"password": "wrong-wrong-1"}
        assert (await page.asks("POST", "/me/passkeys/challenge", wrong, cookie)).code == "wrong"
    right = {"password": GOOD}
    assert (await page.asks("POST", "/me/passkeys/challenge", right, cookie)).code == "wait"
    home.clock.advance(2)
    assert (await page.asks("POST", "/me/passkeys/challenge", right, cookie)).status == 200
