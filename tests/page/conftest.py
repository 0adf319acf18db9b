"""A real Chromium in front of a real Sightline in front of a real mosquitto."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from broker import Broker
from sightline_process import ROOT, SightlineProcess

WHOLE_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The shell without windows is a third less work, but since 156 it shows no notifications, and a
# page that asks whether there are some crashes.
CHROMIUM = shutil.which("chromium-headless-shell") or WHOLE_CHROMIUM
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Graphics without a card cost more of the processor than all else that a test does: only those that
# look at the map (marked `map`) have them, and there for the map alone: what is beside it is drawn
# without. For the others the page says that it draws none here.
GRAPHICS = [
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--disable-gpu-compositing", "--disable-gpu-rasterization"),
]
NO_GRAPHICS = ["--disable-gpu", "--disable-3d-apis"]
# A machine without a graphics card draws the map slowly, and a busy one more so.
PATIENCE = 90_000.0  # ms
expect.set_options(timeout=PATIENCE)
# Between two looks at what a page is asked by a script. Without it Playwright looks once a frame,
# and a page that would rest draws sixty of them a second.
LOOK = 100.0  # ms
# Where it is one o'clock in the afternoon: no day ends while a test looks at it, and of today there
# is always some past. There is no summer time there.
AFTERNOON = f"Etc/GMT{time.gmtime().tm_hour - 13:+d}"
DESKTOP = {"width": 1200, "height": 760}
# What is behind a panel is blurred, anew in every frame: without a card most of what the frames of
# a page cost, and nobody here looks at it. Nothing else of the page depends on it.
NO_BLUR = """{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { backdrop-filter: none !important }');
  document.adoptedStyleSheets = [sheet];
}"""
# A map with a sixteenth of the points: enough for tests that ask it where things are, what is named
# and of which colour an area is. All that is beside the map is as always.
COARSE_MAP = "Object.defineProperty(window, 'devicePixelRatio', { get: () => 0.25 })"
# What the browser itself says of a network that is gone.
LOST = (
    "WebSocket connection to",
    "ERR_CONNECTION",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONTENT_LENGTH",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def _unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers behind a page run without coverage: what they run here is measured elsewhere."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts a browser with these options, which ends with the tests."""
    if WHOLE_CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the page is not built (cd web && npm ci && npm run build)")
    with sync_playwright() as playwright, ExitStack() as stack:

        def start(*options: str, program: str | None = CHROMIUM) -> Browser:
            browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *options])
            stack.callback(browser.close)
            return browser

        yield start


@pytest.fixture(scope="session")
def plain_chromium(launch: Callable[..., Browser]) -> Browser:
    return launch(*NO_GRAPHICS)


@pytest.fixture(scope="session")
def drawing_chromium(launch: Callable[..., Browser]) -> Browser:
    return launch(*GRAPHICS)


@pytest.fixture(scope="session")
def app_chromium(launch: Callable[..., Browser]) -> Browser:
    """For the page as an app: with its service worker, notifications and pushes."""
    return launch(*NO_GRAPHICS, program=WHOLE_CHROMIUM)


def opens(browser: Browser, **options: Any) -> BrowserContext:
    """A window of somebody's own, as all tests have it unless they say otherwise."""
    usual = {
        "viewport": DESKTOP,
        "locale": "en-IE",
        "timezone_id": AFTERNOON,
        "reduced_motion": "reduce",
        "service_workers": "block",  # tests/page/test_app.py is about them
    }
    context = browser.new_context(**(usual | options))
    context.set_default_timeout(PATIENCE)
    context.add_init_script(NO_BLUR)
    return context


@pytest.fixture
def chromium(request: pytest.FixtureRequest) -> Browser:
    """The browser of this test, shared with those that need the same."""
    draws = request.node.get_closest_marker("map")
    browser: Browser = request.getfixturevalue("drawing_chromium" if draws else "plain_chromium")
    return browser


Scene = tuple[Broker, SightlineProcess]


@contextmanager
def begun(guest: str = "admin", regions: str = "") -> Iterator[Scene]:
    """A broker, and a server that has heard of it."""
    with Broker("sys_interval 1") as broker:
        settings = f"""
            [server]
            web_root = "{ROOT / "web" / "dist"}"
            [accounts]
            guest = "{guest}"
            hash_memory = 1024
            hash_passes = 1
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            reconnect_min = 0.2
            reconnect_max = 0.5
            [fanout]
            beat_seconds = 1
            [regions]
            {regions}
        """
        with SightlineProcess(settings) as sightline:
            yield broker, sightline.hears()


@pytest.fixture
def guest() -> str:
    """The role of who does not sign in. Who may what is the matter of test_accounts.py."""
    return "admin"


@pytest.fixture
def regions() -> str:
    """Settings about regions."""
    return ""


def shares(request: pytest.FixtureRequest) -> bool:
    """Whether this test shares broker and server with its file, by the closest of its marks."""
    names = (mark.name for mark in request.node.iter_markers())
    return next((name for name in names if name.endswith("_scene")), "") == "shared_scene"


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    with begun() as scene:
        yield scene


@pytest.fixture
def scene(request: pytest.FixtureRequest, guest: str, regions: str) -> Iterator[Scene]:
    if shares(request):
        yield request.getfixturevalue("shared")
    else:
        with begun(guest, regions) as scene:
            yield scene


@pytest.fixture
def broker(scene: Scene) -> Broker:
    return scene[0]


@pytest.fixture
def sightline(scene: Scene) -> SightlineProcess:
    return scene[1]


class Watched:
    """What went wrong in a page while nobody looked."""

    def __init__(self, page: Page, home: str) -> None:
        self.troubles: list[str] = []
        self.strangers: list[str] = []
        self._home = home
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.troubles.append(f"dialog: {dialog.message}"))
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        lost = any(word in message.text for word in LOST)
        refused = "responded with a status of 4" in message.text  # said on the page, too
        if message.type == "error" and not lost and not refused:
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self._home, "data:", "blob:")):
            self.strangers.append(request.url)


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, chromium: Browser, sightline: SightlineProcess
) -> Iterator[Any]:
    """Opens the page. Afterwards nothing must have gone wrong in it, and no other host asked."""
    opened = []

    def open_page(path: str = "?test", **context: Any) -> Page:
        made = opens(chromium, **context)
        if request.node.get_closest_marker("map"):
            made.add_init_script(COARSE_MAP)
        page = made.new_page()
        opened.append((page, Watched(page, sightline.url)))
        page.goto(sightline.url + path)
        return page

    yield open_page
    for page, watched in opened:
        page.context.close()
        assert watched.troubles == []
        assert watched.strangers == []
