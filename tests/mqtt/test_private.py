"""A mosquitto of our own: started, watched, and ended with us.

Covers mqtt/mosquitto.py, mqtt/robots.py.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.logger import Logger, formatEvent

from broker import accepts, free_port
from mqtt.scene import Publisher, Scene
from robot import Robot
from sightline.kinds.friends.strict import LARGEST_CARD
from sightline.mqtt import private
from sightline.mqtt.mosquitto import NoBroker, configuration
from sightline.mqtt.private import PrivateBroker
from sightline.mqtt.robots import NoInterface, RobotsListener, address_of
from sightline.web import body_limits
from waits import until, wait_until

Start = Callable[..., PrivateBroker]


@pytest_twisted.async_yield_fixture()
async def own(tmp_path: Path) -> AsyncIterator[Start]:
    made: list[PrivateBroker] = []

    def make(port: int | None = None, robots: RobotsListener | None = None) -> PrivateBroker:
        made.append(PrivateBroker(reactor, tmp_path / "state" / "broker", port, robots=robots))
        return made[-1]

    yield make
    for one in made:
        if one.running:
            await one.stopService()


@pytest_twisted.ensureDeferred
async def test_it_is_ready_when_it_says_so_and_gone_when_stopped(own: Start) -> None:
    broker = own()
    port = await broker.start()
    assert accepts(port)
    assert await broker.start() == port  # asking again starts no second one
    pid = broker.pid
    await broker.stopService()
    assert not accepts(port)
    assert broker.pid is None
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(not shutil.which("setsid"), reason="needs setsid (Linux)")
@pytest_twisted.ensureDeferred
async def test_ctrl_c_does_not_end_it_before_us(own: Start) -> None:
    broker = own()
    await broker.start()
    assert broker.pid
    assert os.getpgid(broker.pid) != os.getpgrp()


@pytest_twisted.ensureDeferred
async def test_only_this_machine_can_reach_it(own: Start) -> None:
    port = await own().start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; shows our own outer address
        outer = probe.getsockname()[0]
    for address, family in ((outer, socket.AF_INET), ("::1", socket.AF_INET6)):
        if address.startswith("127."):
            continue
        with socket.socket(family) as stranger:
            stranger.settimeout(1)
            with pytest.raises(OSError, match=r"refused|unreachable|Cannot assign"):
                stranger.connect((address, port))


@pytest_twisted.ensureDeferred
async def test_the_bridge_hears_its_figures_and_its_log(own: Start, scene: Scene) -> None:
    port = await own().start()
    scene.bridge("$SYS/#", port=port)
    await scene.connected()
    other = Publisher(port)

    def noticed() -> bool:
        lines = [a.payload for a in scene.arrivals if a.topic == "$SYS/broker/log/N"]
        return any(b"New client connected" in line and b"as test" in line for line in lines)

    await scene.until(noticed)
    assert "$SYS/broker/version" in [a.topic for a in scene.arrivals]
    other.close()


@pytest_twisted.ensureDeferred
async def test_it_comes_back_on_the_same_port_when_it_dies(own: Start, scene: Scene) -> None:
    broker = own()
    port = await broker.start()
    scene.bridge("#", port=port)
    await scene.connected()
    first = broker.pid
    assert first
    os.kill(first, signal.SIGKILL)
    await until(lambda: broker.starts == 2)
    assert (broker.port, broker.pid != first) == (port, True)
    await scene.until(lambda: len([x for x in scene.links if x.state == "connected"]) == 2)


@pytest_twisted.ensureDeferred
async def test_once_it_ran_it_is_tried_again_whatever_happens(
    own: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "RESTART_SECONDS", (0.02,))
    broker = own()
    port = await broker.start()
    with monkeypatch.context() as patch:
        calls = []

        def full(*_: object) -> str:
            calls.append(1)
            raise OSError(28, "No space left on device")

        patch.setattr(private, "configuration", full)
        assert broker.pid
        os.kill(broker.pid, signal.SIGKILL)
        await until(lambda: len(calls) > 2)
    await until(lambda: broker.starts == 2)
    assert accepts(port)


@pytest_twisted.ensureDeferred
async def test_retained_messages_outlast_a_stop(own: Start, scene: Scene) -> None:
    first = own()
    publisher = Publisher(await first.start())
    publisher.send("friends/jane", b"here", qos=1, retain=True)
    publisher.close()
    await first.stopService()
    scene.bridge("friends/#", port=await own().start())
    await scene.until(lambda: scene.arrivals)
    assert scene.arrivals[0].payload == b"here"


@pytest_twisted.ensureDeferred
async def test_it_survives_a_burst_for_a_session_that_is_away(own: Start, scene: Scene) -> None:
    port = await own().start()
    lasting = {"port": port, "client_id": "lasting", "clean": False, "qos": 1}
    await_session = scene.bridge("a", **lasting)
    await scene.connected()
    await await_session.stopService()
    publisher = Publisher(port)
    publisher.send("a", b"x" * 100, qos=1, times=5_000)
    publisher.close()
    scene.bridge("a", **lasting)
    await scene.until(lambda: len(scene.arrivals) == 5_000)


@pytest_twisted.ensureDeferred
async def test_a_port_that_is_taken_is_named(own: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NoBroker, match=f"port {port} is taken"):
            await own(port).start()


@pytest_twisted.ensureDeferred
async def test_a_free_port_that_was_taken_meanwhile_is_no_obstacle(
    own: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1], free_port()]
        monkeypatch.setattr(private, "_free_port", lambda: ports.pop(0))
        expected = ports[1]
        assert await own().start() == expected


@pytest_twisted.ensureDeferred
async def test_without_mosquitto_it_says_what_to_type(
    own: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(NoBroker, match="sudo apt-get install mosquitto"):
        await own().start()


@pytest_twisted.ensureDeferred
async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broker = PrivateBroker(reactor, tmp_path / "file" / "state")
    with pytest.raises(NoBroker, match="cannot use the folder"):
        await broker.start()


@pytest_twisted.ensureDeferred
async def test_a_stop_while_it_starts_leaves_nothing_behind(own: Start) -> None:
    broker = own()
    ready = broker.start()
    pid = broker.pid
    ready.addErrback(lambda failure: failure.trap(NoBroker))
    await broker.stopService()
    assert pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_extra_lines_end_the_configuration(tmp_path: Path) -> None:
    lines = configuration(tmp_path, 1883, ["listener 9001", "protocol websockets"]).splitlines()
    assert lines[-2:] == ["listener 9001", "protocol websockets"]
    assert "listener 1883 127.0.0.1" in lines


PARENT = """
import sys
from pathlib import Path
from twisted.internet import reactor
from sightline.mqtt.private import PrivateBroker
broker = PrivateBroker(reactor, Path(sys.argv[1]))
reactor.callWhenRunning(lambda: broker.start().addCallback(lambda p: print(p, flush=True)))
reactor.run()
"""


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv (Linux)")
def test_it_ends_when_we_are_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout
    port = int(parent.stdout.readline())
    assert accepts(port)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not accepts(port), "the broker's end")


@pytest_twisted.ensureDeferred
async def test_it_keeps_its_port_over_starts_of_the_server(own: Start) -> None:
    first = own()
    port = await first.start()
    await first.stopService()
    again = own()
    assert await again.start() == port
    await again.stopService()


@pytest_twisted.ensureDeferred
async def test_where_its_port_is_taken_it_says_so_and_takes_another(
    own: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = own()
    port = await first.start()
    await first.stopService()
    lines: list[str] = []
    log = Logger(observer=lambda event: lines.append(formatEvent(event)))
    monkeypatch.setattr(PrivateBroker, "_log", log)
    with socket.create_server(("127.0.0.1", port)):
        other = await own().start()
    assert other != port
    assert any(f"Port {port}" in line and f"at {other} now" in line for line in lines)


@pytest_twisted.ensureDeferred
async def test_robots_as_they_come_get_in_at_their_interface(own: Start, scene: Scene) -> None:
    robots = RobotsListener("lo", free_port())
    port = await own(robots=robots).start()
    scene.bridge("#", port=port)
    await scene.connected()
    robot = Robot(robots.port)
    assert robot.answer == 0
    robot.says("keys/ProBot1", "0.50 0.00 0.00 0.00")
    robot.says("telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    await scene.until(lambda: scene.arrivals)
    assert [one.topic for one in scene.arrivals] == ["telemetry"]
    robot.subscribes("keys/ProBot1")
    scene.bridges[0].publish("keys/ProBot1", b"0.00 0.00 0.00 0.00")
    robot.until(b"keys/ProBot10.00 0.00 0.00 0.00")
    robot.close()
    named = Robot(robots.port, user="sightline")
    if named.answer == 0:  # there are no passwords, so a name is worth nothing
        named.says("keys/ProBot1", "0.50 0.00 0.00 0.00")
        named.says("telemetry", "x")
    await scene.until(lambda: any(a.topic == "ClientStatus" for a in scene.arrivals))
    assert b"0.50 0.00 0.00 0.00" not in [a.payload for a in scene.arrivals]
    assert len([a for a in scene.arrivals if a.topic == "telemetry"]) == 1
    named.close()


@pytest_twisted.ensureDeferred
async def test_robots_below_base_topics_may_do_there_what_others_may(own: Start, scene: Scene):
    robots = RobotsListener("lo", free_port(), ("", "site/berlin/"))
    port = await own(robots=robots).start()
    scene.bridge("#", port=port)
    await scene.connected()
    robot = Robot(robots.port)
    line = "ProBot1,87,91,started,23.4,192.168.1.17"
    for topic in ("site/berlin/keys/ProBot1", "site/telemetry", "site/berlin/telemetry"):
        robot.says(topic, line)
    await scene.until(lambda: scene.arrivals)
    assert [one.topic for one in scene.arrivals] == ["site/berlin/telemetry"]
    robot.subscribes("site/berlin/keys/ProBot1")
    scene.bridges[0].publish("site/berlin/keys/ProBot1", b"0 0 0 0")
    robot.until(b"keys/ProBot10 0 0 0")
    robot.close()


@pytest_twisted.ensureDeferred
async def test_an_interface_that_is_away_does_not_hold_up_the_rest(
    own: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    log = Logger(observer=lambda event: lines.append(formatEvent(event)))
    monkeypatch.setattr(PrivateBroker, "_log", log)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for robots, said in (
            (RobotsListener("wlan99"), "the network interface wlan99 is not there"),
            (RobotsListener("lo", taken.getsockname()[1]), "already in use"),
        ):
            broker = own(robots=robots)
            assert accepts(await broker.start())
            assert any(said in line for line in lines)
            await broker.stopService()


def test_an_interface_is_found_by_its_name_or_its_address() -> None:
    assert address_of("lo") == "127.0.0.1"
    assert address_of("192.168.7.1") == "192.168.7.1"
    with pytest.raises(NoInterface, match="no network interface"):
        address_of("a-name-that-is-too-long")


@pytest_twisted.ensureDeferred
async def test_a_card_as_iphones_make_it_comes_through(own: Start, scene: Scene) -> None:
    """Arrivals 01: 93 KB."""
    port = await own().start()
    scene.bridge("owntracks/+/+/info", port=port, qos=1)
    await scene.connected()
    publisher = Publisher(port)
    publisher.send("owntracks/cards/a/info", b"x" * 131_500, qos=1, retain=True)
    publisher.close()
    await scene.until(lambda: scene.arrivals)
    assert len(scene.arrivals[0].payload) == 131_500


def test_one_limit_from_the_proxy_to_the_decoder(tmp_path: Path) -> None:
    config = Path(__file__).parents[2] / "config"
    brokers = [*(config / "mosquitto").rglob("*.conf")]
    said = [configuration(tmp_path, 1883), *(each.read_text() for each in brokers)]
    limits = [int(n) for text in said for n in re.findall(r"message_size_limit (\d+)", text)]
    assert len(limits) >= 3
    assert set(limits) == {LARGEST_CARD}
    proxies = "".join(each.read_text() for each in (config / "proxy").iterdir() if each.is_file())
    bodies = re.findall(r"(?:client_max_body_size|max_size) (\d+)(?:k;|KiB)", proxies)
    assert len(bodies) == 4
    assert {1024 * int(n) for n in bodies} == {LARGEST_CARD} == {body_limits.most(b"/pub")}
    batches = re.findall(r"(?:client_max_body_size|max_size) (\d+)(?:m;|MiB)", proxies)
    assert len(batches) == 4
    assert {1024 * 1024 * int(n) for n in batches} == {body_limits.most(b"/in/overland")}
