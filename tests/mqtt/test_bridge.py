"""A bridge to a real mosquitto: connected, lost, and back.

Covers mqtt/bridge_log.py, mqtt/connection_events.py, mqtt/options.py, mqtt/reasons.py,
mqtt/subscriptions.py, mqtt/tls.py.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
import trustme
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.logger import LogEvent, Logger, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from broker import Broker, free_port
from mqtt.scene import Publisher, Scene
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.bridge_log import BridgeLog
from sightline.mqtt.connection_events import Down, Up
from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.mqtt.reasons import cannot_connect
from waits import wait_until

# paho leaves the socket of a failed handshake to the garbage collector
UNCLOSED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
READERS = pytest.mark.parametrize("fast", [True, False], ids=["fast", "plain"])


def said(arrivals: list[Arrival]) -> list[tuple[str | bytes, bytes, bool, int]]:
    return [(a.topic, a.payload, a.retain, a.qos) for a in arrivals]


# ---- what arrives


@READERS
@pytest.mark.parametrize("protocol", ["3.1", "3.1.1", "5"])
@pytest_twisted.ensureDeferred
async def test_messages_arrive_in_every_protocol_version(
    scene: Scene, broker: Broker, publisher: Publisher, protocol: str, fast: bool
) -> None:
    publisher.send("robots/one", b"kept", retain=True)
    scene.bridge(
        "friends/#", "robots/#", port=broker.port, protocol=protocol, qos=1, fast_reading=fast
    )
    await scene.connected()
    publisher.send("friends/jane", b"\x00\xff not text", qos=1)
    publisher.send("friends/jürgen", b"")
    publisher.send("friends/" + "x" * 200, b"y" * 60_000)

    await scene.until(lambda: len(scene.arrivals) == 4)

    assert said(scene.arrivals) == [
        ("robots/one", b"kept", True, 0),
        ("friends/jane", b"\x00\xff not text", False, 1),
        ("friends/jürgen", b"", False, 0),
        ("friends/" + "x" * 200, b"y" * 60_000, False, 0),
    ]
    assert all(abs(a.at - time.time()) < 60 and a.source == "main" for a in scene.arrivals)
    assert scene.links[-1].protocol == protocol


@READERS
@pytest_twisted.ensureDeferred
async def test_properties_of_mqtt_5_are_no_part_of_the_payload(
    scene: Scene, broker: Broker, fast: bool
) -> None:
    scene.bridge("a/#", port=broker.port, protocol="5", fast_reading=fast)
    await scene.connected()
    properties = ["-D", "publish", "user-property", "colour", "é" * 200]
    subprocess.run(
        ["mosquitto_pub", "-p", str(broker.port), "-V", "5", "-t", "a/b", "-m", "hi", *properties],
        check=True,
    )
    await scene.until(lambda: scene.arrivals)
    assert said(scene.arrivals) == [("a/b", b"hi", False, 0)]


@pytest_twisted.ensureDeferred
async def test_messages_arrive_through_websockets(scene: Scene) -> None:
    port = free_port()
    with Broker(
        f"listener {port} 127.0.0.1", "socket_domain ipv4", "protocol websockets"
    ) as broker:
        publisher = Publisher(broker.port)
        bridge = scene.bridge("a", port=port, transport="websockets")
        await scene.connected()
        publisher.send("a", b"x" * 1000, times=200)
        await scene.until(lambda: len(scene.arrivals) == 200)
        bridge.publish("a", b"from here")
        await scene.until(lambda: len(scene.arrivals) == 201)
        publisher.close()


@READERS
@pytest.mark.parametrize("qos", [0, 1])
@pytest_twisted.ensureDeferred
async def test_a_burst_of_20_000_messages_arrives_whole_and_in_order(
    scene: Scene, qos: int, fast: bool
) -> None:
    with Broker("max_queued_messages 100000", "max_inflight_messages 1000") as broker:
        bridge = scene.bridge("#", port=broker.port, qos=qos, fast_reading=fast)
        await scene.connected()
        publisher = Publisher(broker.port)
        for number in range(20):
            publisher.send(f"n/{number}", b"x" * 100, qos, times=1000)
        await scene.until(lambda: len(scene.arrivals) >= 20_000)
        publisher.close()
    topics = [a.topic for a in scene.arrivals]
    assert topics == [f"n/{number}" for number in range(20) for _ in range(1000)]
    assert (bridge.received, bridge.overflowed) == (20_000, 0)


@READERS
@pytest_twisted.ensureDeferred
async def test_what_does_not_fit_into_the_queue_is_counted(
    scene: Scene, broker: Broker, publisher: Publisher, fast: bool
) -> None:
    bridge = scene.bridge("#", port=broker.port, queue_limit=100, fast_reading=fast)
    await scene.connected()
    publisher.send("a", b"x", times=5_000)
    # The reactor stands still meanwhile: nothing is taken out.
    wait_until(lambda: bridge.overflowed > 0, "a full queue")
    await scene.until(lambda: bridge.received + bridge.overflowed == 5_000)
    assert bridge.overflowed > 0
    assert len(scene.arrivals) == bridge.received >= 100


@READERS
@pytest_twisted.ensureDeferred
async def test_a_listener_or_a_clock_that_fails_stops_nothing(
    scene: Scene, broker: Broker, publisher: Publisher, fast: bool
) -> None:
    def poisoned(arrivals: list[Arrival]) -> None:
        scene.arrivals.extend(arrivals)
        raise RuntimeError("poison")

    scene.arrived = poisoned
    bridge = scene.bridge("#", port=broker.port, fast_reading=fast)
    await scene.connected()
    publisher.send("a", b"1")
    await scene.until(lambda: scene.arrivals)
    scene.forget()
    scene.arrived = scene.arrivals.extend

    def broken() -> float:
        if threading.current_thread().name == "mqtt-main":
            raise RuntimeError("poison")
        return time.time()

    scene.now = broken
    publisher.send("a", b"2")
    await scene.until(lambda: bridge.faults > 1)
    scene.now = time.time
    await scene.until(lambda: publisher.send("a", b"3") or scene.arrivals)  # type: ignore[func-returns-value]
    assert scene.arrivals[-1].payload == b"3"


@pytest_twisted.ensureDeferred
async def test_subscriptions_can_change_while_connected(
    scene: Scene, broker: Broker, publisher: Publisher
) -> None:
    bridge = scene.bridge("a", port=broker.port)
    await scene.connected()
    publisher.send("b", b"kept", retain=True)
    bridge.subscribe([("b", 0)])
    await scene.until(lambda: scene.arrivals)
    bridge.unsubscribe(["a"])
    broker.restart()
    await scene.until(lambda: scene.links[-1].state != "connected")
    await scene.connected()
    scene.forget()
    other = Publisher(broker.port)
    other.send("a", b"no longer asked for")
    other.send("b", b"asked for since")
    await scene.until(lambda: scene.arrivals)
    other.close()
    assert said(scene.arrivals) == [("b", b"asked for since", False, 0)]


# ---- what is sent


@pytest_twisted.ensureDeferred
async def test_what_is_published_reaches_the_broker(scene: Scene, broker: Broker) -> None:
    bridge = scene.bridge("keys/#", port=broker.port, qos=1)
    await scene.connected()
    bridge.publish("keys/ProBot1", b"0 0 0 0")
    bridge.publish("keys/ProBot1", b"0.5 0 0 0", qos=1, retain=True)
    await scene.until(lambda: len(scene.arrivals) == 2)
    assert [a.payload for a in scene.arrivals] == [b"0 0 0 0", b"0.5 0 0 0"]


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a\0b", "x" * 65536])
def test_a_topic_that_no_broker_takes_is_refused_here(scene: Scene, topic: str) -> None:
    bridge = scene.bridge(port=free_port())
    with pytest.raises(ValueError, match="topic"):
        bridge.publish(topic, b"")


@pytest_twisted.ensureDeferred
async def test_nothing_is_kept_for_a_broker_that_is_away(scene: Scene, broker: Broker) -> None:
    bridge = scene.bridge("#", port=broker.port)
    with pytest.raises(NotConnected):
        bridge.publish("a", b"too early")
    await scene.connected()
    broker.kill()
    await scene.lost()
    with pytest.raises(NotConnected, match="broker main"):
        bridge.publish("a", b"too late", qos=1)
    broker.start()
    await scene.connected()
    bridge.publish("a", b"now")
    await scene.until(lambda: scene.arrivals)
    assert [a.payload for a in scene.arrivals] == [b"now"]


@pytest_twisted.ensureDeferred
async def test_a_broker_that_reads_nothing_gets_only_so_much(scene: Scene, broker: Broker) -> None:
    bridge = scene.bridge(port=broker.port, send_limit=10, keepalive=60)
    await scene.connected()
    broker.pause()

    def full() -> bool:
        try:
            bridge.publish("a", bytes(60_000))
        except TooManyWaiting:
            return True
        return False

    await scene.until(full)


@pytest_twisted.ensureDeferred
async def test_the_last_words_are_sent_before_goodbye(scene: Scene, broker: Broker) -> None:
    listener = scene.bridge("#", port=broker.port)
    await scene.connected()
    speaker = scene.bridge(port=broker.port, client_id="speaker")
    await scene.until(lambda: speaker.link.state == "connected")
    for number in range(100):
        speaker.publish("n", str(number).encode())
    await speaker.stopService()
    await scene.until(lambda: len(scene.arrivals) == 100)
    await scene.until(lambda: "Client speaker disconnected." in broker.logged)
    await listener.stopService()
    assert not [t for t in threading.enumerate() if t.name.startswith("mqtt-")]


# ---- the state of the connection


@READERS
@pytest_twisted.ensureDeferred
async def test_a_killed_broker_is_told_and_found_again(scene: Scene, fast: bool) -> None:
    filters = [f"f/{n}" for n in range(20)]
    with Broker() as broker:
        bridge = scene.bridge(*filters, port=broker.port, fast_reading=fast)
        await scene.connected()
        assert [x.state for x in scene.links] == ["connecting", "connected"]
        scene.forget()
        before = time.time()
        broker.kill()
        lost = await scene.lost()
        assert lost.why
        assert lost.next
        assert lost.next >= lost.since >= before
        await scene.until(lambda: scene.links[-1].tries > 2)
        assert "connection refused" in (scene.links[-1].why or "")
        assert scene.links[-1].since == lost.since  # it counts since when nothing stands
        broker.start()
        await scene.connected()
        publisher = Publisher(broker.port)
        for name in filters:
            publisher.send(name)
        await scene.until(lambda: len(scene.arrivals) == 20)
        publisher.close()
        assert bridge.link.tries == 0
        assert bridge.link.why is None


@pytest_twisted.ensureDeferred
async def test_a_frozen_broker_is_noticed_and_so_is_that_it_answers_no_connection(
    scene: Scene, broker: Broker
) -> None:
    scene.bridge("#", port=broker.port, keepalive=1, connect_timeout=0.3)
    await scene.connected()
    broker.pause()
    await scene.until(lambda: scene.links[-1].state == "lost")
    scene.links.clear()
    # the kernel still accepts connections in its name
    lost = await scene.lost()
    assert lost.why == "no MQTT answer from the broker within 0.3 s"
    broker.resume()
    await scene.connected()


@pytest_twisted.ensureDeferred
async def test_the_keepalive_of_the_broker_overrules_ours(scene: Scene, strange: Any) -> None:
    strange.connack = b"\x20\x06\0\0\x03\x13\0\x02"  # MQTT 5, server keepalive 2 s
    scene.bridge(port=strange.port, protocol="5", keepalive=1)
    await scene.connected()
    lost = await scene.lost()  # it never answers a ping
    assert "not a word from the broker for" in (lost.why or "")
    assert lost.since - scene.links[1].since > 1.75 * 2 - 0.1


@UNCLOSED
@pytest_twisted.ensureDeferred
async def test_a_host_that_swallows_everything_does_not_hold_up_the_stop(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bridge = scene.bridge(port=silent.getsockname()[1], tls=TlsOptions(), connect_timeout=5)
        assert bridge._connection
        thread = bridge._connection
        await scene.until(lambda: thread.connecting)
        assert bridge.stopService().called
        silent.accept()[0].close()
        await scene.until(lambda: not thread.alive)


@pytest_twisted.ensureDeferred
async def test_waits_between_attempts_grow_and_are_told(scene: Scene) -> None:
    scene.now = lambda: 1000.0
    port = free_port()
    scene.bridge(port=port, reconnect_min=0.01, reconnect_max=0.05)
    await scene.until(lambda: scene.links[-1].tries == 6)
    lost = [x for x in scene.links if x.state == "lost"]
    assert [round((x.next or 0) - 1000, 3) for x in lost[:5]] == [0.01, 0.02, 0.04, 0.05, 0.05]
    assert {x.why for x in lost} == {f"nothing answers at 127.0.0.1:{port} (connection refused)"}


@pytest_twisted.ensureDeferred
async def test_two_clients_with_one_id_do_not_chase_each_other_for_ever(
    scene: Scene, broker: Broker
) -> None:
    first = scene.bridge(port=broker.port, client_id="twin")
    second = scene.bridge(port=broker.port, client_id="twin")
    await scene.until(
        lambda: any("client id 'twin'" in (b.link.why or "") for b in (first, second))
    )
    tired = first if "twin" in (first.link.why or "") else second
    assert tired.link.state == "lost"
    assert (tired.link.next or 0) - time.time() > 50


@pytest_twisted.ensureDeferred
async def test_a_missing_broker_makes_no_log_storm(scene: Scene) -> None:
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        if "mqtt" in str(event.get("log_namespace")):
            lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)
    try:
        scene.bridge(port=free_port(), reconnect_min=0.01, reconnect_max=0.01)
        await scene.until(lambda: scene.links[-1].tries > 50)
    finally:
        globalLogPublisher.removeObserver(observe)
    assert len(lines) == 1
    assert "connection refused" in lines[0]


@pytest_twisted.ensureDeferred
async def test_a_thread_that_is_killed_is_replaced(
    scene: Scene, broker: Broker, publisher: Publisher
) -> None:
    bridge = scene.bridge("#", port=broker.port)
    await scene.connected()
    scene.forget()
    (thread,) = [t for t in threading.enumerate() if t.name == "mqtt-main"]
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )
    await scene.lost()
    assert "thread died" in (bridge.link.why or "")
    await scene.connected()
    publisher.send("a", b"again")
    await scene.until(lambda: scene.arrivals)


@pytest_twisted.ensureDeferred
async def test_a_thread_that_dies_without_a_word_is_noticed(
    scene: Scene, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = scene.bridge("#", port=broker.port)
    await scene.connected()
    scene.forget()
    assert bridge._connection
    monkeypatch.setattr(bridge._connection._paho, "_tell", lambda event: None)
    broker.kill()
    await scene.until(lambda: scene.links and "thread died" in (scene.links[0].why or ""))
    broker.start()
    await scene.connected()


@pytest_twisted.ensureDeferred
async def test_descriptors_above_1023_are_no_obstacle(scene: Scene, broker: Broker) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 1500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1500, hard))
    null = os.open(os.devnull, os.O_RDONLY)
    connection_limits = [os.dup(null) for _ in range(1100)]
    try:
        assert max(connection_limits) >= 1024
        bridge = scene.bridge("#", port=broker.port)
        await scene.connected()
        broker.restart()
        await scene.until(lambda: scene.links[-1].state != "connected")
        await scene.connected()
        bridge.publish("a", b"heard")
        await scene.until(lambda: scene.arrivals)
        await bridge.stopService()
    finally:
        for number in (null, *connection_limits):
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ---- who may connect


@pytest_twisted.ensureDeferred
async def test_user_and_password_are_checked_by_the_broker(scene: Scene, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(passwords), "jane", "s3cret"],
        check=True,
        capture_output=True,
    )
    with Broker("allow_anonymous false", f"password_file {passwords}") as broker:
        good = scene.bridge(port=broker.port, user="jane", password="s3cret")
        await scene.connected()
        assert "s3cret" not in repr(good._options)
        for user, password in (("jane", "wrong"), (None, None)):
            bridge = scene.bridge(port=broker.port, user=user, password=password, protocol="5")
            await scene.until(lambda b=bridge: b.link.state == "lost")  # type: ignore[misc]
            assert f"refuses {f'user {user}' if user else 'clients without a user'}" in (
                bridge.link.why or ""
            )


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_broker(authority: trustme.CA, folder: Path, *more: str) -> tuple[Broker, str]:
    """A broker with a certificate of this authority, and the file with the authority's own."""
    server = authority.issue_cert("127.0.0.1", "localhost")
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    server.private_key_pem.write_to_path(str(folder / "key.pem"))
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(str(folder / "cert.pem"), append=number > 0)
    tls = (f"cafile {ca}", f"certfile {folder}/cert.pem", f"keyfile {folder}/key.pem")
    return Broker(*more, *tls), str(ca)


@pytest.mark.parametrize("transport", ["tcp", "websockets"])
@READERS
@pytest_twisted.ensureDeferred
async def test_messages_arrive_through_tls(
    scene: Scene, authority: trustme.CA, tmp_path: Path, fast: bool, transport: str
) -> None:
    port, more = 0, []
    if transport == "websockets":  # mosquitto does not start with websockets alone
        port = free_port()
        more = [f"listener {port} 127.0.0.1", "socket_domain ipv4", "protocol websockets"]
    broker, ca = tls_broker(authority, tmp_path, *more)
    with broker:
        bridge = scene.bridge(
            "#",
            port=port or broker.port,
            transport=transport,
            tls=TlsOptions(ca=ca),
            fast_reading=fast,
            qos=1,
        )
        await scene.connected()
        for number in range(300):
            bridge.publish("n", str(number).encode() * 300, qos=number % 2)
        await scene.until(lambda: len(scene.arrivals) == 300)
        assert {a.payload for a in scene.arrivals} == {
            str(number).encode() * 300 for number in range(300)
        }
        assert bridge.link.tls


@pytest_twisted.ensureDeferred
async def test_a_client_certificate_is_shown_where_the_broker_asks(
    scene: Scene, authority: trustme.CA, tmp_path: Path
) -> None:
    broker, ca = tls_broker(authority, tmp_path, "require_certificate true")
    ours = authority.issue_cert("sightline@example.org")
    cert, key = str(tmp_path / "ours.pem"), str(tmp_path / "ours.key")
    ours.cert_chain_pems[0].write_to_path(cert)
    ours.private_key_pem.write_to_path(key)
    with broker:
        scene.bridge(port=broker.port, tls=TlsOptions(ca=ca, cert=cert, key=key))
        await scene.connected()
        without = scene.bridge(port=broker.port, tls=TlsOptions(ca=ca))
        await scene.until(lambda: without.link.state == "lost")
        assert "client certificate" in (without.link.why or "")


@UNCLOSED
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest_twisted.ensureDeferred
async def test_nothing_is_told_to_a_broker_we_do_not_trust(
    scene: Scene, authority: trustme.CA, tmp_path: Path, host: str
) -> None:
    broker, _ = tls_broker(authority, tmp_path, "log_type all")
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    with broker:
        scene.bridge(
            host=host,
            port=broker.port,
            user="jane",
            password="s3cret",
            tls=TlsOptions(ca=str(stranger)),
        )
        lost = await scene.lost()
        assert "certificate is not trusted" in (lost.why or "")
        assert "New client connected" not in broker.logged
        assert "jane" not in broker.logged


@UNCLOSED
@pytest_twisted.ensureDeferred
async def test_a_certificate_for_another_host_is_refused_unless_told_otherwise(
    scene: Scene, tmp_path: Path
) -> None:
    authority = trustme.CA()
    broker, ca = tls_broker(authority, tmp_path)
    other = authority.issue_cert("elsewhere.example.org")
    other.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    other.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    with broker:
        scene.bridge(port=broker.port, tls=TlsOptions(ca=ca))
        lost = await scene.lost()
        assert "certificate is not trusted" in (lost.why or "")
        careless = scene.bridge(port=broker.port, tls=TlsOptions(insecure=True))
        await scene.until(lambda: careless.link.state == "connected")


@pytest_twisted.ensureDeferred
async def test_an_authority_file_that_is_missing_is_named(scene: Scene, tmp_path: Path) -> None:
    scene.bridge(port=free_port(), tls=TlsOptions(ca=str(tmp_path / "gone.pem")))
    lost = await scene.lost()
    assert "gone.pem" in (lost.why or "")


# ---- years in a moment: a clock of our own, and connections that do as they are told


class Puppet:
    """Stands in for a connection; the test pulls its strings."""

    def __init__(self, *_: Any) -> None:
        self.faults = self.unsent = 0
        self.alive = True
        self.connecting = True
        self.stood_still = 0.0
        self.abandoned = False

    def start(self) -> None: ...

    def idle(self) -> float:
        return self.stood_still

    def abandon(self) -> None:
        self.abandoned = True


class Theatre(Clock):
    """A bridge with puppets for connections, on a clock that the test turns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.puppets: list[Puppet] = []
        self.lines: list[str] = []

        def make(*_: Any) -> Puppet:
            self.puppets.append(Puppet())
            return self.puppets[-1]

        monkeypatch.setattr("sightline.mqtt.bridge.MqttConnection", make)
        monkeypatch.setattr(Bridge, "_log", Logger(observer=self._observe))
        monkeypatch.setattr(BridgeLog, "_log", Logger(observer=self._observe))
        self.bridge = Bridge(
            self,
            BrokerOptions(**options),
            [],
            lambda _: None,
            self.links.append,
            self.seconds,
            jitter=lambda: 0.0,
        )
        self.bridge.startService()

    def _observe(self, event: LogEvent) -> None:
        self.lines.append(formatEvent(event))

    def callFromThread(self, f: Any, /, *args: object, **kw: object) -> None:
        f(*args, **kw)

    def getThreadPool(self) -> None: ...

    def up(self) -> None:
        self.bridge._event(Up(self.puppets[-1], ()))  # type: ignore[arg-type]

    def down(self, why: str = "gone") -> float:
        """End the connection; returns how long the bridge will wait (s)."""
        self.bridge._event(Down(self.puppets[-1], why))  # type: ignore[arg-type]
        return (self.bridge.link.next or 0) - self.seconds()

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.advance(1)


def test_a_connection_that_lasted_makes_the_next_wait_short_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Theatre(monkeypatch, reconnect_min=1, reconnect_max=30)
    waits = []
    for _ in range(7):
        waits.append(stage.down())
        stage.wait(31)
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    stage.up()
    stage.wait(3600)
    assert stage.down() == 1


def test_short_connections_far_apart_are_no_cause_for_suspicion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Theatre(monkeypatch, reconnect_min=1, reconnect_max=30)
    for _ in range(10):
        stage.up()
        stage.wait(1)
        assert stage.down() <= 30
        stage.wait(40)
    assert "client id" not in (stage.bridge.link.why or "")


def test_many_short_connections_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Theatre(monkeypatch, reconnect_min=1, reconnect_max=10)
    waits = []
    for _ in range(4):
        stage.up()
        waits.append(stage.down())
        stage.wait(waits[-1])
    assert waits == [1, 2, 4, 60]
    assert "is another client using the client id" in (stage.bridge.link.why or "")


def test_ten_minutes_without_a_broker_fill_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Theatre(monkeypatch, reconnect_min=1, reconnect_max=1)
    stage.up()
    stage.wait(60)
    for minute in range(10):
        before = len(stage.lines)
        for second in range(30):
            stage.down("refused" if second % 2 else "no route")
            stage.wait(2)
        assert len(stage.lines) - before <= 6, minute
    stage.up()
    assert "connected" in stage.lines[-1]
    assert len(stage.puppets) > 250


def test_a_thread_that_stands_still_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Theatre(monkeypatch)
    stage.up()
    first = stage.puppets[0]
    first.stood_still = 61.0
    stage.wait(3)
    assert first.abandoned
    assert len(stage.puppets) == 2
    assert stage.links[-2].why == "the MQTT thread stood still for 60 s"
    stage.bridge._event(Down(first, "late"))  # type: ignore[arg-type]
    assert stage.bridge.link.state == "connecting"


def test_dropped_messages_are_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Theatre(monkeypatch)
    stage.up()
    for _ in range(60):
        stage.bridge._inbox.overflowed += 10
        stage.wait(1)
    told = [line for line in stage.lines if "dropped" in line]
    assert len(told) == 2
    assert told[0] == "Broker main: 10 messages dropped, our own queue was full"


def test_a_machine_without_descriptors_is_no_reason_to_give_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Theatre(monkeypatch)

    def exhausted(*_: Any) -> Puppet:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("sightline.mqtt.bridge.MqttConnection", exhausted)
        stage.down()
        stage.wait(20)
    assert "Too many open files" in (stage.bridge.link.why or "")
    stage.wait(20)
    stage.up()
    assert stage.bridge.link.state == "connected"


def test_a_listener_that_fails_does_not_end_the_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Theatre(monkeypatch)

    def poisoned(_: Link) -> None:
        raise RuntimeError("poison")

    stage.bridge._linked = poisoned
    stage.down()
    stage.wait(2)
    assert len(stage.puppets) == 2
    assert stage.bridge.faults == 2


# ---- brokers that answer strangely


class Stranger(Protocol):
    """Answers CONNECT and SUBSCRIBE with what the factory says."""

    factory: Any

    def dataReceived(self, data: bytes) -> None:
        if data[0] == 0x10:
            self.transport.write(self.factory.connack)  # type: ignore[union-attr]
        while data and data[0] == 0x82:
            self.factory.subscribes += 1
            data, rest = data[: 2 + data[1]], data[2 + data[1] :]
            if self.factory.suback is None:
                self.transport.loseConnection()  # type: ignore[union-attr]
            else:
                self.transport.write(  # type: ignore[union-attr]
                    b"\x90"
                    + bytes([2 + len(self.factory.suback)])
                    + data[2:4]
                    + self.factory.suback
                )
            data = rest

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        pass


@pytest.fixture
def strange() -> Iterator[Any]:
    factory: Any = Factory.forProtocol(Stranger)
    factory.noisy = False
    factory.connack, factory.suback, factory.subscribes = b"\x20\2\0\0", b"\0", 0
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")  # type: ignore[attr-defined]
    factory.port = port.getHost().port
    yield factory
    pytest_twisted.blockon(port.stopListening())


@pytest.mark.parametrize(
    ("protocol", "connack", "why"),
    [
        ("3.1.1", b"\x20\2\0\1", "does it speak MQTT 3.1.1"),
        ("3.1", b"\x20\2\0\1", "does not speak MQTT 3.1;"),
        ("3.1.1", b"\x20\2\0\2", "refuses the client id"),
        ("3.1.1", b"\x20\2\0\3", "server unavailable"),
        ("3.1.1", b"\x20\2\0\4", "refuses user jane: bad user name or password"),
        ("3.1.1", b"\x20\2\0\5", "refuses user jane: not authorized"),
        ("5", b"\x20\3\0\x84\0", "does not speak MQTT 5"),
        ("5", b"\x20\3\0\x86\0", "refuses user jane: bad user name or password"),
        ("5", b"\x20\3\0\x8a\0", "banned"),
        ("5", b"\x20\2\0\1", "does not speak MQTT 5"),
        ("3.1.1", b"HTTP/1.1 400 Bad Request\r\n" * 5, "is 127.0.0.1:"),
        ("3.1.1", b"\xf0\0", "is 127.0.0.1:"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_refusal_is_told_in_words(
    scene: Scene, strange: Any, protocol: str, connack: bytes, why: str
) -> None:
    strange.connack = connack
    scene.bridge(
        port=strange.port,
        protocol=protocol,
        user="jane",
        password="x",
        client_id="me",
        connect_timeout=0.5,
    )
    lost = await scene.lost()
    assert why in (lost.why or "")


@pytest_twisted.ensureDeferred
async def test_a_refused_subscription_is_counted_and_shown(scene: Scene, strange: Any) -> None:
    strange.suback = b"\0\x80"
    bridge = scene.bridge("a", "$SYS/broker/#", port=strange.port)
    await scene.connected()
    assert scene.links[-1].why == "not allowed to subscribe $SYS/broker/#"
    assert bridge.rejected_subscriptions == 1
    strange.suback = b"\x80"
    bridge.subscribe([("b", 0)])
    await scene.until(lambda: bridge.rejected_subscriptions == 2)
    assert scene.links[-1].why == "not allowed to subscribe $SYS/broker/#, b"
    assert scene.links[-1].state == "connected"


@pytest_twisted.ensureDeferred
async def test_a_broker_that_hangs_up_on_our_subscriptions_is_told(
    scene: Scene, strange: Any
) -> None:
    strange.suback = None
    scene.bridge("a", port=strange.port)
    lost = await scene.lost()
    assert "after our subscriptions" in (lost.why or "")


@pytest_twisted.ensureDeferred
async def test_not_more_than_8_filters_go_into_one_subscription(scene: Scene, strange: Any) -> None:
    strange.suback = b"\0" * 8
    scene.bridge(*(f"f/{n}" for n in range(24)), port=strange.port)
    await scene.connected()
    assert strange.subscribes == 3


@pytest_twisted.ensureDeferred
async def test_a_host_that_cannot_be_named_is_told(scene: Scene) -> None:
    scene.bridge(host="x" * 70 + ".example")
    lost = await scene.lost()
    assert "is not a host name" in (lost.why or "")


@UNCLOSED
@pytest_twisted.ensureDeferred
async def test_a_web_server_is_not_taken_for_a_broker(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        scene.bridge(port=silent.getsockname()[1], transport="websockets", connect_timeout=0.2)
        lost = await scene.lost()
    assert "0.2 s" in (lost.why or "") or "websockets" in (lost.why or "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot find the host there"),
        (ConnectionRefusedError(111, "x"), "nothing answers at there:1883 (connection refused)"),
        (TimeoutError(), "no answer from there:1883 within 5 s"),
        (OSError(113, "No route to host"), "cannot connect to there:1883: No route to host"),
        (ConnectionError("bad \x1b[31m"), "bad \ufffd[31m"),
        (UnicodeError("label too long"), "there is not a host name"),
    ],
)
def test_a_failure_to_connect_is_told_in_words(error: Exception, words: str) -> None:
    assert words in cannot_connect(error, BrokerOptions(host="there"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"port": 0}, "port 0"),
        ({"protocol": "4"}, "unknown protocol '4'"),
        ({"transport": "udp"}, "unknown transport"),
        ({"keepalive": 0}, "keepalive 0"),
        ({"clean": False}, "client_id"),
        ({"password": "x"}, "a password needs a user"),
        ({"reconnect_min": 5.0, "reconnect_max": 1.0}, "reconnect_min"),
        ({"host": ""}, "host is empty"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BrokerOptions(**wrong)
