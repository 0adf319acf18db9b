"""The Topics page as of a moment of the past, over real files of an archive."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from page.conftest import Scene
from rewind_scene import ArchiveFiles
from sightline.model.kind import Arrival

HOUR = 3600
DAY = 24 * HOUR
PHONE = {"width": 390, "height": 780}
DESK = {"width": 1280, "height": 860}

pytestmark = pytest.mark.shared_scene


@pytest.fixture(scope="module")
def noon(shared: Scene) -> float:
    """Noon (UTC) of yesterday, round which the archive has messages."""
    noon = time.time() // DAY * DAY - DAY / 2
    files = ArchiveFiles(shared[1].folder / "state" / "archive")
    for day in (noon - DAY, noon):
        files.add(house(day))
    return noon


def house(noon: float) -> list[Arrival]:
    """Return what a house says in the six hours before noon and one behind it."""
    found = []
    for minute in range(-360, 60):
        at = noon + minute * 60
        climate = {"temperature": round(19 + (minute % 180) / 30, 2), "humidity": 40 + minute % 9}
        found.append(Arrival("house/hall/climate", json.dumps(climate).encode(), False, 1, at))
        found.append(Arrival("house/hall/power", f"{200 + minute % 40}".encode(), False, 1, at + 1))
        if minute % 60 == 0:
            lamp = b"on" if minute < 0 else b"off"
            found.append(Arrival("house/hall/lamp", lamp, minute == -360, 1, at + 2))
        if minute == -30:
            found.append(Arrival("house/door", b"Alarm: forced open", False, 1, at + 3))
    return found


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_of(page: Page, at: float) -> None:
    expect(page.locator(f"[data-as-of='{int(at)}']")).to_be_visible()
    expect(page.locator(f"[data-shown-at='{int(at)}']")).to_be_visible()


def topic(page: Page, name: str):
    return page.locator(f".topic-row[data-topic='{name}']")


def test_the_topics_are_shown_as_they_were_at_a_moment(visit, noon):
    page = visit(f"?test#topics?at={moment(noon - 600)}", viewport=DESK)
    as_of(page, noon - 600)
    expect(page.locator("[data-banner=past]")).to_be_visible()
    topic(page, "house").click()
    topic(page, "house/hall").click()
    lamp = topic(page, "house/hall/lamp")
    expect(lamp).to_contain_text("on")
    expect(lamp).to_have_attribute("data-differs", "true")
    topic(page, "house/hall/climate").click()
    leaf = page.locator(".past-leaf")
    expect(leaf.get_by_label("Value then")).to_contain_text('"temperature"')
    expect(leaf.get_by_label("Value now")).to_be_visible()
    drawn = leaf.locator("[data-complete=true]")
    expect(drawn).to_be_attached()
    assert int(drawn.get_attribute("data-points") or 0) > 200
    leaf.get_by_label("Field").select_option("humidity")
    expect(leaf.locator(".chart figcaption")).to_contain_text("humidity")


def test_an_hour_on_it_is_another_value_and_back_to_live_it_is_now(visit, noon):
    page = visit(f"?test#topics?at={moment(noon - 1800)}", viewport=DESK)
    topic(page, "house").click()
    topic(page, "house/hall").click()
    expect(topic(page, "house/hall/lamp")).to_contain_text("on")
    page.get_by_role("slider", name="Time of day").focus()
    page.keyboard.press("PageUp")
    as_of(page, noon + 1800)
    expect(topic(page, "house/hall/lamp")).to_contain_text("off")
    page.wait_for_url(lambda url: moment(noon + 1800) in unquote(url))
    page.locator("[data-banner=past]").get_by_role("button").click()
    expect(page.locator("[data-as-of]")).to_have_count(0)
    expect(page.get_by_role("button", name="Hear everything")).to_be_visible()
    page.get_by_role("button", name="Rewind").click()
    expect(page.locator("[data-as-of]")).to_be_visible()


def test_what_changed_since_and_what_was_said_is_found(visit, noon):
    page = visit(f"?test#topics?at={moment(noon - 600)}", viewport=DESK)
    as_of(page, noon - 600)
    page.get_by_role("button", name="Changed since").click()
    changes = page.get_by_role("list", name="Changed since")
    expect(changes.locator("[data-topic='house/hall/lamp']")).to_contain_text("off")
    page.get_by_role("button", name="Messages", exact=True).click()
    page.get_by_label("Text in messages").fill("FORCED")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("[data-found='1'][data-complete='true']")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    lines = Path(started.value.path()).read_text().splitlines()
    assert [json.loads(line)["topic"] for line in lines] == ["house/door"]
    page.locator("[data-topic='house/door']").click()
    expect(page.locator(".past-leaf").get_by_label("Value then")).to_contain_text("forced open")


def test_what_is_recorded_and_its_cost_is_shown_and_where_the_past_begins(visit, noon):
    page = visit(f"?test#topics?at={moment(noon - 9 * DAY)}", viewport=DESK)
    expect(page.locator(".topics")).to_contain_text("Nothing is recorded of then")
    page.get_by_role("button", name="What is recorded").click()
    told = page.locator(f".recorded[data-begins='{int(noon - DAY - 6 * HOUR)}']")
    expect(told).to_contain_text("The past begins")
    expect(told).to_contain_text("a day")
    expect(told.get_by_role("list", name="What costs most")).to_contain_text("house/")


def test_on_a_phone_nothing_is_wider_than_the_page(visit, noon):
    page = visit(f"?test#topics?at={moment(noon - 600)}", viewport=PHONE)
    as_of(page, noon - 600)
    topic(page, "house").click()
    topic(page, "house/hall").click()
    topic(page, "house/hall/climate").click()
    expect(page.locator(".past-leaf [data-complete=true]")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
