"""Signing in at a provider, in a real browser: linking, signing in, refusals, joining."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from oidc_provider import CLIENT, SECRET, OidcProvider
from page.conftest import opens
from people import PASSWORD, Admin, axe, is_in
from sightline_process import SightlineProcess

HOME = "Our home"


def is_out(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html[data-connection=none]")).to_be_attached()


def kept(page: Page) -> str:
    """Everything this page keeps where others may find it."""
    return str(
        page.evaluate(
            "JSON.stringify([location.href, history.state, {...localStorage},"
            " {...sessionStorage}, document.cookie])"
        )
    )


@pytest.fixture
def guest() -> str:
    """Nobody gets in without an account."""
    return "none"


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with OidcProvider() as provider:
        provider.asks = True
        yield provider


@pytest.fixture
def regions(provider: OidcProvider, tmp_path: Path) -> str:
    """Not about regions: the table behind them."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return f"""
        [oidc.home]
        issuer = "{provider.issuer}"
        client_id = "{CLIENT}"
        client_secret_file = "{secret}"
        label = "{HOME}"
        private = true
    """


@pytest.fixture
def people(app_chromium: Browser, sightline: SightlineProcess) -> Iterator[Any]:
    """Opens our page in a browser of somebody's own; nothing must go wrong in it."""
    contexts, troubles = [], []

    def person(path: str = "?test", **more: Any) -> Page:
        # The way there and back passes the page's service worker, as it does for everybody.
        context = opens(app_chromium, service_workers="allow", **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(sightline.url + path)
        return page

    yield person
    for context in contexts:
        context.close()
    assert troubles == []


def goes_there(page: Page, provider: OidcProvider) -> None:
    """Sign in at the provider, and come back."""
    page.wait_for_url(f"{provider.url}/authorize?*")
    page.get_by_role("link", name="Sign in as jane").click()


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for it."""
    if folder := os.environ.get("SIGHTLINE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_an_account_is_linked_signed_in_to_and_joined_by_a_provider(
    sightline: SightlineProcess, provider: OidcProvider, people: Any
):
    admin = Admin(sightline)
    jane = {"name": "jane", "role": "viewer", "password": PASSWORD, "see": ["friend"]}
    admin.asks("POST", "users", jane)
    page = people("?test#account")
    is_out(page)
    expect(page.get_by_role("button", name=f"Sign in with {HOME}")).to_be_visible()
    assert axe(page) == []
    look(page, "out")

    # Nobody is linked yet: what jane is called there opens nothing here.
    page.get_by_role("button", name=f"Sign in with {HOME}").click()
    goes_there(page, provider)
    expect(page.get_by_text("Nobody here is linked with this sign-in yet.")).to_be_visible()
    is_out(page)
    look(page, "refused")

    page.get_by_label("Name").fill("jane")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password", exact=True).press("Enter")
    is_in(page)
    page.evaluate("location.hash = '#account'")
    page.get_by_role("button", name=f"Link with {HOME}").click()
    goes_there(page, provider)
    expect(page.get_by_text(f"From now on you can sign in by {HOME}.")).to_be_visible()
    expect(page.locator(f"[data-identity='{HOME}']")).to_contain_text("never used")
    assert axe(page) == []
    look(page, "account")

    page.get_by_role("button", name="Sign out", exact=True).first.click()
    is_out(page)
    page.get_by_role("button", name=f"Sign in with {HOME}").click()
    goes_there(page, provider)
    is_in(page)
    expect(page.get_by_role("button", name="Account: jane")).to_be_visible()
    code = re.search(r"code=([\w-]+)", provider.back[-1])
    assert code is not None
    assert code[1] not in kept(page)

    page.get_by_role("button", name="Account: jane").click()
    menu = page.get_by_role("group", name="Account")
    menu.get_by_role("button", name="Sign out", exact=True).click()
    is_out(page)
    expect(page.get_by_text(f"You are still signed in at {HOME}.")).to_be_visible()
    look(page, "still")
    page.get_by_role("link", name="Sign out there, too").click()
    page.wait_for_url(sightline.url)
    assert "/logout" in provider.asked

    # Somebody else is invited, and joins by it.
    provider.user = {"sub": "u-2", "preferred_username": "ben"}
    link = admin.asks("POST", "invitations", {"name": "Ben", "see": ["friend"], "days": 7})["url"]
    his = people(link.removeprefix(sightline.url), viewport={"width": 390, "height": 844})
    his.get_by_label("Name").fill("Ben Müller")
    look(his, "join")
    his.get_by_role("button", name=f"Join with {HOME}").click()
    goes_there(his, provider)
    is_in(his)
    users = {each["name"]: each for each in admin.asks("GET", "users")["users"]}
    assert (users["ben müller"]["display"], users["ben müller"]["password"]) == (
        "Ben Müller",
        False,
    )
