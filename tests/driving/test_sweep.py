"""Promise 3: whatever anybody left on a command topic is gone, or a stop, within 5 s of quiet.

First with a clock and a broker that keeps what is retained, for any sequence of foreign messages,
for the server and for the guard, each alone. Then with a real mosquitto and real processes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from broker import Broker as Mosquitto
from child_process import ChildProcess
from driving.scene import KEYS, Recorder, Scene, pause, until
from driving.test_service import Broker, Play
from sightline.cli.guard import REST, GuardProcess
from sightline.driving.deadman import SILENCE
from sightline.driving.sweep import AGAIN, CHECK, MANY, MOST_WAIT, SOON, STALL, TRIES, Sweep
from sightline.kinds.probots.commands import STOP, is_harmless, is_stop
from sightline.model.kind import Arrival
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.paho_client import stop_loop

QUIET = 5.0
"""Promised (s)."""
STEP = 0.02
"""So exact are the clocks here, s."""
OTHERS = "MainRoutine/ProBot1", "shutdownProBot/ProBot1"
MOTION = b"0.50 0 0 0"


class Retainer:
    """What a broker keeps, and who hears what. A robot listens as ProBot1 does."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.kept: dict[str, tuple[bytes, float]] = {}
        self.robot: list[bytes] = []
        self.lost = 0
        self.deliver: Callable[[str, bytes, bool], None] = lambda topic, payload, retain: None

    def take(
        self, topic: str, payload: bytes, retain: bool, lives: float = 1e9, *, lost: bool = False
    ) -> None:
        """Somebody publishes; ``lost``: it finds no place with us."""
        if retain and payload:
            self.kept[topic] = payload, self.clock.seconds() + lives
        elif retain:
            self.kept.pop(topic, None)
        if topic == KEYS:
            self.robot.append(payload)
        if lost:
            self.lost += 1
        else:
            self.deliver(topic, payload, False)

    def lies(self) -> dict[str, bytes]:
        """What whoever subscribes now gets."""
        now = self.clock.seconds()
        return {topic: said for topic, (said, until) in self.kept.items() if now < until}

    # -- as the way of a sweep

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        for topic, payload in self.lies().items():
            self.clock.callLater(0.01, self.deliver, topic, payload, True)

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        for topic in topics:  # over a connection of its own, which takes a moment
            self.clock.callLater(0.05, self.take, topic, payload, True, 1.0)


class Keeping(Broker):
    """The broker of the service's tests, with a memory."""

    retainer: Retainer = Retainer(Clock())

    @property
    def lost(self) -> int:
        return self.retainer.lost

    @lost.setter
    def lost(self, lost: int) -> None:
        pass

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        self.said.append((topic, payload))
        self.retainer.take(topic, payload, retain)
        return True

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        self.retainer.look_up(filters)

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        self.retainer.overwrite(topics, payload)


class Server:
    """The server's part alone."""

    def __init__(self) -> None:
        self.play = Play(broker=Keeping())
        self.clock = self.play.clock
        self.broker = self.play.broker.retainer = Retainer(self.clock)
        self.broker.deliver = self.play.hears

    def passes(self, seconds: float) -> None:
        self.play.wait(seconds)


class Guarding:
    """The guard alone."""

    waiting = 0

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.broker = Retainer(self.clock)
        self.guard = GuardProcess(
            self.clock,
            BrokerOptions(client_id="x"),
            lambda sentence: None,
            bridge=lambda *rest: self,
            route=lambda *rest: self,
        )
        self.broker.deliver = self.hears
        self.guard.start(self.failed)

    broken = ""

    def startService(self) -> None:
        """Nothing is to be connected here."""

    def failed(self, failure: Failure) -> None:
        failure.raiseException()

    @property
    def lost(self) -> int:
        return self.broker.lost

    def hears(self, topic: str, payload: bytes, retain: bool) -> None:
        self.guard._arrived([Arrival(topic, payload, retain, 0, 0.0, "main")])

    def publish(self, topic: str, payload: bytes, *, urgent: bool = False) -> None:
        self.broker.take(topic, payload, False)

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        self.broker.take(topic, payload, retain)
        return True

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        self.broker.look_up(filters)

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        self.broker.overwrite(topics, payload)

    def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.clock.advance(STEP)


def test_a_guard_sends_a_robots_stop_when_it_is_due_and_again_until_it_is_heard():
    scene, stops = Guarding(), []

    def take(topic: str, payload: bytes, retain: bool) -> None:
        if topic == KEYS and is_stop(payload):
            stops.append(scene.clock.seconds())  # and it never arrives

    scene.passes(1.234)
    scene.broker.take(KEYS, MOTION, False)
    moved = scene.clock.seconds()
    scene.broker.take = take  # type: ignore[assignment]
    for _ in range(700):
        scene.clock.advance(0.001)
    assert [round(at - moved, 3) for at in stops] == pytest.approx(
        [SILENCE, SILENCE + 0.05, SILENCE + 0.1, SILENCE + 0.15], abs=0.005
    )


def test_a_guard_with_nothing_to_do_looks_a_few_times_a_second(monkeypatch):
    scene, looks = Guarding(), []
    look = GuardProcess.look
    monkeypatch.setattr(GuardProcess, "look", lambda guard: (looks.append(None), look(guard)))
    scene.passes(20)
    assert 20 / REST <= len(looks) <= 100  # with its tries of itself, of which there are ten


def test_a_guard_that_fails_says_so_once_and_looks_no_more(monkeypatch):
    scene, failures = Guarding(), []
    monkeypatch.setattr(scene.guard, "_failed", failures.append)
    monkeypatch.setattr(scene.guard, "look", lambda: 1 / 0)
    scene.passes(5)
    assert [failure.type for failure in failures] == [ZeroDivisionError]


FOREIGN = st.tuples(
    st.sampled_from([0.0, 0.06, 0.2, 0.48, 1.1, 1.9, 2.1]),  # s before it
    st.sampled_from([KEYS, *OTHERS, "keys/ProBot9999", "keys/ProBot0", "keys/x", "keys/"]),
    st.sampled_from(
        [MOTION, b"0.50 0.00 0.00 0.00", STOP, b"0.0 0 0 0", b"", b"x", b"0 0 0", b"\xff\x00"]
    )
    | st.sampled_from([b'"start"', b'"stop"', b"shutdown"]),
    st.booleans(),  # retained
    st.sampled_from([False, False, False, True]),  # lost on its way to us
)


Messages = list[tuple[float, str, bytes, bool, bool]]
ROW_ONE: Messages = [(0.1, KEYS, MOTION, True, False)] * 30
WHILE_CLEARING: Messages = [(0.0, KEYS, MOTION, False, False), (0.48, KEYS, MOTION, True, False)]
UNHEARD: Messages = [(0.0, KEYS, MOTION, True, True)]


def nothing_stays(scene: Server | Guarding, sequence: Messages) -> None:
    for gap, topic, payload, retain, lost in sequence:
        scene.passes(gap)
        scene.broker.take(topic, payload, retain, lost=lost)
    scene.passes(QUIET)
    lying = {t: said for t, said in scene.broker.lies().items() if not is_harmless(t, said)}
    assert lying == {}
    if not any(lost for *_, lost in sequence):
        # A robot that was told anything else is told a stop after it.
        assert all(is_stop(said) for said in scene.broker.robot[-1:])


@example(sequence=WHILE_CLEARING)
@example(sequence=ROW_ONE)
@example(sequence=UNHEARD)
@settings(max_examples=60, deadline=None)
@given(sequence=st.lists(FOREIGN, max_size=12))
def test_after_any_foreign_messages_and_five_seconds_the_server_left_nothing_or_a_stop(sequence):
    nothing_stays(Server(), sequence)


@example(sequence=WHILE_CLEARING)
@example(sequence=ROW_ONE)
@example(sequence=UNHEARD)
@settings(max_examples=60, deadline=None)
@given(sequence=st.lists(FOREIGN, max_size=12))
def test_after_any_foreign_messages_and_five_seconds_the_guard_left_nothing_or_a_stop(sequence):
    nothing_stays(Guarding(), sequence)


@pytest.mark.parametrize("topic", OTHERS)
def test_a_foreign_word_on_any_of_its_topics_has_the_server_stop_the_robot(topic: str):
    scene = Server()
    for _ in range(3):
        scene.broker.take(topic, b"shutdown", retain=False)
        scene.passes(0.1)
    said = len(scene.broker.robot)
    scene.passes(QUIET)
    assert scene.broker.robot[0] == STOP
    assert len(scene.broker.robot) > said  # also for the last of them, a little later


@pytest.mark.parametrize("party", [Server, Guarding])
def test_what_lies_there_when_we_come_is_cleared_and_the_robot_told(party: Callable[[], Any]):
    scene = party()
    for topic, payload in ((KEYS, MOTION), (OTHERS[0], b'"stop"'), (OTHERS[1], b"shutdown")):
        scene.broker.kept[topic] = payload, 1e9
    scene.broker.look_up(())  # as a subscription does
    scene.passes(QUIET)
    assert scene.broker.lies() == {}
    assert STOP in scene.broker.robot
    assert b"" not in scene.broker.robot


@pytest.mark.parametrize("party", [Server, Guarding])
def test_a_broker_without_mqtt_5_is_left_with_a_stop(party: Callable[[], Any]):
    scene = party()
    scene.broker.overwrite = lambda topics, payload: None
    scene.broker.take(KEYS, MOTION, retain=True)
    scene.passes(QUIET)
    assert scene.broker.lies() == {KEYS: STOP}


def test_a_stranger_who_says_the_very_same_as_the_driver_leaves_nothing_either():
    scene = Server()
    amy = scene.play.page().drives()
    watch = scene.play.monitor
    said = b"0.40 0.00 0.00 0.00"
    watch.echoes.sent(KEYS, said, scene.clock.seconds(), "lost on its way back")
    scene.broker.take(KEYS, said, retain=True)
    assert scene.play.world.state(f"alarm/{KEYS}") is None  # taken for ours
    amy.asks("release", lease=amy.fence)
    scene.passes(QUIET)
    assert scene.broker.lies() == {}


def test_what_lies_at_one_of_several_brokers_is_cleared_there():
    scene = Server()
    other = Keeping()
    other.name = "attic"
    other.retainer = Retainer(scene.clock)
    scene.play.service.add(other)

    def hears(topic: str, payload: bytes, retain: bool) -> None:
        scene.play.service.sift("attic", [Arrival(topic, payload, retain, 0, 0.0, "attic")])

    other.retainer.deliver = hears
    scene.broker.take("keys/ProBot7", MOTION, retain=True)
    other.retainer.take("keys/ProBot8", MOTION, retain=True)
    scene.passes(QUIET)
    assert scene.broker.lies() == other.retainer.lies() == {}


def test_nothing_of_ours_is_cleared_and_nobody_who_drives_is_disturbed():
    scene = Server()
    amy = scene.play.page().takes()
    amy.frame()
    before = len(scene.broker.robot)
    for step in range(100):
        amy.frame(0.4)
        scene.passes(0.05)
        if step % 20 == 0:
            scene.broker.look_up(())
    assert scene.play.lease().state == "moving"
    assert STOP not in scene.broker.robot[before:]


def test_a_stop_that_lies_there_disturbs_nobody_who_drives():
    scene = Server()
    scene.broker.kept[KEYS] = STOP, 1e9
    amy = scene.play.page().takes()
    amy.frame()
    for step in range(100):
        amy.frame(0.4)
        scene.passes(0.05)
        if step % 20 == 0:
            scene.broker.look_up(())
    assert scene.play.lease().state == "moving"
    assert scene.play.world.state(f"alarm/{KEYS}") is None


class Way:
    """Counts what a sweep does."""

    def __init__(self) -> None:
        self.broken = ""
        self.lost = 0
        self.full = False
        self.looks: list[str] = []
        self.sent: list[str] = []
        self.expired: list[str] = []

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        self.looks += [name for name, _ in filters]

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        assert retain
        if not self.full:
            self.sent.append(topic)
        return not self.full

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        self.expired += topics


def test_a_flood_is_looked_after_at_a_bounded_pace_and_none_of_it_is_forgotten():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    for _ in range(1000):  # 10 s
        sweep.suspect(KEYS)
        sweep.found(KEYS, MOTION)
        clock.advance(0.01)
        sweep.look()
    assert 10 / SOON - 1 <= len(way.looks) <= 10 / SOON + 1
    assert set(way.looks) == {"keys/+"}
    assert len(way.sent) <= 10 / AGAIN + 1
    sent = len(way.sent)
    sweep.found(KEYS, MOTION)
    for _ in range(100):
        clock.advance(0.01)
        sweep.look()
    assert len(way.sent) == sent + 1


def test_a_stop_that_came_after_what_makes_it_expire_is_told_once_more():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    sweep.found(KEYS, MOTION)
    for _ in range(1000):  # 10 s; the stop lies there at each look, but it is no fault of ours
        clock.advance(0.01)
        looks = len(way.looks)
        sweep.look()
        if len(way.looks) > looks:
            sweep.found(KEYS, STOP)
    assert way.sent == [KEYS]
    assert way.expired == [KEYS] * TRIES


def test_the_guard_waits_for_quiet_while_a_robot_is_driven_but_not_for_ever():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way, wait=1.0)

    def passes(seconds: float, *, driven: bool) -> None:
        for _ in range(round(seconds / 0.02)):
            clock.advance(0.02)
            if driven:
                sweep.suspect(KEYS)
            sweep.look()

    passes(MOST_WAIT - 0.5, driven=True)
    assert way.looks == []
    passes(1.0, driven=True)
    assert way.looks == ["keys/+"]
    passes(1.1, driven=False)
    assert way.looks == ["keys/+"] * 2
    passes(60, driven=False)
    assert way.looks == ["keys/+"] * 2
    passes(CHECK, driven=False)
    assert sorted(way.looks[2:]) == ["MainRoutine/+", "keys/+", "shutdownProBot/+"]


def test_who_may_have_missed_something_looks_at_all():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    clock.advance(0.5)
    sweep.look()
    assert way.looks == []
    way.lost += 1
    sweep.look()
    assert len(way.looks) == 3
    clock.advance(STALL + 0.1)  # nobody called: the process stood still
    sweep.look()
    assert len(way.looks) == 6


def test_two_thousand_topics_are_cleared_within_five_seconds_robots_first():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    for number in range(1000):
        sweep.found(f"keys/x{number}", MOTION)
    for number in range(1, 1001):
        sweep.found(f"keys/ProBot{number}", MOTION)
    for _ in range(20):  # as often as the server looks
        sweep.look()
        clock.advance(0.25)
        assert not way.looks or len(way.sent) >= 1500  # each look would bring all again
    assert len(way.sent) == 2000
    assert way.looks
    assert all("ProBot" in topic for topic in way.sent[:1000])
    assert set(way.expired) == set(way.sent)


def test_of_a_crowd_of_stops_each_look_would_bring_all_so_they_are_cleared_too():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    for number in range(MANY + 50):
        assert not sweep.found(f"keys/x{number}", STOP)
    sweep.look()
    assert len(way.sent) == 50


def test_what_could_not_be_sent_is_sent_later_and_nothing_is_tried_without_a_broker():
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    way.full = True
    sweep.found(KEYS, MOTION)
    sweep.look()
    way.full = False
    sweep.look()
    assert way.sent == [KEYS]
    way.broken = "gone"
    sweep.found(KEYS, MOTION)
    clock.advance(10)
    sweep.look()
    assert (way.sent, way.looks) == ([KEYS], [])


def test_what_comes_before_all_is_subscribed_is_cleared_once_the_connection_is_there():
    """Brokers send what is retained behind each of our subscriptions, not behind the last one."""
    clock, way = Clock(), Way()
    sweep = Sweep(clock.seconds, way)
    for why in ("not connected yet", "the broker closed the connection"):
        way.broken = why
        sweep.look()
        sweep.found(KEYS, MOTION)
        clock.advance(0.25)
        sweep.look()
        assert way.sent == []
        way.broken = ""
        clock.advance(0.25)
        sweep.look()
        assert way.sent == [KEYS]
        way.sent.clear()


# -- with a real broker


class Stranger(ChildProcess):
    """Another program, which says something ten times a second until it is killed."""

    def __init__(self, port: int, topic: str, payload: bytes, folder: Path, qos: int = 0) -> None:
        code = (
            "import sys, time, paho.mqtt.client as m\n"
            "c = m.Client(m.CallbackAPIVersion.VERSION2)\n"
            "c.connect('127.0.0.1', int(sys.argv[1])); c.loop_start()\n"
            "while True:\n"
            "    c.publish(sys.argv[2], sys.argv[3], int(sys.argv[4]), True); time.sleep(0.1)\n"
        )
        command = [sys.executable, "-c", code, str(port), topic, payload.decode(), str(qos)]
        super().__init__(command, folder / "stranger.log")


async def lies(port: int) -> dict[str, bytes]:
    """What a robot that comes now is told."""
    late = Recorder(port)
    try:
        await until(lambda: late.ready, "a later client")
        await pause(0.2)
        return {heard.topic: heard.payload for heard in late.heard}
    finally:
        late.close()


async def is_clean(port: int) -> None:
    """Wait until a robot that comes is told nothing, or a stop.

    How long that takes is tested with a clock, above: here a busy machine may take longer.
    """
    await until(lambda: lies(port), such=lambda found: all(map(is_harmless, found, found.values())))


async def is_empty(port: int) -> None:
    """Wait until a robot that comes is told nothing."""
    await until(lambda: lies(port), such=lambda found: not found)


async def dies_talking(recorder: Recorder, port: int, stranger: Stranger) -> None:
    """It talks for 3 s and is killed: 5 s later nothing of it is left."""
    began = time.monotonic()
    await until(lambda: any(h.at > began for h in recorder.heard), "the stranger")
    await pause(3.0)
    stranger.end()
    died = time.monotonic()
    await until(
        lambda: any(h.payload == STOP and h.at > died - 0.5 for h in recorder.commands()),
        "the stop",
    )
    await is_clean(port)
    assert b"" not in [h.payload for h in recorder.commands()]  # which would fell the robot


async def row_one(recorder: Recorder, port: int, folder: Path) -> None:
    """Row 1 of the attacks."""
    await dies_talking(recorder, port, Stranger(port, KEYS, MOTION, folder))
    await dies_talking(recorder, port, Stranger(port, OTHERS[0], b'"stop"', folder, qos=1))
    await dies_talking(recorder, port, Stranger(port, OTHERS[1], b"shutdown", folder, qos=2))
    # Once plain, then retained while it is being cleared.
    recorder.publish(KEYS, MOTION)
    for wait in (0.3, 0.3, 1.2):
        await pause(wait)
        recorder.publish(KEYS, MOTION, retain=True)
    await is_empty(port)
    assert recorder.commands()[-1].payload == STOP


@pytest_twisted.ensureDeferred
async def test_nothing_stays_on_a_command_topic_where_there_is_the_server_alone(unguarded: Scene):
    await row_one(unguarded.recorder, unguarded.broker.port, unguarded.folder)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[Recorder, Mosquitto]]:
    """A guard alone, at a broker where something lay before it came."""
    broker = Mosquitto(folder=tmp_path / "broker").start()
    before = Client(CallbackAPIVersion.VERSION2)
    before.connect("127.0.0.1", broker.port)
    before.loop_start()
    before.publish("keys/ProBot7", MOTION, 1, True).wait_for_publish(20)
    stop_loop(before)
    recorder = Recorder(broker.port)
    at = f"127.0.0.1:{broker.port}"
    command = [sys.executable, "-m", "sightline.cli.main", "guard", "--at", at]
    guard = ChildProcess(command, tmp_path / "guard.log")
    yield recorder, broker
    guard.end()
    recorder.close()
    broker.close()


@pytest_twisted.ensureDeferred
async def test_nothing_stays_on_a_command_topic_where_there_is_a_guard_alone(
    guarded: tuple[Recorder, Mosquitto], tmp_path: Path
):
    recorder, broker = guarded
    told = "keys/ProBot7"
    await until(
        lambda: any(h.topic == told and h.payload == STOP for h in recorder.heard), "its stop"
    )
    await is_empty(broker.port)
    await row_one(recorder, broker.port, tmp_path)


@pytest_twisted.ensureDeferred
async def test_what_lay_there_before_the_server_came_is_gone(unguarded: Scene):
    unguarded.server.end()
    for topic, payload in ((KEYS, MOTION), (OTHERS[0], b'"stop"'), (OTHERS[1], b"shutdown")):
        unguarded.recorder.publish(topic, payload, retain=True)
    await until(lambda: len(unguarded.recorder.heard) >= 3, "what was left")
    since = time.monotonic()
    unguarded.serve()
    await until(
        lambda: any(h.payload == STOP for h in unguarded.recorder.commands(since)), "the stop"
    )
    await is_empty(unguarded.broker.port)
