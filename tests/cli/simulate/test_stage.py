"""The whole play before a real broker: lines, wills, cuts and goodbyes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker, free_port
from sightline.cli import main as cli
from sightline.cli.simulate.command import actors_for
from sightline.cli.simulate.faults import parse
from sightline.cli.simulate.line import BrokerAddress
from sightline.cli.simulate.stage import SimulationStage
from sightline.mqtt.paho_client import stop_loop
from waits import DEADLINE, wait_until


class Ear:
    """Hears everything at a broker."""

    def __init__(self, port: int) -> None:
        self._heard: SimpleQueue[MQTTMessage] = SimpleQueue()
        ready = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = lambda _, __, message: self._heard.put(message)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert ready.wait(DEADLINE)

    def hears(self, wanted: Callable[[MQTTMessage], bool]) -> MQTTMessage:
        """The next message that is wanted."""
        until = time.monotonic() + DEADLINE
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(Empty):
                message = self._heard.get(timeout=left)
                if wanted(message):
                    return message
        raise AssertionError("not heard in time")

    def hears_all(self, *wanted: Callable[[MQTTMessage], bool]) -> None:
        """One message for each, in any order: there is none between connections."""
        missing = list(wanted)

        def last_missing(message: MQTTMessage) -> bool:
            missing[:] = [want for want in missing if not want(message)]
            return not missing

        self.hears(last_missing)

    def close(self) -> None:
        self.client.disconnect()
        stop_loop(self.client)


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def ear(broker: Broker) -> Iterator[Ear]:
    ear = Ear(broker.port)
    yield ear
    ear.close()


@contextlib.contextmanager
def play(port: int, *arguments: str) -> Iterator[tuple[SimulationStage, list[str]]]:
    """A stage at work in a thread of its own; what it says."""
    options = cli.parser().parse_args(["simulate", *arguments])
    actors = actors_for(options, time.time())
    names = [actor.name for actor in actors]
    said: list[str] = []
    stage = SimulationStage(
        actors,
        [parse(spec, names, names) for spec in options.fault],
        BrokerAddress("127.0.0.1", port),
        monotonic=time.monotonic,
        wall=time.time,
        say=said.append,
    )
    thread = threading.Thread(target=stage.run)
    thread.start()
    try:
        yield stage, said
    finally:
        stage.stop()
        thread.join(DEADLINE)
        assert not thread.is_alive()


def on(topic: str, beginning: bytes = b"") -> Callable[[MQTTMessage], bool]:
    return lambda message: message.topic == topic and message.payload.startswith(beginning)


def test_friends_and_robots_are_heard_and_say_goodbye_without_a_will(broker, ear):
    with play(broker.port, "--friends", "2", "--robots", "2"):
        ear.hears_all(
            on("owntracks/amara/pixel/info"),
            on("owntracks/jonas/fairphone"),
            on("telemetry", b"ProBot1,"),
            on("telemetry", b"ProBot2,"),
        )
    ear.client.publish("after", b"all", qos=1)
    until_then = []
    ear.hears(lambda m: until_then.append(m) or m.topic == "after")
    assert not [m for m in until_then if m.topic == "ClientStatus" or b"lwt" in m.payload]


def test_a_cut_robot_is_reported_by_its_will_and_comes_back(broker, ear):
    with play(broker.port, "probot", "--fault", "cut:ProBot1@0.5+0.5"):
        ear.hears(on("telemetry", b"ProBot1,"))
        ear.hears(on("ClientStatus", b"ProBot1/Offline"))
        ear.hears(on("telemetry", b"ProBot1,"))


def test_a_cut_friend_is_reported_by_its_lwt(broker, ear):
    with play(broker.port, "friend", "--fault", "cut:amara@0.5"):
        ear.hears(on("owntracks/amara/pixel", b'{"_type":"location"'))
        ear.hears(on("owntracks/amara/pixel", b'{"_type":"lwt"'))


def test_a_robot_obeys_what_the_broker_hands_it(broker, ear):
    with play(broker.port, "probot"):
        ear.hears(on("telemetry", b"ProBot1,"))
        ear.client.publish("MainRoutine/ProBot1", b'"stop"', qos=1)
        ear.hears(lambda m: on("telemetry")(m) and b",stopped," in m.payload)
        ear.client.publish("shutdownProBot/ProBot1", b"shutdown", qos=1)
        ear.hears(on("ClientStatus", b"ProBot1/Offline"))


def test_a_friend_answers_when_asked_where_it_is(broker, ear):
    with play(broker.port, "friend"):
        ask = b'{"action":"reportLocation"}'

        def answered(message: MQTTMessage) -> bool:
            """Asked anew with each other word of hers: the first may come before she listens."""
            if b'"t":"r"' not in message.payload and message.topic == "owntracks/amara/pixel":
                ear.client.publish("owntracks/amara/pixel/cmd", ask, qos=1)
            return message.topic == "owntracks/amara/pixel" and b'"t":"r"' in message.payload

        ear.hears(answered)


def test_without_a_broker_it_says_so_once_and_goes_on_when_there_is_one():
    port = free_port()
    with play(port, "--friends", "3", "--robots", "3") as (_, said):
        wait_until(lambda: said, "a word of it")
        assert said == [f"No connection to the broker at 127.0.0.1:{port} (no answer); trying on."]
        with Broker(port=port):
            wait_until(lambda: said[-1] == "The broker is there.", lambda: f"the broker: {said}")


def test_a_broker_that_refuses_is_quoted(tmp_path):
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    passwords.chmod(0o600)
    with (
        Broker("allow_anonymous false", f"password_file {passwords}") as broker,
        play(broker.port, "probot") as (_, said),
    ):
        wait_until(lambda: any("refuses" in s for s in said), lambda: f"the refusal: {said}")
    assert "the broker refuses: Not authorized" in said[0]


def test_it_ends_by_itself_after_the_seconds_given(broker):
    host = f"127.0.0.1:{broker.port}"
    assert cli.main(["simulate", "probot", "--broker", host, "--seconds", "0.1"]) == 0
