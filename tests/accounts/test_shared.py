"""Accounts of several servers: in at one, in at all; out at one, out at all."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_twisted

from journals import MemoryJournal
from sightline.accounts.database_audit import Search
from sightline.auth.account import AuditEvent
from sightline.auth.session import Lifetime
from web_scene import GOOD, WebScene

HOUR = 3600.0
ZEBEDEE = "friend/zebedee/phone"


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


def cookie_at(home: WebScene, cookie: str) -> str:
    """As the other server calls it."""
    return f"sightline-{home.port}={cookie.partition('=')[2]}"


async def looks(home: WebScene) -> None:
    await home.account_service.refresh()


@pytest_twisted.ensureDeferred
async def test_who_came_in_at_one_is_in_at_the_other_at_once(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    cookie = cookie_at(two, await one.knows("jane"))
    assert (await two.asks("GET", "/me", cookie=cookie)).said["user"]["name"] == "jane"
    journal.mood = lambda operation: "cut"
    assert (await two.asks("GET", "/me", cookie=cookie)).status == 200
    assert (await two.asks("GET", "/me", cookie=cookie + "x")).status == 401


@pytest_twisted.ensureDeferred
async def test_who_is_signed_out_at_one_is_shown_out_by_the_other(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    cookie = await one.knows("jane", see=("*",))
    await looks(two)
    browser = await two.browser(cookie_at(two, cookie))
    told: list[int] = []
    one.account_service.follower.when_appended(lambda: told.append(1))
    assert (await one.asks("DELETE", "/session", cookie=cookie)).status == 200
    assert told
    two.account_service.follower.look()  # told so, or half a second later
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (4001, "you have been signed out")


@pytest_twisted.ensureDeferred
async def test_half_a_second_later_it_is_seen_without_a_word(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    await one.knows("jane")
    two.clock.advance(0.5)
    await two.until(lambda: "jane" in two.account_service.cache.accounts)


@pytest_twisted.ensureDeferred
async def test_a_session_that_is_used_elsewhere_does_not_idle_here(open_web, journal):
    lifetime = Lifetime(idle=HOUR, absolute=50 * HOUR)
    one = await open_web(journal=journal, lifetime=lifetime)
    two = await open_web(journal=journal, lifetime=lifetime)
    cookie = await one.knows("jane")
    await looks(two)
    for _ in range(4):
        assert (await one.asks("GET", "/me", cookie=cookie)).status == 200
        await one.passes(60)
        await one.until(lambda: not one.account_service._open().copy.posted())
        for home, seconds in ((one, HOUR / 2), (two, HOUR / 2 + 60)):
            await looks(home)
            await home.passes(seconds)
    assert (await two.asks("GET", "/me", cookie=cookie_at(two, cookie))).status == 200


@pytest_twisted.ensureDeferred
async def test_while_the_others_are_away_who_is_in_stays_in_and_changes_are_refused(
    open_web, journal
):
    home, other = await open_web(journal=journal), await open_web(journal=journal)
    cookie = await home.knows("root", "admin", password=GOOD)
    browser = await home.browser(cookie)
    journal.mood = lambda operation: "cut"
    asked: dict[str, Any] = {"name": "root", "password": GOOD}
    refused = await home.asks("POST", "/session", asked)
    assert (refused.status, refused.code) == (503, "busy")
    assert "Who is signed in stays signed in" in refused.said["why"]
    assert home.account_service.follower.trouble == "cut"
    wrong = await home.asks("POST", "/session", asked | {"password": "x"})
    assert wrong.code == "wrong"
    made = await home.asks("POST", "/users", {"name": "bob"}, cookie=cookie)
    assert made.code == "busy"
    await home.passes(2)
    assert browser.closed is None
    journal.mood = lambda operation: None
    await home.passes(1)
    await home.until(lambda: not home.account_service.follower.trouble)
    await home.until(lambda: not home.account_service._open().copy.posted())
    assert (await home.asks("POST", "/session", asked)).status == 200
    await looks(other)
    for each in (home, other):
        audit = (await each.asks("GET", "/audit", cookie=cookie_at(each, cookie))).said["records"]
        results = [record["result"] for record in audit if record["what"] == "sign in"]
        assert results == ["ok", "wrong"]


@pytest_twisted.ensureDeferred
async def test_a_password_that_was_changed_elsewhere_meanwhile_opens_nothing(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    cookie = await one.knows("jane", password=GOOD)
    await looks(two)
    changed = []

    def mood(operation: str) -> None:
        # Two has found the password right, and is about to write the session down.
        if operation == "append" and not changed:
            changed.append(True)
            database = one.account_service._open()
            hashed = one.account_service.passwords.hash("another-good-one-8")
            kept = database.account("jane").password
            database.copy.share(lambda: database.rehash("jane", kept, hashed))

    journal.mood = mood
    refused = await two.asks("POST", "/session", {"name": "jane", "password": GOOD})
    assert (changed, refused.code) == ([True], "wrong")
    assert (await one.asks("GET", "/me", cookie=cookie)).status == 200


@pytest_twisted.ensureDeferred
async def test_two_admins_who_close_each_other_at_once_leave_one(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    amy = await one.knows("amy", "admin", password=GOOD)
    bob = await one.knows("bob", "admin", password=GOOD)
    await looks(two)
    closed = [
        await one.asks("PATCH", "/users/bob", {"disabled": True}, cookie=amy),
        await two.asks("PATCH", "/users/amy", {"disabled": True}, cookie=cookie_at(two, bob)),
    ]
    assert [answer.code for answer in closed] == ["ok", "last_admin"]


@pytest_twisted.ensureDeferred
async def test_who_is_erased_at_one_is_told_to_the_other_by_pseudonym(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    told: list[list[str]] = []
    two.account_service.when_erased(told.append)
    cookie = await one.knows("root", "admin", see=("*",))
    await looks(two)
    one.shows(ZEBEDEE)
    link = {"name": "l", "things": [ZEBEDEE], "ends": one.wall() + 600}
    assert (await one.asks("POST", "/links", link, cookie=cookie)).status == 201
    done = await one.asks(
        "POST", "/friends/zebedee/phone/erase", {"confirm": "zebedee/phone"}, cookie=cookie
    )
    assert done.status == 200, done.said
    await one.until(lambda: journal.horizon > 0)
    await looks(two)
    assert told == [[two.account_service.pseudonyms.hide(ZEBEDEE)]]
    await looks(two)
    assert len(told) == 1
    assert all(b"zebedee" not in body for body in journal.entries.values())
    for home in (one, two):
        for path in home.account_service._folder.glob("accounts.db*"):
            assert b"zebedee" not in path.read_bytes(), path


@pytest_twisted.ensureDeferred
async def test_who_is_gone_after_an_erasure_has_it_finished_by_another(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    await one.knows("jane", see=(ZEBEDEE,))
    await one.account_service.follower.stop()
    await one.account_service.change(lambda database: database.erase(ZEBEDEE), scrub=True)
    await looks(two)
    assert any(b"zebedee" in body for body in journal.entries.values())
    two.clock.advance(1)  # sees it
    await two.until(lambda: two.account_service.follower._scrub is not None)
    assert journal.horizon == 0
    two.clock.advance(60)
    await two.until(lambda: journal.horizon > 0)
    assert journal.entries == {}


@pytest_twisted.ensureDeferred
async def test_deeds_alone_do_not_move_those_who_are_in(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    await one.knows("jane")
    await looks(two)
    changed: list[str] = []
    for home, name in ((one, "one"), (two, "two")):
        home.account_service.when_changed(lambda name=name: changed.append(name))
    one.account_service.note(AuditEvent("jane", "127.0.0.1", "stop", "probot/ProBot1"))
    await one.until(lambda: one.account_service._open().copy.number == journal.last == 2)
    await looks(two)
    assert two.account_service._open().copy.number == 2
    assert changed == []


@pytest_twisted.ensureDeferred
async def test_a_server_that_is_alone_again_goes_on_with_what_it_has(journal, tmp_path):
    home = await WebScene(tmp_path, journal=journal).opens()
    cookie = await home.knows("jane", password=GOOD)
    await home.account_service.follower.stop()
    home.account_service.note(AuditEvent("jane", "127.0.0.1", "stop", "probot/ProBot1"))  # waits
    await home.closes()
    alone = await WebScene(tmp_path).opens()
    assert alone.account_service.follower is None
    answer = await alone.asks("GET", "/me", cookie=cookie_at(alone, cookie))
    records = await alone.account_service.look(lambda database: database.records(Search()))
    await alone.closes()
    assert answer.status == 200
    assert [record.event.what for record in records] == ["stop"]


@pytest_twisted.ensureDeferred
async def test_an_invitation_of_one_lets_in_at_the_other_and_is_used_at_both(open_web, journal):
    one, two = await open_web(journal=journal), await open_web(journal=journal)
    root = await one.knows("root", "admin")
    made = await one.asks("POST", "/invitations", {"name": "Ben", "see": [ZEBEDEE]}, cookie=root)
    secret = made.said["url"].partition("#invite=")[2]
    asked = {"token": secret, "name": "Ben", "password": GOOD}
    assert (await two.asks("POST", "/invitation", asked)).said["user"]["name"] == "ben"
    again = await one.asks("POST", "/invitation", asked | {"name": "Bob"})
    assert (again.status, again.code) == (410, "used")
