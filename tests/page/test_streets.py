"""Streets in a real browser: maps that come while the page is open, first views, layers."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from archives import archive
from broker import Broker
from helsinki import LIMITS, put_map, quiet
from page.conftest import COARSE_MAP, LOOK, opens
from people import first_link
from sightline.maps.adding import WantedMap, add
from sightline.maps.catalogue import Catalogue
from sightline_process import SightlineProcess
from tile_server import TileServer, one_coloured, whole_tile
from town_server import server_of_a_town
from waits import wait_until

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
    with server_of_a_town(broker, PLACE) as sightline:
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
    wait_until(
        lambda: page.evaluate("sightline.map.namesInView()"),
        street,
        pause=lambda: page.wait_for_timeout(100),
        such=lambda names: street in names,
    )


def shows(page: Page, least: float, most: float = 30) -> None:
    """Wait until the map is about the place where Jane is, within these zooms."""
    page.wait_for_function(
        "([least, most, lat]) => { const view = window.sightline.map.view(); return"
        " view.zoom >= least && view.zoom <= most && Math.abs(view.lat - lat) < 0.001; }",
        arg=[least, most, PLACE["lat"]],
        polling=LOOK,
    )


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
    shows(page, 14)
    page.locator("[data-thing='friend/jane/phone']").click()
    named(page, "Mikonkatu")
    drawn(page, "helsinki")
    shows(page, 15)
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
    page.close()
    again.goto(streets.url + "?test")
    drawn(again, "helsinki")
    shows(again, 15.9, 16.1)


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
    page.close()
    again.goto(f"{streets.url}?test#map?{VIEW}")
    drawn(again, "paper helsinki")
    again.get_by_role("button", name="What the map shows").click()
    expect(again.get_by_role("radio", name="Paper")).to_be_checked()
    again.get_by_role("radio", name="Map").check()
    drawn(again, "helsinki")
    again.keyboard.press("Escape")
    expect(again.get_by_role("radio", name="Map")).to_have_count(0)


RED, GREEN, BLUE = (200, 30, 30), (30, 150, 30), (30, 30, 200)


def test_maps_from_elsewhere_are_asked_for_and_drawn_and_their_trouble_is_told(
    streets: SightlineProcess, chromium: Any
) -> None:
    """Pictures, an archive and a style with vector tiles of one other host; then a bad style."""
    with TileServer() as far:
        far.put(
            "/world.pmtiles",
            archive({}, [one_coloured(RED)], packing=(1, 2, 1), type=2, zooms=(0, 0)),
        )
        for x, y in itertools.product(range(2), repeat=2):
            far.put(f"/green/1/{x}/{y}.png", one_coloured(GREEN))
            far.put(f"/blue/1/{x}/{y}.mvt", whole_tile("all"))
        style = {
            "version": 8,
            "sources": {
                "blue": {
                    "type": "vector",
                    "tiles": [far.url + "/blue/{z}/{x}/{y}.mvt"],
                    "minzoom": 1,
                    "maxzoom": 1,
                }
            },
            "layers": [
                {
                    "id": "all",
                    "type": "fill",
                    "source": "blue",
                    "source-layer": "all",
                    "paint": {"fill-color": f"rgb{BLUE}", "fill-antialias": False},
                }
            ],
        }
        far.put("/style.json", style)
        far.put("/page", b"<!doctype html>")
        context = opens(chromium, viewport=SMALL)
        context.add_init_script(COARSE_MAP)  # an area has its colour so, too
        page = context.new_page()
        sign_in_first(page, streets)
        page.goto(f"{streets.url}?test#map?{VIEW}")
        drawn(page, "helsinki")
        set_far_map(
            page, streets, "green", far.url + "/green/{z}/{x}/{y}.png", min_zoom=1, max_zoom=1
        )
        choose(page, "The green one")
        # It was opened before the host was allowed.
        told = page.locator(".map-trouble")
        expect(told).to_have_text(
            "To see the map “The green one”, which is new, load this page again."
        )
        assert far.asked == []
        set_far_map(page, streets, "red", far.url + "/world.pmtiles", max_zoom=0)
        set_far_map(page, streets, "blue", far.url + "/style.json")
        set_far_map(page, streets, "bad", far.url + "/page", type="style")
        page.reload()
        for name, colour in {"green": GREEN, "blue": BLUE, "red": RED}.items():
            choose(page, f"The {name} one")
            drawn(page, f"url.{name} helsinki")
            coloured(page, colour)
            credit = page.locator(".attribution").get_by_role("link", name=f"© {name}")
            expect(credit).to_have_attribute("href", f"https://{name}.example.org/")
        expect(told).to_have_count(0)
        choose(page, "The bad one")
        expect(told).to_have_text(
            "The map “The bad one” cannot be shown: what its address sends is not a map style. "
            "What was shown before stays."
        )
        drawn(page, "helsinki")
        named(page, "Mikonkatu")
        for name in ("green", "red", "blue", "bad"):
            asks(page, streets, "DELETE", f"admin/map-addresses/{name}")
        context.close()


def sign_in_first(page: Page, sightline: SightlineProcess) -> None:
    """Make the first admin, whom the page is then of."""
    token = first_link(sightline).partition("#welcome=")[2]
    first = {"token": token, "name": "root", "password": "seven-quiet-harbours"}
    asks(page, sightline, "POST", "welcome", first)


def asks(page: Page, sightline: SightlineProcess, method: str, path: str, body: Any = None) -> None:
    headers = {"origin": sightline.url.rstrip("/")}
    url = f"{sightline.url}api/1/{path}"
    answer = page.request.fetch(url, method=method, data=body, headers=headers)
    assert answer.ok, answer.text()


def set_far_map(
    page: Page, sightline: SightlineProcess, name: str, url: str, **more: object
) -> None:
    """Set a layer as an admin does; the server itself asks no host of a private network."""
    credit = {"attribution": f"© {name}", "attribution_url": f"https://{name}.example.org/"}
    wanted = {"name": name, "title": f"The {name} one", "url": url, "role": "layer", **credit}
    asks(page, sightline, "POST", "admin/map-addresses", wanted | {"anyway": True} | more)


def choose(page: Page, title: str) -> None:
    if page.get_by_role("radiogroup", name="What the map shows").count() == 0:
        page.get_by_role("button", name="What the map shows").click()
    page.get_by_role("radio", name=title).check()


def coloured(page: Page, colour: tuple[int, int, int]) -> None:
    """Wait until the map has this colour at a place without a name, nearly."""

    def look() -> list[Any]:
        seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        return [seen.getpixel((x, 300)) for x in range(500, 900, 10)]

    def is_there(pixels: list[Any]) -> bool:
        near = sum(
            all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True)) for pixel in pixels
        )
        return near > len(pixels) / 2

    wait_until(look, f"{colour}", pause=lambda: page.wait_for_timeout(100), such=is_there)
