"""The page in a real browser: what people see when things happen for real."""

from __future__ import annotations

import json
import re
import signal
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import publish
from people import axe
from sightline_process import ROOT
from waits import wait_until

PHONE = {"width": 390, "height": 780}
JANE = '[data-thing="friend/jane/phone"]'

pytestmark = pytest.mark.shared_scene


def fix(lat: float, lon: float, **more: Any) -> str:
    now = int(time.time())
    return json.dumps({"_type": "location", "lat": lat, "lon": lon, "tst": now, **more})


def is_live(page: Page) -> None:
    expect(page.locator("html[data-connection=live]")).to_be_attached()


def drawn(page: Page) -> None:
    expect(page.locator("html[data-map=idle]")).to_be_attached()


def portrait(page: Page, name: str) -> Any:
    """A friend's mark on the map."""
    return page.get_by_role("region", name=re.compile("map", re.I)).get_by_text(name).first


@pytest.mark.map
def test_a_phone_publishes_and_its_marker_moves(broker, visit):
    page = visit()
    is_live(page)
    publish(
        broker, "owntracks/jane/phone/info", '{"_type":"card","name":"Jane Doe","tid":"JD"}', "-r"
    )
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, batt=64, vel=0))
    publish(broker, "owntracks/kim/phone", fix(48.0, 11.0))
    row = page.locator(JANE)
    expect(row).to_contain_text("Jane Doe")
    expect(row).to_contain_text("64")
    expect(page.locator('[data-thing="friend/kim/phone"]')).to_be_visible()
    # The map may have been there for Jane alone; where she goes must be in view.
    page.get_by_role("button", name="Show everybody").click()
    drawn(page)
    mark = portrait(page, "Jane")
    before = mark.bounding_box()
    publish(broker, "owntracks/jane/phone", fix(50.0, 8.0, batt=63, vel=80, cog=120))
    expect(row).to_contain_text("63")
    expect(row).to_contain_text("80 km/h")
    assert before

    def has_moved() -> bool:
        after = mark.bounding_box()
        return bool(after and after["x"] > before["x"] + 5 and after["y"] > before["y"] + 5)

    # The map glides there, as fast as this machine draws.
    wait_until(
        has_moved,
        lambda: f"the mark: it is at {mark.bounding_box()} and was at {before}",
        pause=lambda: page.wait_for_timeout(100),
    )


def test_choosing_somebody_shows_the_details_and_who_they_are_is_in_the_address(broker, visit):
    page = visit()
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, acc=12, alt=41, inregions=["Home"]))
    page.locator(JANE).click()
    drawer = page.locator("[data-drawer]")
    for words in ("12", "41", "Home", "owntracks/jane/phone"):
        expect(drawer).to_contain_text(words)
    address = page.url
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    again = visit("?test" + address.partition("?test")[2])
    expect(again.locator("[data-drawer]")).to_contain_text("owntracks/jane/phone")


@pytest.mark.own_scene
def test_when_the_broker_dies_the_page_says_so_and_recovers_by_itself(broker, visit):
    page = visit()
    expect(page.locator("[data-broker=connected]:visible").first).to_be_visible()
    broker.kill()
    expect(page.locator("[data-broker=lost]:visible").first).to_be_visible()
    expect(page.locator("[data-banner=broker]")).to_be_visible()
    is_live(page)  # our own connection is not to blame
    broker.start()
    expect(page.locator("[data-broker=connected]:visible").first).to_be_visible()
    expect(page.locator("[data-banner=broker]")).to_have_count(0)
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0))
    expect(page.locator(JANE)).to_be_visible()


@pytest.mark.own_scene
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_when_the_server_is_restarted_the_page_resumes(broker, sightline, visit, sign):
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0), "-r")
    page = visit()
    expect(page.locator(JANE)).to_be_visible()
    sightline.end(sign)
    expect(page.locator("html[data-connection=lost]")).to_be_attached()
    expect(page.locator("[data-banner=connection]")).to_be_visible()
    expect(page.locator(JANE)).to_be_visible()  # the last known state stays in sight
    sightline.start().hears()
    is_live(page)
    expect(page.locator("[data-banner=connection]")).to_have_count(0)
    publish(broker, "owntracks/kim/phone", fix(48.0, 11.0))
    expect(page.locator('[data-thing="friend/kim/phone"]')).to_be_visible()
    expect(page.locator(JANE)).to_be_visible()


@pytest.mark.map
def test_a_map_whose_script_did_not_come_is_tried_again(visit):
    page = visit("about.txt")  # nothing of ours
    scripts: list[str] = []

    def first_time_nothing(route: Any) -> None:
        scripts.append(route.request.url)
        if len(scripts) > 1:
            route.continue_()
        else:
            route.abort("connectionrefused")

    page.route("**/assets/maplibre-gl-worker*", first_time_nothing)
    page.goto(page.url.rpartition("/")[0] + "/?test")
    expect(page.locator(".map-trouble")).to_contain_text("could not be loaded")
    drawn(page)
    expect(page.locator(".map-trouble")).to_have_count(0)
    assert len(scripts) > 1


def test_where_no_map_can_be_drawn_none_is_fetched(visit):
    page = visit()
    expect(page.locator("html[data-map=missing]")).to_be_attached()
    expect(page.get_by_role("note").filter(has_text="WebGL 2")).to_be_visible()
    fetched = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert any("/assets/missing-" in name for name in fetched)
    assert not any(re.search("/assets/map|pmtiles", name) for name in fetched)


@pytest.mark.own_scene
def test_a_server_that_hangs_is_told_from_a_quiet_one(sightline, visit):
    import os

    page = visit()
    is_live(page)
    page.wait_for_timeout(3500)
    is_live(page)
    os.kill(sightline.pid, signal.SIGSTOP)
    try:
        expect(page.locator("html[data-connection=lost]")).to_be_attached()
        expect(page.locator(".live-pill")).to_have_text("Paused")
    finally:
        os.kill(sightline.pid, signal.SIGCONT)
    is_live(page)
    expect(page.locator(".live-pill")).to_have_text("Live")


def test_robots_are_seen_with_their_figures_and_their_silence(broker, visit):
    page = visit()
    is_live(page)
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    row = page.locator('[data-thing="probot/ProBot1"]')
    expect(row).to_contain_text("87")
    expect(row).to_have_attribute("data-presence", "offline")
    page.get_by_role("link", name="Robots").click()
    card = page.locator('[data-robot="probot/ProBot1"]')
    for words in ("87", "23", "192.168.1.17"):
        expect(card).to_contain_text(words)


def test_the_broker_page_shows_its_figures_and_what_was_rejected(broker, visit):
    page = visit()
    page.get_by_role("link", name="Broker").click()
    expect(page.get_by_text("mosquitto 2.").first).to_be_visible()
    publish(broker, "owntracks/eve/phone", "{no json <img src=x onerror=alert(1)>")
    expect(page.get_by_text("owntracks/eve/phone").first).to_be_visible()
    expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()


HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}\u202egnp.exe'


@pytest.mark.map
def test_markup_from_outside_is_shown_as_text(broker, visit):
    page = visit()
    is_live(page)
    card = {"_type": "card", "name": HOSTILE, "tid": "<b>"}
    publish(broker, "owntracks/<b>eve</b>/phone", fix(52.0, 5.0))  # no such topic: refused
    publish(broker, "owntracks/eve/phone/info", json.dumps(card))
    publish(
        broker,
        "owntracks/eve/phone",
        fix(52.0, 5.0, poi=HOSTILE, SSID=HOSTILE, inregions=[HOSTILE], tag=HOSTILE, conn=HOSTILE),
    )
    row = page.locator('[data-thing="friend/eve/phone"]')
    expect(row).to_contain_text("<img src=x onerror=alert(1)>")
    row.click()
    drawn(page)
    expect(page.locator("[data-drawer]")).to_contain_text("<script>alert(2)</script>")
    assert page.locator("img[src=x], script:not([src])").count() == 0


def test_the_console_shows_frames_and_sends_one_by_hand(visit):
    page = visit()
    is_live(page)
    page.get_by_role("link", name="Console").click()
    page.get_by_role("tab", name="Frames").click()
    expect(page.locator('.frame-list [data-label="hello"]').first).to_be_visible()
    page.get_by_role("button", name="Beats").click()
    expect(page.locator('.frame-list [data-label="beat"]').first).to_be_visible()
    editor = page.get_by_role("textbox", name=re.compile("frame", re.I)).last
    editor.fill('{"id": 4711, "do": "ping"}')
    page.get_by_role("button", name=re.compile("^send", re.I)).click()
    expect(page.locator('.frame-list [data-label="answer"]').first).to_be_visible()


def test_the_address_of_the_seed_leads_to_the_page(visit):
    page = visit("client.html")
    expect(page.get_by_role("heading", name="Everyone")).to_be_visible()


@pytest.mark.own_scene
def test_an_empty_world_says_what_to_do(visit):
    page = visit()
    page.get_by_text("For programs and robots").click()
    expect(page.get_by_text("mosquitto_pub").first).to_be_visible()


def test_every_key_does_what_the_help_says(broker, visit):
    page = visit()
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0))
    expect(page.locator(JANE)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("nobody")
    expect(page.locator(JANE)).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(JANE)).to_be_visible()
    theme = page.locator("html").get_attribute("data-theme")
    page.keyboard.press("d")
    assert page.locator("html").get_attribute("data-theme") != theme
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for letter, name in (("r", "Robots"), ("b", "Broker"), ("c", "Console"), ("m", "Everyone")):
        heading = page.get_by_role("heading", name=name).first

        def leads_there(letter: str = letter, heading: Any = heading) -> bool:
            if not heading.is_visible():  # a busy machine may take the two keys for no pair
                page.keyboard.press("g")
                page.keyboard.press(letter)
            return bool(heading.is_visible())

        wait_until(leads_there, name, pause=lambda: page.wait_for_timeout(500))


@pytest.mark.map
@pytest.mark.own_scene
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1200, "height": 760}], ids=["phone", "desk"])
def test_the_page_is_accessible_by_day_and_by_night(broker, visit, viewport):
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, batt=12, vel=30, cog=90), "-r")
    page = visit(color_scheme="light", viewport=viewport)
    expect(page.locator(JANE)).to_be_visible()
    page.locator(JANE).click()
    for theme in ("light", "dark"):  # once each: with it all of the map is drawn anew
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        for section in ("Map", "Robots", "Broker", "Console"):
            page.get_by_role("link", name=section).click()
            expect(page.locator(f".page[data-section={section.lower()}]")).to_be_attached()
            page.wait_for_timeout(300)
            assert axe(page) == [], (theme, section)


@pytest.mark.map
def test_a_phone_shows_map_list_and_tabs(broker, visit):
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0), "-r")
    page = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    expect(page.locator(JANE)).to_be_visible()
    drawn(page)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    for name in ("Map", "Robots", "Broker", "Console"):
        box = page.get_by_role("link", name=name).bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44
    page.locator(JANE).tap()
    expect(page.locator("[data-drawer]")).to_be_visible()


def german(english: str) -> str:
    """Say what the page says in German, by its catalogue."""
    catalogue = (ROOT / "web/src/locales/de.po").read_text(encoding="utf-8")
    found = re.search(rf'^msgid {json.dumps(english)}\nmsgstr "(.+)"$', catalogue, re.M)
    assert found, english
    return found[1]


def test_a_german_browser_reads_german_until_another_language_is_chosen(broker, visit):
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, vel=80, cog=90))
    page = visit("?test#map?id=friend/jane/phone", locale="de-DE", timezone_id="Europe/Berlin")
    is_live(page)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    settings = page.get_by_role("link", name=german("Settings"), exact=True)
    expect(settings).to_be_visible()
    drawer = page.locator("[data-drawer]")
    expect(drawer).to_contain_text(german("Speed"))
    expect(drawer).to_contain_text("km/h")
    expect(page.locator(".knob b")).to_have_text(re.compile(r"^\d\d:\d\d(:\d\d)?$"))

    settings.click()
    page.get_by_label(german("Language"), exact=True).select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Settings", exact=True)).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.map
def test_where_lines_run_to_the_left_the_list_is_at_the_right_and_people_beside_it(broker, visit):
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0), "-r")
    page = visit("?test&lang=ar-XB")
    is_live(page)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(JANE)).to_be_visible()
    width = page.viewport_size["width"]
    roster = page.locator(".roster").bounding_box()
    assert roster["x"] > width / 2
    page.locator(JANE).click()
    drawer = page.locator(".drawer")
    expect(drawer).to_be_visible()
    drawn(page)
    beside = drawer.bounding_box()
    assert beside["x"] + beside["width"] < width / 2

    # She is in what the panels leave free, not under one of them.
    face = page.locator(".mark.is-selected .mark-face")

    def is_free() -> bool:
        panel = drawer.bounding_box()
        return panel["x"] + panel["width"] < centre(face.bounding_box()) < roster["x"]

    wait_until(
        is_free,
        lambda: f"the face beside {drawer.bounding_box()}: {face.bounding_box()}",
        pause=lambda: page.wait_for_timeout(100),
    )


def centre(box: Any) -> float:
    """Return the middle of a box across."""
    return float(box["x"] + box["width"] / 2)
