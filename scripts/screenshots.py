"""Take the pictures of the documents: server/docs/images/*.png, from the demonstration.

    .venv/bin/python scripts/screenshots.py [NAME…]

Needs Chromium and a built page (web/dist). The server, its broker and its data are its own and are
gone afterwards; no picture is larger than `LARGEST`.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

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


# The 256 commonest colours (five bits of each channel), and for each pixel the nearest of them.
PALETTE = """async (taken) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + taken;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const data = context.getImageData(0, 0, image.width, image.height).data;
    const key = (at) => (data[at] >> 3 << 10) | (data[at + 1] >> 3 << 5) | (data[at + 2] >> 3);
    const found = new Map();
    for (let at = 0; at < data.length; at += 4) {
        const entry = found.get(key(at)) ?? [0, 0, 0, 0];
        entry[0]++;
        for (let n = 0; n < 3; n++) entry[n + 1] += data[at + n];
        found.set(key(at), entry);
    }
    const common = [...found].sort((a, b) => b[1][0] - a[1][0]).slice(0, 256);
    const mean = ([, [count, ...sums]]) => sums.map((sum) => Math.round(sum / count));
    const colours = common.map(mean);
    const number = new Map(common.map(([colour], n) => [colour, n]));
    const nearest = (colour) => {
        const own = [colour >> 10, (colour >> 5) & 31, colour & 31].map((each) => each * 8 + 4);
        const far = colours.map((other) => own.reduce((sum, v, n) => sum + (v - other[n]) ** 2, 0));
        return far.indexOf(Math.min(...far));
    };
    const pixels = new Uint8Array(data.length / 4);
    for (let at = 0; at < data.length; at += 4) {
        const colour = key(at);
        if (!number.has(colour)) number.set(colour, nearest(colour));
        pixels[at / 4] = number.get(colour);
    }
    const text = (bytes) => {
        let made = '';
        for (let at = 0; at < bytes.length; at += 32768)
            made += String.fromCharCode(...bytes.subarray(at, at + 32768));
        return btoa(made);
    };
    return [[image.width, image.height], text(new Uint8Array(colours.flat())), text(pixels)];
}"""


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
        lines.append(
            json.dumps({"_type": "location", "batt": 90 - step // 3, "tid": "JA", **about})
        )
    publish = ["mosquitto_pub", "-p", str(port), "-q", "1", "-t"]
    subprocess.run([*publish, f"{topic}/info", "-r", "-m", card], check=True, timeout=60)
    text = "\n".join(lines) + "\n"
    subprocess.run([*publish, topic, "-l"], input=text, text=True, check=True, timeout=60)


def png(size: list[int], palette: bytes, pixels: bytes) -> bytes:
    """Return a picture of at most 256 colours; ``pixels`` are numbers of ``palette``."""
    width, height = size

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))

    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette),
            chunk(b"IDAT", zlib.compress(rows, 9)),
            chunk(b"IEND", b""),
        )
    )


class Camera:
    """Opens the page as the person who was invited, and takes pictures of it."""

    def __init__(self, browser: Browser, server: SightlineProcess) -> None:
        self._browser = browser
        self._url = server.url
        found = re.search(r"open once: (\S+)", server.logged)
        assert found, server.logged
        page = browser.new_context(locale="en-IE").new_page()
        page.goto(found[1])
        expect(page.locator("html[data-connection=live]")).to_be_attached(timeout=60_000)
        self._signed_in = page.context.storage_state()

    def open(self, place: str, scheme: str, size: dict[str, int] = DESKTOP) -> Page:
        """Open a place of the page (what stands behind the #), with the map drawn."""
        context = self._browser.new_context(
            viewport=size,
            locale="en-IE",
            color_scheme="light" if scheme == "light" else "dark",
            reduced_motion="reduce",
            storage_state=self._signed_in,
            has_touch=size is PHONE,
        )
        page = context.new_page()
        page.add_init_script("localStorage.setItem('sightline.shown.tour', '1')")
        page.set_default_timeout(60_000)
        page.goto(f"{self._url}?test#{place}")
        expect(page.locator("html[data-connection=live]")).to_be_attached(timeout=60_000)
        return page

    def take(self, page: Page, name: str) -> None:
        """Write the picture, and close the page."""
        path = IMAGES / f"{name}.png"
        taken = base64.b64encode(page.screenshot()).decode()
        page.context.close()
        darkroom = self._browser.new_page()
        size, palette, pixels = darkroom.evaluate(PALETTE, taken)
        darkroom.close()
        path.write_bytes(png(size, base64.b64decode(palette), base64.b64decode(pixels)))
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
    if CHROMIUM is None or not (ROOT / "web" / "dist" / "index.html").exists():
        raise SystemExit("Chromium and a built page (cd web && npm run build) are needed.")
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
