"""The first hour: from the link in the log to a phone on the map, by buttons, on a small screen.

The server is the one of scripts/run_server.sh: its own broker, no settings about phones. The phone
is played by what the OwnTracks apps post, made of the code on the screen and of nothing else.
"""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from sightline_process import ROOT, SightlineProcess
from waits import wait_until

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
PASSWORD = "seven-quiet-harbours"
WAITED = "[data-waiting='friend/grandma-anne/phone']"
ANNE = '[data-thing="friend/grandma-anne/phone"]'


@pytest.fixture
def sightline() -> Iterator[SightlineProcess]:
    """As it is run first: nobody has an account, the broker is its own."""
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [accounts]
        hash_memory = 1024
        hash_passes = 1
        [fanout]
        beat_seconds = 1
    """
    with SightlineProcess(settings) as sightline:
        yield sightline


class Phone:
    """An OwnTracks app in HTTP mode. ``told`` is the configuration that it took over."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told

    def posts(self, **otherwise: Any) -> int:
        """Post where it is; the status. ``otherwise``: what it was told differently."""
        told = self.told | otherwise
        login = f"{told['username']}:{told['password']}".encode()
        said = {"_type": "location", "lat": 52.3731, "lon": 4.8922, "acc": 8, "batt": 87}
        request = urllib.request.Request(
            told["url"],
            json.dumps(said | {"tid": told["tid"], "tst": int(time.time())}).encode(),
            {
                "content-type": "application/json",
                "authorization": f"Basic {base64.b64encode(login).decode()}",
                "user-agent": "Owntracks-Android/gms/420504",
                "x-limit-u": told["username"],
                "x-limit-d": told["deviceId"],
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code


def configuration(link: str) -> dict[str, Any]:
    """What a set-up link tells the app."""
    (inline,) = parse_qs(urlsplit(link).query)["inline"]
    return dict(json.loads(base64.b64decode(inline)))


def read_code(code: Locator) -> str:
    """The text of a QR code as it stands on the screen."""
    picture = base64.b64encode(code.screenshot()).decode()
    reader = code.page.context.new_page()
    try:
        reader.add_script_tag(path=ROOT / "web" / "node_modules" / "jsqr" / "dist" / "jsQR.js")
        return str(
            reader.evaluate(
                """async (picture) => {
                    const image = new Image();
                    image.src = 'data:image/png;base64,' + picture;
                    await image.decode();
                    const { width, height } = image;
                    const context = new OffscreenCanvas(width, height).getContext('2d');
                    context.drawImage(image, 0, 0);
                    const { data } = context.getImageData(0, 0, width, height);
                    return window.jsQR(data, width, height).data;
                }""",
                picture,
            )
        )
    finally:
        reader.close()


def welcome(sightline: SightlineProcess) -> str:
    """What the log says to open at the first start, below the server's address."""
    found = wait_until(
        lambda: re.search(r"#welcome=[\w-]+", sightline.logged),
        lambda: f"a link in the log:\n{sightline.logged}",
    )
    assert found is not None
    return found[0]


def founds(page: Page) -> None:
    """Make the first account."""
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.locator("html[data-connection=live]")).to_be_attached()


def adds(page: Page, name: str) -> Locator:
    """Add somebody's phone, from the empty list to the code; the dialogue with it."""
    page.locator(".empty").get_by_role("button", name="Add a phone").click()
    dialog = page.get_by_role("dialog")
    # The address is asked for once. No phone could reach this one, and that is said.
    expect(dialog.get_by_text("this very computer only: no phone can reach it")).to_be_visible()
    dialog.get_by_role("button", name="Go on with it all the same").click()
    dialog.get_by_label("Who carries the phone?").fill(name)
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_role("radio", name="OwnTracks")).to_be_checked()
    dialog.get_by_role("button", name="Show the code").click()
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    return dialog


def told_in(page: Page, title: str) -> Locator:
    """What the dialogue says of the phone that is waited for, once it says so."""
    box = page.get_by_role("dialog").locator(".waiting")
    expect(box.get_by_role("heading", name=title)).to_be_visible()
    return box


def test_from_the_link_in_the_log_to_the_first_fix_of_a_phone(sightline: Any, visit: Any) -> None:
    page = visit(welcome(sightline), **PHONE)
    founds(page)
    dialog = adds(page, "Grandma Änne")
    # On the phone itself the link comes first; the code is the same.
    link = dialog.get_by_role("link", name="Open in OwnTracks")
    code = dialog.get_by_role("img", name="QR code")
    link_at, code_at = link.bounding_box(), code.bounding_box()
    assert link_at
    assert code_at
    assert link_at["y"] < code_at["y"]
    href = link.get_attribute("href")
    assert href is not None
    assert read_code(code) == href
    phone = Phone(configuration(href))
    told_in(page, "Waiting for the phone")

    assert phone.posts(password="sl_typed_by_hand") == 401
    box = told_in(page, "A wrong password")
    expect(box).to_contain_text("from 127.0.0.1 as “grandma-anne”")
    assert phone.posts(deviceId="ipad") == 401
    expect(told_in(page, "Another name")).to_contain_text(
        "Its user name must be “grandma-anne” and its device ID “phone”"
    )

    # The waiting goes on without the dialogue, and it can be set up again from the list.
    dialog.get_by_role("button", name="Close").click()
    page.locator(WAITED).click()
    told_in(page, "Another name")
    dialog.get_by_role("button", name="Set it up again").click()
    dialog.get_by_role("button", name="Show the code").click()
    again = dialog.get_by_role("link", name="Open in OwnTracks").get_attribute("href")
    assert again is not None
    assert again != href
    assert phone.posts() == 401, "what it was given before has ended"
    told_in(page, "A wrong password")

    assert Phone(configuration(again)).posts() == 200
    told_in(page, "The phone is here").get_by_role("button", name="Show on the map").click()
    expect(page.get_by_role("complementary", name="Grandma Änne")).to_be_visible()
    expect(page.locator(WAITED)).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-connection", "live")

    bens = invites(page, sightline, visit)
    dialog = bens.get_by_role("dialog")
    dialog.get_by_label("Who carries the phone?").fill("Ben")
    dialog.get_by_role("button", name="Next").click()
    dialog.get_by_role("button", name="Show the code").click()
    set_up = dialog.get_by_role("link", name="Open in OwnTracks").get_attribute("href")
    assert set_up is not None
    assert Phone(configuration(set_up)).posts() == 200
    told_in(bens, "The phone is here").get_by_role("button", name="Show on the map").click()
    expect(bens.get_by_role("complementary", name="Ben")).to_be_visible()
    expect(bens.locator(ANNE)).to_be_attached()
    for name in ("Robots", "Admin"):
        expect(bens.get_by_role("link", name=name, exact=True)).to_have_count(0)

    # What he sees, as his admin is shown it.
    page.get_by_role("link", name="Accounts and audit").click()
    page.locator("[data-user=ben]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="What they see").click()
    seen = dialog.locator("[data-seen]")
    expect(seen.locator("> span:last-child")).to_have_text(["Ben", "Grandma Änne"])


def invites(page: Page, sightline: SightlineProcess, visit: Any) -> Page:
    """Invite Ben, who is to see Grandma Änne and brings a phone of his own; his page."""
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Who is it for?").fill("Ben")
    expect(dialog.get_by_text("Sees nobody; drives nothing")).to_be_visible()
    dialog.get_by_role("checkbox", name="Grandma Änne").check()
    expect(dialog.get_by_text("Sees Grandma Änne; drives nothing")).to_be_visible()
    expect(dialog.get_by_role("radio", name="They will add their own")).to_be_checked()
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.locator("[data-once]").inner_text().strip()
    assert read_code(dialog.get_by_role("img", name="QR code")) == link
    dialog.get_by_role("button", name="Close").click()

    fragment = link.removeprefix(sightline.url)
    secret = fragment.removeprefix("#invite=")
    assert len(secret) >= 43
    bens: Page = visit(fragment, **PHONE)
    expect(bens.get_by_role("heading", name="You are invited")).to_be_visible()
    assert secret not in bens.url
    bens.get_by_label("Name").fill("Root")
    bens.get_by_label("Password", exact=True).fill(PASSWORD)
    bens.get_by_role("button", name="Make my account").click()
    expect(bens.get_by_role("alert")).to_contain_text("Somebody here is called so already")
    bens.get_by_label("Name").fill("Ben")
    bens.get_by_role("button", name="Make my account").click()
    expect(bens.locator("html[data-connection=live]")).to_be_attached()
    again = visit(fragment, **PHONE)
    expect(again.get_by_role("heading", name="This link has been used")).to_be_visible()
    again.close()
    assert secret not in sightline.logged
    return bens
