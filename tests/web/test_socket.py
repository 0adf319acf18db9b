"""Real sockets on loopback: the handshake, its limits, and news over the wire.

Covers web/browser_connection.py, web/inflow.py, web/outflow.py, web/socket_output.py.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource

from authenticators import OpenAuthenticator
from browser import Browser, Closed
from sightline.live import protocol as wire
from sightline.live.requests import Requests
from sightline.live.world import World
from sightline.model.token_bucket import TokenBuckets
from sightline.web.browser_connection import BrowserConnection
from sightline.web.fanout import FanOut
from sightline.web.pace import Pace
from sightline.web.request_context import RequestContext
from sightline.web.site import QuietSite
from sightline.web.socket import SocketResource, Sockets
from sightline.web.socket_limits import SocketLimits
from specs import spec
from states import spot
from waits import DEADLINE, until

reactor: Any = _reactor


class Server:
    """The web side of Sightline over a world the test changes."""

    def __init__(
        self, *, request_seconds: float = 10, publishes: bool = False, **limits: Any
    ) -> None:
        self.world = World("epoch-1")
        self.authenticator = OpenAuthenticator()
        front = RequestContext(self.authenticator, ["https://sight.example.org"])
        self.fanout = FanOut(reactor, lambda: 1795235000.0, self.world, Pace(stall_timeout=0.5))
        self.sockets = Sockets(
            reactor,
            self.fanout,
            Requests(lambda: 1795235000.0),
            lambda visitor: wire.hello(
                epoch=self.world.epoch,
                server="test",
                user={"name": visitor.user.name},
                now=1795235000.0,
                beat=5,
                message=4096,
            ),
            self.authenticator,
            SocketLimits(**limits),
            publishes=lambda user: publishes,
        )
        root = Resource()
        root.putChild(b"ws", SocketResource(self.sockets, front))
        site = QuietSite(root, reactor, front, request_seconds=request_seconds)
        self.sockets.start()
        self.listening = reactor.listenTCP(0, site, interface="127.0.0.1")
        self.port = self.listening.getHost().port

    def change(self, key: str, value: int) -> None:
        self.world.put(key, spot(value))
        self.fanout.stir()

    async def stop(self) -> None:
        await self.listening.stopListening()
        self.fanout.stop()
        await self.sockets.stop()


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(**limits: Any) -> Server:
        servers.append(Server(**limits))
        return servers[-1]

    yield start
    for server in servers:
        pytest_twisted.blockon(Deferred.fromCoroutine(server.stop()))


async def pause(seconds: float) -> None:
    await deferLater(reactor, seconds)


@pytest_twisted.ensureDeferred
async def test_a_browser_is_greeted_and_shown_the_world(serve):
    server = serve()
    server.change("a/1", 7)
    browser = await Browser(server.port).enters()
    assert browser.subprotocol == "sightline.1"
    assert browser.hello["epoch"] == "epoch-1"
    assert browser.picture.things["a/1"]["value"] == 7
    server.change("a/1", 8)
    await browser.sees(lambda things: things["a/1"]["value"] == 8)
    await browser.leaves()
    assert server.fanout.viewers == 0


@pytest_twisted.ensureDeferred
async def test_a_browser_that_was_cut_resumes_where_it_stood(serve):
    server = serve()
    server.change("a/1", 1)
    server.change("a/2", 2)
    browser = await Browser(server.port).enters()
    browser.is_cut()
    await browser.is_closed()
    server.change("a/2", 3)
    browser.frames.clear()
    await browser.enters()
    assert [thing["id"] for thing in browser.frames[0]["things"]] == ["2"]
    assert not browser.frames[0].get("whole")
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_every_request_is_answered_by_its_id(serve):
    browser = await Browser(serve().port).enters()
    assert await browser.asks("ping") == {
        "t": "answer",
        "id": 1,
        "ok": True,
        "now": 1795235000000,
    }
    answer = await browser.asks("make coffee")
    assert (answer["ok"], answer["code"]) == (False, "unknown")
    await browser.leaves()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example:{port}",
        "http://evil.example:{port}",
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_page_of_another_origin_is_refused(serve, origin):
    server = serve()
    with pytest.raises(Closed):
        await Browser(server.port).enters(origin=origin and origin.format(port=server.port))
    assert server.sockets.refused == 1
    assert server.fanout.viewers == 0


@pytest_twisted.ensureDeferred
async def test_a_configured_origin_is_let_in(serve):
    browser = await Browser(serve().port).enters(origin="https://sight.example.org")
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_client_that_does_not_speak_our_protocol_is_refused(serve):
    with pytest.raises(Closed):
        await Browser(serve().port).enters(protocols=("mqtt",))


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"no json", 1007),
        (b"[]", 1007),
        ({"t": "resume", "seq": -1}, 1007),
        ({"t": "resume", "seq": "x"}, 1007),
        ({"id": 1, "do": "ping"}, 1007),  # before the resume
        (b"x" * 5000, 1009),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_malformed_frame_closes_with_a_reason(serve, frame, code):
    server = serve()
    browser = await Browser(server.port).enters(resume=False)
    browser.says(frame)
    closed = await browser.is_closed()
    assert closed.code == code
    assert closed.reason
    if code == 1007:
        assert server.sockets.malformed == 1


@pytest.mark.parametrize("deflate", [False, True])
@pytest_twisted.ensureDeferred
async def test_only_what_is_published_may_be_large_and_only_of_who_may_publish(serve, deflate):
    large = {"id": 1, "do": "publish", "topic": "a", "payload": "x" * 60_000}
    server = serve(publishes=True, large=100_000)
    browser = await Browser(server.port).enters(deflate=deflate)
    browser._last_id = 1
    browser.says(large)
    await browser.until(lambda: 1 in browser._answers, "the answer")  # there is no such verb here
    browser.says(large | {"id": 2, "do": "drive"})
    assert (await browser.is_closed()).code == 1009
    browser = await Browser(server.port).enters(deflate=deflate)
    browser.says(large | {"payload": "x" * 100_000})
    assert (await browser.is_closed()).code == 1009
    stranger = await Browser(serve(large=100_000).port).enters(deflate=deflate)
    stranger.says(large)
    assert (await stranger.is_closed()).code == 1009


@pytest_twisted.ensureDeferred
async def test_who_says_nothing_after_connecting_is_closed(serve):
    browser = await Browser(serve(handshake=0.2).port).enters(resume=False)
    assert (await browser.is_closed()).code == 1008


@pytest_twisted.ensureDeferred
async def test_a_flood_of_requests_is_closed(serve):
    browser = await Browser(serve(rate=5).port).enters()
    for number in range(20):
        browser.says({"id": number, "do": "ping"})
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (1008, "too many messages")


@pytest_twisted.ensureDeferred
async def test_there_is_a_limit_to_connections(serve):
    server = serve(connections=1)
    first = await Browser(server.port).enters()
    with pytest.raises(Closed):
        await Browser(server.port).enters()
    await first.leaves()
    second = await Browser(server.port).enters()
    await second.leaves()


@pytest_twisted.ensureDeferred
async def test_a_silent_browser_is_pinged_and_kept_when_it_answers(serve):
    server = serve(ping=1)
    browser = await Browser(server.port).enters()
    await pause(2.5)
    assert browser.closed is None
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_browser_that_is_gone_without_a_word_is_dropped(serve):
    server = serve(ping=1)
    browser = await Browser(server.port).enters()
    browser.stops_reading()  # so it never sees the ping
    await until(lambda: server.fanout.viewers == 0)
    browser.is_cut()


@pytest_twisted.ensureDeferred
async def test_compressed_news_can_be_read_by_a_standard_client(serve):
    server = serve()
    for number in range(100):
        server.world.put(f"a/{number}", spot(number))
    browser = await Browser(server.port).enters(deflate=True)
    assert len(browser.picture.things) == 100
    for turn in range(5):
        for number in range(100):
            server.world.put(f"a/{number}", spot(turn))
        server.fanout.stir()
        await browser.sees(lambda things, turn=turn: things["a/99"]["value"] == turn)
    answer = await browser.asks("ping")
    assert answer["ok"]
    await browser.leaves()


async def fills(server: Any) -> int:
    """Change 2,000 things until a browser that reads nothing is behind; their last value."""
    value = 0
    while not server.fanout.behind:
        value += 1
        assert value < 500
        for number in range(2000):
            server.world.put(f"a/{number}", spot(value))
        server.fanout.flush()
        await pause(0)  # on a busy machine a flush goes on in another turn of the reactor
    return value


@pytest_twisted.ensureDeferred
async def test_a_browser_that_reads_nothing_falls_behind_then_catches_up(serve):
    server = serve()
    browser = await Browser(server.port).enters()
    browser.stops_reading()
    value = await fills(server)
    browser.reads_again()
    await browser.sees(lambda things: things.get("a/1999", {}).get("value") == value)
    await until(lambda: server.fanout.behind == 0)
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_browser_that_never_reads_is_closed(serve):
    server = serve()
    browser = await Browser(server.port).enters()
    browser.stops_reading()
    await fills(server)
    await pause(0.6)
    server.fanout.beat()
    assert server.fanout.too_slow == 1
    assert server.fanout.viewers == 0
    browser.reads_again()
    await browser.is_closed()


@pytest_twisted.ensureDeferred
async def test_a_request_that_never_ends_is_closed(serve):
    server = serve(request_seconds=0.2)
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
        slow.settimeout(DEADLINE)
        assert (await deferToThread(slow.recv, 100)).startswith(b"HTTP/1.1 408 ")


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("deflate", [False, True])
async def test_an_answer_may_be_longer_than_a_request(serve, deflate):
    server = serve(message=512)
    server.sockets.requests.add(spec("long"), lambda asker, request: {"text": "x" * 100_000})
    browser = await Browser(server.port).enters(deflate=deflate)
    assert len((await browser.asks("long"))["text"]) == 100_000
    server.change("a/1", 8)
    await browser.sees(lambda things: things.get("a/1", {}).get("value") == 8)
    assert (await browser.asks("ping"))["ok"]
    await browser.leaves()


PING = b"\x89\x80mask"


async def floods(browser: Browser, data: bytes) -> None:
    """Send bytes as they are, past the client's own protocol."""
    browser._protocol.transport.write(data)


@pytest_twisted.ensureDeferred
async def test_a_flood_of_empty_pings_is_ended_before_it_is_parsed(serve, monkeypatch):
    server = serve()
    browser = await Browser(server.port).enters()
    pings: list[bytes] = []
    monkeypatch.setattr(BrowserConnection, "onPing", lambda self, payload: pings.append(payload))
    await floods(browser, PING * 10_923)
    closed = await browser.is_closed()
    assert (closed.code, closed.reason) == (wire.POLICY, "too many messages")
    assert len(pings) < 400  # it was all of them, in one turn of the reactor


@pytest_twisted.ensureDeferred
async def test_fragments_and_pongs_count_as_well(serve):
    server = serve()
    for frame in (b"\x8a\x80mask", b"\x00\x80mask"):
        browser = await Browser(server.port).enters()
        await floods(browser, b"\x01\x80mask" * (frame[0] == 0) + frame * 2000)
        assert (await browser.is_closed()).code == wire.POLICY


@pytest_twisted.ensureDeferred
async def test_what_is_within_the_budget_is_parsed_over_many_turns(serve, monkeypatch):
    server = serve()
    server.sockets.gate.turns._share = 1e-9  # one step of work each, as if it took long
    browser = await Browser(server.port).enters()
    pings: list[int] = []
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        if len(pings) < 300:
            reactor.callLater(0, turn)

    monkeypatch.setattr(BrowserConnection, "onPing", lambda self, payload: pings.append(turns))
    turn()
    await floods(browser, PING * 300)
    answer = await browser.asks("ping")
    assert answer["ok"]
    assert len(pings) == 300
    assert max(pings.count(number) for number in set(pings)) <= 32
    await browser.leaves()


@pytest_twisted.ensureDeferred
async def test_a_browser_that_does_not_read_is_answered_no_more_than_a_budget(serve):
    server = serve(rate=100_000, driving=100_000, message=100_000)
    server.sockets.gate.unsent.most = 100_000
    server.sockets.gate._local_frames = TokenBuckets(1e9, 1e9)
    browser = await Browser(server.port).enters()
    browser.stops_reading()
    (connection,) = server.sockets.connections
    connection.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await floods(browser, (b"\x89\xfdmask" + bytes(125)) * 40_000)  # 5 MB to be sent back
    await until(lambda: not server.sockets.connections)
    assert server.sockets.gate.unsent.held == 0
    assert server.fanout.too_slow == 1
    browser.is_cut()


@pytest_twisted.ensureDeferred
async def test_a_large_picture_reaches_a_browser_that_takes_it_in_pieces(serve):
    server = serve()
    for number in range(5000):
        server.world.put(f"a/{number}", spot(number))
    browser = await Browser(server.port).enters(resume=False)
    browser.stops_reading()
    browser.resumes()
    await pause(0.05)
    browser.says({"id": 1, "do": "ping"})
    server.change("a/7", 8000)
    browser.reads_again()
    await browser.sees(lambda things: len(things) == 5000 and things["a/7"]["value"] == 8000)
    await browser.until(lambda: 1 in browser._answers, "the answer")
    await browser.leaves()
    assert server.sockets.gate.unsent.held == 0


@pytest_twisted.ensureDeferred
async def test_there_is_no_upgrade_by_http_1_0(serve):
    server = serve()
    said = (
        f"GET /ws HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\nUpgrade: websocket\r\n"
        f"Origin: http://127.0.0.1:{server.port}\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {wire.SUBPROTOCOL}\r\n\r\n"
    )

    def ask() -> bytes:
        with socket.create_connection(("127.0.0.1", server.port), 5) as peer:
            peer.sendall(said.encode())
            return peer.recv(4096)

    assert (await deferToThread(ask)).startswith(b"HTTP/1.0 426")
    assert (await deferToThread(lambda: ask())).count(b"101") == 0
