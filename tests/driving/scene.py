"""A scene for driving: a real broker, server, robot and guard; a driver; and a recorder of its own.

Every process is real. The recorder is a plain MQTT client that hears what the robot hears; times
are monotonic s of this process.
"""

from __future__ import annotations

import http.client
import json
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet import reactor as _reactor
from twisted.internet.task import LoopingCall, deferLater
from twisted.internet.threads import deferToThread

import preloaded
from broker import Broker, accepts, free_port
from browser import Browser
from child_process import ChildProcess
from sightline.mqtt.paho_client import stop_loop
from waits import until

reactor: Any = _reactor
HERE = Path(__file__).parent
ROBOT = "probot/ProBot1"
KEYS = "keys/ProBot1"
STOP = b"0 0 0 0"
DEADLINE = 60.0
_AGAIN = 3.0  # s
PASSWORD = "quite-a-long-one-7"


async def pause(seconds: float) -> None:
    await deferLater(reactor, seconds)


@dataclass(frozen=True)
class RobotMessage:
    at: float
    topic: str
    payload: bytes
    retain: bool


class Recorder:
    """Hears what the robots hear, with the time."""

    def __init__(self, port: int, bases: Sequence[str] = ("",)) -> None:
        self.heard: list[RobotMessage] = []
        self.keys = [base + KEYS for base in bases]
        names = ("keys/+", "MainRoutine/+", "shutdownProBot/+")
        self.ready = False
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(base + name, 0) for base in bases for name in names]
        )
        self._client.on_subscribe = lambda *_: setattr(self, "ready", True)
        self._client.on_disconnect = lambda *_: setattr(self, "ready", False)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def _on_message(self, client: Client, _: Any, message: Any) -> None:
        self.heard.append(
            RobotMessage(
                time.monotonic(), message.topic, bytes(message.payload), bool(message.retain)
            )
        )

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """As somebody else would."""
        self._client.publish(topic, payload, retain=retain)

    def commands(self, since: float = 0.0) -> list[RobotMessage]:
        return [h for h in list(self.heard) if h.topic in self.keys and h.at >= since]

    def motion(self, since: float = 0.0) -> list[RobotMessage]:
        return [h for h in self.commands(since) if h.payload != STOP]

    def close(self) -> None:
        self._client.disconnect()
        stop_loop(self._client)
        # Now, and not when garbage is collected: its sockets would be complained of.
        self._client.on_message = None
        del self._client


class Driver:
    """A page that drives: twenty frames a second, as the page's joystick sends them."""

    def __init__(self, port: int, who: str) -> None:
        self.browser = Browser(port)
        self.who = who
        self.fence = 0
        self.n = 0
        self.keys = {"up": 0.0, "down": 0.0, "left": 0.0, "right": 0.0}
        self.framed = 0.0
        self._hand = LoopingCall(self.frame)
        self._hand.clock = reactor

    async def enters(self, cookie: str = "") -> Driver:
        """With a ``cookie`` as whoever the door gave it to, else past the door."""
        headers = {"Cookie": cookie} if cookie else {"X-Test-User": self.who}
        await self.browser.enters(headers=headers)
        # As browsers do; otherwise a frame may wait 40 ms for the one before to be acknowledged.
        self.browser._protocol.transport.setTcpNoDelay(True)
        return self

    async def asks(self, do: str, **fields: Any) -> dict[str, Any]:
        return await self.browser.asks(do, **{"thing": ROBOT, **fields})

    async def takes(self, do: str = "take") -> Driver:
        """Take the robot; again while a busy machine keeps the servers' store from answering."""
        await self.gets(do, ("no_store",))
        self.begins()
        return self

    async def gets(self, do: str = "take", despite: Sequence[str] | None = None) -> None:
        """Ask until the robot is ours: again after these answers only, or after whichever."""

        def is_ours(answer: dict[str, Any]) -> bool:
            assert answer["ok"] or despite is None or answer["code"] in despite, answer
            return bool(answer["ok"])

        # A database that another takes the place of may be away for longer than anything else.
        answer = await until(lambda: self.asks(do), do, 2 * DEADLINE, 0.2, such=is_ours)
        self.fence = answer["lease"]

    def begins(self) -> None:
        self._hand.start(0.05)

    def frame(self) -> None:
        """One driving frame. The newest answer to one is told by `standing`."""
        self.n += 1
        self.framed = time.monotonic()
        self.browser.says(
            {
                "id": 1_000_000 + self.n,
                "do": "drive",
                "thing": ROBOT,
                "lease": self.fence,
                "n": self.n,
                "ms": round(self.framed * 1000, 1),
                **self.keys,
            }
        )

    def standing(self) -> str:
        """How it stands with the robot and this driver, for people who look for a mistake."""
        picture, answers = self.browser.picture.things, self.browser._answers
        seen = {key: picture.get(key) for key in ("lease/ProBot1", ROBOT, "guard/main")}
        frames = [n for n in answers if n > 1_000_000]
        return f"{seen}; last answer: {answers[max(frames)] if frames else None}"

    @property
    def holds(self) -> bool:
        """Whether the robot is ours, as far as we see."""
        lease = self.browser.picture.things.get("lease/ProBot1") or {}
        return bool(lease.get("holder") == self.who.partition(":")[0])

    def presses(self, up: float = 0.4, right: float = 0.1) -> None:
        self.keys |= {"up": up, "right": right}

    def lets_go(self) -> None:
        self.keys = dict.fromkeys(self.keys, 0.0)
        self.frame()

    def rests(self) -> None:
        """No frame any more."""
        if self._hand.running:
            self._hand.stop()

    def falls_silent(self) -> float:
        """No frame any more, and nothing is read; the time of the last frame."""
        self.rests()
        self.browser.stops_reading()
        return self.framed

    def is_killed(self) -> float:
        self.rests()
        self.browser.is_cut()
        return time.monotonic()

    async def leaves(self) -> None:
        self.rests()
        if self.browser.closed is None:
            self.browser.reads_again()
            self.browser.is_cut()
            await self.browser.is_closed()


async def moves(
    driver: Driver, recorder: Recorder, up: float = 0.4, right: float = 0.1, *, times: int = 3
) -> float:
    """Press until the robot was told so often to move; since when.

    A driver who is stopped by a busy machine lets go and presses again, and takes the robot again
    if that took it away (a connection that had no turn for three seconds).
    """
    deadline = time.monotonic() + DEADLINE
    while True:
        began = time.monotonic()
        driver.presses(up, right)
        while time.monotonic() < began + _AGAIN:
            if len(recorder.motion(began)) >= times:
                return began
            await pause(0.005)
        assert time.monotonic() < deadline, f"no motion: {driver.standing()}"
        driver.lets_go()
        await pause(0.1)
        if not driver.holds:
            driver.rests()
            await driver.takes()


class Scene:
    """``guard``: with one. ``lines`` go to the settings of the broker.

    ``bases`` are the base topics of the settings; the robot speaks below the last of them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        guard: bool = True,
        clock: Path | None = None,
        lines: str = "",
        bases: Sequence[str] = ("",),
    ) -> None:
        self.bases = bases
        self.folder = folder
        self.guard = guard
        self.clock = clock
        self.lines = lines
        self.broker = Broker(folder=folder / "broker")
        self.web = free_port()
        self.drivers: list[Driver] = []
        self.processes: list[ChildProcess] = []

    async def begins(self) -> Scene:
        self.broker.start()
        self.recorder = Recorder(self.broker.port, self.bases)
        play = ["-m", "sightline.cli.main", "simulate", "probot", "--broker", self._address]
        self.robot = self._run(
            "robot", *play, "--rate", "0", "--robot-base", self.bases[-1]
        )  # without a pause, as a real one
        self.serve()
        await until(lambda: accepts(self.web) and self.recorder.ready, "the server")
        self.watcher = await Driver(self.web, "guest:viewer").enters()
        self.drivers.append(self.watcher)
        await self.sees(lambda things: things.get(ROBOT, {}).get("presence") == "live", "robot")
        if self.guard:
            await self.sees(
                lambda things: things.get("guard/main", {}).get("presence") == "live", "guard"
            )
        return self

    @property
    def _address(self) -> str:
        return f"127.0.0.1:{self.broker.port}"

    def serve(self) -> None:
        """Start the server, again if it was killed."""
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "sightline.toml"
        config.write_text(
            f'[broker.main]\nhost = "127.0.0.1"\nport = {self.broker.port}\n'
            f"reconnect_min = 0.1\nreconnect_max = 0.5\n{self.lines}"
            # A browser says who it is; see served.py.
            f'[accounts]\nguest = "viewer"\nhash_memory = 1024\nhash_passes = 1\n'
            f"[probots]\ntopics = {json.dumps(self.bases)}\n"
            f"[driving]\nguard = {'true' if self.guard else 'false'}\n"
        )
        environ = {}
        if self.clock:
            self.shift = self.folder / "shift"
            self.shift.write_bytes(struct.pack("l", 0))
            environ = {"LD_PRELOAD": str(self.clock), "CLOCK_SHIFT": str(self.shift)}
        state = str(self.folder / "state")
        self.server = self._run(
            "server", str(HERE.parent / "served.py"), str(config), state, str(self.web), **environ
        )

    def _run(self, name: str, *arguments: str, **environ: str) -> ChildProcess:
        log = self.folder / f"{name}.log"
        process = ChildProcess([sys.executable, *arguments], log, **environ)
        self.processes.append(process)
        return process

    def steps_the_clock(self, seconds: int) -> None:
        """The server's wall clock jumps."""
        with self.shift.open("r+b") as file, mmap.mmap(file.fileno(), 0) as seen:
            seen[:8] = struct.pack("l", seconds)

    async def sees(self, what: Callable[[dict[str, dict[str, Any]]], Any], name: str = "") -> None:
        await self.watcher.browser.until(
            lambda: bool(what(self.watcher.browser.picture.things)), name or "the picture", DEADLINE
        )

    def thing(self, key: str) -> dict[str, Any] | None:
        return self.watcher.browser.picture.things.get(key)

    async def comes(self, who: str = "amy:operator") -> Driver:
        driver = await Driver(self.web, who).enters()
        self.drivers.append(driver)
        return driver

    async def has_account(self, name: str, *words: str) -> str:
        """Make an account on the command line and sign in; the cookie."""
        places = ("--state", self.folder / "state", "--config", self.folder / "sightline.toml")
        made = await deferToThread(
            preloaded.sightline, "user", "add", name, *words, *places, input=PASSWORD
        )
        assert made.returncode == 0, made.stderr
        asked = {"name": name, "password": PASSWORD}
        _, cookie = await until(  # the server notices what the command line did within a second
            lambda: self.calls("POST", "session", asked),
            f"{name} as somebody who may sign in",
            every=0.2,
            such=lambda answer: answer[0] == 200,
        )
        return cookie

    async def calls(self, method: str, path: str, body: Any, cookie: str = "") -> tuple[int, str]:
        """A call of the HTTP API from our own page; the status, and a cookie if one came."""

        def ask() -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=DEADLINE)
            headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
            try:
                connection.request(
                    method, f"/api/1/{path}", json.dumps(body), headers | {"Cookie": cookie}
                )
                answer = connection.getresponse()
                answer.read()
                return answer.status, (answer.getheader("set-cookie") or "").partition(";")[0]
            finally:
                connection.close()

        return await deferToThread(ask)

    async def drives(self, who: str = "amy:operator") -> Driver:
        """Somebody takes ProBot1 and drives: motion was heard by the recorder."""
        return await self.sets_off(await self.comes(who))

    async def sets_off(self, driver: Driver) -> Driver:
        """This driver takes the robot, and it moves."""
        await driver.takes()
        await pause(0.1)
        await moves(driver, self.recorder)
        return driver

    async def stops(self, since: float, seconds: float = DEADLINE) -> float:
        """Wait for the stop after ``since``; how long it took. Nothing may move after it."""
        await until(
            lambda: any(h.payload == STOP for h in self.recorder.commands(since)), "a stop", seconds
        )
        first = next(h for h in self.recorder.commands(since) if h.payload == STOP)
        await pause(0.5)
        after = [h for h in self.recorder.commands() if h.at > first.at]
        assert all(h.payload == STOP for h in after), after
        return first.at - since

    async def rests(self, since: float) -> float:
        """Wait for a stop that lasts, while somebody still presses; how long it took to come.

        A busy machine may let the guard stop the robot before that, of which the driver learns only
        a little later.
        """

        def last() -> tuple[float, float]:
            heard = self.recorder.commands(since)
            stops = [h.at for h in heard if h.payload == STOP]
            moved = max((h.at for h in heard if h.payload != STOP), default=since)
            return moved, min((at for at in stops if at > moved), default=0.0)

        await until(lambda: last()[1] and time.monotonic() - last()[0] > 1.0, "a lasting stop")
        return last()[1] - since

    async def clears(self) -> None:
        """Everybody but the watcher leaves, and the robot is free."""
        for driver in self.drivers[1:]:
            await driver.leaves()
        del self.drivers[1:]
        await self.sees(lambda things: "lease/ProBot1" not in things, "a free robot")

    async def ends(self) -> None:
        for driver in self.drivers:
            await driver.leaves()
        for process in self.processes:
            process.end(signal.SIGTERM)
        self.recorder.close()
        self.broker.stop()


def measured(name: str, seconds: float) -> None:
    """Keep a figure for scripts/bench/stops.py."""
    if path := os.environ.get("SIGHTLINE_STOPS"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([name, round(seconds, 4)]) + "\n")
