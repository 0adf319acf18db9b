"""Who gets in and sees what, in a real browser: the door, accounts, shared links."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from broker import Broker, publish
from people import PASSWORD, Admin, axe, first_link, is_in, sign_in
from sightline.accounts.database_file import FILE
from sightline_process import SightlineProcess
from waits import wait_until

PHONE = {"width": 390, "height": 780}
JANE = '[data-thing="friend/jane/phone"]'
KIM = '[data-thing="friend/kim/phone"]'
ROBOT = '[data-thing="probot/ProBot1"]'


@pytest.fixture
def guest() -> str:
    """Nobody gets in without an account."""
    return "none"


@pytest.fixture
def admin(sightline: SightlineProcess) -> Admin:
    return Admin(sightline)


@pytest.fixture
def everyone(broker: Broker) -> None:
    """Two friends and a robot."""
    now = int(time.time())
    for name, lat in (("jane", 52.0), ("kim", 48.0)):
        fix = {"_type": "location", "lat": lat, "lon": 5.0, "tst": now}
        publish(broker, f"owntracks/{name}/phone", json.dumps(fix), "-r")
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17", "-r")


def changes(sightline: SightlineProcess, statement: str) -> None:
    """Change the accounts as another process does; the server notices within a second."""
    (file,) = sightline.folder.rglob(FILE)
    with closing(sqlite3.connect(file)) as database:
        database.execute(statement)
        database.commit()


def is_out(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html[data-connection=none]")).to_be_attached()
    # Neither a row nor a map is left of what was shown.
    expect(page.locator("[data-thing], canvas, .drawer")).to_have_count(0)


def kept(page: Page) -> str:
    """Everything this page keeps where others may find it."""
    return str(
        page.evaluate(
            "JSON.stringify([location.href, history.state, {...localStorage},"
            " {...sessionStorage}, document.cookie])"
        )
    )


def status(page: Page, path: str) -> int:
    """What the API answers to this page's session."""
    return int(page.evaluate("async (path) => (await fetch(`api/1/${path}`)).status", path))


Visit = Callable[..., Page]


def test_the_link_of_the_first_start_makes_the_first_admin_once(sightline, visit: Visit):
    link = first_link(sightline)
    waiting = visit("")
    expect(waiting.get_by_role("heading", name="Nobody has an account yet")).to_be_visible()
    page = visit(link.removeprefix(sightline.url))
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    secret = link.partition("#welcome=")[2]
    assert secret not in kept(page)
    sign_in(page, "root", "password")
    expect(page.get_by_role("alert")).to_contain_text("among those that are tried first")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    sign_in(page, "Root")
    is_in(page)
    expect(page.get_by_role("link", name="Admin")).to_be_visible()
    assert secret not in kept(page)
    assert PASSWORD not in kept(page)
    again = visit(link.removeprefix(sightline.url))
    is_out(again)
    expect(again.get_by_text("This link does not work")).to_be_visible()


def test_nothing_is_shown_or_asked_for_before_signing_in_and_nothing_is_left_after(
    admin, everyone, visit: Visit
):
    admin.knows("jane", see=["friend"])
    page = visit("")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.reload()
    is_out(page)
    assert sockets == []
    assert status(page, "me") == 401
    expect(page.get_by_label("Name")).to_be_focused()
    assert axe(page) == []

    sign_in(page, "jane", "not-her-password")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right.")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    is_out(page)

    sign_in(page, "jane")
    is_in(page)
    expect(page.locator(JANE)).to_be_visible()
    assert len(sockets) == 1
    page.locator(JANE).click()
    page.get_by_role("button", name="Account: jane").click()
    page.get_by_role("button", name="Sign out").click()
    is_out(page)
    expect(page).not_to_have_url(re.compile("jane"))
    assert status(page, "me") == 401
    page.reload()
    is_out(page)


WAITS = """() => {
  window.waits = [];
  new MutationObserver(() => {
    const button = document.querySelector('form button[type=submit]');
    if (button?.disabled && button.textContent.includes('Wait')) {
      window.waits.push(button.textContent.trim());
    }
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
}"""
"""Notes what the disabled button says of waiting."""


def test_who_guesses_must_wait_and_is_told_how_long(admin, visit: Visit):
    page = visit("")
    alert = page.get_by_role("alert")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.evaluate(WAITS)  # on a busy machine the seconds may be over before anybody looks
    for _ in range(12):
        sign_in(page, "jane", "a-guess-of-many")
        expect(page.locator("form[aria-busy=false]")).to_be_attached()
        expect(alert).to_contain_text(re.compile("not right|Too many attempts"))
        if "Too many" in alert.inner_text():
            break
    disabled = wait_until(
        lambda: page.evaluate("window.waits"), pause=lambda: page.wait_for_timeout(10)
    )
    assert all(re.fullmatch(r"Wait \d+ s", text) for text in disabled)
    expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    expect(alert).to_have_text("You can try again now.")


def test_a_viewer_neither_sees_nor_reaches_what_is_for_operators_and_admins(
    admin, everyone, visit: Visit
):
    admin.knows("vera", see=["friend"])
    page = visit("#admin?tab=audit")
    sign_in(page, "vera")
    is_in(page)
    expect(page.locator(JANE)).to_be_visible()  # the map, not the admins' pages
    expect(page.locator(ROBOT)).to_have_count(0)
    for name in ("Admin", "Console", "Robots"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    for section in ("admin", "console", "robots"):
        page.evaluate("(to) => { location.hash = to }", section)
        expect(page.locator(".page[data-section=map]")).to_be_attached()
    for path in ("users", "audit", "users/root", "friends/jane/phone/export"):
        assert status(page, path) in (403, 404), path
    page.locator(JANE).click()
    expect(page.locator(".drawer").get_by_role("button", name="Share", exact=True)).to_have_count(0)


def test_an_admin_makes_a_user_who_then_sees_what_was_given_and_nothing_else(
    admin, everyone, visit: Visit
):
    page = visit("")
    sign_in(page, "root")
    is_in(page)
    expect(page.locator(KIM)).to_be_visible()
    page.get_by_role("link", name="Admin").click()
    page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("root")
    dialog.get_by_role("button", name="Make the account").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is an account root already.")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    dialog.get_by_role("textbox", name="Name").fill("nina")
    dialog.get_by_role("group", name="Sees").get_by_role("checkbox", name="kim", exact=True).check()
    expect(dialog.get_by_text("Sees kim; drives nothing")).to_be_visible()
    assert axe(page) == []
    dialog.get_by_role("button", name="Make the account").click()
    told = page.locator("[data-once]").inner_text()
    dialog.get_by_role("button", name="Done").click()
    row = page.locator("[data-user=nina]")
    expect(row).to_contain_text("Sees kim; drives nothing")
    password = told.partition("Password: ")[2].strip()
    assert password not in kept(page)

    hers = visit("")
    sign_in(hers, "nina", password)
    is_in(hers)
    expect(hers.locator(KIM)).to_be_visible()
    expect(hers.locator(JANE)).to_have_count(0)
    expect(hers.locator(ROBOT)).to_have_count(0)

    # What changes for her, changes before her eyes.
    row.click()
    sees = page.get_by_role("group", name="Sees", exact=True)
    sees.get_by_role("checkbox", name="kim", exact=True).uncheck()
    sees.get_by_role("checkbox", name="All robots").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("It holds at once")).to_be_visible()
    expect(hers.locator(ROBOT)).to_be_visible()
    expect(hers.locator(KIM)).to_have_count(0)
    expect(hers.get_by_text("Your rights have changed.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("row", name=re.compile("make account.*account.nina"))).to_be_visible()
    assert axe(page) == []


def test_a_shared_link_shows_its_friend_to_whoever_has_it_until_it_is_withdrawn(
    admin, everyone, sightline, visit: Visit
):
    page = visit("")
    sign_in(page, "root")
    page.locator(JANE).click()
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    assert axe(page) == []
    dialog.get_by_role("button", name="Make the link").click()
    url = page.locator("[data-once]").inner_text().strip()
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    secret = url.partition("#share=")[2]
    assert len(secret) >= 43

    friend = visit(url.removeprefix(sightline.url), viewport=PHONE)
    is_in(friend)
    expect(friend.locator("[data-banner=shared]")).to_contain_text("Shared with you until")
    expect(friend.locator(JANE)).to_be_visible()
    expect(friend.locator(KIM)).to_have_count(0)
    expect(friend.locator(ROBOT)).to_have_count(0)
    for name in ("Robots", "Broker", "Console", "Admin"):
        expect(friend.get_by_role("link", name=name, exact=True)).to_have_count(0)
    assert secret not in kept(friend)
    assert axe(friend) == []

    dialog.get_by_role("button", name="Withdraw").click()
    dialog.get_by_role("button", name="Yes, withdraw").click()
    expect(friend.get_by_role("heading", name="This link was withdrawn")).to_be_visible()
    expect(friend.locator("[data-thing], canvas")).to_have_count(0)
    again = visit(url.removeprefix(sightline.url))
    expect(again.locator("[data-shut=revoked]")).to_be_visible()
    assert axe(again) == []


@pytest.mark.map
def test_a_link_that_ends_while_somebody_looks_closes_before_their_eyes(
    admin, everyone, sightline, visit: Visit
):
    url = admin.shares("friend/jane/phone")
    # Long enough to be opened on a slow machine; the page is told of this end as it is opened.
    ends = round(time.time()) + 45
    changes(sightline, f"UPDATE share SET ends = {ends}")
    wait_until(
        lambda: all(link["ends"] == ends for link in admin.asks("GET", "links")["links"]),
        pause=lambda: time.sleep(0.1),
    )
    page = visit(url.removeprefix(sightline.url))
    expect(page.locator(JANE)).to_be_visible()
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    expect(page.locator("[data-thing], canvas")).to_have_count(0)
    page.reload()
    is_out(page)
    assert visit(url.removeprefix(sightline.url)).locator("[data-shut=ended]").inner_text()


def test_a_session_that_ends_while_one_looks_is_explained_and_begun_anew_at_the_same_place(
    admin, everyone, visit: Visit
):
    admin.knows("jane", see=["friend"])
    page = visit("")
    sign_in(page, "jane")
    page.locator(JANE).click()
    expect(page.locator("[data-drawer]")).to_be_visible()
    admin.asks("DELETE", "users/jane/sessions")
    is_out(page)
    expect(page.get_by_text("Please sign in again")).to_be_visible()
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    sign_in(page, "jane")
    is_in(page)
    expect(page.locator('[data-drawer="friend/jane/phone"]')).to_be_visible()


def test_a_session_that_ended_while_the_server_was_away_is_noticed_on_return(
    admin, everyone, sightline, visit: Visit
):
    page = visit("")
    sign_in(page, "root")
    expect(page.locator(JANE)).to_be_visible()
    sightline.end()
    expect(page.locator("html[data-connection=lost]")).to_be_attached()
    changes(sightline, "DELETE FROM session")
    sightline.start()
    is_out(page)
    expect(page.get_by_text("Please sign in again")).to_be_visible()


def test_ones_own_account_has_its_browsers_its_tokens_and_its_password(
    admin, everyone, visit: Visit
):
    admin.knows("jane", see=["friend"], own=["friend/jane"])
    elsewhere, page = visit(""), visit("")
    for each in (elsewhere, page):
        sign_in(each, "jane")
        is_in(each)
    page.get_by_role("button", name="Account: jane").click()
    page.get_by_role("link", name="My account").click()
    expect(page.locator("[data-session]")).to_have_count(2)
    expect(page.locator("[data-session=here]")).to_contain_text("This one")
    expect(page.locator('[data-privacy="jane/phone"]')).to_be_visible()
    assert axe(page) == []

    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name").fill("backup script")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("[data-once]").inner_text().strip()
    assert token.startswith("sl_")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("never used")).to_be_visible()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke backup script").click()
    page.get_by_role("button", name="Yes, revoke backup script").click()
    expect(page.get_by_text("never used")).to_have_count(0)

    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Export everything about")).click()
    assert download.value.suggested_filename == "sightline-jane-phone.zip"

    page.get_by_label("Present password").fill("not-her-password")
    page.get_by_label("New password").fill("eleven-loud-windmills")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("The present password is not right.")).to_be_visible()
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name").fill("an old script")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("End all of them, too").check()
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("You are signed out everywhere else.")).to_be_visible()
    assert admin.asks("GET", "users/jane/tokens")["tokens"] == []
    is_out(elsewhere)
    is_in(page)


def test_an_admin_who_resets_a_password_is_offered_to_end_the_tokens_too(
    admin, everyone, visit: Visit
):
    admin.knows("jane", see=["friend"])
    page = visit("#account")
    sign_in(page, "jane")
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name").fill("backup script")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name="Done").click()
    desk = visit("#admin?tab=users")
    sign_in(desk, "root")
    desk.locator('[data-user="jane"]').click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("button", name="Password").click()
    dialog.get_by_role("button", name="Set a password myself").click()
    expect(dialog.get_by_text("There is 1, and a new password does not end it.")).to_be_visible()
    dialog.get_by_label("End all of them, too").check()
    dialog.get_by_role("button", name="Set the password").click()
    expect(dialog.locator("[data-once]")).to_be_visible()
    assert admin.asks("GET", "users/jane/tokens")["tokens"] == []


def test_to_erase_a_friend_its_id_is_typed(admin, everyone, visit: Visit):
    page = visit("#admin?tab=privacy")
    sign_in(page, "root")
    page.get_by_role("button", name=re.compile("kim.phone")).click()
    page.get_by_role("button", name="Erase…").click()
    typed = page.get_by_label("To confirm, type kim/phone")
    typed.fill("jane/phone")
    typed.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("give its id once more")
    typed.fill("kim/phone")
    typed.press("Enter")
    expect(page.get_by_role("button", name=re.compile("kim.phone"))).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("jane.phone"))).to_be_visible()
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator(JANE)).to_be_visible()
    expect(page.locator(KIM)).to_have_count(0)


class TestWithGuests:
    @pytest.fixture
    def guest(self) -> str:
        return "viewer"

    def test_a_guest_looks_and_may_sign_in(self, admin, everyone, visit: Visit):
        page = visit("")
        expect(page.locator(JANE)).to_be_visible()
        expect(page.get_by_role("link", name="Console")).to_have_count(0)
        page.get_by_role("button", name="Account: Guest").click()
        page.get_by_role("button", name="Sign in").click()
        is_out(page)
        page.get_by_role("button", name="Go on as a guest").click()
        is_in(page)
        page.get_by_role("button", name="Account: Guest").click()
        page.get_by_role("button", name="Sign in").click()
        sign_in(page, "root")
        is_in(page)
        expect(page.get_by_role("link", name="Console")).to_be_visible()
