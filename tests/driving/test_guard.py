"""`sightline guard` as a process of its own, at a broker without any server.

Covers cli/guard.py, driving/deadman.py.
"""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_twisted
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker
from child_process import ChildProcess
from driving.scene import KEYS, STOP, Recorder, pause, until
from sightline.cli.main import main
from sightline.driving.deadman import SILENCE
from sightline.mqtt.paho_client import stop_loop


class Alone:
    def __init__(self, folder: Path) -> None:
        self.broker = Broker(folder=folder / "broker").start()
        self.said: list[bytes] = []
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _, __, message: self.said.append(bytes(message.payload))
        self.client.on_connect = lambda client, *_: client.subscribe("sightline/guard/+")
        self.client.connect("127.0.0.1", self.broker.port)
        self.client.loop_start()
        self.recorder = Recorder(self.broker.port)
        at = f"127.0.0.1:{self.broker.port}"
        command = [sys.executable, "-m", "sightline.cli.main", "guard", "--at", at]
        self.guard = ChildProcess(command, folder / "guard.log")

    @property
    def here(self) -> int:
        """How often it said that it is here."""
        return sum(said.startswith(b"here") for said in self.said)

    def close(self) -> None:
        self.guard.end()
        for client in (self.client, self.recorder):
            stop_loop(client) if isinstance(client, Client) else client.close()
        self.broker.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    made = Alone(tmp_path)
    yield made
    made.close()


async def until_it_kept_quiet(alone: Alone) -> None:
    """Command without a gap; again when a busy machine made one, after which it has to stop."""

    async def keeps_quiet() -> bool:
        began = time.monotonic()
        for _ in range(10):
            alone.recorder.publish(KEYS, b"0.50 0.00 0.00 0.00")
            await pause(0.1)
        times = [began, *(heard.at for heard in alone.recorder.motion(began)), time.monotonic()]
        stopped = any(heard.payload == STOP for heard in alone.recorder.commands(began))
        if max(after - before for before, after in itertools.pairwise(times)) < SILENCE / 2:
            assert not stopped
            return True
        return False

    await until(keeps_quiet, "a second that the machine leaves without a gap")


@pytest_twisted.ensureDeferred
async def test_the_guard_stops_whoever_drives_and_vanishes(alone: Alone):
    await until(lambda: alone.here and alone.recorder.ready, "the guard")
    await until_it_kept_quiet(alone)
    await until(lambda: alone.recorder.commands()[-1].payload == STOP, "the stop")
    last = max(heard.at for heard in alone.recorder.motion())
    assert next(h.at for h in alone.recorder.commands(last) if h.payload == STOP) - last < 3.0
    await pause(0.5)
    assert len(alone.recorder.commands(last)) <= 4  # it says it until it is heard, no longer


@pytest_twisted.ensureDeferred
async def test_the_guard_stops_after_what_nobody_can_read(alone: Alone):
    await until(lambda: alone.here and alone.recorder.ready, "the guard")
    alone.recorder.publish(KEYS, b"full speed")
    await until(lambda: [h.payload for h in alone.recorder.commands()][-1:] == [STOP], "the stop")


@pytest_twisted.ensureDeferred
async def test_the_guard_says_that_it_is_here_and_that_it_goes(alone: Alone):
    began = time.monotonic()
    await until(lambda: alone.here >= 3, "its heartbeat")
    assert time.monotonic() - began >= 0.9
    alone.guard.sends(signal.SIGTERM)
    await until(lambda: alone.said[-1] == b"gone", "its goodbye")


@pytest_twisted.ensureDeferred
async def test_a_guard_that_is_told_again_while_it_ends_ends_as_if_told_once(alone: Alone):
    await until(lambda: alone.here, "the guard")
    alone.broker.pause()  # it waits to be let go
    try:
        for _ in range(20):
            for sign in (signal.SIGTERM, signal.SIGINT):
                alone.guard.sends(sign)
            await pause(0.01)
    finally:
        alone.broker.resume()
    await until(lambda: alone.guard.has_ended, "its end")
    assert alone.guard.end() == 0
    assert "Traceback" not in alone.guard.log.read_text()


@pytest_twisted.ensureDeferred
async def test_a_killed_guard_is_known_by_its_will(alone: Alone):
    await until(lambda: alone.here, "the guard")
    alone.guard.end()
    await until(lambda: alone.said[-1] == b"gone", "its will")


@pytest_twisted.ensureDeferred
async def test_the_guard_tells_how_long_it_takes_and_moves_nothing_to_know(alone: Alone):
    def told() -> list[int]:
        words = [said.split() for said in list(alone.said)]
        return [int(word[1]) for word in words if len(word) == 2]

    await until(told, "a measurement")
    assert told()[0] >= 500  # it waits so long by design
    assert alone.recorder.heard == []


def test_a_guard_whose_server_was_gone_before_it_began_ends(tmp_path: Path):
    server = subprocess.Popen(["true"])
    server.wait()
    command = [sys.executable, "-m", "sightline.cli.main", "guard", "--at", "127.0.0.1:1"]
    guard = subprocess.Popen([*command, "--with-parent", str(server.pid)])
    try:
        assert guard.wait(20) == 0
    finally:
        guard.kill()


@pytest.mark.parametrize(
    "arguments",
    [["--at", "nowhere"], ["--config", "none.toml"], ["--at", "h:1", "--config", "x"], []],
)
def test_a_guard_that_knows_not_where_to_stand_says_so(arguments, capsys):
    try:
        status = main(["guard", *arguments])
    except SystemExit as ended:
        status = int(ended.code or 0)
    assert status == 2
    assert capsys.readouterr().err
