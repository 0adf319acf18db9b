"""The page on another clock: where everybody was, and back."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import Broker, publish
from page.conftest import LOOK

HOUR = 3600

pytestmark = pytest.mark.shared_scene


def goes(broker: Broker, friend: str, lat: float, ago: float, **more: Any) -> None:
    at = int(time.time() - ago)
    fix = {"_type": "location", "lat": lat, "lon": 5.0, "tst": at, "created_at": at, **more}
    publish(broker, f"owntracks/{friend}", json.dumps(fix), "-q", "1")


def connected(page: Page) -> None:
    expect(page.locator("[data-broker=connected]").first).to_be_attached()


def until_kept(page: Page, friend: str, fixes: int) -> None:
    page.wait_for_function(
        """async ([friend, fixes]) => {
            const said = await fetch(`api/1/history/friend/${friend}`);
            return said.ok && (await said.json()).data.length === fixes;
        }""",
        arg=[friend, fixes],
        polling=LOOK,
    )


def goes_back(page: Page, seconds: float) -> None:
    """By the keyboard: hours, then minutes."""
    page.get_by_role("slider", name="Time of day").focus()
    for _ in range(int(seconds // HOUR)):
        page.keyboard.press("PageDown")
    for _ in range(int(seconds % HOUR // 60)):
        page.keyboard.press("ArrowLeft")


def test_the_page_shows_where_everybody_was_and_leads_back_to_now(broker, visit, sightline):
    page = visit("?test#map?id=friend/jane/phone")
    connected(page)
    goes(broker, "jane/phone", 50.0, 3 * HOUR, vel=30)
    goes(broker, "jane/phone", 51.0, 2 * HOUR, vel=60)
    goes(broker, "jane/phone", 52.0, 0)
    goes(broker, "kim/phone", 48.0, 0)
    until_kept(page, "jane/phone", 3)
    drawer = page.locator(".drawer")
    kim = page.locator('[data-thing="friend/kim/phone"]')
    expect(drawer).to_contain_text("52.0000° N")
    expect(kim).to_be_visible()
    expect(page.locator("[data-banner=past]")).to_have_count(0)

    goes_back(page, 2.5 * HOUR)
    expect(page.locator("html[data-clock=past]")).to_be_attached()
    expect(page.locator("[data-banner=past]")).to_contain_text("Nothing can be driven")
    expect(drawer).to_contain_text("50.0000° N")
    expect(kim).to_have_count(0)  # not heard yet

    # What is asked of that day is answered in the details, and the address says when it is.
    asked = drawer.locator("[data-asked=told]")
    expect(asked).to_contain_text("Distance")
    gpx = asked.get_by_role("link", name="GPX").get_attribute("href")
    assert "<trkpt" in page.request.get(sightline.url + str(gpx)).text()
    expect(page).to_have_url(re.compile(r"#map\?.*at=20\d\d-\d\d-\d\dT"))
    page.go_back()
    expect(page.locator("html[data-clock=live]")).to_be_attached()
    page.go_forward()
    expect(page.locator("html[data-clock=past]")).to_be_attached()
    expect(drawer).to_contain_text("50.0000° N")

    # News meanwhile change the world, not the picture.
    goes(broker, "jane/phone", 53.0, -1)
    page.get_by_role("slider", name="Time of day").press("ArrowLeft")
    expect(drawer).to_contain_text("50.0000° N")

    page.keyboard.press("l")
    expect(page.locator("html[data-clock=live]")).to_be_attached()
    expect(drawer).to_contain_text("53.0000° N")
    expect(kim).to_be_visible()
    expect(page.locator("[data-banner=past]")).to_have_count(0)


def test_who_looks_at_the_past_can_do_nothing_by_hand_either(visit):
    page = visit()
    connected(page)
    goes_back(page, HOUR)
    expect(page.locator("[data-banner=past]")).to_be_visible()
    page.get_by_role("link", name="Console").click()
    page.get_by_role("tab", name="Frames").click()
    editor = page.get_by_role("textbox", name=re.compile("frame", re.I)).last
    editor.fill('{"id": 4711, "do": "take", "thing": "probot/ProBot1"}')
    page.get_by_role("button", name=re.compile("^send", re.I)).click()
    expect(page.locator(".frame-list")).to_contain_text("you are looking at the past")
    page.get_by_role("button", name=re.compile("Back to live")).click()
    expect(page.locator("html[data-clock=live]")).to_be_attached()


def test_the_bar_is_usable_on_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    connected(page)
    box = page.get_by_role("slider", name="Time of day").bounding_box()
    assert box
    assert box["height"] >= 44
    page.touchscreen.tap(box["x"] + 1, box["y"] + box["height"] / 2)
    expect(page.locator("html[data-clock=past]")).to_be_attached()
    expect(page.locator("[data-banner=past]")).to_be_visible()

    # The bar is zoomed, a time is typed, and a day is chosen in the calendar, by the keys alone.
    slider = page.get_by_role("slider", name="Time of day")
    slider.press("+")
    slider.press("+")
    expect(slider).to_have_attribute("data-seconds", "3600")
    page.get_by_label("Time of day, typed").fill("00:00:09")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("00:00:09"))
    day = page.locator(".day-button")
    today = str(day.get_attribute("data-day"))
    day.press("Enter")
    focused = page.locator("[data-date]:focus")
    expect(focused).to_have_attribute("data-date", today)
    page.keyboard.press("ArrowUp")
    expect(focused).not_to_have_attribute("data-date", today)
    page.keyboard.press("Enter")
    expect(day).not_to_have_attribute("data-day", today)
    expect(page.locator("[data-banner=past]")).to_contain_text("00:00:09")
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("html[data-clock=live]")).to_be_attached()
    expect(day).to_have_attribute("data-day", today)
