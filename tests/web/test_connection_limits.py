"""How many connections may be: the count, and a real port that keeps it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource

from certificates import Authority
from sightline.web.certificate import Encrypted, Handshakes, read
from sightline.web.connection_limits import LOCAL, ConnectionLimits
from sightline.web.proxies import Proxies
from sightline.web.site import QuietSite
from waits import DEADLINE, until

reactor: Any = _reactor


def gate(clock: Clock | None = None, **limits: Any) -> ConnectionLimits:
    return ConnectionLimits(clock or Clock(), **limits)


def test_one_address_cannot_take_all_the_room():
    connection_limits = gate(most=10, per_client=2)
    assert [connection_limits.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert connection_limits.enter("192.0.2.2")
    connection_limits.leave("192.0.2.1")
    assert connection_limits.enter("192.0.2.1")
    assert (len(connection_limits), connection_limits.refused["connections"]) == (3, 1)


def test_all_addresses_of_an_ipv6_network_are_one_client():
    connection_limits = gate(most=10, per_client=2)
    there = [f"2001:db8:1:2:{n}::1" for n in range(3)]
    assert [connection_limits.enter(peer) for peer in there] == [True, True, False]
    assert connection_limits.enter("2001:db8:1:3::1")
    connection_limits.leave(there[1])
    assert connection_limits.enter(there[2])


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::7%eth0", "2001:db8::/64"),
        ("127.0.0.1", LOCAL),
        ("::1", LOCAL),
        ("local", LOCAL),
        ("what", "what"),
    ],
)
def test_the_key_of_an_address(address, key):
    assert gate().key(address) == key


def test_this_machine_and_proxies_are_not_counted_and_there_may_be_no_limit():
    connection_limits = gate(most=10, per_client=1, proxies=Proxies(["192.0.2.9"]))
    assert all(
        connection_limits.enter(peer) for peer in ("127.0.0.1", "192.0.2.9") for _ in range(3)
    )
    assert all(gate(most=10).enter("a") for _ in range(5))


def test_visitors_behind_a_proxy_are_counted_by_their_requests():
    connection_limits = gate(per_client=2, proxies=Proxies(["192.0.2.9"]))
    begun = [connection_limits.begin("192.0.2.1", 0, by_proxy=True) for _ in range(3)]
    assert begun == [None, None, "connections"]
    assert connection_limits.begin("192.0.2.2", 0, by_proxy=True) is None
    connection_limits.end("192.0.2.1", 0, by_proxy=True)
    assert connection_limits.begin("192.0.2.1", 0, by_proxy=True) is None


def test_a_client_may_open_so_many_connections_and_ask_so_much_a_second():
    clock = Clock()
    connection_limits = gate(clock)
    opened = sum(connection_limits.enter("192.0.2.1") for _ in range(2000))
    asked = [connection_limits.begin("192.0.2.1", 0, by_proxy=False) for _ in range(1000)]
    assert (opened, asked.count(None), asked[-1]) == (1000, 500, "requests")
    clock.advance(1)
    assert connection_limits.begin("192.0.2.1", 0, by_proxy=False) is None
    local = [connection_limits.begin(LOCAL, 0, by_proxy=False) for _ in range(2000)]
    assert local.count(None) == 2000


def test_bodies_and_unsent_answers_have_a_budget_in_all_and_of_one_client():
    connection_limits = gate(unsent=1000)
    connection_limits.unsent.hold("192.0.2.1", 501)
    assert connection_limits.begin("192.0.2.1", 0, by_proxy=False) == "unsent"
    assert connection_limits.begin("192.0.2.2", 0, by_proxy=False) is None
    connection_limits.unsent.hold("192.0.2.2", 500)
    assert connection_limits.begin("192.0.2.3", 0, by_proxy=False) == "unsent"
    connection_limits = gate()
    size = 2 * 1024 * 1024
    begun = [connection_limits.begin("192.0.2.1", size, by_proxy=False) for _ in range(3)]
    assert begun == [None, None, "bodies"]
    connection_limits.end("192.0.2.1", size, by_proxy=False)
    assert connection_limits.begin("192.0.2.1", size, by_proxy=False) is None


def test_websockets_take_of_the_same_room():
    sockets = 8
    connection_limits = gate(most=10)
    connection_limits.count(lambda: sockets)
    assert [connection_limits.enter("a") for _ in range(3)] == [True, True, False]
    sockets = 7
    assert connection_limits.enter("a")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", "127.0.0.1"]))))
def test_whoever_left_is_forgotten(moves):
    connection_limits = gate(most=5, per_client=2)
    here = []
    for comes, address in moves:
        if comes and connection_limits.enter(address):
            here.append(address)
        elif not comes and address in here:
            here.remove(address)
            connection_limits.leave(address)
    assert len(connection_limits) == len(here) <= 5
    assert here.count("a") <= 2
    assert here.count("b") <= 2
    for address in here:
        connection_limits.leave(address)
    assert [
        connection_limits.enter("a"),
        connection_limits.enter("a"),
        connection_limits.enter("b"),
    ] == [True] * 3


class Page(Resource):
    isLeaf = True

    def render_GET(self, request: Any) -> bytes:
        return b"page"


class Port:
    """A site at a real port, whose peers all seem to be strangers."""

    def __init__(self, folder: Path | None = None, seconds: float = DEADLINE) -> None:
        self.connection_limits = gate(reactor, most=4, per_client=2)
        self.site: Any = QuietSite(
            Page(), reactor, None, request_seconds=seconds, limits=self.connection_limits
        )
        self.peer = "192.0.2.7"
        build = self.site.buildProtocol

        def from_elsewhere(addr: Any) -> Any:
            return build(type("Address", (), {"host": self.peer})())

        self.site.buildProtocol = from_elsewhere
        factory = self.site
        if folder is not None:
            handshakes = Handshakes()
            handshakes.use(read(folder / "cert.pem", folder / "key.pem"))
            factory = Encrypted(handshakes, False, self.site)
        self.listening = reactor.listenTCP(0, factory, interface="127.0.0.1")

    def connect(self) -> socket.socket:
        address = ("127.0.0.1", self.listening.getHost().port)
        return socket.create_connection(address, DEADLINE)

    async def until(self, count: int) -> None:
        await until(
            lambda: len(self.connection_limits) == count,
            lambda: f"{count} and not {len(self.connection_limits)}",
        )


@pytest.fixture
def ports() -> Iterator[list[Port]]:
    ports: list[Port] = []
    yield ports
    for port in ports:
        pytest_twisted.blockon(port.listening.stopListening())


def closed(peer: socket.socket) -> bool:
    """Waits for the other side's end."""
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest_twisted.ensureDeferred
async def test_the_third_connection_of_an_address_is_closed_until_one_of_the_others_is(ports):
    port = Port()
    ports.append(port)
    first, second = port.connect(), port.connect()
    await port.until(2)
    third = port.connect()
    assert await deferToThread(closed, third)
    port.peer = "192.0.2.8"
    other = port.connect()
    await port.until(3)
    first.close()
    await port.until(2)
    port.peer = "192.0.2.7"
    again = port.connect()
    await port.until(3)
    assert port.connection_limits.refused["connections"] == 1
    for peer in (second, third, other, again):
        peer.close()
    await port.until(0)


@pytest_twisted.ensureDeferred
async def test_whoever_is_silent_over_tls_is_cut_off_before_and_after_the_handshake(
    ports, tmp_path
):
    authority = Authority()
    authority.issue(tmp_path)
    port = Port(tmp_path, seconds=0.2)
    ports.append(port)
    silent = port.connect()
    assert await deferToThread(closed, silent)

    def shakes() -> socket.socket:
        context = ssl.create_default_context(cadata=authority.pem.decode())
        plain = port.connect()
        try:
            return context.wrap_socket(plain, server_hostname="127.0.0.1")
        except OSError:  # on a busy machine it is cut off before
            return plain

    greeted = await deferToThread(shakes)
    # It answers no goodbye: an unread alert must not keep the connection.
    await port.until(0)
    silent.close()
    greeted.close()
