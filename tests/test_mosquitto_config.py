"""The configuration we ship, in a real mosquitto: who may read and write what."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
import trustme
from paho.mqtt.enums import CallbackAPIVersion

from broker import SHIPPED, ShippedBroker
from robot import Robot
from sightline.mqtt.paho_client import stop_loop
from sightline.mqtt.robots import ACL
from waits import wait_until

USERS = ("sightline", "ProBot1", "ProBot2", "jane", "joe", "observer")
# Writes for him alone what the others cannot see: he is not in the acl we ship.
OBSERVER = "\nuser observer\ntopic readwrite #\ntopic read $SYS/#\n"

# topic: who may write, who may read
MATRIX: dict[str, tuple[set[str], set[str]]] = {
    "telemetry": ({"ProBot1", "ProBot2"}, {"sightline"}),
    "ClientStatus": ({"ProBot1", "ProBot2"}, {"sightline"}),
    "keys/ProBot1": ({"sightline"}, {"sightline", "ProBot1"}),
    "keys/ProBot2": ({"sightline"}, {"sightline", "ProBot2"}),
    "keys/jane": ({"sightline"}, {"sightline", "jane"}),
    "keys/ProBot1/x": ({"sightline"}, {"sightline"}),
    "MainRoutine/ProBot1": ({"sightline"}, {"sightline", "ProBot1"}),
    "shutdownProBot/ProBot1": ({"sightline"}, {"sightline", "ProBot1"}),
    "owntracks/jane/phone": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/event": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/waypoint": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/waypoints": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/status": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/info": ({"sightline", "jane"}, {"sightline"}),
    "owntracks/jane/phone/cmd": ({"sightline"}, {"sightline", "jane"}),
    "owntracks/jane/phone/cmd/x": ({"sightline"}, {"sightline"}),
    "owntracks/joe/phone": ({"sightline", "joe"}, {"sightline"}),
    "owntracks/joe/phone/cmd": ({"sightline"}, {"sightline", "joe"}),
    "owntracks/jane": ({"sightline"}, {"sightline"}),
    "test/a": ({"sightline"}, {"sightline"}),
    "sightline/check/x": ({"sightline"}, {"sightline"}),
    "sightline/replicas/a/posted/jane/phone": ({"sightline"}, {"sightline"}),
    "sightline/crossing/ab12cd34/jane/phone": ({"sightline"}, {"sightline"}),
    "nobody/x": (set(), set()),
    "telemetry/x": (set(), set()),
}


class Client:
    """A client that subscribes to everything and remembers what it was given."""

    def __init__(self, port: int, user: str | None, password: str = "pw") -> None:
        self.got: list[tuple[str, str]] = []
        self.reason: str | None = None
        self._acknowledged: set[int] = set()
        self.paho = client = paho.Client(CallbackAPIVersion.VERSION2)
        if user is not None:
            client.username_pw_set(user, password)
        client.on_connect = self._on_connect
        client.on_message = lambda _, __, m: self.got.append((m.topic, m.payload.decode()))
        client.on_publish = lambda _, __, mid, *___: self._acknowledged.add(mid)
        client.on_subscribe = lambda _, __, mid, *___: self._acknowledged.add(mid)
        client.connect("127.0.0.1", port)
        self.until(lambda: self.reason is not None)

    def _on_connect(self, client, _, flags, reason, *__) -> None:
        self.reason = str(reason)

    def until(self, fact: Callable[[], bool]) -> None:
        wait_until(fact, pause=lambda: self.paho.loop(0.02))

    def close(self) -> None:
        if sock := self.paho.socket():
            sock.close()

    def subscribes(self) -> None:
        """Also a way to be sure: the answer comes after everything that was on its way to us."""
        _, mid = self.paho.subscribe([("#", 1), ("$SYS/#", 0)])
        self.until(lambda: mid in self._acknowledged)

    def publishes(self, topic: str, text: str) -> None:
        mid = self.paho.publish(topic, text, 1).mid
        self.until(lambda: mid in self._acknowledged)


@pytest.fixture(scope="module")
def broker() -> Iterator[ShippedBroker]:
    with ShippedBroker(dict.fromkeys(USERS, "pw"), OBSERVER) as broker:
        yield broker


@pytest.fixture(scope="module")
def clients(broker: ShippedBroker) -> Iterator[dict[str, Client]]:
    clients = {user: Client(broker.port, user) for user in USERS}
    for client in clients.values():
        client.subscribes()
    yield clients
    for client in clients.values():
        client.close()


def test_each_writes_only_what_is_its_own(clients):
    for topic in MATRIX:
        for user in USERS[:-1]:
            clients[user].publishes(topic, f"by {user}")
    observer = clients["observer"]
    observer.subscribes()
    wrote = {topic: {t[3:] for at, t in observer.got if at == topic} for topic in MATRIX}
    assert wrote == {topic: writers for topic, (writers, _) in MATRIX.items()}


def test_each_reads_only_what_it_may(clients):
    for client in clients.values():
        client.subscribes()
        client.got.clear()
    for topic in MATRIX:
        clients["observer"].publishes(topic, "from the observer")
    read: dict[str, set[str]] = {topic: set() for topic in MATRIX}
    for user in USERS[:-1]:
        clients[user].subscribes()
        for topic, text in clients[user].got:
            if text == "from the observer":
                read[topic].add(user)
    assert read == {topic: readers for topic, (_, readers) in MATRIX.items()}


def test_figures_and_log_are_for_the_server_alone(clients):
    for user in USERS[:-1]:
        clients[user].subscribes()
        sees = any(topic.startswith("$SYS/") for topic, _ in clients[user].got)
        assert sees == (user == "sightline")


def test_nobody_gets_in_without_a_password_or_with_a_wrong_one(broker):
    for user, password in ((None, ""), ("jane", "wrong"), ("mallory", "pw")):
        client = Client(broker.port, user, password)
        assert client.reason == "Not authorized"
        client.close()


def test_both_websocket_ports_listen_on_loopback_only(broker):
    for port in (broker.websockets, broker.websockets_too):
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(
                b"GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Protocol: mqtt\r\n\r\n"
            )
            assert client.recv(12) == b"HTTP/1.1 101"
        listening = Path("/proc/net/tcp6").read_text() if Path("/proc/net/tcp6").exists() else ""
        assert f":{port:04X} 00000000" not in listening


def test_with_a_client_certificate_its_name_is_the_user(tmp_path):
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server.private_key_pem.write_to_path(tmp_path / "server.key")
    (tmp_path / "server.pem").write_bytes(b"".join(p.bytes() for p in server.cert_chain_pems))
    jane = authority.issue_cert("jane.example", common_name="jane")
    (tmp_path / "jane.pem").write_bytes(jane.private_key_and_cert_chain_pem.bytes())
    with ShippedBroker({"sightline": "pw"}, tls=tmp_path) as broker:
        watcher = Client(broker.port, "sightline")
        watcher.subscribes()
        phone = paho.Client(CallbackAPIVersion.VERSION2)
        phone.username_pw_set("sightline", "whatever")  # does not help: the certificate counts
        phone.tls_set(str(tmp_path / "ca.pem"), str(tmp_path / "jane.pem"))
        phone.connect("127.0.0.1", broker.tls_port)
        phone.loop_start()
        phone.publish("keys/ProBot1", "no", 1).wait_for_publish(60)
        phone.publish("owntracks/jane/phone", "yes", 1).wait_for_publish(60)
        phone.disconnect()
        stop_loop(phone)
        watcher.subscribes()
        assert [one for one in watcher.got if not one[0].startswith("$SYS")] == [
            ("owntracks/jane/phone", "yes")
        ]
        watcher.close()


def test_the_lab_is_on_loopback_only():
    lab = (SHIPPED / "lab.conf").read_text()
    assert "allow_anonymous true" in lab
    listeners = re.findall(r"^listener .*$", lab, re.M)
    assert len(listeners) == 3
    assert all(one.endswith(" 127.0.0.1") for one in listeners)
    assert lab.count("socket_domain ipv4") == 3


def test_no_acknowledged_message_is_lost_by_a_crash():
    with ShippedBroker({"sightline": "pw"}) as broker:
        reader = paho.Client(CallbackAPIVersion.VERSION2, client_id="durable", clean_session=False)
        reader.username_pw_set("sightline", "pw")
        reader.connect("127.0.0.1", broker.port)
        granted: list[int] = []
        reader.on_subscribe = lambda _, __, mid, *___: granted.append(mid)
        reader.on_connect = lambda *_: reader.subscribe("test/#", 1)
        wait_until(lambda: granted, "the subscription", pause=lambda: reader.loop(0.02))
        reader.disconnect()
        writer = Client(broker.port, "sightline")
        for n in range(20):
            writer.publishes("test/n", str(n))
        writer.subscribes()  # mosquitto saves when it comes round, just after it has acknowledged
        broker.kill()
        broker.start()
        got: list[str] = []
        reader.on_message = lambda _, __, message: got.append(message.payload.decode())
        reader.connect("127.0.0.1", broker.port)
        wait_until(lambda: len(got) >= 20, lambda: f"20: {got}", pause=lambda: reader.loop(0.02))
        for client in (reader, writer.paho):
            if sock := client.socket():
                sock.close()
        assert got == [str(n) for n in range(20)]


@pytest.fixture(scope="module")
def robot_network() -> Iterator[ShippedBroker]:
    with ShippedBroker(dict.fromkeys(USERS, "pw"), OBSERVER, robots=True) as broker:
        yield broker


@pytest.mark.parametrize("client_id", ["paho/5E6C4E1B8D0F3A2C71", ""])
def test_a_robot_as_it_comes_gets_in_at_the_robots_listener_and_nowhere_else(
    robot_network, client_id
):
    assert Robot(robot_network.port, client_id=client_id).answer == 5
    robot = Robot(robot_network.robots_port, client_id=client_id)
    assert robot.answer == 0
    server = Client(robot_network.port, "sightline")
    server.subscribes()
    robot.says("telemetry", "ProBot1,87,91,started,23.4,192.168.1.17")
    server.subscribes()
    assert ("telemetry", "ProBot1,87,91,started,23.4,192.168.1.17") in server.got
    robot.subscribes("keys/ProBot1", "MainRoutine/ProBot1", "shutdownProBot/ProBot1")
    for topic in ("keys/ProBot1", "MainRoutine/ProBot1", "shutdownProBot/ProBot1"):
        server.publishes(topic, "0.00 0.00 0.00 0.00")
        robot.until(topic.encode() + b"0.00 0.00 0.00 0.00")
    robot.close()  # its will speaks for it
    server.until(lambda: ("ClientStatus", "ProBot1/Offline") in server.got)
    server.close()


def test_without_a_password_a_robot_does_what_robots_do_and_nothing_else(robot_network):
    observer = Client(robot_network.port, "observer")
    observer.subscribes()
    robot = Robot(robot_network.robots_port)
    robot.subscribes("#", "$SYS/#")
    topics = [*MATRIX, "keys/ProBot2", "$SYS/broker/uptime"]
    for topic in topics:
        robot.says(topic, "by a robot")
    observer.subscribes()
    assert {at for at, text in observer.got if text == "by a robot"} == {
        "telemetry",
        "ClientStatus",
    }
    robot.says("ClientStatus", "x")
    for topic in MATRIX:
        observer.publishes(topic, "by the observer")
    observer.publishes("keys/last", "by the observer")
    robot.until(b"keys/lastby the observer")
    read = {topic for topic in topics if f"{topic}by the observer".encode() in robot.heard}
    assert read == {topic for topic in MATRIX if re.match("keys/|MainRoutine/|shutdownPro", topic)}
    assert b"$SYS" not in robot.heard
    robot.close()
    observer.close()


def test_at_the_robots_listener_a_name_without_its_password_does_not_help(robot_network):
    assert Robot(robot_network.robots_port, user="sightline").answer == 5


def test_the_private_broker_s_robots_may_do_the_same():
    assert (SHIPPED / "acl.robots").read_text() == ACL


def test_one_client_per_user_keeps_others_from_our_place_even_when_they_know_our_id(tmp_path):
    """What the line in tls.conf.example is for: at that listener nobody chooses an id."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server.private_key_pem.write_to_path(tmp_path / "server.key")
    (tmp_path / "server.pem").write_bytes(b"".join(p.bytes() for p in server.cert_chain_pems))
    jane = authority.issue_cert("jane.example", common_name="jane")
    (tmp_path / "jane.pem").write_bytes(jane.private_key_and_cert_chain_pem.bytes())
    line = "use_username_as_clientid true\n"
    assert f"\n#{line}" in (SHIPPED / "conf.d" / "tls.conf.example").read_text()
    with ShippedBroker({"sightline": "pw"}, tls=tmp_path, more=line) as broker:
        ours = paho.Client(CallbackAPIVersion.VERSION2, client_id="known")
        ours.username_pw_set("sightline", "pw")
        ours.connect("127.0.0.1", broker.port)
        ours.loop_start()
        phone = paho.Client(CallbackAPIVersion.VERSION2, client_id="known")
        phone.tls_set(str(tmp_path / "ca.pem"), str(tmp_path / "jane.pem"))
        phone.connect("127.0.0.1", broker.tls_port)
        phone.loop_start()
        phone.publish("owntracks/jane/phone", "yes", 1).wait_for_publish(5)
        ours.publish("test/x", "yes", 1).wait_for_publish(5)
        for client in (phone, ours):
            client.disconnect()
            stop_loop(client)
        assert "as jane (" in broker.logged
        assert "already connected" not in broker.logged


def test_messages_for_who_is_away_outlast_a_restart_with_a_robots_listener():
    """Sessions that mosquitto restores go by the first listener of their port."""
    users = {"sightline": "pw", "jane": "pw"}
    with ShippedBroker(users, robots=True) as broker:
        reader = paho.Client(CallbackAPIVersion.VERSION2, client_id="durable", clean_session=False)
        reader.username_pw_set("sightline", "pw")
        granted: list[int] = []
        got: list[str] = []
        reader.on_subscribe = lambda _, __, mid, *___: granted.append(mid)
        reader.on_connect = lambda *_: reader.subscribe("owntracks/#", 1)
        reader.on_message = lambda _, __, message: got.append(message.payload.decode())
        reader.connect("127.0.0.1", broker.port)
        wait_until(lambda: granted, "the subscription", pause=lambda: reader.loop(0.02))
        reader.disconnect()
        broker.restart()
        phone = Client(broker.port, "jane")
        for n in range(20):
            phone.publishes("owntracks/jane/phone", str(n))
        reader.connect("127.0.0.1", broker.port)
        wait_until(lambda: len(got) >= 20, lambda: f"20: {got}", pause=lambda: reader.loop(0.02))
        for client in (reader, phone.paho):
            if sock := client.socket():
                sock.close()
        assert got == [str(n) for n in range(20)]
