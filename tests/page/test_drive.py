"""The drive page in a real browser, with a simulated robot behind a real server and a real broker.

What counts is what reached ``keys/ProBot1``: a recorder of our own hears it beside the robot.
"""

from __future__ import annotations

import re
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import playwright.sync_api
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, Page, expect

from broker import Broker, accepts, free_port
from child_process import ChildProcess
from page.conftest import DESKTOP, Watched, opens
from people import axe_by_day_and_by_night
from sightline.mqtt.paho_client import stop_loop
from sightline_process import ROOT
from waits import wait_until

pytest.importorskip("sightline.driving", reason="this server cannot drive yet")

KEYS = "keys/ProBot1"
STOP = "0 0 0 0"
GRAMMAR = re.compile(r"0 0 0 0|0\.[0-7]\d( 0\.[0-7]\d){3}")
LANDSCAPE = {"width": 844, "height": 390}
DEADLINE = 60.0  # s
_AGAIN = 8.0  # s


class Recorder:
    """Hears what the robots hear: (topic, payload) in order."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, str]] = []
        self._ready = False
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _, __, m: self.heard.append(
            (m.topic, m.payload.decode("utf-8", "replace"))
        )
        self._client.on_connect = lambda client, *_: client.subscribe(
            [("keys/+", 0), ("MainRoutine/+", 0), ("shutdownProBot/+", 0)]
        )
        self._client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.until(lambda: self._ready, "the subscription")

    @property
    def keys(self) -> list[str]:
        return [payload for topic, payload in list(self.heard) if topic == KEYS]

    @property
    def last(self) -> str | None:
        return self.keys[-1] if self.keys else None

    def until(self, fact: Callable[[], Any], name: str) -> None:
        wait_until(fact, lambda: f"{name}: {self.heard[-5:]}")

    def stands(self) -> None:
        """Wait until it was told to stop, and see that this was the last word."""
        self.until(lambda: self.last == STOP, "the stop")
        count = len([said for said in self.keys if said != STOP])
        time.sleep(0.3)  # nothing else may come
        assert self.last == STOP
        assert len([said for said in self.keys if said != STOP]) == count

    def publish(self, topic: str, payload: str) -> None:
        """As somebody else would."""
        self._client.publish(topic, payload)

    def close(self) -> None:
        self._client.disconnect()
        stop_loop(self._client)
        # Now, and not when garbage is collected: its sockets would be complained of.
        self._client.on_message = None
        del self._client


class Drive:
    """A broker, a server, a robot and its recorder."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.port = free_port()
        self.broker = broker
        self._children: list[ChildProcess] = []
        settings = folder / "sightline.toml"
        settings.write_text(
            f"""
            [server]
            web_root = "{ROOT / "web" / "dist"}"
            [accounts]
            guest = "admin"
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            [fanout]
            beat_seconds = 1
            [probot.ProBot1]
            name = "Rolly"
            [probot.ProBot9]
            name = "Spare"
            """
        )
        self._log = folder / "log"
        served = str(ROOT / "tests" / "served.py")
        self._run(served, str(settings), str(folder / "state"), str(self.port))
        self.recorder = Recorder(broker.port)
        self.recorder.until(lambda: accepts(self.port), "the server")
        self.robot = self._run(
            *("-m", "sightline.cli.main", "simulate", "probot", "--seed", "3"),
            *("--broker", f"127.0.0.1:{broker.port}"),
        )

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _run(self, *command: str) -> ChildProcess:
        child = ChildProcess([sys.executable, *command], self._log)
        self._children.append(child)
        return child

    def is_free(self) -> None:
        """Wait until nobody drives, and the robot was told to stand, if it was told anything."""
        lease = self.home + "api/1/things/lease/ProBot1"

        def free() -> bool:
            try:
                urllib.request.urlopen(lease, timeout=DEADLINE).close()
            except urllib.error.HTTPError as refused:
                refused.close()
                return refused.code == 404
            return False

        # A driver who went without a word has it for seconds: to be asked often costs the server.
        wait_until(free, "a free robot", pause=lambda: time.sleep(0.1))
        if self.recorder.keys:
            self.recorder.stands()

    def close(self) -> None:
        self.recorder.close()
        for child in self._children:
            child.end(signal.SIGTERM)


@contextmanager
def begun(folder: Path) -> Iterator[Drive]:
    with Broker("sys_interval 1") as broker:
        scene = Drive(broker, folder)
        try:
            yield scene
        finally:
            scene.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with begun(tmp_path_factory.mktemp("drive")) as scene:
        yield scene


@pytest.fixture
def drive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drive]:
    """The one of all tests, with a free robot; one of its own for who leaves it otherwise."""
    if request.node.get_closest_marker("own_scene"):
        with begun(tmp_path) as scene:
            yield scene
    else:
        scene = request.getfixturevalue("shared")
        scene.is_free()
        scene.recorder.heard.clear()
        yield scene
    for payload in scene.recorder.keys:
        assert GRAMMAR.fullmatch(payload), payload


@pytest.fixture
def enter(chromium: Browser, drive: Drive) -> Iterator[Any]:
    """Opens the drive page as somebody (``amy:operator``). Nothing must have gone wrong in it."""
    opened = []

    def open_page(who: str, place: str = "#robots?id=probot/ProBot1", **context: Any) -> Page:
        made = opens(chromium, **context)
        made.add_cookies([{"name": "who", "value": who, "url": drive.home}])
        page = made.new_page()
        opened.append((page, Watched(page, drive.home)))
        page.goto(f"{drive.home}?test{place}")
        expect(page.locator("html[data-connection=live]")).to_be_attached()
        return page

    yield open_page
    for page, watched in opened:
        let_go(page)
        page.context.close()
        assert watched.troubles == []
        assert watched.strangers == []


def let_go(page: Page) -> None:
    """Give the robot back, if this page has it: of one that just goes it is free seconds later."""
    release = page.get_by_role("button", name="Release")
    if not page.is_closed() and release.is_visible():
        with suppress(playwright.sync_api.TimeoutError):  # it was lost this moment
            release.click(timeout=5000)
        expect(release).to_have_count(0)


def take(page: Page) -> None:
    """Take the robot, and once more where a busy machine lost it before the pad was there."""
    expect(page.locator(".chart canvas")).to_have_count(2)
    button = page.get_by_role("button", name="Take control")

    def is_mine() -> bool:
        with suppress(playwright.sync_api.TimeoutError):
            if button.is_visible():
                button.click(timeout=5000)
        return page.locator("[data-control=mine]").is_visible() and (
            page.locator(".pad[data-mine=true]").is_visible()
        )

    wait_until(is_mine, "the robot", 2 * DEADLINE, pause=lambda: page.wait_for_timeout(250))


def insist(
    page: Page,
    recorder: Recorder,
    press: Callable[[], object],
    let_go: Callable[[], object],
    wanted: str,
    shown: str = "",
) -> None:
    """Press until the robot was told ``wanted``, and the page shows ``shown`` as what was sent.

    On a busy machine the page may pause for half a second, or for so long that the robot is taken
    from it. Then the robot is stopped, as it must be, and taken and the key pressed anew, as it
    must be, too.
    """
    deadline = time.monotonic() + 2 * DEADLINE
    sent = page.locator("[data-wire=sent]")
    while True:
        if not page.locator("[data-control=mine]").count():
            take(page)
        press()
        pressed = time.monotonic()
        while time.monotonic() < pressed + _AGAIN:
            told = re.fullmatch(wanted, recorder.last or "")
            if told and (not shown or sent.all_inner_texts() == [shown]):
                return
            page.wait_for_timeout(20)
        assert time.monotonic() < deadline, f"never told {wanted}: {recorder.heard[-5:]}"
        let_go()
        page.wait_for_timeout(500)


def hold(
    page: Page, recorder: Recorder, key: str, wanted: str = r"0\.75 .*", shown: str = ""
) -> None:
    """Hold a key until the robot was told ``wanted``."""
    down, up = (lambda: page.keyboard.down(key)), (lambda: page.keyboard.up(key))
    insist(page, recorder, down, up, wanted, shown)


def hide(page: Page) -> None:
    """As when the tab goes to the background; headless browsers never hide theirs."""
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState',
            {configurable: true, get: () => 'hidden'});
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )


def test_keys_drive_with_the_ramp_of_the_original_and_letting_go_stops(drive, enter):
    page = enter("amy:operator")
    take(page)
    hold(page, drive.recorder, "w", "0.75 0.00 0.00 0.00")
    page.keyboard.up("w")
    drive.recorder.stands()
    right = "0.00 0.00 0.00 0.75"
    hold(page, drive.recorder, "ArrowRight", right, right)
    page.keyboard.up("ArrowRight")
    drive.recorder.stands()
    keys = drive.recorder.keys
    before = keys[: keys.index("0.75 0.00 0.00 0.00")]
    begun = max((n + 1 for n, said in enumerate(before) if said == STOP), default=0)
    climb = [float(said.split()[0]) for said in before[begun:]]
    assert climb
    assert climb == sorted(climb)
    assert climb[-1] < 0.75


def test_keys_do_nothing_while_the_pad_has_not_the_focus(drive, enter):
    page = enter("amy:operator")
    take(page)
    page.get_by_role("button", name="All robots").focus()
    page.keyboard.down("w")
    page.wait_for_timeout(300)
    page.keyboard.up("w")
    assert all(said == STOP for said in drive.recorder.keys)


def test_a_finger_on_the_pad_drives_and_lifting_it_stops(drive, enter):
    page = enter("amy:operator", viewport=LANDSCAPE, has_touch=True, is_mobile=True)
    take(page)
    ring = page.locator(".pad .ring").first.bounding_box()
    assert ring
    middle = {"x": ring["x"] + ring["width"] / 2, "y": ring["y"] + ring["height"] / 2}
    touch = page.context.new_cdp_session(page)

    def put(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def pull(down: float, wanted: str) -> None:
        """Pull so far, and once more where a busy machine let the robot be stopped meanwhile."""
        to = {**middle, "y": middle["y"] + ring["height"] * down}

        def is_pulled() -> object:
            if drive.recorder.last == STOP:
                put("touchEnd")
                put("touchStart", middle)
                put("touchMove", to)
            return re.fullmatch(wanted, drive.recorder.last or "")

        put("touchMove", to)
        wait_until(is_pulled, wanted, pause=lambda: page.wait_for_timeout(1000))

    put("touchStart", middle)
    pull(-0.25, r"0\.3\d 0\.00 0\.0\d 0\.0\d")
    pull(2, r"0\.00 0\.75 0\.0\d 0\.0\d")
    put("touchEnd")
    drive.recorder.stands()


def test_a_slider_drives_while_it_is_held(drive, enter):
    page = enter("amy:operator")
    take(page)
    slider = page.get_by_role("slider", name="Speed", exact=True)

    def press() -> None:
        slider.focus()
        page.keyboard.down("ArrowRight")

    def let_go() -> None:
        page.keyboard.up("ArrowRight")

    insist(page, drive.recorder, press, let_go, r"0\.0[34] 0\.00 0\.00 0\.00")
    let_go()
    drive.recorder.stands()
    expect(slider).to_have_value("0")


FAKE_GAMEPAD = """() => {
  const pad = {id: 'Fake pad', index: 0, connected: true, axes: [0, 0], mapping: 'standard',
               buttons: Array.from({length: 17}, () => ({pressed: false, value: 0}))};
  window.fakePad = pad;
  navigator.getGamepads = () => [window.fakePad];
}"""


def push(page: Page, recorder: Recorder, x: float = 0.0) -> None:
    """Push the fake gamepad forwards until the robot goes at full speed."""

    def put(y: float) -> None:
        page.evaluate("([x, y]) => { window.fakePad.axes = [x, y]; }", [x, y])

    insist(page, recorder, lambda: put(-1), lambda: put(0), "0.75 0.00 0.00 0.00")


def test_a_gamepad_drives_and_losing_it_stops(drive, enter):
    page = enter("amy:operator")
    page.evaluate(FAKE_GAMEPAD)
    expect(page.locator("[data-gamepad=ready]")).to_be_visible()
    take(page)
    push(page, drive.recorder, 0.05)
    page.evaluate("() => { window.fakePad = null; }")
    drive.recorder.stands()
    expect(page.locator("[data-gamepad=lost]")).to_be_visible()
    expect(page.locator(".pad-notice")).to_contain_text("gamepad is gone")


def test_a_gamepad_that_is_pushed_when_the_robot_is_taken_must_be_released_first(drive, enter):
    page = enter("amy:operator")
    page.evaluate(FAKE_GAMEPAD)
    page.evaluate("() => { window.fakePad.axes = [0, -1]; }")
    take(page)
    expect(page.locator(".shade")).to_contain_text("Let go of stick and keys first")
    assert all(said == STOP for said in drive.recorder.keys)
    page.evaluate("() => { window.fakePad.axes = [0, 0]; }")
    expect(page.locator(".shade")).to_have_count(0)
    push(page, drive.recorder)
    page.evaluate("() => { window.fakePad.axes = [0, 0]; }")
    drive.recorder.stands()


def test_a_hidden_tab_stops_the_robot_and_loses_the_lease(drive, enter):
    page = enter("amy:operator")
    take(page)
    hold(page, drive.recorder, "w")
    hide(page)
    drive.recorder.stands()
    expect(page.locator("[data-control=free]")).to_be_visible()
    expect(page.locator(".pad-notice")).to_contain_text("no word from the driver")


def test_a_window_without_focus_stops_and_what_is_still_held_does_not_count(drive, enter):
    page = enter("amy:operator")
    take(page)
    hold(page, drive.recorder, "w")
    page.evaluate("() => { window.dispatchEvent(new Event('blur')); }")
    drive.recorder.stands()
    page.keyboard.down("w")  # the same press, repeated by the keyboard
    drive.recorder.stands()
    page.keyboard.up("w")
    hold(page, drive.recorder, "w")
    page.keyboard.up("w")
    drive.recorder.stands()


def test_a_browser_that_is_closed_stops_the_robot(drive, enter):
    page = enter("amy:operator")
    take(page)
    hold(page, drive.recorder, "w")
    page.close()
    drive.recorder.stands()


@pytest.mark.parametrize("place", ["#robots?id=probot/ProBot1", "#robots", "#broker"])
def test_whoever_may_watch_stops_with_the_space_bar(drive, enter, place):
    driver = enter("amy:operator")
    watcher = enter("eve:viewer", place)
    take(driver)
    hold(driver, drive.recorder, "w")
    watcher.keyboard.press("Space")
    drive.recorder.stands()
    expect(driver.locator(".pad-notice")).to_contain_text("eve stopped it")
    expect(driver.locator(".pad-notice")).to_contain_text("Let go of stick and keys first")
    driver.keyboard.down("w")  # the same press, repeated by the keyboard
    drive.recorder.stands()
    driver.keyboard.up("w")
    hold(driver, drive.recorder, "w")
    driver.keyboard.up("w")


@pytest.mark.own_scene
def test_the_stop_button_says_what_came_of_it(drive, enter):
    page = enter("eve:viewer")
    page.get_by_role("button", name="Stop Rolly").click()
    drive.recorder.stands()
    expect(page.locator("[data-stop-state=done]")).to_contain_text("Rolly told to stop")
    expect(page.locator("[data-command=stop]").first).to_contain_text("eve")
    expect(page.get_by_role("button", name="Take control")).to_have_count(0)


@pytest.mark.own_scene
def test_space_while_typing_is_a_space(drive, enter):
    page = enter("root:admin")
    page.get_by_text("Without holding").click()
    field = page.get_by_label("Type ProBot1")
    field.press_sequentially("Pro Bot")
    expect(field).to_have_value("Pro Bot")
    assert drive.recorder.keys == []


def test_one_asks_the_other_hands_over(drive, enter):
    amy, bob = enter("amy:operator"), enter("bob:operator")
    ask = amy.locator("[data-ask=bob]")

    def is_asked() -> object:
        """Whether amy is asked; she takes the robot anew if a busy machine took it from her."""
        hold(amy, drive.recorder, "w")
        expect(bob.locator("[data-control=other]")).to_contain_text("amy drives it")
        with suppress(playwright.sync_api.TimeoutError):
            bob.get_by_role("button", name="Ask for it").click(timeout=3000)
        return ask.count()

    wait_until(is_asked, "bob's question", pause=lambda: amy.wait_for_timeout(500))
    amy.keyboard.up("w")
    drive.recorder.stands()
    ask.get_by_role("button", name="Hand over").click()
    expect(bob.locator("[data-control=mine]")).to_be_visible()
    expect(amy.locator("[data-control=other]")).to_contain_text("bob drives it")
    expect(amy.locator(".pad-notice")).to_contain_text("handed over to bob")
    bob.locator(".pad").focus()
    hold(bob, drive.recorder, "s", r"0\.00 0\.75 .*")
    bob.keyboard.up("s")


def test_an_admin_takes_over_and_the_driver_learns_it(drive, enter):
    amy, root = enter("amy:operator"), enter("root:admin")
    take(amy)
    hold(amy, drive.recorder, "w")
    root.get_by_role("button", name="Take over").click()
    expect(root.locator("[data-control=mine]")).to_be_visible()
    drive.recorder.stands()
    expect(amy.locator(".pad-notice")).to_contain_text("root took over")


def test_escape_releases_and_leaving_the_page_releases(drive, enter):
    page = enter("amy:operator")
    take(page)
    page.keyboard.press("Escape")
    expect(page.locator("[data-control=free]")).to_be_visible()
    take(page)
    page.get_by_role("link", name="Broker").click()
    other = enter("bob:operator")
    take(other)


@pytest.mark.own_scene
def test_a_robot_that_goes_offline_locks_the_pad_with_the_reason(drive, enter):
    page = enter("amy:operator")
    take(page)
    drive.robot.end()
    expect(page.locator(".shade")).to_contain_text("offline")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Take control")).to_be_disabled()


@pytest.mark.own_scene
def test_somebody_else_on_the_command_topic_is_alarmed(drive, enter):
    page = enter("eve:viewer")
    drive.recorder.publish(KEYS, "0.50 0.00 0.00 0.00")
    expect(page.locator(f'[data-alarm="{KEYS}"]')).to_contain_text("0.50 0.00 0.00 0.00")
    drive.recorder.stands()


def test_the_worst_case_and_the_guard_are_shown(drive, enter):
    page = enter("amy:operator")
    hint = page.locator(".drive-hint[data-guard=live]")
    expect(hint).to_contain_text(re.compile(r"stops within \d+(\.\d+)? s"))
    hint.locator("summary").click()
    for part in ("killed", "hung"):
        expect(hint.locator(f"[data-part={part}][data-measured]")).to_be_visible()
    expect(hint.locator("[data-part=both]")).to_contain_text("at most 10 s")


def test_the_list_counts_and_tells_how_each_stands(drive, enter):
    enter("amy:operator")
    page = enter("eve:viewer", "#robots")
    expect(page.locator("[data-count=working]")).to_have_text("1 of 2 working")
    expect(page.locator('[data-robot="probot/ProBot9"]')).to_contain_text("Not working")
    card = page.locator('[data-robot="probot/ProBot1"]')
    expect(card).to_contain_text("Available")
    other = enter("bob:operator")
    take(other)
    expect(card).to_contain_text("bob drives it")
    expect(page.locator("[data-count=available]")).to_have_text("0 available")


@pytest.mark.own_scene
def test_an_admin_stops_the_routine_and_shuts_the_robot_down(drive, enter):
    page = enter("root:admin")
    page.get_by_role("button", name="Stop routine").click()
    expect(page.locator("[data-outcome=done]")).to_contain_text("stopped")
    told = ("MainRoutine/ProBot1", '"stop"')
    drive.recorder.until(lambda: told in drive.recorder.heard, "the stop of the routine")
    expect(page.locator(".shade")).to_contain_text("main routine is stopped")
    expect(page.get_by_role("button", name="Take control")).to_be_disabled()
    hold = page.get_by_role("button", name="Hold to shut down")
    hold.click()  # not held
    page.wait_for_timeout(300)
    assert not [said for said in drive.recorder.heard if said[0].startswith("shutdown")]
    hold.hover()
    page.mouse.down()
    drive.recorder.until(
        lambda: ("shutdownProBot/ProBot1", "shutdown") in drive.recorder.heard, "shutdown"
    )
    page.mouse.up()
    expect(page.locator("[data-outcome=done]")).to_contain_text("Rolly went")
    expect(page.locator(".robot-state")).to_contain_text(re.compile(r"Was \w+, \d\d:\d\d"))


@pytest.mark.parametrize("viewport", [LANDSCAPE, DESKTOP], ids=["phone", "desk"])
def test_the_drive_page_is_accessible_and_the_stop_in_reach(drive, enter, viewport):
    page = enter("root:admin", color_scheme="light", viewport=viewport)
    take(page)
    stop = page.get_by_role("button", name="Stop Rolly").bounding_box()
    assert stop
    assert stop["height"] >= 44
    assert stop["y"] + stop["height"] <= viewport["height"]
    assert axe_by_day_and_by_night(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= viewport["width"]
