"""Who must go, and when: sessions on a clock that is never stepped, changes from elsewhere.

Covers accounts/account_changes.py, accounts/account_rights.py, accounts/hashing.py,
accounts/invitation.py, accounts/passwords.py, accounts/session_times.py, accounts/store.py,
accounts/visitors.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_twisted

from browser import Closed
from sightline.accounts.database import Database
from sightline.accounts.policy import AccountPolicy
from sightline.accounts.service import AccountService
from sightline.auth.permissions import Grants
from sightline.auth.session import Lifetime, digest, read_token
from web_scene import CHEAP, DAY, GOOD, NOW

HOUR = 3600.0


@pytest_twisted.ensureDeferred
async def test_an_open_page_is_use_but_ends_with_its_session(open_web):
    home = await open_web(lifetime=Lifetime(idle=HOUR, absolute=5 * HOUR))
    browser = await home.browser(await home.knows("jane", see=("*",)))
    assert browser.hello["user"]["expires"] == NOW + 5 * HOUR
    for _ in range(9):
        await home.passes(HOUR / 2)
    assert browser.closed is None
    await home.passes(HOUR / 2)
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (
        4001,
        "the session has expired; please sign in again",
    )
    assert home.fanout.viewers == 0
    assert home.account_service.cache.sessions == {}


@pytest_twisted.ensureDeferred
async def test_a_session_nobody_uses_ends(open_web):
    home = await open_web(lifetime=Lifetime(idle=HOUR, absolute=5 * HOUR))
    cookie = await home.knows("jane")
    await home.passes(HOUR - 2)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 200
    await home.passes(HOUR - 2)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 200
    await home.passes(HOUR)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 401


@pytest.mark.parametrize("step", [-DAY, -HOUR, HOUR, 400 * DAY])
@pytest_twisted.ensureDeferred
async def test_a_step_of_the_wall_clock_moves_no_session(open_web, step):
    home = await open_web(lifetime=Lifetime(idle=HOUR, absolute=5 * HOUR))
    cookie = await home.knows("jane")
    home.step = step
    await home.passes(HOUR - 2)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 200
    await home.passes(HOUR)
    assert (await home.asks("GET", "/me", cookie=cookie)).status == 401


@pytest_twisted.ensureDeferred
async def test_a_session_survives_a_restart_and_ages_meanwhile(open_web, tmp_path):
    home = await open_web(lifetime=Lifetime(idle=2 * HOUR, absolute=5 * HOUR))
    cookie = await home.knows("jane")
    await home.passes(61)
    secret = cookie.partition("=")[2]
    for away, there in ((HOUR, True), (3 * HOUR, False)):
        from twisted.internet import reactor
        from twisted.internet.task import Clock

        anew = AccountService(
            reactor,
            Clock(),
            lambda away=away: home.wall() + away,
            tmp_path / "state0",
            AccountPolicy(Lifetime(idle=2 * HOUR, absolute=5 * HOUR), CHEAP),
        )
        anew.privilegedStartService()
        assert (anew.visitors.session(secret) is not None) is there
        anew._database.close()  # type: ignore[union-attr]


async def signed_out(home: Any, cookie: str) -> None:
    await home.asks("DELETE", "/session", cookie=cookie)


async def signed_out_everywhere(home: Any, cookie: str) -> None:
    await home.asks("DELETE", "/sessions", cookie=await home.knows("jane", see=("friend",)))


def changed(body: dict[str, Any]) -> Any:
    async def change(home: Any, cookie: str) -> None:
        root = await home.knows("root", "admin", password=GOOD)
        assert (await home.asks("PATCH", "/users/jane", body, cookie=root)).status == 200

    return change


async def removed(home: Any, cookie: str) -> None:
    root = await home.knows("root", "admin", password=GOOD)
    assert (await home.asks("DELETE", "/users/jane", cookie=root)).status == 200


async def shown_out(home: Any, cookie: str) -> None:
    root = await home.knows("root", "admin", password=GOOD)
    assert (await home.asks("DELETE", "/users/jane/sessions", cookie=root)).status == 200


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (signed_out, "you have been signed out"),
        (signed_out_everywhere, "you have been signed out"),
        (shown_out, "you have been signed out"),
        (removed, "this account is closed"),
        (changed({"disabled": True}), "this account is closed"),
        (changed({"password": "another-good-one"}), "you have been signed out"),
        (changed({"role": "operator"}), "your rights have changed"),
        (changed({"see": ["friend/bob/phone"]}), "your rights have changed"),
        (changed({"drive": ["*"]}), "your rights have changed"),
        (changed({"own": ["friend/jane"]}), "your rights have changed"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_whose_standing_changes_is_closed_at_once_with_the_reason(open_web, act, reason):
    home = await open_web()
    cookie = await home.knows("jane", see=("friend",))
    browser = await home.browser(cookie)
    await act(home, cookie)
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (4001, reason)
    assert home.fanout.viewers == 0


@pytest_twisted.ensureDeferred
async def test_what_changes_nothing_for_somebody_leaves_them_alone(open_web):
    home = await open_web()
    browser = await home.browser(await home.knows("jane", see=("friend",)))
    root = await home.knows("root", "admin", password=GOOD)
    asked = {"name": "bob", "password": "good-enough-for-bob"}
    assert (await home.asks("POST", "/users", asked, cookie=root)).status == 201
    asked = {"see": ["friend"]}
    assert (await home.asks("PATCH", "/users/jane", asked, cookie=root)).status == 200
    await home.passes(1)
    assert browser.closed is None
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_nothing_is_heard_from_whoever_has_been_shown_out(open_web):
    home = await open_web()
    cookie = await home.knows("jane", see=("friend",))
    browser = await home.browser(cookie, resume=False)
    (connection,) = home.sockets.connections
    leaving = home.asks("DELETE", "/session", cookie=cookie)
    connection.bye(4001, "goodbye")
    # A client of ours would not say this any more; somebody else's may.
    connection.onMessage(b'{"t":"resume","epoch":null,"seq":0}', False)
    connection.onMessage(b'{"id":1,"do":"ping"}', False)
    await leaving
    await browser.is_closed()
    assert (browser.frames, browser._answers, home.fanout.viewers) == ([], {}, 0)


@pytest_twisted.ensureDeferred
async def test_another_process_changes_an_account_and_it_is_noticed_within_a_second(
    open_web, tmp_path
):
    home = await open_web()
    cookie = await home.knows("jane", see=("friend",))
    browser = await home.browser(cookie)
    other = Database(tmp_path / "state0", home.wall)
    jane = other.account("jane")
    assert jane is not None
    other.put_account(replace(jane, grants=Grants(see=frozenset(("probot",)))))
    await home.passes(1)
    assert (await browser.is_closed()).reason == "your rights have changed"
    other.put_account(replace(jane, disabled=True))
    other.close()
    await home.passes(1)
    with pytest.raises(Closed):
        await home.browser(cookie)


@pytest_twisted.ensureDeferred
async def test_a_link_opens_from_its_start_to_its_end_and_shows_its_things_only(open_web):
    home = await open_web()
    home.shows("friend/jane/phone", 1)
    home.shows("friend/bob/phone", 2)
    home.shows("probot/ProBot1", 3)
    jane = await home.knows("jane", own=("friend/jane",))
    secret = await home.link(jane, "friend/jane/phone", starts=HOUR, ends=2 * HOUR)
    early = await home.asks("POST", "/link", {"token": secret})
    assert (early.status, early.code) == (403, "early")
    await home.passes(HOUR)
    opened = await home.asks("POST", "/link", {"token": secret})
    assert opened.said["user"]["way"] == "link"
    assert opened.said["user"]["expires"] == NOW + 2 * HOUR
    browser = await home.browser(opened.cookie)
    assert set(browser.picture.things) == {"friend/jane/phone"}
    assert (await home.asks("GET", "/links", cookie=opened.cookie)).code == "forbidden"
    for verb in ("stop", "drive"):
        answer = await browser.asks(verb, thing="friend/jane/phone")
        assert (answer["ok"], answer["code"]) == (False, "forbidden")
    await home.passes(HOUR)
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (4001, "the time of this link is over")
    late = await home.asks("POST", "/link", {"token": secret})
    assert (late.status, late.code) == (410, "ended")


@pytest_twisted.ensureDeferred
async def test_a_link_that_is_withdrawn_or_whose_maker_may_less_shows_nothing(open_web):
    home = await open_web()
    home.shows("friend/jane/phone", 1)
    jane = await home.knows("jane", own=("friend/jane",))
    secret = await home.link(jane, "friend/jane/phone")
    opened = await home.asks("POST", "/link", {"token": secret})
    browser = await home.browser(opened.cookie)
    (link,) = (await home.asks("GET", "/links", cookie=jane)).said["links"]
    assert (link["visitors"], link["standing"]) == (1, "open")
    bob = await home.knows("bob", own=("friend/bob",))
    assert (await home.asks("DELETE", f"/links/{link['id']}", cookie=bob)).status == 404
    assert (await home.asks("DELETE", f"/links/{link['id']}", cookie=jane)).status == 200
    await browser.is_closed()
    assert (await home.asks("POST", "/link", {"token": secret})).code == "revoked"
    again = await home.link(jane, "friend/jane/phone")
    opened = await home.asks("POST", "/link", {"token": again})
    browser = await home.browser(opened.cookie)
    await home.knows("jane")  # owns nobody any more
    assert (await browser.is_closed()).code == 4001
    assert (await home.asks("POST", "/link", {"token": again})).code == "revoked"


@pytest_twisted.ensureDeferred
async def test_nobody_shares_what_is_not_theirs_nor_for_ever(open_web):
    home = await open_web()
    jane = await home.knows("jane", "operator", see=("*",), own=("friend/jane",))
    good = {"name": "x", "things": ["friend/jane/phone"], "ends": NOW + 600}
    for wrong, code in (
        ({"things": ["friend/bob/phone"]}, "unknown"),
        ({"things": ["probot/ProBot1"]}, "unknown"),
        ({"things": ["friend"]}, "malformed"),
        ({"things": ["quarantine/1"]}, "malformed"),
        ({"things": []}, "malformed"),
        ({"ends": NOW + 10}, "malformed"),
        ({"ends": NOW + 32 * DAY}, "malformed"),
        ({"starts": NOW + 900}, "malformed"),
        ({"name": ""}, "malformed"),
        ({"name": "a\nb"}, "malformed"),
    ):
        assert (await home.asks("POST", "/links", good | wrong, cookie=jane)).code == code, wrong
    assert (await home.asks("POST", "/links", good, cookie=jane)).status == 201
    secret = await home.link(jane, "friend/jane/phone")
    answer = await home.asks("POST", "/link", {"token": secret}, cookie=jane)
    assert (answer.status, answer.code) == (409, "signed_in")
    assert (await home.asks("POST", "/link", {"token": "x" * 43})).status == 401


@pytest_twisted.ensureDeferred
async def test_a_token_sees_no_more_than_its_account_and_a_wrong_secret_nothing(open_web):
    home = await open_web()
    home.shows("friend/jane/phone", 1)
    home.shows("friend/bob/phone", 2)
    await home.knows("jane", "operator", see=("friend/jane",), drive=("*",))
    text = await home.token("jane", "see")
    browser = await home.browser(token=text, origin=None)
    assert set(browser.picture.things) == {"friend/jane/phone"}
    assert not browser.hello["user"]["rights"]["drive"]
    await browser.leaves()
    parts = read_token(text)
    assert parts is not None
    assert digest(parts[1]) == home.account_service.cache.tokens[parts[0]].key
    for wrong in (text[:-1] + "-", "sl_000000000000_" + parts[1], "junk", ""):
        with pytest.raises(Closed):
            await home.browser(token=wrong, origin=None)


@pytest_twisted.ensureDeferred
async def test_another_origin_gets_no_socket_whatever_it_brings(open_web):
    home = await open_web()
    cookie = await home.knows("jane", see=("*",))
    text = await home.token("jane", "see")
    for origin in ("http://evil.example", "null", None):
        with pytest.raises(Closed):
            await home.browser(cookie, origin=origin)
    for origin in ("http://evil.example", "null"):
        with pytest.raises(Closed):
            await home.browser(token=text, origin=origin)
    assert home.sockets.refused == 5


@pytest_twisted.ensureDeferred
async def test_a_guest_comes_in_only_where_the_settings_say_so(open_web):
    home = await open_web(guest="viewer")
    home.shows("friend/jane/phone", 1)
    home.shows("quarantine/1", 1)
    browser = await home.browser()
    assert set(browser.picture.things) == {"friend/jane/phone"}
    await browser.leaves()
    evil = await home.asks("GET", "/me", host="evil.example")  # DNS pointed at us
    assert evil.status == 401
    assert (await home.asks("GET", "/sessions")).code == "forbidden"


@pytest_twisted.ensureDeferred
async def test_who_has_their_first_region_is_let_in_anew_and_nobody_else(open_web):
    home = await open_web()
    jane, bob = await home.knows("jane"), await home.knows("bob")
    browsers = [await home.browser(cookie) for cookie in (jane, bob)]
    home.account_service.visitors.own_regions(frozenset(("jane", "friend/jane/phone")))
    assert (await browsers[0].is_closed()).reason == "your rights have changed"
    home.shows("region/jane/ab12cd34")
    again = await home.browser(jane)
    await again.sees(lambda things: "region/jane/ab12cd34" in things)
    home.account_service.visitors.own_regions(frozenset(("jane", "friend/jane/phone")))
    await browsers[1].asks("ping")
    assert "region/jane/ab12cd34" not in browsers[1].picture.things
    await again.leaves()
    await browsers[1].leaves()
