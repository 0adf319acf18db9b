"""Several servers on one broker: what works, and that what does not is safe."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest_twisted

from broker import Broker
from child_process import ChildProcess
from driving.scene import KEYS, ROBOT, STOP, Driver, Recorder, moves, until
from sightline_process import SightlineProcess

# `watcher` does not hear what robots are told, so it takes nobody's commands for an attack.
ACL = """
topic readwrite #
topic read $SYS/#

user first
topic readwrite #

user second
topic readwrite #

user watcher
topic read $SYS/#
topic read telemetry
topic read ClientStatus
topic readwrite owntracks/#
topic readwrite sightline/#
topic write keys/+
"""


class Pair:
    """Two servers, a robot, and somebody who hears what it is told."""

    def __init__(self, broker: Broker, first: SightlineProcess, second: SightlineProcess) -> None:
        self.recorder = Recorder(broker.port)
        self.one, self.other = Driver(first.port, "one"), Driver(second.port, "other")


@asynccontextmanager
async def pair(folder: Path, user: str) -> AsyncIterator[Pair]:
    acl = folder / "acl"
    acl.write_text(ACL)
    acl.chmod(0o644)
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(f"acl_file {acl}"))
        servers = [
            stack.enter_context(
                SightlineProcess(
                    f"""
                    [broker.main]
                    host = "127.0.0.1"
                    port = {broker.port}
                    client_id = "server-{name}"
                    user = "{name}"
                    driving = {"false" if name == "watcher" else "true"}
                    [driving]
                    guard = false
                    """
                )
            )
            for name in ("first", user)
        ]
        robot = ["-m", "sightline.cli.main", "simulate", "probot", "--broker"]
        process = ChildProcess(
            [sys.executable, *robot, f"127.0.0.1:{broker.port}"], folder / "robot.log"
        )
        stack.callback(process.end)
        scene = Pair(broker, *servers)
        stack.callback(scene.recorder.close)
        for driver in (scene.one, scene.other):
            await driver.enters()
            await driver.browser.sees(
                lambda things: things.get(ROBOT, {}).get("presence") == "live", "the robot"
            )
        await until(lambda: scene.recorder.ready, "the recorder")
        try:
            yield scene
        finally:
            for driver in (scene.one, scene.other):
                await driver.leaves()


def alarm(things: dict[str, dict[str, object]]) -> bool:
    return f"alarm/{KEYS}" in things


def two_servers(things: dict[str, Any]) -> bool:
    return "another Sightline" in str(things.get("guard/main", {}).get("driving"))


@pytest_twisted.ensureDeferred
async def test_a_server_that_only_watches_shows_everything_and_can_stop(tmp_path):
    async with pair(tmp_path, "watcher") as scene:
        fix = {"_type": "location", "lat": 52.4, "lon": 4.9, "tst": int(time.time())}
        scene.recorder.publish("owntracks/jane/phone", json.dumps(fix).encode())
        for driver in (scene.one, scene.other):
            await driver.browser.sees(lambda things: "friend/jane/phone" in things, "jane")
        await scene.one.takes()
        await moves(scene.one, scene.recorder)
        assert not alarm(scene.other.browser.picture.things)
        assert (await scene.other.asks("take"))["code"] == "no_driving"
        before = time.monotonic()
        assert (await scene.other.asks("stop"))["ok"]
        await until(
            lambda: STOP in [h.payload for h in scene.recorder.commands(before)], "the stop"
        )


@pytest_twisted.ensureDeferred
async def test_of_two_servers_that_drive_alike_neither_drives_and_both_say_so(tmp_path):
    async with pair(tmp_path, "second") as scene:
        for driver in (scene.one, scene.other):
            await driver.browser.sees(two_servers, "that another server is there")
            assert (await driver.asks("take"))["code"] == "two_servers"
        assert not scene.recorder.motion()
