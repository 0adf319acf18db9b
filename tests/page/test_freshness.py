"""What is no longer so is not said to be so: a broker that is frozen, a position that is old."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from page.conftest import LOOK
from page.test_page import fix, is_live, publish

JANE = '[data-thing="friend/jane/phone"]'
# What a page says of time, ten times a second.
SAMPLE = """() => {
  const text = (selector) => document.querySelector(selector)?.textContent ?? null;
  window.samples = [];
  window.alerts = new Set();
  setInterval(() => {
    const spoken = text('[data-spoken=links]');
    if (spoken) window.alerts.add(spoken);
    window.samples.push([
      text('[data-banner=broker] b'),
      spoken,
      text('.roster .status .state'),
      text('.live-pill'),
      text('.drawer .pill'),
      document.querySelector('[data-thing="friend/jane/phone"]')?.dataset.moving ?? null,
      document.documentElement.dataset.feed ?? null,
      getComputedStyle(document.querySelector('.map')).filter,
    ]);
  }, 100);
}"""


def samples(page: Any) -> list[list[str | None]]:
    found: list[list[str | None]] = page.evaluate("() => window.samples")
    return found


def test_a_frozen_broker_is_one_steady_state_until_the_first_message(broker, visit):
    page = visit()
    is_live(page)
    expect(page.locator("[data-broker=connected]:visible").first).to_be_visible()
    publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, vel=34, cog=80), "-q", "1")
    page.locator(JANE).click()
    expect(page.locator(".drawer .pill")).to_have_text(re.compile("^Moving"))
    broker.pause()
    page.evaluate(SAMPLE)
    banner = page.locator("[data-banner=broker]")
    expect(banner).to_be_visible()
    expect(page.locator("[data-spoken=links]")).to_contain_text("The broker is lost")
    before = len(samples(page))
    # Long enough for it to be tried again and again: the port answers, and the broker does not.
    enough = "count => window.samples.length >= count"
    page.wait_for_function(enough, arg=before + 200, polling=LOOK)
    lost = samples(page)[before:]
    assert len({json.dumps(one) for one in lost}) == 1, lost
    banner_text, spoken, status, bar, pill, moving, feed, grey = lost[0]
    assert banner_text is not None
    assert spoken is not None
    assert re.search(r"As of \d\d:\d\d$", banner_text)
    as_of = banner_text[-len("As of 12:04") :]
    assert status == as_of
    assert pill is not None
    assert pill.startswith(as_of)
    assert spoken == f"The broker is lost. What came over it is {as_of.replace('As', 'as')}."
    assert (bar, moving, feed) == ("Paused", "false", "lost")
    assert grey != "none"
    assert page.evaluate("() => window.alerts.size") == 1  # one sentence, for as long as it lasts
    broker.resume()
    expect(banner).to_have_count(0)
    expect(page.locator(".roster .status .state").first).to_have_text("Live")
    expect(page.locator("html[data-feed=heard]")).to_be_attached()
    publish(broker, "owntracks/jane/phone", fix(52.1, 5.0, vel=34, cog=80), "-q", "1")
    expect(page.locator(".drawer .pill")).to_have_text(re.compile("^Moving"))


@pytest.mark.map
def test_a_queue_of_old_fixes_makes_nobody_move(broker, visit):
    page = visit()
    is_live(page)
    expect(page.locator("[data-broker=connected]:visible").first).to_be_visible()
    now = int(time.time())
    for ago in (840, *range(2000, 1000, -200)):
        said = fix(52.0 + ago / 1e5, 5.0, tst=now - ago, vel=34, cog=80)
        publish(broker, "owntracks/jane/phone", said, "-q", "1")
    page.locator(JANE).click()
    expect(page.locator(".drawer .pill")).to_have_text(re.compile("^Was moving, 1[45] min ago"))
    expect(page.locator(".drawer .pill")).to_have_attribute("data-tone", "warn")
    drawer = page.locator(".drawer")
    expect(drawer).to_contain_text(re.compile(r"Last fix1[45]\s*min ago"))
    expect(drawer).to_contain_text(re.compile(r"Last heard\d+ (s|min) ago"))
    expect(drawer).to_contain_text("Speed then")
    row = page.locator(JANE)
    expect(row).to_have_attribute("data-moving", "false")
    expect(row).to_contain_text(re.compile(r"heard \d+ (s|min) ago · was 34 km/h"))
    expect(row.locator(".age [aria-hidden]")).to_have_text(re.compile("^1[45] min$"))
    expect(page.locator('.chip:has-text("Moving")')).to_contain_text("0")
    expect(page.locator('.mark[data-presence="stale"]').first).to_be_attached()
