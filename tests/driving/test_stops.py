"""Whatever happens to a driver, a server or a broker: the robot stops, and nothing moves it after.

Real processes, a real broker. What reached keys/ProBot1 is recorded by a client of its own.
"""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
import pytest_twisted

from driving.scene import (
    DEADLINE,
    KEYS,
    PASSWORD,
    ROBOT,
    STOP,
    Driver,
    Scene,
    measured,
    moves,
    pause,
    until,
)
from driving.test_sweep import is_empty


async def stopped(scene: Scene, what: str, *, by: Callable[[], object]) -> float:
    """Do it, wait for the stop, and keep how long that took; when it was done."""
    since = time.monotonic()
    by()
    measured(what, await scene.stops(since))
    return since


@pytest_twisted.ensureDeferred
async def test_a_released_stick_stops(scene: Scene):
    driver = await scene.drives()
    since = await stopped(scene, "stick or key released", by=driver.lets_go)

    def heard() -> list[bytes]:
        """What the robot hears from the stop on: a command of before may still be under way."""
        payloads = [command.payload for command in scene.recorder.commands(since)]
        return payloads[payloads.index(STOP) :]

    await until(lambda: len(heard()) >= 3, "the stop, three times")
    assert heard() == [STOP] * 3
    assert scene.thing("lease/ProBot1")["holder"] == "amy"


@pytest_twisted.ensureDeferred
async def test_a_killed_browser_stops(scene: Scene):
    driver = await scene.drives()
    measured("browser killed", await scene.stops(driver.is_killed()))
    await scene.sees(lambda things: "lease/ProBot1" not in things, "a free robot")


@pytest_twisted.ensureDeferred
async def test_a_hidden_tab_stops_and_must_let_go_first(scene: Scene):
    driver = await scene.drives()
    since = time.monotonic()
    assert (await driver.asks("halt", lease=driver.fence, why="hidden"))["ok"]
    measured("tab hidden", await scene.stops(since))  # though it goes on sending frames
    assert scene.thing("lease/ProBot1")["state"] == "parked"
    driver.lets_go()
    await pause(0.1)
    await moves(driver, scene.recorder)


@pytest_twisted.ensureDeferred
async def test_a_cut_network_of_the_browser_stops(scene: Scene):
    driver = await scene.drives()
    measured("browser's network cut, tab frozen", await scene.stops(driver.falls_silent()))


@pytest_twisted.ensureDeferred
async def test_a_killed_server_stops_and_starts_without_a_driver(own: Scene):
    driver = await own.drives()
    await stopped(own, "server killed", by=own.server.end)
    # The guard outlives it: somebody else may be driving, too.
    since = await stopped(
        own,
        "another program drives and vanishes, no server",
        by=lambda: own.recorder.publish(KEYS, b"0.30 0.00 0.00 0.00"),
    )
    await driver.browser.is_closed()
    own.serve()
    await pause(1.5)
    assert own.recorder.motion(since + 0.4) == []


@pytest.mark.parametrize(
    ("sign", "what"),
    [
        (signal.SIGKILL, "server killed, no guard"),
        (signal.SIGSTOP, "server hangs, no guard"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_killed_or_hung_server_is_stopped_by_the_broker_where_there_is_no_guard(
    unguarded: Scene, sign: signal.Signals, what: str
):
    await unguarded.drives()
    await stopped(unguarded, what, by=lambda: unguarded.server.sends(sign))


@pytest_twisted.ensureDeferred
async def test_a_hung_server_is_stopped_by_the_guard(own: Scene):
    await own.drives()
    await stopped(own, "server hangs", by=lambda: own.server.sends(signal.SIGSTOP))
    own.server.sends(signal.SIGCONT)  # and finds a second's frames with motion
    await pause(0.3)
    assert own.recorder.commands()[-1].payload == STOP


@pytest_twisted.ensureDeferred
async def test_a_server_that_is_told_to_end_stops_first(own: Scene):
    await own.drives()
    since = await stopped(own, "server told to end", by=lambda: own.server.sends(signal.SIGTERM))
    await until(lambda: len(own.recorder.commands(since)) >= 3, "three of them")


async def until_a_step_stops_nobody(scene: Scene, driver: Driver, seconds: int) -> None:
    """Step the clock while the robot moves, until it was told to go on without a stop between.

    A busy machine may stop it meanwhile; the driver presses anew, and the clock is stepped again.
    """
    deadline = time.monotonic() + DEADLINE
    for nth in itertools.count(1):
        assert time.monotonic() < deadline, f"each step stops it: {driver.standing()}"
        scene.steps_the_clock(nth * seconds)
        since = time.monotonic()
        while time.monotonic() < since + 3.0 and not _stops(scene, since):
            if len(scene.recorder.motion(since)) >= 5:
                return
            await pause(0.01)
        await moves(driver, scene.recorder)


@pytest.mark.parametrize("hours", [-1, 1])
@pytest_twisted.ensureDeferred
async def test_a_clock_that_is_stepped_hides_no_silence(clocked: Scene, hours: int):
    driver = await clocked.drives()
    await until_a_step_stops_nobody(clocked, driver, hours * 3600)
    took = await clocked.stops(driver.falls_silent())
    measured("clock stepped an hour, then network cut", took)


@pytest_twisted.ensureDeferred
async def test_a_broker_that_restarts_moves_nothing(own: Scene):
    driver = await own.drives()
    since = time.monotonic()
    own.broker.kill()
    await own.sees(lambda things: "lease/ProBot1" not in things, "the end of the lease")
    await until(lambda: not own.recorder.ready, "the recorder's loss")
    own.server.sends(signal.SIGSTOP)  # whoever listens is to be back first
    own.broker.start()
    await until(lambda: own.recorder.ready, "the recorder")
    own.server.sends(signal.SIGCONT)
    await own.sees(lambda things: things["broker/main"]["link"]["state"] == "connected")
    await until(lambda: _stops(own, since), "the stop owed")
    driver.presses()
    await pause(0.5)
    assert own.recorder.motion(since + 0.2) == []


@pytest_twisted.ensureDeferred
async def test_a_frozen_broker_is_noticed_before_the_robot_is_told_anything_old(own: Scene):
    driver = await own.drives()
    while True:
        await own.sees(
            lambda things: things["lease/ProBot1"]["state"] == "moving", "the robot moving"
        )
        own.broker.pause()
        since = time.monotonic()
        await own.sees(
            lambda things: (
                "lease/ProBot1" not in things or things["lease/ProBot1"]["state"] == "parked"
            ),
            "the robot parked",
        )
        if own.recorder.commands()[-1].payload != STOP:
            break
        own.broker.resume()  # a busy machine had it stopped just before
        await moves(driver, own.recorder)
    measured("broker hangs: Sightline stops sending", time.monotonic() - since)
    driver.presses(up=0.7)
    await pause(0.3)
    resumed = time.monotonic()  # before it: the stop may come at once
    own.broker.resume()
    await until(lambda: _stops(own, resumed), "the stop")
    await pause(0.5)
    assert own.recorder.commands()[-1].payload == STOP
    assert not [h for h in own.recorder.commands() if h.payload.startswith(b"0.70")]


@pytest_twisted.ensureDeferred
async def test_of_two_who_grab_a_robot_one_gets_it(scene: Scene):
    amy, bob = await scene.comes("amy:operator"), await scene.comes("bob:operator")
    since = time.monotonic()
    for _ in range(20):
        asked = [d.browser for d in (amy, bob)]
        answers = []
        for browser in asked:
            browser.says({"id": 7_000_000, "do": "take", "thing": ROBOT})
        for browser in asked:
            await browser.until(lambda b=browser: 7_000_000 in b._answers, "an answer")
            answers.append(browser._answers.pop(7_000_000))
        assert sorted(a["ok"] for a in answers) == [False, True]
        won = next(i for i, a in enumerate(answers) if a["ok"])
        lost = answers[1 - won]
        assert lost["code"] == "held"
        assert ("amy", "bob")[won] in lost["why"]
        holder = (amy, bob)[won]
        assert (await holder.asks("release", lease=answers[won]["lease"]))["ok"]
    assert scene.recorder.motion(since) == []


@pytest_twisted.ensureDeferred
async def test_a_holder_whom_an_admin_disables_is_stopped_and_shown_out(scene: Scene):
    root = await scene.has_account("root", "--role", "admin")
    cookie = await scene.has_account("carl", "--role", "operator", "--see", "*", "--drive", ROBOT)
    carl = await Driver(scene.web, "carl").enters(cookie)
    scene.drivers.append(carl)
    await scene.sets_off(carl)
    assert scene.thing("lease/ProBot1")["holder"] == "carl"
    since = time.monotonic()
    assert (await scene.calls("PATCH", "users/carl", {"disabled": True}, root))[0] == 200
    took = await scene.stops(since)  # carl's frames go on until the connection is closed
    measured("driver disabled by an admin, from the HTTP call", took)
    assert (await carl.browser.is_closed()).code == 4001
    assert carl.keys["up"]
    await scene.sees(lambda things: "lease/ProBot1" not in things, "a free robot")
    signed_in = await scene.calls("POST", "session", {"name": "carl", "password": PASSWORD})
    assert signed_in[0] == 401


@pytest_twisted.ensureDeferred
async def test_stale_frames_after_a_takeover_reach_nothing(scene: Scene):
    amy = await scene.drives()
    root = await scene.comes("root:admin")
    since = time.monotonic()
    taken = await root.asks("takeover")
    assert taken["ok"], taken
    measured("taken over", await scene.stops(since))  # amy goes on sending
    root.fence = taken["lease"]
    root.begins()
    await pause(0.1)
    await moves(root, scene.recorder, 0.2, 0.0, times=5)
    assert {h.payload for h in scene.recorder.motion(since + 0.1)} == {b"0.20 0.00 0.00 0.00"}
    assert amy.keys["up"] == 0.4


@pytest_twisted.ensureDeferred
async def test_anybody_who_watches_can_stop_though_their_socket_is_full(scene: Scene):
    driver = await scene.drives()
    scene.watcher.browser.stops_reading()
    pressed = {"id": 5, "do": "stop", "thing": ROBOT}
    await stopped(scene, "stop button", by=lambda: scene.watcher.browser.says(pressed))
    scene.watcher.browser.reads_again()
    assert driver.keys["up"]


@pytest_twisted.ensureDeferred
async def test_a_robot_that_falls_silent_is_not_driven_any_more(own: Scene):
    await own.drives()
    since = time.monotonic()
    own.robot.sends(signal.SIGSTOP)
    measured("robot silent", await own.rests(since))
    await own.sees(lambda things: things[ROBOT]["presence"] == "offline", "robot offline")
    bob = await own.comes("bob:admin")
    answer = await bob.asks("takeover")
    assert (answer["ok"], answer["code"]) == (False, "offline")
    own.robot.sends(signal.SIGCONT)


@pytest_twisted.ensureDeferred
async def test_somebody_elses_command_is_alarmed_and_answered_by_a_stop(scene: Scene):
    since = time.monotonic()
    scene.recorder.publish(KEYS, b"0.5 0 0 0")
    await scene.sees(lambda things: f"alarm/{KEYS}" in things, "the alarm")
    measured("foreign command: alarm", time.monotonic() - since)
    await until(lambda: _stops(scene, since), "the stop")
    assert scene.recorder.commands(since)[0].payload == b"0.5 0 0 0"
    assert scene.thing(f"alarm/{KEYS}")["what"] == "foreign"


@pytest_twisted.ensureDeferred
async def test_a_retained_command_is_cleared_without_felling_the_robot(own: Scene):
    own.recorder.publish(KEYS, b"0.5 0 0 0", retain=True)
    own.recorder.publish("MainRoutine/ProBot1", b'"stop"', retain=True)
    await own.sees(
        lambda things: f"alarm/{KEYS}" in things and "alarm/MainRoutine/ProBot1" in things,
        "the alarms",
    )
    await is_empty(own.broker.port)
    assert b"" not in [h.payload for h in own.recorder.commands()]
    assert own.thing(ROBOT)["routine"] != "not running"


@pytest_twisted.ensureDeferred
async def test_the_absence_of_the_guard_is_shown(own: Scene):
    log = (own.folder / "server.log").read_text()
    assert "guard" in log
    pids = [
        int(pid)
        for pid in os.listdir("/proc")
        if pid.isdigit()
        and b"\0guard\0" in _command(pid)
        and str(own.folder).encode() in _command(pid)
    ]
    assert len(pids) == 1
    since = time.monotonic()
    os.kill(pids[0], signal.SIGSTOP)
    await own.sees(lambda things: things["guard/main"]["presence"] == "offline", "no guard")
    measured("guard gone: shown", time.monotonic() - since)
    os.kill(pids[0], signal.SIGCONT)
    await own.sees(lambda things: things["guard/main"]["presence"] == "live", "the guard")


@pytest_twisted.ensureDeferred
async def test_the_worst_case_is_measured_while_nobody_drives(scene: Scene):
    since = time.monotonic()

    def parts(things: dict[str, dict[str, Any]]) -> dict[str, float | None]:
        return {part["dies"]: part.get("measured") for part in things["guard/main"]["parts"]}

    await scene.sees(lambda things: None not in parts(things).values(), "all of it measured")
    guard = scene.thing("guard/main")
    assert guard
    found = parts({"guard/main": guard})
    assert found["hung"]
    assert found["hung"] >= 0.5  # so long the guard waits by design
    assert found["both"]
    assert found["both"] >= 3  # and so long the broker
    assert guard["stops_within"] == max(found["killed"] or 0, found["hung"])
    assert scene.recorder.commands(since) == []  # no robot hears any of it


def _stops(scene: Scene, since: float) -> bool:
    return any(heard.payload == STOP for heard in scene.recorder.commands(since))


def _command(pid: str) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""
