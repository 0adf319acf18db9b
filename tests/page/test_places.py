"""Where somebody is in words, and the search for streets and towns, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import Broker
from helsinki import put_map
from page.conftest import LOOK
from sightline_process import SightlineProcess
from town_server import server_of_a_town

pytestmark = pytest.mark.map

SMALL = {"width": 1000, "height": 640}  # a large map is drawn slowly
PLACE = {"lat": 60.1685, "lon": 24.9375}
VIEW = "view=13.00/60.1712/24.9440"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker("sys_interval 1") as broker:
        yield broker


@pytest.fixture(scope="module")
def sightline(broker: Broker) -> Iterator[SightlineProcess]:
    """One server with the map of Helsinki for all of these tests."""
    with server_of_a_town(broker, PLACE, begin=put_map) as process:
        yield process


def zoomed(page: Page, least: float, lat: float, lng: float) -> None:
    """Wait until the map shows this place, so near."""
    page.wait_for_function(
        "([least, lat, lng]) => { const view = window.sightline.map.view();"
        " return view.zoom >= least && Math.abs(view.lat - lat) < 0.01"
        " && Math.abs(view.lng - lng) < 0.02; }",
        arg=[least, lat, lng],
        polling=LOOK,
    )


def test_the_street_of_a_friend_stands_in_the_details(visit: Any) -> None:
    page = visit(f"?test#map?{VIEW}", viewport=SMALL, locale="sv")
    page.locator("[data-thing='friend/jane/phone']").click()
    drawer = page.locator("[data-drawer='friend/jane/phone']")
    expect(drawer.locator(".headline")).to_contain_text("Georgsgatan 27, Helsingfors")
    expect(drawer.locator(".facts")).to_contain_text("Georgsgatan 27, Helsingfors")


def test_a_street_and_a_town_are_found_by_the_keyboard_and_shown(visit: Any) -> None:
    page = visit(f"?test#map?{VIEW}", viewport=SMALL, locale="en-US")
    expect(page.locator("html[data-map=idle]")).to_be_attached()
    search = page.get_by_label("Find a friend, robot or place")
    search.fill("kalevankatu 2")
    found = page.get_by_role("region", name="Places")
    expect(found.locator("button")).to_have_text(re.compile(r"Kalevankatu 2.*Address in Helsinki"))
    expect(page.locator("[role=status]", has_text="One place was found.")).to_be_attached()
    search.press("Enter")
    expect(page.locator(".place-pin")).to_have_text("Kalevankatu 2")
    zoomed(page, 16, 60.168, 24.942)
    search.fill("tampere")
    expect(found.locator("[data-found=Tampere]")).to_be_visible()
    search.press("ArrowDown")
    expect(found.locator("[data-found=Tampere]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    search.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".place-pin")).to_have_text("Tampere")
