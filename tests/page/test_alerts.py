"""Alerts on the page: one comes, is acknowledged and is over; how one is told, and quiet hours.

One server, one broker and one page for the module: each test goes on where the last one ended.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from broker import Broker, publish
from page.conftest import Watched, opens
from people import Admin, axe
from receiver import Receiver
from sightline_process import ROOT, SightlineProcess
from waits import wait_until

PHONE = {"width": 390, "height": 844}
ASK = """fields => new Promise((done, fail) => {
    const address = new URL('ws', document.baseURI).href.replace(/^http/, 'ws');
    const socket = new WebSocket(address, 'sightline.1');
    socket.onerror = socket.onclose = () => fail(new Error('the connection ended'));
    socket.onmessage = ({data}) => {
        const frame = JSON.parse(data);
        if (frame.t === 'hello') {
            socket.send(JSON.stringify({t: 'resume', epoch: null, seq: 0}));
            socket.send(JSON.stringify({...fields, id: 5000}));
        }
        if (frame.id === 5000) done(frame);
    };
})"""


@pytest.fixture(scope="module")
def mosquitto() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def ntfy() -> Iterator[Receiver]:
    """A server that takes what ntfy takes, or refuses it."""
    with Receiver() as receiver:
        receiver.answer = lambda post: (200, {})
        yield receiver


@pytest.fixture(scope="module")
def server(mosquitto: Broker) -> Iterator[SightlineProcess]:
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [accounts]
        guest = "none"
        hash_memory = 1024
        hash_passes = 1
        [broker.main]
        host = "127.0.0.1"
        port = {mosquitto.port}
        reconnect_min = 0.2
        [channels]
        private = true
    """
    with SightlineProcess(settings) as sightline:
        yield sightline.hears()


@pytest.fixture(scope="module")
def page(plain_chromium: Browser, server: SightlineProcess) -> Iterator[Page]:
    context = opens(plain_chromium, viewport={"width": 1200, "height": 800})
    context.add_cookies([Admin(server).session])  # type: ignore[list-item]
    page = context.new_page()
    watched = Watched(page, server.url)
    page.goto(server.url)
    expect(page.locator("html[data-connection=live]")).to_be_attached()
    yield page
    context.close()
    assert watched.troubles == []
    assert watched.strangers == []


def phone(broker: Broker, battery: int) -> None:
    """Jane's phone says where it is, and how full its battery is."""
    fix = {"_type": "location", "lat": 52.0, "lon": 5.0, "acc": 9, "batt": battery}
    publish(broker, "owntracks/jane/phone", json.dumps({**fix, "tst": int(time.time())}))


def goes(page: Page, place: str) -> None:
    page.evaluate("place => { location.hash = place; }", place)


def test_a_way_to_be_told_is_added_and_a_test_shows_what_really_happened(
    page: Page, ntfy: Receiver
) -> None:
    goes(page, "#account?tab=told")
    page.locator("[data-way=ntfy]").click()
    page.get_by_label("Topic").fill("house-7f3a")
    page.get_by_label("Server", exact=True).fill(f"http://127.0.0.1:{ntfy.port}")
    page.get_by_role("button", name="Add it").click()
    row = page.locator("[data-channel]")
    expect(row).to_contain_text("ntfy")
    expect(row).not_to_contain_text("house-7f3a")
    row.get_by_role("button", name="Send a test").click()
    expect(row.locator("[data-taken=true]")).to_be_visible()
    assert b"house-7f3a" in ntfy.posts[-1].body
    # What refuses is quoted.
    ntfy.answer = lambda post: (403, {})
    row.get_by_role("button", name="Send a test").click()
    expect(row.locator("[data-taken=false] q")).to_contain_text("403")
    expect(row.locator(".pill")).to_contain_text("Does not get through")
    ntfy.answer = lambda post: (200, {})
    assert axe(page) == []


def test_an_alert_comes_is_acknowledged_and_is_over(
    page: Page, mosquitto: Broker, ntfy: Receiver
) -> None:
    phone(mosquitto, 80)
    # A rule about what nobody has heard of is refused: the server has to know the phone first.
    goes(page, "#map")
    expect(page.locator(".rows [data-thing='friend/jane/phone']")).to_be_visible()
    made = page.evaluate(
        ASK,
        {
            "do": "rule",
            "name": "Battery",
            "about": ["friend/jane/phone"],
            "condition": {"type": "battery", "below": 20},
            "tell": [{"account": "root"}],
        },
    )
    assert made["ok"], made
    goes(page, "#settings")
    posts = len(ntfy.posts)
    phone(mosquitto, 15)
    notice = page.locator("[data-alert-toast]")
    expect(notice).to_contain_text("The battery of jane is at 15 %")
    notice.hover()  # it stays while somebody points at it
    expect(page).to_have_title("(1) Settings · Sightline")
    expect(page.locator(".alert-count")).to_contain_text("1")
    notice.locator(".toast-body").click()
    row = page.locator("[data-alert]")
    expect(row).to_have_attribute("data-status", "open")
    expect(row).to_contain_text("Stays until the battery of jane is charged")
    expect(row.locator("[data-told=root]")).to_contain_text("You were told at")
    wait_until(lambda: len(ntfy.posts) > posts, "what the way is told")
    assert axe(page) == []
    row.get_by_label("A note").fill("Is being charged")
    row.get_by_role("button", name="Acknowledge with this note").click()
    expect(page.locator("[data-stretch=acknowledged] [data-alert]")).to_contain_text(
        "Acknowledged by root"
    )
    expect(page).to_have_title("Alerts · Sightline")
    phone(mosquitto, 95)
    expect(page.locator("[data-stretch=resolved] [data-alert]")).to_contain_text("Over since")


def test_quiet_hours_hold_back_what_can_wait_and_the_list_says_so(
    page: Page, mosquitto: Broker
) -> None:
    goes(page, "#account?tab=told")
    page.get_by_label("Do not disturb me at these hours").check()
    # All of the day but for a minute of the night: for this browser it is AFTERNOON.
    page.get_by_label("From", exact=True).fill("03:01")
    page.get_by_label("Until", exact=True).fill("03:00")
    expect(page.locator(".quiet-bar")).to_have_attribute("aria-label", re.compile("Quiet from"))
    page.get_by_role("button", name="Save the quiet hours").click()
    expect(page.get_by_role("button", name="Save the quiet hours")).to_have_count(0)
    phone(mosquitto, 12)
    goes(page, "#alerts")
    row = page.locator("[data-stretch=open] [data-alert]")
    row.locator(".alert-head").click()
    expect(row.locator("[data-told=root]")).to_contain_text("quiet hours")


def test_on_a_phone_the_alerts_are_a_tab_and_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for place in ("#alerts", "#account?tab=told", "#admin?tab=told"):
        goes(page, place)
        expect(page.locator("#content h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tab = page.get_by_role("navigation", name="Sections").get_by_role("link", name="Alerts")
    box = tab.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] > 700
    tab.click()
    row = page.locator("[data-stretch=open] [data-alert]")
    row.locator(".alert-head").focus()
    page.keyboard.press("a")
    expect(page.locator("[data-stretch=open]")).to_have_count(0)
    assert axe(page) == []
