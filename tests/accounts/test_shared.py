"""Accounts of several servers: in at one, in at all; out at one, out at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from cut import Network
from postgres import cluster, needs_postgres, prepared
from sightline.accounts.database_audit import Search
from sightline.auth.account import AuditEvent
from sightline.auth.session import Lifetime
from waits import until
from web_scene import GOOD, WebScene

pytestmark = needs_postgres
HOUR = 3600.0
ZEBEDEE = "friend/zebedee/phone"


@pytest.fixture
def store() -> Iterator[str]:
    with prepared() as url:
        yield url


@pytest.fixture
def network() -> Iterator[Network]:
    with Network(cluster().port) as made:
        yield made


def through(network: Network, store: str) -> str:
    return store.replace(str(cluster().port), str(network.port))


def cookie_at(home: WebScene, cookie: str) -> str:
    """As the other server calls it."""
    return f"sightline-{home.port}={cookie.partition('=')[2]}"


async def looks(home: WebScene) -> None:
    await home.account_service.refresh()


@pytest_twisted.ensureDeferred
async def test_who_came_in_at_one_is_in_at_the_other_at_once(open_web, store, network):
    one = await open_web(store=store)
    two = await open_web(store=through(network, store))
    cookie = cookie_at(two, await one.knows("jane"))
    assert (await two.asks("GET", "/me", cookie=cookie)).said["user"]["name"] == "jane"
    network.cut()
    assert (await two.asks("GET", "/me", cookie=cookie)).status == 200
    assert (await two.asks("GET", "/me", cookie=cookie + "x")).status == 401
    network.heal()


@pytest_twisted.ensureDeferred
async def test_who_is_signed_out_at_one_is_shown_out_by_the_other_without_a_look(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    cookie = await one.knows("jane", see=("*",))
    await two.until(lambda: "jane" in two.account_service.cache.accounts)  # it is told so
    browser = await two.browser(cookie_at(two, cookie))
    assert (await one.asks("DELETE", "/session", cookie=cookie)).status == 200
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (4001, "you have been signed out")


@pytest_twisted.ensureDeferred
async def test_a_session_that_is_used_elsewhere_does_not_idle_here(open_web, store):
    lifetime = Lifetime(idle=HOUR, absolute=50 * HOUR)
    one = await open_web(store=store, lifetime=lifetime)
    two = await open_web(store=store, lifetime=lifetime)
    cookie = await one.knows("jane")
    await looks(two)
    for _ in range(4):
        assert (await one.asks("GET", "/me", cookie=cookie)).status == 200
        await one.passes(60)
        for home, seconds in ((one, HOUR / 2), (two, HOUR / 2 + 60)):
            await looks(home)
            await home.passes(seconds)
    assert (await two.asks("GET", "/me", cookie=cookie_at(two, cookie))).status == 200


@pytest_twisted.ensureDeferred
async def test_while_the_database_is_away_who_is_in_stays_in_and_changes_are_refused(
    open_web, store, network
):
    home, other = await open_web(store=through(network, store)), await open_web(store=store)
    cookie = await home.knows("root", "admin", password=GOOD)
    browser = await home.browser(cookie)
    network.cut()
    asked: dict[str, Any] = {"name": "root", "password": GOOD}
    refused = await home.asks("POST", "/session", asked)
    assert (refused.status, refused.code) == (503, "busy")
    assert "Who is signed in stays signed in" in refused.said["why"]
    assert "PostgreSQL" in home.account_service.away
    wrong = await home.asks("POST", "/session", asked | {"password": "x"})
    assert wrong.code == "wrong"
    made = await home.asks("POST", "/users", {"name": "bob"}, cookie=cookie)
    assert made.code == "busy"
    await home.passes(2)
    assert browser.closed is None
    network.heal()
    service = home.account_service
    await until(lambda: home.passes(1), such=lambda _: not service.away and not service.standby)
    assert (await home.asks("POST", "/session", asked)).status == 200
    await looks(other)
    for each in (home, other):
        audit = (await each.asks("GET", "/audit", cookie=cookie_at(each, cookie))).said["records"]
        results = [record["result"] for record in audit if record["what"] == "sign in"]
        assert results == ["ok", "wrong"]


@pytest_twisted.ensureDeferred
async def test_a_start_without_the_database_lets_nobody_in_until_it_is_there(
    store, network, tmp_path
):
    network.cut()
    home = WebScene(tmp_path, store=through(network, store))
    service = home.account_service
    home.cluster.store.privilegedStartService()
    home.cluster.store.startService()
    service.privilegedStartService()
    service.startService()
    service.note(AuditEvent("jane", "127.0.0.1", "stop", "probot/ProBot1"))
    await home.passes(1)
    assert not service.ready.called
    network.heal()
    await until(lambda: home.passes(1), such=lambda _: service.ready.called)
    await home.passes(1)
    records = await service.look(lambda database: database.records(Search()))
    assert [record.event.what for record in records] == ["stop"]
    await service.stopService()
    await home.cluster.store.stopService()


@pytest_twisted.ensureDeferred
async def test_a_password_that_was_changed_elsewhere_meanwhile_opens_nothing(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    cookie = await one.knows("jane", password=GOOD)
    await looks(two)
    changed = []
    transact = two.account_service._open().transact

    def at_last(work: Any, **more: Any) -> Any:
        # Two has found the password right, and is about to write the session down.
        if not changed:
            changed.append(True)
            database = one.account_service._open()
            hashed = one.account_service.passwords.hash("another-good-one-8")
            kept = database.account("jane").password
            database.transact(lambda: database.rehash("jane", kept, hashed))
        return transact(work, **more)

    two.account_service._open().transact = at_last
    refused = await two.asks("POST", "/session", {"name": "jane", "password": GOOD})
    assert (changed, refused.code) == ([True], "wrong")
    assert (await one.asks("GET", "/me", cookie=cookie)).status == 200


@pytest_twisted.ensureDeferred
async def test_two_admins_who_close_each_other_at_once_leave_one(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    amy = await one.knows("amy", "admin", password=GOOD)
    bob = await one.knows("bob", "admin", password=GOOD)
    await looks(two)
    closing = [
        Deferred.fromCoroutine(each)
        for each in (
            one.asks("PATCH", "/users/bob", {"disabled": True}, cookie=amy),
            two.asks("PATCH", "/users/amy", {"disabled": True}, cookie=cookie_at(two, bob)),
        )
    ]
    codes = [(await each).code for each in closing]
    assert "ok" in codes
    left = await one.account_service.look(lambda database: database.read_cache())
    open_ones = [name for name in ("amy", "bob") if not left.accounts[name].disabled]
    assert len(open_ones) == 1, codes


@pytest_twisted.ensureDeferred
async def test_who_is_erased_at_one_is_told_to_the_other_by_pseudonym_and_once(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    told: list[list[str]] = []
    two.account_service.when_erased(told.append)
    own: list[list[str]] = []
    one.account_service.when_erased(own.append)
    cookie = await one.knows("root", "admin", see=("*",))
    await looks(two)
    one.shows(ZEBEDEE)
    link = {"name": "l", "things": [ZEBEDEE], "ends": one.wall() + 600}
    assert (await one.asks("POST", "/links", link, cookie=cookie)).status == 201
    done = await one.asks(
        "POST", "/friends/zebedee/phone/erase", {"confirm": "zebedee/phone"}, cookie=cookie
    )
    assert done.status == 200, done.said
    await two.until(lambda: told)
    for home in (one, two):
        await looks(home)
    assert told == [[two.account_service.pseudonyms.hide(ZEBEDEE)]]
    assert own == []
    database = one.account_service._open()
    for table in ("account", "given", "share", "token", "alias", "audit", "retention"):
        rows = database.sql.execute(f"SELECT * FROM {table}").fetchall()
        assert "zebedee" not in repr(rows), table


@pytest_twisted.ensureDeferred
async def test_deeds_alone_do_not_move_those_who_are_in(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    await one.knows("jane")
    await two.until(lambda: "jane" in two.account_service.cache.accounts)
    await looks(one)
    changed: list[str] = []
    for home, name in ((one, "one"), (two, "two")):
        home.account_service.when_changed(lambda name=name: changed.append(name))
    await one.account_service.record(AuditEvent("jane", "127.0.0.1", "stop", "probot/ProBot1"))
    for home in (one, two):
        await looks(home)
    records = await two.account_service.look(lambda database: database.records(Search()))
    assert [record.event.what for record in records] == ["stop"]
    assert changed == []


@pytest_twisted.ensureDeferred
async def test_an_invitation_of_one_lets_in_at_the_other_and_is_used_at_both(open_web, store):
    one, two = await open_web(store=store), await open_web(store=store)
    root = await one.knows("root", "admin")
    made = await one.asks("POST", "/invitations", {"name": "Ben", "see": [ZEBEDEE]}, cookie=root)
    secret = made.said["url"].partition("#invite=")[2]
    asked = {"token": secret, "name": "Ben", "password": GOOD}
    assert (await two.asks("POST", "/invitation", asked)).said["user"]["name"] == "ben"
    again = await one.asks("POST", "/invitation", asked | {"name": "Bob"})
    assert (again.status, again.code) == (410, "used")
