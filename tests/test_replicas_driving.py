"""Several servers, one PostgreSQL, one broker, real processes: one driver over all of them."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from broker import Broker
from child_process import ChildProcess
from cut import Network
from driving.scene import KEYS, ROBOT, STOP, Driver, Recorder, measured, moves, pause, until
from postgres import Cluster, cluster, needs_postgres, prepared
from sightline_process import SightlineProcess

pytestmark = needs_postgres

# What is answered while a database comes back: ask again.
AWHILE = ("no_store", "held", "ended")


class Fleet:
    """Two servers over one database, a robot, and somebody who hears what it is told."""

    def __init__(self, broker: Broker, servers: list[SightlineProcess]) -> None:
        self.recorder = Recorder(broker.port)
        self.servers = servers
        self.drivers = [Driver(server.port, "") for server in servers]

    def pids(self, number: int) -> int:
        return self.servers[number].pid

    async def lease(self, number: int, fact: Any, what: str) -> dict[str, Any]:
        """The lease as a page of this server shows it, once it is so."""
        browser = self.drivers[number].browser
        await browser.sees(lambda things: fact(things.get("lease/ProBot1")), what)
        found: dict[str, Any] = browser.picture.things.get("lease/ProBot1", {})
        return found

    async def stopped(self, since: float) -> float:
        """How long after that the robot was told to stop, s."""
        found = self.recorder.commands

        def stops() -> list[float]:
            return [heard.at for heard in found(since) if heard.payload == STOP]

        await until(stops, "the stop")
        return stops()[0] - since

    async def drives(self, driver: Driver) -> None:
        """At the first server; the second one shows it."""
        await driver.takes()
        await moves(driver, self.recorder)
        await self.lease(1, lambda lease: lease is not None, "who drives")

    async def free(self, number: int) -> None:
        await self.lease(number, lambda lease: lease is None, "that nobody drives")


def settings(broker: Broker, name: str, url: str) -> str:
    return f"""
        [broker.main]
        host = "127.0.0.1"
        port = {broker.port}
        reconnect_min = 0.1
        [driving]
        guard = false
        [store]
        url = "{url}"
        [replicas]
        name = "{name}"
    """


@asynccontextmanager
async def fleet(folder: Path, *urls: str) -> AsyncIterator[Fleet]:
    """``urls``: where the database is for each server, if not the one of all tests."""
    with ExitStack() as stack:
        url = urls[0] if urls else stack.enter_context(prepared())
        broker = stack.enter_context(Broker())
        servers = [
            stack.enter_context(SightlineProcess(settings(broker, name, at)))
            for name, at in zip("ab", urls if len(urls) > 1 else (url, url), strict=True)
        ]
        robot = ["-m", "sightline.cli.main", "simulate", "probot", "--broker"]
        process = ChildProcess(
            [sys.executable, *robot, f"127.0.0.1:{broker.port}"], folder / "robot.log"
        )
        stack.callback(process.end)
        scene = Fleet(broker, servers)
        stack.callback(scene.recorder.close)
        for driver in scene.drivers:
            await driver.enters()
            await driver.browser.sees(
                lambda things: things.get(ROBOT, {}).get("presence") == "live", "the robot"
            )
        await until(lambda: scene.recorder.ready, "the recorder")
        try:
            yield scene
        finally:
            for driver in scene.drivers:
                await driver.leaves()


def alarm(things: dict[str, dict[str, object]]) -> bool:
    return f"alarm/{KEYS}" in things


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_one_drives_and_the_others_watch_stop_and_take_over(tmp_path):
    async with fleet(tmp_path) as scene:
        one, other = scene.drivers
        await one.takes()
        await moves(one, scene.recorder)
        seen = await scene.lease(
            1, lambda lease: lease and lease["state"] == "moving", "that it is driven"
        )
        assert (seen["server"], seen["fence"]) == ("a", one.fence)
        refused = await other.asks("take")
        assert refused["code"] == "held"
        await pause(1.5)  # of driving, heard by both
        for driver in scene.drivers:
            assert not alarm(driver.browser.picture.things)

        before = time.monotonic()
        assert (await other.asks("stop"))["ok"]
        measured("stop button, at another server", await scene.stopped(before))

        before = time.monotonic()
        await other.gets("takeover", ("no_store",))  # a busy machine: ask again
        taken = time.monotonic()
        measured("taken over from another server", await scene.stopped(before))
        measured("… until the other one may drive", taken - before)
        assert other.fence > one.fence
        other.begins()
        await pause(0.3)
        await moves(other, scene.recorder, 0.2, 0.0)
        heard = {h.payload for h in scene.recorder.motion(taken)}
        assert heard == {b"0.20 0.00 0.00 0.00"}
        seen = await scene.lease(
            0, lambda lease: lease and lease.get("server") == "b", "who drives now"
        )
        assert not any(alarm(driver.browser.picture.things) for driver in scene.drivers)


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_when_a_server_is_killed_its_robot_stops_and_is_driven_through_another(tmp_path):
    async with fleet(tmp_path) as scene:
        one, other = scene.drivers
        await scene.drives(one)
        killed = time.monotonic()
        os.kill(scene.pids(0), signal.SIGKILL)
        await scene.stopped(killed)
        await scene.free(1)
        await other.takes()
        measured("server killed: driven through another", time.monotonic() - killed)
        await moves(other, scene.recorder, 0.3, 0.0)


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_a_server_that_hung_finds_its_robot_in_other_hands_and_says_nothing_to_it(tmp_path):
    async with fleet(tmp_path) as scene:
        one, other = scene.drivers
        await scene.drives(one)
        os.kill(scene.pids(0), signal.SIGSTOP)
        try:
            await scene.free(1)
            await other.takes()
            began = await moves(other, scene.recorder, 0.3, 0.0)
        finally:
            os.kill(scene.pids(0), signal.SIGCONT)
        # The first one's driver has pressed all the time; what waited must not come out now.
        await pause(2.0)
        heard = {h.payload for h in scene.recorder.motion(began)}
        assert heard == {b"0.30 0.00 0.00 0.00"}


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_of_two_who_take_a_robot_at_once_one_gets_it_again_and_again(tmp_path):
    async with fleet(tmp_path) as scene:
        held = 0
        fences = []
        for _ in range(25):
            asked = [Deferred.fromCoroutine(d.asks("take")) for d in scene.drivers]
            answers = await gatherResults(asked)
            won = [n for n, answer in enumerate(answers) if answer["ok"]]
            assert len(won) <= 1, answers
            for number in won:
                held += 1
                fences.append(answers[number]["lease"])
                driver = scene.drivers[number]
                freed = await driver.asks("release", lease=fences[-1])
                # A busy machine may keep a server so long from the store that it lost the robot.
                assert freed["ok"] or freed["code"] == "not_yours", freed
            await pause(0.25)
        assert held >= 10
        assert fences == sorted(set(fences))


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_while_the_common_store_is_away_nobody_drives_and_everybody_is_told_why(tmp_path):
    with prepared() as url, Network(cluster().port) as network:
        at = url.replace(str(cluster().port), str(network.port))
        async with fleet(tmp_path, at) as scene:
            one, other = scene.drivers
            await one.takes()
            await moves(one, scene.recorder)
            network.swallow()
            away = time.monotonic()
            await scene.free(0)
            measured("common store away", await scene.stopped(away))
            for driver in scene.drivers:
                await driver.browser.sees(
                    lambda things: things["server/sightline"].get("shared_why"), "the reason"
                )
            refused = await other.asks("take")
            assert refused["code"] == "no_store"
            assert "PostgreSQL" in refused["why"]
            ready = await deferToThread(asked, scene.servers[1], "readyz")
            assert b'"shared"' in ready
            figures = await deferToThread(asked, scene.servers[1], "metrics")
            assert b"sightline_shared_failing 1.0" in figures
            network.heal()
            await other.browser.sees(
                lambda things: not things["server/sightline"].get("shared_why"), "its end"
            )
            await other.gets()


@pytest.mark.timeout(240)
@pytest_twisted.ensureDeferred
async def test_a_server_that_is_cut_off_alone_stops_before_another_may_drive(tmp_path):
    with prepared() as url, Network(cluster().port) as network:
        at = url.replace(str(cluster().port), str(network.port))
        async with fleet(tmp_path, at, url) as scene:
            one, other = scene.drivers
            await scene.drives(one)
            network.swallow()
            await other.gets()
            taken = time.monotonic()
            other.begins()
            await moves(other, scene.recorder, 0.3, 0.0)
            heard = {h.payload for h in scene.recorder.motion(taken)}
            assert heard == {b"0.30 0.00 0.00 0.00"}
            network.heal()


@pytest.mark.timeout(300)
@pytest_twisted.ensureDeferred
async def test_postgresql_is_killed_and_a_standby_takes_its_place_and_there_is_one_driver(
    tmp_path,
):
    with ExitStack() as stack:
        primary = stack.enter_context(Cluster())
        network = stack.enter_context(Network(primary.port))
        standby = stack.enter_context(Cluster(copy_of=primary))
        async with fleet(tmp_path, primary.url("postgres", network.port)) as scene:
            one, other = scene.drivers
            await scene.drives(one)

            # Killed and started anew: whoever drove is found again, or was stopped.
            primary.kill()
            primary.start()
            await other.gets("takeover", AWHILE)
            assert other.fence > one.fence
            other.begins()
            await moves(other, scene.recorder, 0.2, 0.0)

            # It is gone for good, with beats that the standby never got; that one is written now.
            with standby.connect() as sql:
                sql.execute("SELECT pg_wal_replay_pause()")
            await pause(1.5)
            primary.kill()
            network.leads_to(standby.port)
            standby.promote()
            gone = time.monotonic()
            await one.gets("takeover", AWHILE)
            taken = time.monotonic()
            measured("failover: driven again", taken - gone)
            assert one.fence > other.fence
            await moves(one, scene.recorder, 0.3, 0.0)
            heard = {h.payload for h in scene.recorder.motion(taken)}
            assert heard == {b"0.30 0.00 0.00 0.00"}


def asked(server: SightlineProcess, path: str) -> bytes:
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        found: bytes = answer.read()
        return found
