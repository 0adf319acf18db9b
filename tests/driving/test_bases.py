"""Robots below base topics (`probots.topics`): met, driven, stopped; what is retained is cleared.

First with a clock, then with a real mosquitto, server, guard and robot.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from driving.scene import KEYS, STOP, Scene, until
from driving.test_service import Broker, Play
from sightline.cli import guard
from sightline.cli.guard import GuardProcess
from sightline.driving.echo_monitor import EchoMonitor
from sightline.driving.leases import SILENCE
from sightline.kinds.probots.bases import RobotTopics
from sightline.model.kind import Arrival
from sightline.mqtt.options import BrokerOptions

BASES = ("", "/", "site/berlin/")
MOTION = b"0.40 0.00 0.00 0.00"


class Below(Play):
    """A robot below the last base."""

    def __init__(self) -> None:
        self.base = BASES[-1]
        super().__init__(topics=RobotTopics(BASES), broker=Broker())

    def telemetry(self, routine: str = "started") -> None:
        self.hears(
            f"{self.base}telemetry", b"ProBot1,87,91,%b,23.4,192.168.1.17" % routine.encode()
        )

    def said(self, payload: bytes) -> list[str]:
        return [topic for topic, said in self.broker.said if said == payload]


@pytest.fixture
def below() -> Below:
    return Below()


def test_it_is_driven_below_its_base_and_nowhere_else(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    assert set(below.said(MOTION)) == {BASES[-1] + KEYS}


def test_each_stop_goes_below_every_base(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    del below.broker.said[:]
    below.wait(SILENCE + 0.3)
    stops = below.said(STOP)
    assert {topic: stops.count(topic) for topic in stops} == {base + KEYS: 3 for base in BASES}


def test_a_stop_by_anybody_reaches_a_robot_never_heard_below_every_base(below: Below):
    below.broker.said.clear()
    below.service._leases.stop("probot/ProBot2", "somebody stops it", by="amy")
    below.service._settling.settle()
    assert set(below.said(STOP)) == {base + "keys/ProBot2" for base in BASES}


def test_its_echoes_below_every_base_are_ours(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    below.wait(SILENCE + 0.5)
    assert [key for key, _ in below.world if key.startswith("alarm/")] == []
    assert below.ingest.rejected == {}


def test_a_foreign_command_below_another_base_stops_it(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    below.hears("/" + KEYS, b"0.75 0.00 0.00 0.00")
    assert below.lease().state != "moving"
    assert below.said(STOP)
    assert below.ingest.rejected == {"own_output_topic": 1}
    assert [key for key, _ in below.world if key.startswith("alarm/")] == ["alarm//" + KEYS]


def test_a_robot_heard_below_another_base_is_stopped_below_all_and_its_lease_ends(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    below.broker.said.clear()
    below.base = "/"
    below.telemetry()
    below.clock.advance(0.03)
    assert below.lease() is None
    assert set(below.said(STOP)) == {base + KEYS for base in BASES}
    below.wait(0.5)
    page.takes()
    page.frame()
    page.frame(0.4)
    assert set(below.said(MOTION)) == {"/" + KEYS}


def test_a_robot_that_moves_while_it_is_taken_over_gets_every_stop_and_no_alarm(below: Below):
    page = below.page().takes()
    page.frame()
    page.frame(0.4)
    below.broker.said.clear()
    below.base = "/"
    below.telemetry()
    other = below.page("root", "admin").takes("takeover")
    below.wait(0.3)
    stops = below.said(STOP)
    assert {topic: stops.count(topic) for topic in stops} == {base + KEYS: 3 for base in BASES}
    other.frame()
    other.frame(0.4)
    assert below.said(MOTION) == ["/" + KEYS]
    below.wait(SILENCE / 2)
    assert below.lease().state == "moving"


def test_two_robots_of_one_name_cannot_be_driven(below: Below):
    page = below.page().takes()
    for base in ("", BASES[-1]) * 3:
        below.base = base
        below.telemetry()
        below.clock.advance(0.03)
        page.frame(0.4)
    assert below.said(MOTION) == []
    assert below.lease() is None


def test_single_commands_go_below_its_base(below: Below):
    below.page("root", "admin").asks("routine", to="stop")
    assert below.said(b'"stop"') == [BASES[-1] + "MainRoutine/ProBot1"]
    below.page("root", "admin").asks("shutdown")
    assert below.said(b"shutdown") == [BASES[-1] + "shutdownProBot/ProBot1"]


def test_only_a_guard_of_the_same_bases_is_one():
    topics = RobotTopics(BASES)
    monitor = EchoMonitor(lambda: 0.0, topics=topics)

    def heard(said: bytes) -> bool:
        arrival = Arrival("sightline/guard/x", said, False, 0, 0.0, "main")
        monitor.sift([arrival], lambda found: False, None)
        return monitor.guarded()

    assert not heard(b"here 512")
    assert heard(b"here 512 #" + topics.tag.encode())
    assert monitor.reaction == 0.512
    assert not heard(b"here 512 #" + RobotTopics(["x"]).tag.encode())
    plain = EchoMonitor(lambda: 0.0)
    for said, counts in ((b"here 512", True), (b"here #" + topics.tag.encode(), False)):
        arrival = Arrival("sightline/guard/x", said, False, 0, 0.0, "main")
        plain.sift([arrival], lambda found: False, None)
        assert plain.guarded() is counts


class FakeWay:
    """A guard's broker."""

    broken, lost, waiting = "", 0, 0

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.looked: list[Any] = []
        self.now = 1000.0

    def seconds(self) -> float:
        return self.now

    def publish(self, topic: str, payload: bytes, *, urgent: bool = False) -> None:
        self.said.append((topic, payload))

    def send(self, topic: str, payload: bytes, **_: Any) -> bool:
        self.said.append((topic, payload))
        return True

    def look_up(self, filters: Any) -> None:
        self.looked += filters

    def overwrite(self, topics: Any, payload: bytes) -> None:
        pass


def test_a_guard_stops_and_clears_on_the_very_topic_and_says_which_it_watches():
    way, filters, topics = FakeWay(), [], RobotTopics(BASES)

    def bridge(reactor: Any, options: Any, wanted: Any, *_: Any) -> FakeWay:
        filters.extend(wanted)
        return way

    process = GuardProcess(
        way,
        BrokerOptions(client_id="x"),
        lambda sentence: None,
        topics=topics,
        bridge=bridge,  # type: ignore[arg-type]
        route=lambda *rest: way,
    )
    assert set(topics.command_filters) <= set(filters)
    topic = BASES[-1] + KEYS
    process._arrived([Arrival(topic, MOTION, False, 0, 0.0, "main")])
    way.now += 0.55
    process.look()
    assert (topic, STOP) in way.said
    assert any(said == b"here #" + topics.tag.encode() for _, said in way.said)
    way.said.clear()
    lies = BASES[-1] + "MainRoutine/ProBot1"
    process._arrived([Arrival(lies, b'"start"', True, 0, 0.0, "main")])
    process.look()
    assert way.said[:2] == [(topic, STOP), (lies, b"")]


def _options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    guard.add_to(parser.add_subparsers())
    return parser.parse_args(["guard", *words])


def test_a_guard_reads_the_bases_of_the_settings_and_nothing_else_there(tmp_path: Path):
    config = tmp_path / "x.toml"
    config.write_text(
        '[broker.main]\nhost = "h"\npassword_file = "not there"\n'
        '[probots]\ntopics = ["", "site/berlin"]\nlisten = "0.0.0.0"\n'
    )
    found = guard._topics(_options("--config", str(config)))
    assert found.bases == ("", "site/berlin/")
    config.write_text('[broker.main]\nhost = "h"\n')
    assert guard._topics(_options("--config", str(config))).usual
    with pytest.raises(ValueError, match="--robot-base is for --at"):
        guard._topics(_options("--config", str(config), "--robot-base", "x"))


def test_a_guard_at_an_address_is_told_the_bases():
    assert guard._topics(_options("--at", "h:1")).usual
    told = _options("--at", "h:1", "--robot-base", "", "--robot-base", "site/berlin/")
    assert guard._topics(told).bases == ("", "site/berlin/")
    with pytest.raises(ValueError, match="--robot-base: a base of robots has no wildcards"):
        guard._topics(_options("--at", "h:1", "--robot-base", "#"))


# -- real processes


@pytest_twisted.async_yield_fixture(scope="module")
async def real(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("bases"), bases=BASES)
    try:
        yield await made.begins()
    finally:
        await made.ends()


@pytest_twisted.ensureDeferred
async def test_a_robot_below_a_base_is_met_driven_and_stopped(real: Scene):
    driver = await real.drives()
    assert {heard.topic for heard in real.recorder.motion()} == {BASES[-1] + KEYS}
    silent = driver.falls_silent()
    assert await real.stops(silent) < 3.0
    stopped = {h.topic for h in real.recorder.commands(silent) if h.payload == STOP}
    assert stopped == {base + KEYS for base in BASES}
    await real.clears()


def _lies(port: int, topic: str) -> list[bytes]:
    """What the broker keeps there now."""
    found: list[bytes] = []
    done: list[int] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _, __, message: found.append(bytes(message.payload))
    client.on_subscribe = lambda *_: done.append(1)
    client.connect("127.0.0.1", port)
    client.subscribe(topic)
    for _ in range(200):
        client.loop(0.02)
        if done and found:
            break
    client.disconnect()
    return [said for said in found if said not in (b"", STOP)]


@pytest_twisted.ensureDeferred
async def test_a_retained_command_below_a_base_is_cleared(real: Scene):
    topic = BASES[-1] + KEYS
    real.recorder.publish(topic, MOTION, retain=True)
    await until(
        lambda: any(h.topic == topic and h.payload == STOP for h in real.recorder.heard), "a stop"
    )
    await until(lambda: not _lies(real.broker.port, topic), "a clear topic")


@pytest_twisted.ensureDeferred
async def test_a_killed_server_leaves_no_robot_running_below_a_base(tmp_path: Path, real: Scene):
    await real.drives()
    real.server.sends(9)
    moved = max(heard.at for heard in real.recorder.motion())
    await real.rests(moved)
