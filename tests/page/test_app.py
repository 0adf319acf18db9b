"""The page as an app: it starts without a network, keeps nothing of those who left, offers what is
new, and shows notifications. One server and one broker for all of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broker import Broker, publish
from page.conftest import opens
from page.test_page import fix, is_live
from people import Admin, sign_in
from sightline_process import ROOT, SightlineProcess
from waits import wait_until

JANE = '[data-thing="friend/jane/phone"]'
PICTURE = "kept/picture"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  }
  return found;
}"""
"""Every address that is kept on the device, by anybody."""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(
    ({ title, body, tag, data, actions }) => ({ title, body, tag, data, actions }));
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SightlineProcess, Broker]]:
    """A server whose page can be built anew, with a friend and a robot."""
    if not (ROOT / "web" / "dist" / "sw.js").exists():
        pytest.skip("the page is not built (cd web && npm ci && npm run build)")
    web = tmp_path_factory.mktemp("web") / "dist"
    shutil.copytree(ROOT / "web" / "dist", web)
    with Broker("sys_interval 1") as broker:
        settings = f"""
            [server]
            web_root = "{web}"
            [accounts]
            guest = "none"
            hash_memory = 1024
            hash_passes = 1
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            reconnect_min = 0.2
            reconnect_max = 0.5
            [fanout]
            beat_seconds = 1
        """
        publish(broker, "owntracks/jane/phone", fix(52.0, 5.0, batt=64), "-r")
        with SightlineProcess(settings) as sightline:
            admin = Admin(sightline)
            admin.knows("amy", "operator", see=["*"], drive=["*"])
            yield sightline.hears(), broker


@pytest.fixture
def context(plain_chromium: Browser) -> Iterator[BrowserContext]:
    context = opens(plain_chromium, service_workers="allow")
    yield context
    context.close()


@pytest.fixture
def notified(app_chromium: Browser) -> Iterator[BrowserContext]:
    """Where notifications are shown, too."""
    context = opens(app_chromium, permissions=["notifications"], service_workers="allow")
    yield context
    context.close()


def opened(context: BrowserContext, sightline: SightlineProcess, path: str = "?test") -> Page:
    page = context.new_page()
    page.goto(sightline.url + path)
    return page


def in_as_amy(context: BrowserContext, sightline: SightlineProcess) -> Page:
    """Sign in, and wait until the page is kept on the device, and what it shows."""
    page = opened(context, sightline)
    sign_in(page, "amy")
    is_live(page)
    expect(page.locator(JANE)).to_be_visible()
    until_kept(page)
    return page


def until_kept(page: Page) -> None:
    def whole() -> bool:
        found = page.evaluate(KEPT)
        installed = page.evaluate("() => navigator.serviceWorker.controller !== null")
        return bool(installed and any(url.endswith(PICTURE) for url in found))

    wait_until(
        whole,
        lambda: f"what is kept: {page.evaluate(KEPT)}",
        pause=lambda: page.wait_for_timeout(50),
    )


def test_without_the_server_the_page_shows_what_it_showed_last_and_as_of_when(context, house):
    sightline, _ = house
    page = in_as_amy(context, sightline)
    kept = page.evaluate(KEPT)
    page.close()
    sightline.end()
    try:
        page = opened(context, sightline)
        row = page.locator(JANE)
        expect(row).to_be_visible()
        expect(row).to_contain_text("64")
        banner = page.locator("[data-banner=connection]")
        expect(banner).to_contain_text(re.compile(r"As of \d\d:\d\d"))
        expect(page.locator("html[data-connection=lost][data-feed=lost]")).to_be_attached()
        expect(page.locator(".roster .status .state").first).to_have_text("Reconnecting")
        expect(row).to_have_attribute("data-current", "false")
        row.click()
        expect(page.locator(".drawer .pill")).to_have_text(re.compile(r"^As of \d\d:\d\d"))
    finally:
        sightline.start()
    # It goes on by itself, as who was in.
    is_live(page)
    expect(banner).to_have_count(0)
    expect(page.locator(".roster .status .state").first).to_have_text("Live")
    # The page itself, and what is the device's own; nothing that the server says of anybody.
    strangers = [
        url
        for url in kept
        if not re.fullmatch(
            re.escape(sightline.url)
            + r"(assets/[\w.-]+|icon\.svg|icons/[\w.-]+|manifest\.webmanifest|theme\.js"
            r"|kept/(picture|words)|basemap/world\.pmtiles\?v=\w+&part=[\d-]+)?",
            url,
        )
    ]
    assert strangers == []


def test_signing_out_leaves_nothing_of_what_was_shown(notified, house):
    context, (sightline, _) = notified, house
    page = in_as_amy(context, sightline)
    deliver(context, page, {"title": "Mia arrived at School", "tag": "t"})
    wait_until(lambda: page.evaluate(SHOWN), pause=lambda: page.wait_for_timeout(50))
    page.goto(sightline.url + "#account")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    expect(page.locator(".signin[data-state=out]")).to_be_visible()
    wait_until(
        lambda: (
            not any(PICTURE in url or "part=" in url for url in page.evaluate(KEPT))
            and not page.evaluate(SHOWN)
        ),
        lambda: f"nothing to be kept: {page.evaluate(KEPT)} {page.evaluate(SHOWN)}",
        pause=lambda: page.wait_for_timeout(50),
    )
    page.close()
    sightline.end()
    try:
        page = opened(context, sightline)
        expect(page.locator(".signin[data-state=away]")).to_be_visible()
        expect(page.locator(JANE)).to_have_count(0)
    finally:
        sightline.start()
    expect(page.locator(".signin[data-state=out]")).to_be_visible()


def test_a_new_version_is_offered_and_never_while_a_robot_is_before_one(context, house):
    sightline, broker = house
    page = in_as_amy(context, sightline)
    publish(broker, "telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    page.goto(sightline.url + "?test#robots?id=probot/ProBot1")
    expect(page.locator(".page[data-driving=true]")).to_be_attached()
    entry = page.locator("script[type=module]")
    before = entry.get_attribute("src") or ""
    built_anew(Path(re.search(r'web_root = "([^"]+)"', settings_of(sightline))[1]))  # type: ignore[index]
    sightline.restart()
    is_live(page)
    waits = "async () => (await navigator.serviceWorker.ready).waiting !== null"
    wait_until(lambda: page.evaluate(waits), pause=lambda: page.wait_for_timeout(50))
    note = page.locator("[data-app-note=version]")
    expect(note).to_have_count(0)
    page.get_by_role("link", name="Map", exact=True).click()
    expect(note).to_be_visible()
    assert entry.get_attribute("src") == before
    note.get_by_role("button", name="Load it").click()
    expect(page.locator("html[data-connection=live]")).to_be_attached()
    expect(entry).not_to_have_attribute("src", before)
    expect(note).to_have_count(0)


def test_a_push_becomes_a_notification_that_leads_to_its_moment(notified, house):
    context, (sightline, _) = notified, house
    page = in_as_amy(context, sightline)
    told = {
        **{"id": "n1", "tag": "alert/amy/r1", "title": "Mia arrived at School", "body": "08:12"},
        **{"url": "#robots", "at": 1795234500, "alert": "alert/amy/r1.1", "badge": 1},
        "actions": ["show", "acknowledge"],
    }
    deliver(context, page, told)
    (shown,) = wait_until(lambda: page.evaluate(SHOWN), pause=lambda: page.wait_for_timeout(50))
    assert shown["title"] == "Mia arrived at School"
    assert shown["body"] == "08:12"
    assert [each["title"] for each in shown["actions"]] == ["Show", "Acknowledge"]
    touch(context, "alert/amy/r1", "show")
    expect(page.locator(".page[data-section=robots]")).to_be_attached()
    wait_until(lambda: not page.evaluate(SHOWN), pause=lambda: page.wait_for_timeout(50))
    deliver(context, page, "no json")
    (shown,) = wait_until(lambda: page.evaluate(SHOWN), pause=lambda: page.wait_for_timeout(50))
    assert shown["title"] == "Sightline"


def deliver(context: BrowserContext, page: Page, told: Any) -> None:
    """Hand a push, decrypted, to the worker, as the browser does that its push service told."""
    devtools = context.new_cdp_session(page)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(each["registrationId"] for each in said["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    wait_until(lambda: found, "a registration", pause=lambda: page.wait_for_timeout(20))
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": page.evaluate("() => location.origin"),
            "registrationId": found[-1],
            "data": told if isinstance(told, str) else json.dumps(told),
        },
    )
    devtools.detach()


def touch(context: BrowserContext, tag: str, action: str) -> None:
    """Touch a button of a notification: no browser without a screen draws one."""
    worker = context.service_workers[-1]
    worker.evaluate(
        """async ([tag, action]) => {
          const [notification] = await registration.getNotifications({ tag });
          dispatchEvent(new NotificationEvent('notificationclick', { notification, action }));
        }""",
        [tag, action],
    )


def settings_of(sightline: SightlineProcess) -> str:
    return (sightline.folder / "sightline.toml").read_text()


def built_anew(web: Path) -> None:
    """Give the page's first script another name, as a build of other sources does."""
    (old,) = re.findall(r'src="\./assets/(index-[\w-]+\.js)"', (web / "index.html").read_text())
    new = f"index-{hashlib.sha256(old.encode()).hexdigest()[:8]}.js"
    (web / "assets" / old).rename(web / "assets" / new)
    for path in [web / "index.html", web / "sw.js", *(web / "assets").glob("*.js")]:
        text = path.read_text()
        if old in text:
            replaced(path, text.replace(old, new))

    def digest(found: re.Match[str]) -> str:
        data = (web / found["path"]).read_bytes()
        return found[1] + base64.b64encode(hashlib.sha256(data).digest()).decode() + found["end"]

    files = r'((?P<quote>["`\']?)(?P<path>[\w./-]+)(?P=quote):["`\']sha256-)[\w+/=]+(?P<end>["`\'])'
    text, count = re.subn(files, digest, (web / "sw.js").read_text())
    assert count > 20
    replaced(web / "sw.js", re.sub(r"(id:[\"`'])\w{16}", rf"\g<1>{new[6:14]}{new[6:14]}", text))


def replaced(path: Path, text: str) -> None:
    """Write a file that may be another's, too, and let go of its compressed siblings."""
    for suffix in ("", ".br", ".gz"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_text(text)
