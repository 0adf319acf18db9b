"""Measure the first visit to the map page: bytes on the way, and when what is seen.

    .venv/bin/python scripts/first_load.py [--page FOLDER] [--runs N] [--plain]

Needs Chromium and a built page (web/dist, or another FOLDER). Starts a server of its own with the
demonstration, and visits it as a phone does: 390 x 844, a processor four times slower, and a line
of 1.6 Mbit/s with 150 ms there and back ("3G fast" of WebPageTest), by the DevTools; --plain
leaves both as they are. Nothing is in the browser's cache. Tiles of the map and faces do not count
as the page, nor does what is fetched once the map was drawn. Visits begin once the demonstration's
friends have reported: a list of nobody is no list. Times need a quiet machine; bytes do not, and
tests/page/test_first_load.py holds them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from page.conftest import CHROMIUM, FLAGS  # noqa: E402
from sightline_process import SightlineProcess  # noqa: E402

PHONE = {"width": 390, "height": 844}
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
NOT_THE_PAGE = (".pmtiles", "/faces/")

# When the largest thing was painted, when the first row of the list was there, and what it was.
WATCH = """
    window.__seen = { lcp: 0, what: '', row: 0 };
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            __seen.lcp = entry.startTime;
            __seen.what = entry.element ? entry.element.className || entry.element.tagName : '';
        }
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new MutationObserver((_, watch) => {
        if (!document.querySelector('.rows [data-thing]')) return;
        requestAnimationFrame(() => { __seen.row = performance.now(); });
        watch.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""


def visit(browser: Browser, url: str, *, slow: bool) -> dict[str, Any]:
    """Open the map once with an empty cache; return what was seen when, and bytes by address."""
    context = browser.new_context(
        locale="en-IE", viewport=PHONE, device_scale_factor=2, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(180_000)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    if slow:
        devtools.send("Network.emulateNetworkConditions", LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    names: dict[str, str] = {}
    got: dict[str, int] = {}
    devtools.on(
        "Network.requestWillBeSent",
        lambda said: names.__setitem__(said["requestId"], said["request"]["url"]),
    )

    def finished(said: dict[str, Any]) -> None:
        name = names.get(said["requestId"], "?").removeprefix(url).split("?")[0]
        got[name] = got.get(name, 0) + int(said["encodedDataLength"])

    devtools.on("Network.loadingFinished", finished)
    page.add_init_script(WATCH)
    page.goto(url)
    expect(page.locator("html[data-map=idle]")).to_be_attached(timeout=180_000)
    idle = page.evaluate("performance.now()")
    first = dict(got)
    seen: dict[str, Any] = page.evaluate("__seen")
    context.close()
    return {**seen, "idle": idle, "got": first}


def until_somebody_is_there(browser: Browser, url: str) -> None:
    """Wait for the first friend of the demonstration, in a page of its own."""
    page = browser.new_page(viewport=PHONE)
    page.goto(url)
    expect(page.locator(".rows [data-thing]").first).to_be_visible(timeout=60_000)
    page.context.close()


def told(visits: list[dict[str, Any]]) -> str:
    """Write what came of the visits."""
    got: dict[str, int] = visits[-1]["got"]
    page = {name: size for name, size in got.items() if not any(x in name for x in NOT_THE_PAGE)}
    lines = [
        f"{size / 1000:8.1f} kB  {name or '(the page)'}"
        for name, size in sorted(page.items(), key=lambda each: -each[1])
    ]
    lines.append(f"{sum(page.values()) / 1000:8.1f} kB  first load without tiles and faces")
    for name, key in (("largest paint", "lcp"), ("first row", "row"), ("map drawn", "idle")):
        times = sorted(each[key] for each in visits)
        lines.append(
            f"{statistics.median(times) / 1000:8.2f} s   {name}"
            f" (of {len(times)}: {times[0] / 1000:.2f} to {times[-1] / 1000:.2f})"
        )
    lines.append(f"{'':8}     largest: {visits[-1]['what']}")
    return "\n".join(lines)


def main() -> None:
    """Measure the first visits, and print them."""
    asked = argparse.ArgumentParser(description="Measure the first visit to the map page.")
    asked.add_argument("--page", type=Path, default=ROOT / "web" / "dist")
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--plain", action="store_true")
    options = asked.parse_args()
    if CHROMIUM is None or not (options.page / "index.html").exists():
        raise SystemExit("Chromium and a built page (cd web && npm run build) are needed.")
    web_root = options.page.resolve()
    settings = f'[server]\nweb_root = "{web_root}"\n[accounts]\nguest = "viewer"\n'
    with SightlineProcess(settings, "--demo") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        until_somebody_is_there(browser, server.url)
        visits = [visit(browser, server.url, slow=not options.plain) for _ in range(options.runs)]
        browser.close()
    print(told(visits))


if __name__ == "__main__":
    main()
