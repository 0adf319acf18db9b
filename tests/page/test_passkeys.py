"""Passkeys and codes in a real browser, whose authenticator is a virtual one (CDP WebAuthn)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from broker import Broker
from page.conftest import opens
from people import PASSWORD, Admin, axe, is_in, sign_in
from sightline.auth.second_factor import code_at, step_at
from sightline_process import ROOT, SightlineProcess

PHONE = {"width": 390, "height": 844}
FILLS_IN_NOTHING = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"


@pytest.fixture(scope="module")
def server() -> Iterator[SightlineProcess]:
    """One server for all tests here; nobody gets in without an account."""
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [accounts]
        guest = "none"
        hash_memory = 1024
        hash_passes = 1
    """
    with Broker("sys_interval 1") as broker:
        main = f'[broker.main]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        with SightlineProcess(settings + main) as made:
            yield made


@pytest.fixture(scope="module")
def root(server: SightlineProcess) -> Admin:
    return Admin(server)


class Person:
    """Somebody at the page by its name, with a device that has passkeys."""

    def __init__(self, page: Page, **device: Any) -> None:
        self.page = page
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **device,
        }
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._device = made["authenticatorId"]

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self._device})
        return list(found["credentials"])

    def present(self, here: bool) -> None:
        """Whether they touch the device when it asks."""
        self.cdp.send(
            "WebAuthn.setAutomaticPresenceSimulation",
            {"authenticatorId": self._device, "enabled": here},
        )

    def opens(self, fragment: str = "") -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.page.context.base}?test{fragment}")  # type: ignore[attr-defined]
        return self.page


@pytest.fixture
def person(plain_chromium: Browser, server: SightlineProcess) -> Iterator[Callable[..., Person]]:
    contexts = []

    def make(viewport: dict[str, int] = PHONE, **options: Any) -> Person:
        context = opens(plain_chromium, viewport=viewport)
        contexts.append(context)
        context.base = server.url.replace("127.0.0.1", "localhost")  # type: ignore[attr-defined]
        page = context.new_page()
        return Person(page, **options)

    yield make
    for context in contexts:
        context.close()


def goes_out(page: Page) -> None:
    page.evaluate("fetch('api/1/session', {method: 'DELETE'})")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_added_and_lets_in_without_typing_until_it_is_removed(root, person):
    root.asks("POST", "users", {"name": "jane", "role": "viewer", "password": PASSWORD})
    jane: Person = person()
    page = jane.opens()
    jane.present(False)  # nobody chooses what the form offers yet
    sign_in(page, "jane")
    is_in(page)
    jane.opens("#account")
    jane.present(True)
    ways = page.get_by_role("region", name="How you sign in")
    ways.get_by_role("button", name="Add a passkey").click()
    expect(ways.locator("[data-passkey]")).to_contain_text("Chrome")
    (made,) = jane.passkeys
    assert (made["rpId"], made["isResidentCredential"]) == ("localhost", True)
    ways.get_by_role("button", name="Add a passkey").click()
    expect(ways.get_by_role("alert").last).to_contain_text("has a passkey for this account already")
    ways.get_by_role("button", name="Rename Chrome").click()
    page.get_by_label("Name", exact=True).fill("my phone")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(ways.locator("[data-passkey]")).to_contain_text("my phone")
    assert axe(page) == []

    # Chosen from what the browser fills in: nothing is typed, nothing is pressed.
    goes_out(page)
    is_in(page)
    # By the button.
    jane.present(False)
    goes_out(page)
    expect(page.get_by_label("Name")).to_have_attribute("autocomplete", "username webauthn")
    assert axe(page) == []
    # Where the browser fills in nothing: it would be quicker than the button now and then.
    page.add_init_script(FILLS_IN_NOTHING)
    page.reload()
    jane.present(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    is_in(page)

    jane.opens("#account")
    ways.get_by_role("button", name="Remove my phone").click()
    ways.get_by_role("button", name="Yes, remove my phone").click()
    expect(ways.locator("[data-passkey]")).to_have_count(0)
    jane.present(False)
    goes_out(page)
    button = page.get_by_role("button", name="Sign in with a passkey")
    expect(button).to_be_visible()
    jane.present(True)
    button.click()
    expect(page.get_by_role("alert").last).to_contain_text("passkey")
    expect(page.locator("html[data-connection=none]")).to_be_attached()


def test_a_device_that_verifies_nobody_is_told_what_it_needs(root, person):
    root.asks("POST", "users", {"name": "una", "role": "viewer", "password": PASSWORD})
    una: Person = person(hasUserVerification=False, isUserVerified=False)
    page = una.opens()
    sign_in(page, "una")
    is_in(page)
    una.opens("#account")
    una.present(True)
    ways = page.get_by_role("region", name="How you sign in")
    ways.get_by_role("button", name="Add a passkey").click()
    expect(ways.get_by_role("alert").last).to_contain_text("passkey")
    assert una.passkeys == []


def test_on_a_page_that_was_opened_by_a_number_it_is_said_why_there_are_none(root, server, person):
    root.asks("POST", "users", {"name": "nora", "role": "viewer", "password": PASSWORD})
    nora: Person = person()
    page = nora.page
    page.goto(f"{server.url}?test")
    sign_in(page, "nora")
    is_in(page)
    page.goto("about:blank")
    page.goto(f"{server.url}?test#account")
    expect(page.locator("[data-why-no-passkeys]")).to_contain_text("127.0.0.1")
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)


def test_a_code_is_set_up_and_wanted_after_the_password(root, person):
    root.asks("POST", "users", {"name": "kim", "role": "viewer", "password": PASSWORD})
    kim: Person = person()
    kim.present(False)
    page = kim.opens()
    sign_in(page, "kim")
    is_in(page)
    kim.opens("#account")
    ways = page.get_by_role("region", name="How you sign in")
    ways.get_by_role("button", name="Set it up").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="The same as a QR code")).to_be_visible()
    secret = dialog.locator("[data-key]").inner_text().replace(" ", "")
    dialog.get_by_label("Code", exact=True).fill("000000")
    dialog.get_by_role("button", name="Turn it on").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not the code that the app shows")
    used = step_at(time.time())
    dialog.get_by_label("Code", exact=True).fill(code_at(secret, used))
    dialog.get_by_role("button", name="Turn it on").click()
    codes = dialog.locator("[data-recovery] code")
    expect(codes).to_have_count(10)
    assert axe(page) == []
    recovery = codes.first.inner_text()
    dialog.get_by_role("button", name="I have kept them").click()
    expect(ways).to_contain_text("10 recovery codes are left")

    goes_out(page)
    sign_in(page, "kim")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    assert axe(page) == []
    expect(page.locator("html[data-connection=none]")).to_be_attached()
    page.get_by_label("Code", exact=True).fill(code_at(secret, used))  # which was used to set it up
    page.get_by_label("Code", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("was used already")
    page.get_by_label("Code", exact=True).fill(code_at(secret, used + 1))
    page.get_by_label("Code", exact=True).press("Enter")
    is_in(page)

    goes_out(page)
    sign_in(page, "kim")
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery.upper())
    page.get_by_label("Recovery code").press("Enter")
    is_in(page)
    assert secret not in page.content()


def test_who_is_invited_may_come_in_by_a_passkey_alone(root, person):
    made = root.asks("POST", "invitations", {"name": "Ben", "see": []})
    fragment = "#" + made["url"].partition("#")[2]
    ben: Person = person()
    page = ben.opens(fragment)
    page.get_by_role("button", name="Use a passkey instead of a password").click()
    page.get_by_label("Name").last.fill("Ben")
    page.get_by_role("button", name="Make a passkey and come in").click()
    is_in(page)
    (made,) = ben.passkeys
    assert made["userDisplayName"] == "Ben"
