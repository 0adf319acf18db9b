"""The server's clock is stepped while friends publish: nobody stands still, nothing is untold.

A real server with a clock of the test's (`clock.c`), a real broker, a browser, a webhook. What
failed before: after a step of -60 s and -600 s none of 10 fixes was shown and none of 4 crossings
was told until the clock had caught up, over a restart, too.
"""

from __future__ import annotations

import json
import mmap
import struct
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from broker import Broker
from browser import Browser
from receiver import Receiver
from sightline_process import SightlineProcess
from test_accounts_journey import call
from test_journey import publish
from waits import until

HOME, AWAY = 48.5, 48.515  # nearer than what nobody gets to in a second
JANE = "friend/jane/phone"
# Of each, whether the phone is at home: two fixes tell, so these are four crossings.
WALK = (True, True, False, False, True, True, False, False, False, False)


class SteppedServer:
    """A server whose clock is set, with who looks at it and who is told."""

    def __init__(
        self, broker: Broker, receiver: Receiver, server: SightlineProcess, shift: Path
    ) -> None:
        self.broker = broker
        self.receiver = receiver
        self.server = server
        self._shift = shift
        self.environ: dict[str, str] = {}
        self.browser = Browser(server.port)
        self.n = 0

    async def opens(self) -> None:
        self.browser = await Browser(self.server.port).enters()

    def steps(self, seconds: int) -> None:
        with self._shift.open("r+b") as file, mmap.mmap(file.fileno(), 0) as seen:
            seen[:8] = struct.pack("l", seconds)

    async def restarts(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            await deferToThread(self.server.restart)
        await self.opens()

    async def fix(self, user: str, lat: float) -> float:
        """A fix of now, by the phone's clock; its longitude tells which one it is."""
        self.n += 1
        lon = round(2.25 + self.n * 1e-6, 6)
        said = {"_type": "location", "lat": lat, "lon": lon, "acc": 10, "tst": int(time.time())}
        topic = f"owntracks/{user}/phone"
        await deferToThread(publish, self.broker, topic, json.dumps(said), "-q", "1")
        return lon

    async def walks(self) -> None:
        """Ten fixes of jane's, each of which must be shown; four crossings, which must be told."""
        told, crossed = len(self.receiver.posts), len(self.crossings())
        for n, at_home in enumerate(WALK):
            if n % 4 == 0:  # twice the same crossing in one second is one to whoever is told
                second = int(time.time())
                await until(lambda second=second: time.time() >= second + 1)
            lon = await self.fix("jane", HOME if at_home else AWAY)
            await self.browser.sees(
                lambda things, lon=lon: things.get(JANE, {}).get("lon") == lon, f"fix {self.n}"
            )
            await self.fix("bob", AWAY)
        await self.browser.until(
            lambda: len(self.crossings()) - crossed == 4, "four crossings on the page"
        )
        assert [line["event"] for line in self.crossings()[crossed:]] == ["enter", "leave"] * 2
        await until(lambda: len(self.receiver.posts) - told >= 4, "four posts")
        assert len(self.receiver.posts) - told == 4
        _, (last,), _ = await deferToThread(call, self.server, "api/0/last?user=jane&device=phone")
        assert last["lon"] == round(2.25 + (self.n - 1) * 1e-6, 6)

    def crossings(self) -> list[dict[str, Any]]:
        lines = [t for k, t in self.browser.picture.things.items() if k.startswith("crossing/")]
        return sorted(lines, key=lambda line: int(line["n"]))

    async def says_its_clock_is(self, words: str) -> None:
        def said(things: dict[str, dict[str, Any]]) -> bool:
            return words in (things.get("server/sightline", {}).get("clock_why") or "")

        await self.browser.until(
            lambda: said(self.browser.picture.things), f"a clock that is {words}"
        )
        url = self.server.url
        ready = await deferToThread(lambda: urllib.request.urlopen(url + "readyz").read())
        assert words in json.loads(ready)["clock"]
        metrics = await deferToThread(lambda: urllib.request.urlopen(url + "metrics").read())
        assert b"sightline_clock_off_seconds 0.0" not in metrics


@pytest.fixture
def stepped(shifted_clock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    shift = tmp_path / "shift"
    shift.write_bytes(struct.pack("l", 0))
    monkeypatch.setenv("LD_PRELOAD", str(shifted_clock))
    monkeypatch.setenv("CLOCK_SHIFT", str(shift))
    (tmp_path / "secret").write_text("a-secret-of-some-length")
    (tmp_path / "secret").chmod(0o600)
    with Broker() as broker, Receiver() as receiver:
        settings = f"""
            [broker.main]
            host = "127.0.0.1"
            port = {broker.port}
            [history]
            days = 3
            [webhook.house]
            url = "{receiver.url}"
            secret_file = "{tmp_path}/secret"
            private = true
        """
        with SightlineProcess(settings) as server:
            made = SteppedServer(broker, receiver, server, shift)
            # The messages come from here, where the time is right.
            monkeypatch.delenv("CLOCK_SHIFT")
            monkeypatch.delenv("LD_PRELOAD")
            made.environ = {"LD_PRELOAD": str(shifted_clock), "CLOCK_SHIFT": str(shift)}
            yield made


@pytest_twisted.ensureDeferred
async def test_a_clock_that_is_stepped_hides_nobody(stepped: SteppedServer):
    await stepped.opens()
    home = {"name": "Home", "shape": "circle", "lat": HOME, "lon": 2.25, "rad": 200}
    made = await stepped.browser.asks("region", shared=True, colour=3, **home)
    assert made["ok"], made
    await stepped.fix("jane", AWAY)
    await stepped.browser.sees(lambda things: JANE in things, "jane")
    for step in (-60, -600):
        stepped.steps(step)
        await stepped.walks()
    await stepped.says_its_clock_is("10 min behind")
    # Who is told sees a time of now: what is signed for another time would be refused.
    for post in stepped.receiver.posts:
        assert abs(int(post.headers["sightline-timestamp"]) - time.time()) < 120


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize(
    ("step", "words"),
    [(-600, "10 min behind"), (-3600, "60 min behind"), (3600, ""), (7 * 86400, "")],
)
async def test_a_restart_with_another_clock_hides_nobody_and_deletes_nothing(
    stepped: SteppedServer, step: int, words: str
):
    await stepped.opens()
    home = {"name": "Home", "shape": "circle", "lat": HOME, "lon": 2.25, "rad": 200}
    assert (await stepped.browser.asks("region", shared=True, colour=3, **home))["ok"]
    await stepped.fix("jane", AWAY)
    await stepped.browser.sees(lambda things: JANE in things, "jane")
    await stepped.walks()
    stepped.steps(step)
    await stepped.restarts()
    await stepped.walks()
    if words:
        await stepped.says_its_clock_is(words)
    path = f"api/1/history/{JANE}?from=1&limit=1000&doubtful=1"
    _, kept, _ = await until(
        lambda: deferToThread(call, stepped.server, path),
        "all fixes",
        every=0.05,
        such=lambda answer: len(answer[1]["data"]) >= 11 + 10,
    )
    assert len(kept["data"]) == 11 + 10
