"""Regions in a real browser: drawn on the map, lived in, crossed, and edited by two at once."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import Broker, publish
from page.conftest import LOOK
from people import axe

pytestmark = pytest.mark.map

# Where the tests look: nobody else is there.
VIEW = "view=13.00/52.3700/4.9000"
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 1104, "height": 600}  # a large map is drawn slowly


@pytest.fixture
def regions() -> str:
    """One fix is enough to say that somebody is inside, so that no test has to wait."""
    return "fixes = 1"


def fix(lat: float, lon: float, ago: int = 0) -> str:
    """Where a phone was so many seconds ago."""
    about = {"_type": "location", "lat": lat, "lon": lon, "acc": 5}
    return json.dumps({**about, "tst": int(time.time()) - ago})


def board(visit: Any, **context: Any) -> Page:
    """The page with the list of who is where, and a map that can be drawn on."""
    context.setdefault("viewport", SMALL)
    page: Page = visit(f"?test#map?tab=regions&{VIEW}", **context)
    expect(page.locator("html[data-connection=live]")).to_be_attached()
    expect(page.locator("html[data-map=idle]")).to_be_attached()
    return page


def draw_circle(page: Page, name: str) -> None:
    page.get_by_role("button", name="New region").click()
    expect(page.locator("[data-editor=new]")).to_be_visible()
    pull(page, (600, 330), (660, 330))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-editor]")).to_have_count(0)


def pull(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def region(page: Page, name: str) -> dict[str, Any]:
    """The region of this name as the page has it, once it has."""
    script = """name => [...window.sightline.world.kind('region').values()]
        .find((region) => region.name === name)"""
    found: dict[str, Any] = page.wait_for_function(script, arg=name, polling=LOOK).json_value()
    return found


def transition(event: str, name: str) -> str:
    now = int(time.time())
    about = {"_type": "transition", "event": event, "desc": name, "t": "c", "acc": 10}
    return json.dumps({**about, "tst": now, "wtst": now - 900, "lat": 52.37, "lon": 4.9})


def waypoint(name: str, tst: int = 1795000000) -> str:
    about = {"_type": "waypoint", "desc": name, "lat": 52.36, "lon": 4.88, "rad": 300}
    return json.dumps({**about, "tst": tst, "rid": "h4rb0r"})


def test_a_region_is_drawn_and_tells_who_comes_and_goes(broker: Broker, visit: Any) -> None:
    page = board(visit)
    expect(page.locator(".board")).to_contain_text("No regions yet")
    draw_circle(page, "Park")
    expect(page.locator("[data-drawer^='region/']")).to_contain_text("Nobody that you may see")
    park = region(page, "Park")
    assert park["shape"] == "circle"
    assert 300 < park["rad"] < 3000
    # Where somebody is at first is no coming; what follows is.
    publish(broker, "owntracks/jane/phone", fix(park["lat"] - 0.017, park["lon"], ago=30))
    publish(broker, "owntracks/jane/phone", fix(park["lat"], park["lon"], ago=15))
    toast = page.locator("[data-toast][data-event=enter]")
    expect(toast).to_contain_text("jane entered Park")
    row = page.locator(f"[data-region='region/{park['id']}']")
    expect(row).to_contain_text("jane")
    expect(page.locator("[data-drawer] .inside")).to_contain_text("jane")
    publish(broker, "owntracks/jane/phone", fix(park["lat"] + 0.017, park["lon"]))
    expect(page.locator(".board")).to_contain_text("Nobody is in any of them")
    expect(row).to_have_count(0)  # folded away
    page.locator("[data-view=crossings]").click()
    listed = page.locator(".crossings[aria-label*=newest] [data-crossing]")
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("jane left Park")
    # And in the words of the friend's own details.
    page.locator("[data-view=people]").click()
    page.locator('.row[data-thing="friend/jane/phone"]').click()
    expect(page.locator("[data-today]")).to_contain_text("Left Park")
    # What the phone says is written down beside it, with who says so.
    publish(broker, "owntracks/jane/phone/event", transition("enter", "Gym"))
    expect(page.locator("[data-today]")).to_contain_text("Entered Gym")
    expect(page.locator("[data-today]")).to_contain_text("by the phone")


def test_a_polygon_is_drawn_corrected_and_undone(visit: Any) -> None:
    page = board(visit)
    page.get_by_role("button", name="New region").click()
    page.get_by_role("button", name="Polygon").click()
    for corner in ((520, 200), (720, 200), (720, 420), (520, 420)):
        page.mouse.click(*corner)
    corners = page.locator(".sketch-handle.is-corner")
    expect(corners).to_have_count(4)
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("Yard")
    # A side is pulled out, a corner is moved, and both are undone in turn.
    box = page.locator("[data-handle=middle-0]").bounding_box()
    assert box
    pull(page, (box["x"] + 14, box["y"] + 14), (620, 120))
    expect(corners).to_have_count(5)
    pull(page, (520, 420), (480, 470))
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(corners).to_have_count(4)
    # Sides that cross are refused before the server is asked.
    pull(page, (520, 200), (800, 300))
    expect(page.locator(".flaw")).to_contain_text("Two sides cross")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".flaw")).to_have_count(0)
    # With the keyboard alone: a corner is moved, another taken away.
    page.locator("[data-handle=corner-1]").focus()
    page.keyboard.press("ArrowUp")
    page.locator("[data-handle=corner-3]").focus()
    page.keyboard.press("Delete")
    expect(corners).to_have_count(3)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-drawer^='region/']")).to_contain_text("3 corners")
    yard = region(page, "Yard")
    assert (yard["shape"], len(yard["points"])) == ("polygon", 3)


def test_who_was_slower_is_told_and_chooses(visit: Any) -> None:
    page = board(visit)
    draw_circle(page, "Park")
    park = region(page, "Park")["id"]
    other = visit(f"?test#map?{VIEW}&id=region/{park}", viewport=PHONE)
    for each in (page, other):
        each.get_by_role("button", name="Edit").click()
    other.get_by_label("Name", exact=True).fill("Garden")
    other.get_by_role("button", name="Save").click()
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("saved version 2")
    page.get_by_label("Name", exact=True).fill("Meadow")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(conflict).to_contain_text("it was changed meanwhile: it is version 2")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("[data-drawer^='region/'] h2")).to_have_text("Meadow")
    expect(other.locator("[data-drawer^='region/'] h2")).to_have_text("Meadow")
    # And gone for both when one deletes it.
    delete = page.get_by_role("button", name=re.compile("elete"))
    delete.click()
    delete.click()
    expect(other.locator("[data-drawer^='region/']")).to_contain_text("there no more")
    expect(page.locator(".board")).to_contain_text("No regions yet")


@pytest.mark.parametrize("guest", ["viewer"])
def test_who_may_not_edit_sees_regions_and_no_controls(broker: Broker, visit: Any) -> None:
    publish(broker, "owntracks/jane/phone", fix(52.36, 4.88), "-r")
    publish(broker, "owntracks/jane/phone/waypoint", waypoint("Harbour"))
    page = board(visit)
    publish(broker, "owntracks/jane/phone/waypoint", waypoint("Harbour"))
    row = page.locator("[data-region]", has_text="Harbour")
    expect(row).to_contain_text("From jane/phone")
    row.locator(".region-row").click()
    drawer = page.locator("[data-drawer^='region/']")
    expect(drawer).to_contain_text("A waypoint of jane/phone")
    for name in ("New region", "Edit", "Make it a shared region", "Delete this region"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_everybody_can_read_and_use_it(broker: Broker, visit: Any) -> None:
    page = board(visit, color_scheme="light")
    publish(broker, "owntracks/jane/phone", fix(52.36, 4.88))
    publish(broker, "owntracks/jane/phone/waypoint", waypoint("Harbour"))
    row = page.locator("[data-region]", has_text="Harbour")
    expect(row).to_be_visible()
    assert axe(page) == []
    row.locator(".region-row").click()
    expect(page.locator("[data-drawer^='region/']")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Make it a shared region").click()
    expect(page.locator("[data-drawer^='region/']")).to_contain_text("a waypoint of jane/phone")
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("[data-editor]")).to_be_visible()
    assert axe(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert axe(page) == []
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Close").click()
    page.locator("[data-view=crossings]").click()
    publish(broker, "owntracks/jane/phone/event", transition("enter", "Gym"))
    expect(page.locator("[data-crossing]").first).to_be_visible()
    assert axe(page) == []
