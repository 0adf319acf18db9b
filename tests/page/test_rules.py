"""Making rules in a real browser: a sentence, tried on the past before it is switched on.

Covers rules/trials.py.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broker import Broker, publish
from people import PASSWORD, Admin, axe
from sightline_process import ROOT, SightlineProcess

PHONE = {"width": 390, "height": 844}
HOUR = 3600
CYCLES = 6  # of a battery that runs down to 12 % and is charged again


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker("sys_interval 1") as broker:
        yield broker


@pytest.fixture(scope="module")
def sightline(broker: Broker) -> Iterator[SightlineProcess]:
    """One server for all of these tests, that remembers two days of Jane's battery."""
    settings = f"""
        [server]
        web_root = "{ROOT / "web" / "dist"}"
        [accounts]
        guest = "none"
        hash_memory = 1024
        hash_passes = 1
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        [fanout]
        beat_seconds = 1
    """
    with SightlineProcess(settings) as process:
        process.hears()
        runs_down(broker)
        yield process


@pytest.fixture(scope="module")
def session(sightline: SightlineProcess) -> dict[str, str]:
    """The cookie of the first admin, once all that is to be remembered is."""
    admin = Admin(sightline, "jane")
    admin.recalls("friend/jane/phone", 4 * CYCLES)
    return admin.session


def runs_down(broker: Broker) -> None:
    """Publish the fixes of two days, as a phone does that was out of reach."""
    now = int(time.time())
    for cycle in range(CYCLES):
        for step, level in enumerate((90, 60, 34, 12)):
            at = now - (CYCLES - cycle) * 8 * HOUR + step * HOUR
            publish(broker, "owntracks/jane/phone", fix(at, level))


def fix(at: int, level: int) -> str:
    about = {"_type": "location", "lat": 52.37, "lon": 4.9, "acc": 8}
    return json.dumps({**about, "tst": at, "batt": level})


def opened(visit: Any, session: dict[str, str], address: str, **context: Any) -> Page:
    """The page of somebody who has an account."""
    page: Page = visit("?test", **context)
    page.context.add_cookies([session])  # type: ignore[list-item]
    page.goto("about:blank")
    page.goto(session["url"] + address)
    expect(page.locator("html[data-connection=live]")).to_be_attached()
    return page


def test_a_rule_is_tried_on_the_past_and_switched_on(
    visit: Any, session: dict[str, str], broker: Broker
) -> None:
    page = opened(visit, session, "?test#rules")
    page.locator("[data-template=battery]").click()
    sentence = page.get_by_role("group", name="The rule. Each part can be changed.")
    expect(sentence).to_contain_text("When the battery of any friend falls below 20 %")
    trial = page.locator("[data-trial=known]")
    expect(trial).to_have_attribute("data-count", str(CYCLES))
    expect(trial).to_contain_text(f"In the last 30 days this would have told you {CYCLES} times.")
    expect(trial.locator("[data-would] a").first).to_have_attribute(
        "href", re.compile(r"^#map\?at=20\d\d-.*&id=friend/jane/phone$")
    )
    # A threshold is dragged by the keys, and the strip follows; below 10 % it never was.
    sentence.get_by_role("button", name="20 %").click()
    slider = page.get_by_role("slider", name="Limit")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-trial=known][data-count='0']")).to_contain_text("never")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(f"[data-trial=known][data-count='{CYCLES}']")).to_be_visible()
    expect(sentence).to_contain_text("falls below 35 %")
    assert axe(page) == []
    page.get_by_role("button", name="Save and switch on").click()
    row = page.locator(".rule-item")
    expect(row).to_contain_text("When the battery of any friend falls below 35 % at any time")
    expect(row.get_by_role("switch")).to_be_checked()
    # Now it watches.
    publish(broker, "owntracks/jane/phone", fix(int(time.time()) - 1, 90))
    publish(broker, "owntracks/jane/phone", fix(int(time.time()), 8))
    expect(row).to_contain_text("Told last")
    row.get_by_role("switch").click()
    expect(page.locator(".rule-item[data-enabled=false]")).to_be_visible()
    # Removed, and back again.
    row.get_by_role("button", name=re.compile("^Remove")).click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rule-item[data-enabled=false]")).to_be_visible()


def test_a_rule_is_begun_from_a_friend_on_a_phone_and_kept_over_a_look_at_the_map(
    visit: Any, session: dict[str, str]
) -> None:
    page = opened(visit, session, "?test#map?id=friend/jane/phone", viewport=PHONE)
    page.get_by_role("button", name="Tell me when…").click()
    editor = page.locator("[data-editor=new]")
    expect(editor.locator(".rule-choices[data-choices=what]")).to_be_visible()
    box = editor.bounding_box()
    assert box is not None
    assert box["width"] <= PHONE["width"]
    page.get_by_role("radio", name=re.compile("^battery gets low")).check()
    expect(editor.locator("[data-slot=who]")).to_have_text("jane")
    expect(page.locator("[data-trial=known]:not([data-count='0'])")).to_be_attached()
    # What is missing is said, and nothing can be saved so.
    page.get_by_role("radio", name=re.compile("^arrives at a place")).check()
    expect(page.get_by_role("button", name="Save and switch on")).to_be_disabled()
    expect(editor).to_contain_text("Choose a place.")
    # Leaving to look at something else loses nothing.
    page.evaluate("location.hash = '#map'")
    page.evaluate("location.hash = '#rules'")
    page.get_by_role("button", name="Go on with it").click()
    expect(editor.locator("[data-slot=what]")).to_have_text("arrives at")


ASK = """([method, path, fields]) => fetch(`api/1/${path}`, {
  method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields),
}).then(({ ok }) => ok)"""


def test_rules_are_written_as_text_and_whom_an_alert_is_about_is_called(
    visit: Any, session: dict[str, str], broker: Broker
) -> None:
    page = opened(visit, session, "?test#rules")
    page.get_by_role("button", name="All as text").click()
    text = page.get_by_role("textbox", name="Your rules as text")
    text.fill("when friend/jane has battery belo 30 % tell jane")
    expect(page.locator("[data-changes][data-blocked]")).to_contain_text("One line is no rule")
    text.fill('when friend/jane has battery below 30 % tell jane, called "By text"')
    expect(page.locator("[data-change=new]")).to_contain_text("By text")
    assert axe(page) == []
    page.get_by_role("button", name="Bring in one rule").click()
    expect(page.locator(".rule-item", has_text="By text").get_by_role("switch")).to_be_checked()
    # She whose phone it is has left a number.
    bea = {"name": "bea", "role": "viewer", "password": PASSWORD, "own": ["friend/jane"]}
    assert page.evaluate(ASK, ["POST", "users", bea])
    number = {"telephone": "+49 151 2345678"}
    assert page.evaluate(ASK, ["PUT", "users/bea/telephone", number])
    publish(broker, "owntracks/jane/phone", fix(int(time.time()) + 1, 90))
    publish(broker, "owntracks/jane/phone", fix(int(time.time()) + 2, 8))
    page.evaluate("location.hash = '#alerts'")
    call = page.get_by_role("link", name="Call bea, +49 151 2345678").first
    expect(call).to_have_attribute("href", "tel:+491512345678")
