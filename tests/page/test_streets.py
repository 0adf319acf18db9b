"""Streets in a real browser: maps that come while the page is open, first views, layers."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import Broker
from helsinki import LIMITS, put_map, quiet
from sightline.maps.adding import WantedMap, add
from sightline.maps.catalogue import Catalogue
from sightline_process import ROOT, SightlineProcess
from waits import DEADLINE

pytestmark = pytest.mark.map

SMALL = {"width": 1000, "height": 640}  # a large map is drawn slowly
PLACE = {"lat": 60.1712, "lon": 24.9440}
VIEW = "view=16.00/60.1712/24.9440"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker("sys_interval 1") as broker:
        yield broker


@pytest.fixture(scope="module")
def sightline(broker: Broker) -> Iterator[SightlineProcess]:
    """One server for all of these tests; its first map comes in the first of them."""
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
    """
    about = {"_type": "location", **PLACE, "acc": 5, "tst": int(time.time())}
    send = ["mosquitto_pub", "-p", str(broker.port), "-r", "-t", "owntracks/jane/phone"]
    subprocess.run([*send, "-m", json.dumps(about)], check=True, timeout=60)
    with SightlineProcess(settings) as sightline:
        yield sightline


@pytest.fixture
def streets(sightline: SightlineProcess) -> SightlineProcess:
    """The server with the map of Helsinki, whichever test comes first."""
    if not (sightline.folder / "state" / "maps").exists():
        put_map(sightline.folder / "state")
    return sightline


def drawn(page: Page, maps: str) -> None:
    """Wait until these maps are drawn, and everything of them is there."""
    expect(page.locator(f"html[data-maps='{maps}']")).to_be_attached()
    expect(page.locator("html[data-map=idle]")).to_be_attached()


def named(page: Page, street: str) -> None:
    """Wait until this name is drawn on the map."""
    end = time.monotonic() + DEADLINE
    while street not in (names := page.evaluate("sightline.map.namesInView()")):
        assert time.monotonic() < end, f"no {street} among {names}"
        page.wait_for_timeout(100)


def view(page: Page) -> dict[str, float]:
    found: dict[str, float] = page.evaluate("sightline.map.view()")
    return found


def test_streets_of_a_map_appear_in_an_open_page(sightline: SightlineProcess, visit: Any) -> None:
    page = visit(f"?test#map?{VIEW}", viewport=SMALL)
    drawn(page, "")
    expect(page.locator(".attribution")).not_to_contain_text("OpenStreetMap")
    put_map(sightline.folder / "state")
    drawn(page, "helsinki")
    named(page, "Mikonkatu")
    credit = page.locator(".attribution").get_by_role("link", name="OpenStreetMap")
    expect(credit).to_have_attribute("href", re.compile("^https://www.openstreetmap.org/"))


def test_the_first_view_is_streets_about_people_with_little_loaded(
    streets: SightlineProcess, visit: Any
) -> None:
    fetched: list[int] = []

    def finished(request: Any) -> None:
        if ".pmtiles" in request.url:
            fetched.append(request.sizes()["responseBodySize"])

    page = visit("?test", viewport=SMALL)
    page.on("requestfinished", finished)
    drawn(page, "helsinki")
    expect(page.locator("[data-thing='friend/jane/phone']")).to_be_visible()
    assert view(page)["zoom"] >= 14
    page.locator("[data-thing='friend/jane/phone']").click()
    named(page, "Mikonkatu")
    drawn(page, "helsinki")
    assert view(page)["zoom"] >= 15
    assert abs(view(page)["lat"] - PLACE["lat"]) < 0.001
    assert len(fetched) <= 10
    assert sum(fetched) <= 300_000
    # What was seen is there without a network, after a look elsewhere too, and at the next visit.
    page.context.set_offline(True)
    page.evaluate("sightline.map.setView({zoom: 4, lat: 40, lng: 0})")
    drawn(page, "")
    page.evaluate(f"sightline.map.setView({{zoom: 16, lat: {PLACE['lat']}, lng: {PLACE['lon']}}})")
    named(page, "Mikonkatu")
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(streets.url + "?test")
    drawn(again, "helsinki")
    assert abs(view(again)["lat"] - PLACE["lat"]) < 0.001
    assert abs(view(again)["zoom"] - 16) < 0.1


def test_a_layer_is_chosen_on_the_map_and_remembered(streets: SightlineProcess, visit: Any) -> None:
    page = visit(f"?test#map?{VIEW}", viewport=SMALL)
    drawn(page, "helsinki")
    switch = page.get_by_role("button", name="What the map shows")
    expect(switch).to_have_count(0)  # there is nothing to choose
    maps = streets.folder / "state" / "maps"
    archive = next(maps.glob("helsinki-*.pmtiles"))
    wanted = WantedMap(archive, name="paper", title="Paper", role="layer")
    add(Catalogue(maps), wanted, LIMITS, quiet)
    switch.click()
    page.get_by_role("radio", name="Paper").check()
    drawn(page, "paper helsinki")
    again = page.context.new_page()
    again.goto(f"{streets.url}?test#map?{VIEW}")
    drawn(again, "paper helsinki")
    again.get_by_role("button", name="What the map shows").click()
    expect(again.get_by_role("radio", name="Paper")).to_be_checked()
    again.get_by_role("radio", name="Map").check()
    drawn(again, "helsinki")
    again.keyboard.press("Escape")
    expect(again.get_by_role("radio", name="Map")).to_have_count(0)
