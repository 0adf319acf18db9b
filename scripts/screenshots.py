"""Take the pictures of the documents: server/docs/images/*.png, from the demonstration.

    .venv/bin/python scripts/screenshots.py [NAME…]

Needs Chromium, ImageMagick's `convert` and a built page (web/dist). The server, its broker and its data are its own and are
gone afterwards; no picture is larger than `LARGEST`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from page.conftest import CHROMIUM, FLAGS  # noqa: E402
from sightline_process import SightlineProcess  # noqa: E402

IMAGES = ROOT / "server" / "docs" / "images"
LARGEST = 150_000
DESKTOP = {"width": 1080, "height": 680}
PHONE = {"width": 390, "height": 780}
WALK = 90  # fixes of the day that is looked back at, one in two minutes


def port_of(server: SightlineProcess) -> int:
    """Return the port of the server's own broker, as its log names it."""
    until = time.monotonic() + 60
    while not (found := re.search(r"Our own broker listens on 127\.0\.0\.1:(\d+)", server.logged)):
        if time.monotonic() > until:
            raise RuntimeError(server.logged)
        time.sleep(0.1)
    return int(found[1])


def walk(port: int) -> None:
    """Publish a walk through Amsterdam over the last hours, as a phone that was out of reach."""
    topic, now = "owntracks/jane/phone", int(time.time())
    card = json.dumps({"_type": "card", "name": "Jane", "tid": "JA"})
    lines = []
    for step in range(WALK):
        lat = 52.3676 + 0.012 * (step / WALK) * (1 if step % 2 else 0.97)
        lon = 4.8840 + 0.030 * (step / WALK) ** 2
        at = now - (WALK - step) * 120
        about = {"lat": round(lat, 5), "lon": round(lon, 5), "tst": at, "acc": 8, "vel": 5}
        lines.append(json.dumps({"_type": "location", "batt": 90 - step // 3, "tid": "JA", **about}))
    publish = ["mosquitto_pub", "-p", str(port), "-q", "1", "-t"]
    subprocess.run([*publish, f"{topic}/info", "-r", "-m", card], check=True, timeout=60)
    text = "\n".join(lines) + "\n"
    subprocess.run([*publish, topic, "-l"], input=text, text=True, check=True, timeout=60)


class Camera:
    """Opens the page as the person who was invited, and takes pictures of it."""

    def __init__(self, browser: Browser, server: SightlineProcess) -> None:
        self._browser = browser
        self._url = server.url
        found = re.search(r"open once: (\S+)", server.logged)
        assert found, server.logged
        page = browser.new_context().new_page()
        page.goto(found[1])
        expect(page.locator("html[data-connection=live]")).to_be_attached(timeout=60_000)
        self._signed_in = page.context.storage_state()

    def open(self, place: str, scheme: str, size: dict[str, int] = DESKTOP) -> Page:
        """Open a place of the page (what stands behind the #), with the map drawn."""
        context = self._browser.new_context(
            viewport=size,
            color_scheme="light" if scheme == "light" else "dark",
            reduced_motion="reduce",
            storage_state=self._signed_in,
            has_touch=size is PHONE,
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{self._url}?test#{place}")
        expect(page.locator("html[data-connection=live]")).to_be_attached(timeout=60_000)
        return page

    def take(self, page: Page, name: str) -> None:
        """Write the picture, and close the page."""
        path = IMAGES / f"{name}.png"
        page.screenshot(path=path)
        page.context.close()
        fewer = ["convert", path, "+dither", "-colors", "128", "-strip", f"PNG8:{path}"]
        subprocess.run(fewer, check=True, timeout=60)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{name}: larger than {LARGEST // 1000} kB")


def drawn(page: Page) -> None:
    """Wait until the map has drawn everything."""
    page.wait_for_timeout(1500)  # for the picture only: faces and towns fade in
    expect(page.locator("html[data-map=idle]")).to_be_attached(timeout=60_000)


def map_dark(camera: Camera) -> None:
    """Take the whole map at night."""
    page = camera.open("map", "dark")
    drawn(page)
    camera.take(page, "map-dark")


def map_light(camera: Camera) -> None:
    """Take the map by day with a friend's details."""
    page = camera.open("map?id=friend/amara/pixel", "light")
    expect(page.locator(".drawer")).to_be_visible()
    drawn(page)
    camera.take(page, "map-light")


def map_phone(camera: Camera) -> None:
    """Take the map on a phone."""
    page = camera.open("map", "light", PHONE)
    drawn(page)
    camera.take(page, "map-phone")


def past_light(camera: Camera) -> None:
    """Take the time bar, an hour back, with a walk on the map."""
    page = camera.open("map?id=friend/jane/phone&view=13.00/52.3720/4.8990", "light")
    expect(page.locator(".drawer")).to_be_visible()
    page.get_by_role("slider", name="Time of day").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("[data-banner=past]")).to_be_visible()
    drawn(page)
    camera.take(page, "past-light")


def regions_dark(camera: Camera) -> None:
    """Take a circle while it is drawn."""
    page = camera.open("map?tab=regions&view=12.00/52.3700/4.9000", "dark")
    drawn(page)
    page.get_by_role("button", name="New region").click()
    expect(page.locator("[data-editor=new]")).to_be_visible()
    page.mouse.move(560, 330)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(560 + 8 * step, 330)
    page.mouse.up()
    page.get_by_label("Name", exact=True).fill("Old town")
    drawn(page)
    camera.take(page, "regions-dark")


def share_dark(camera: Camera) -> None:
    """Take the dialogue that makes a link."""
    page = camera.open("map?id=friend/amara/pixel", "dark")
    page.get_by_role("button", name=re.compile("^Share")).first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    drawn(page)
    camera.take(page, "share-dark")


def drive_dark(camera: Camera) -> None:
    """Take the page of a robot that is driven."""
    page = camera.open("robots?id=probot/ProBot1", "dark")
    page.locator("[data-robot='probot/ProBot1']").first.click()
    page.get_by_role("button", name="Take control").click()
    expect(page.locator("[data-control=mine]")).to_be_visible()
    page.wait_for_timeout(3000)  # for the charts
    camera.take(page, "drive-dark")


PICTURES: tuple[Callable[[Camera], None], ...] = (
    map_dark,
    map_light,
    map_phone,
    past_light,
    regions_dark,
    share_dark,
    drive_dark,
)


def main(names: list[str]) -> None:
    """Take all pictures, or those named."""
    built = (ROOT / "web" / "dist" / "index.html").exists()
    if CHROMIUM is None or shutil.which("convert") is None or not built:
        raise SystemExit("Chromium, ImageMagick and a built page (npm run build) are needed.")
    settings = f'[server]\nweb_root = "{ROOT / "web" / "dist"}"\n[accounts]\nguest = "none"\n'
    IMAGES.mkdir(exist_ok=True)
    with SightlineProcess(settings + "[driving]\nguard = true\n", "--demo") as server:
        walk(port_of(server))
        time.sleep(20)  # so that there is something to see: speeds, round trips, crossings
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            camera = Camera(browser, server)
            for picture in PICTURES:
                if not names or picture.__name__.replace("_", "-") in names:
                    picture(camera)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
