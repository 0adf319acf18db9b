"""One HTTP connection over a real socket: heads that are refused, answers that nobody takes.

Covers web/body_limits.py, web/http_answers.py, web/http_heads.py, web/request_head.py.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource

from sightline.web.assets import Asset, Body, PageResource
from sightline.web.connection_limits import LOCAL, ConnectionLimits
from sightline.web.proxies import Proxies
from sightline.web.refusal import Refusal
from sightline.web.site import QuietSite, Root
from waits import DEADLINE, until

reactor: Any = _reactor
TILES = bytes(range(256)) * 16 * 1024  # 4 MB
PAGE = os.sysconf("SC_PAGE_SIZE")


class Letters(Resource):
    """Takes bodies; of some it does not like the head. ``turns``: those in which it answered."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[bytes] = []
        self.answered = 0

    def check_head(self, request: Any) -> Refusal | None:
        if request.getHeader(b"content-type") == b"multipart/form-data; boundary=x":
            return Refusal(415, b"Unsupported Media Type", b"no forms\n")
        return None

    def render_POST(self, request: Any) -> bytes:
        self.taken.append(request.content.read())
        return b"thanks"

    def render_GET(self, request: Any) -> bytes:
        self.answered += 1
        return b"seen"


class Large(Resource):
    """An answer made for one asker only."""

    isLeaf = True

    def render_GET(self, request: Any) -> bytes:
        return bytes(2_000_000)


class Server:
    def __init__(self, *, stall_timeout: float = 15.0, **limits: Any) -> None:
        kind = "application/octet-stream"
        root = Root(
            PageResource(
                {
                    "index.html": Asset("text/html", "no-cache", {"": Body(b"page", b'"p"')}),
                    "world.pmtiles": Asset(kind, "no-store", {"": Body(TILES, b'"t"')}),
                }
            )
        )
        self.letters = Letters()
        root.putChild(b"pub", self.letters)
        root.putChild(b"large", Large())
        self.limits = ConnectionLimits(reactor, **limits)
        self.site = QuietSite(
            root, reactor, None, request_seconds=5, limits=self.limits, stall_timeout=stall_timeout
        )
        self.listening = reactor.listenTCP(0, self.site, interface="127.0.0.1")
        self.port = self.listening.getHost().port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    async def says(self, data: bytes, *, until_closed: bool = True) -> bytes:
        """What comes back when somebody says this, until the other side closes."""

        def ask() -> bytes:
            with self.connect() as peer:
                peer.sendall(data)
                return received(peer)

        return await deferToThread(ask)

    async def until(self, fact: Any) -> None:
        await until(fact)


def received(peer: socket.socket) -> bytes:
    found = b""
    try:
        while piece := peer.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(**limits: Any) -> Server:
        servers.append(Server(**limits))
        return servers[-1]

    yield start
    for server in servers:
        pytest_twisted.blockon(server.listening.stopListening())


def get(target: str = "/", *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: a", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


MANY = "9" * 5000
BAD = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (get("/", "Host: b"), 400),
    "a host with a space": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "a host of 1.0 with a space": (b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400),
    "identity": (get("/", "Transfer-Encoding: identity"), 501),
    "gzip": (get("/", "Transfer-Encoding: gzip"), 400),
    "identity and chunked": (
        get("/pub", "Transfer-Encoding: identity", "Transfer-Encoding: chunked", method="POST"),
        501,
    ),
    "chunked by 1.0": (
        get("/pub", "Transfer-Encoding: chunked", method="POST", version="1.0"),
        501,
    ),
    "a length and chunked": (
        get("/pub", "Content-Length: 3", "Transfer-Encoding: chunked", method="POST"),
        400,
    ),
    "two lengths": (get("/pub", "Content-Length: 3", "Content-Length: 3", method="POST"), 400),
    "a negative length": (get("/pub", "Content-Length: -1", method="POST"), 400),
    "a length of 5,000 digits": (get("/pub", f"Content-Length: {MANY}", method="POST"), 413),
    "the server itself": (get("*", method="OPTIONS"), 405),
    "everything": (get("*"), 405),
    "no path": (get("a"), 400),
    "options": (get("/", method="OPTIONS"), 405),
    "trace": (get("/", method="TRACE"), 405),
    "connect": (get("a:443", method="CONNECT"), 405),
    "brew": (get("/", method="BREW"), 501),
    "put a page": (get("/", method="PUT"), 405),
    "a folded header": (get("/", "X: a", " b"), 400),
    "no header": (get("/", "what"), 400),
    "a bad header and a good request behind": (b"GET / HTTP/1.1\r\nwhat\r\nHost: a\r\n\r\n", 400),
    "nonsense": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
    "empty lines": (b"\r\n" * 30_000, 400),
    "another version": (get("/", version="2.0"), 400),
    "a form": (
        get(
            "/pub",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 200000",
            method="POST",
        )
        + b"--x\r\n" * 1000,
        415,
    ),
}


@pytest.mark.parametrize("name", BAD)
@pytest_twisted.ensureDeferred
async def test_a_bad_head_is_refused_in_our_words_and_none_of_twisted(serve, name):
    server = serve()
    said, status = BAD[name]
    answer = await server.says(said)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert answer.count(b"HTTP/1.") == 1
    assert int(head.split(b" ")[1]) == status
    assert b"twisted" not in answer.lower()
    assert b"\r\nserver:" not in head.lower()
    assert b"<" not in body
    assert body.endswith(b".\n") or status == 415
    assert b"content-length: %d" % len(body) in head.lower()
    assert server.letters.taken == []


@pytest.mark.parametrize(
    ("wanted", "status", "size"),
    [
        (f"bytes=0-{MANY}", 206, len(TILES)),
        (f"bytes={MANY}-", 416, 0),
        (f"bytes=-{MANY}", 206, len(TILES)),
        (f"bytes={MANY}-{MANY}", 416, 0),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_range_of_5000_digits_is_a_range(serve, wanted, status, size):
    answer = await serve().says(get("/world.pmtiles", f"Range: {wanted}"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (int(head.split(b" ")[1]), len(body)) == (status, size)


@pytest_twisted.ensureDeferred
async def test_a_chunked_body_is_taken_where_phones_post(serve):
    server = serve()
    head = get("/pub", "Transfer-Encoding: chunked", method="POST")
    answer = await server.says(head + b"5\r\nhello\r\n4\r\n you\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert server.letters.taken == [b"hello you"]


@pytest.mark.parametrize("piece", [b"10000\r\n" + bytes(65_536) + b"\r\n", b"1\r\nx\r\n"])
@pytest_twisted.ensureDeferred
async def test_a_chunked_body_is_bounded_in_bytes_and_in_chunks(serve, piece):
    server = serve()
    head = get("/pub", "Transfer-Encoding: chunked", method="POST")
    answer = await server.says(head + piece * 5000 if len(piece) < 99 else head + piece * 5)
    assert answer.startswith(b"HTTP/1.1 413")
    assert server.letters.taken == []


@pytest_twisted.ensureDeferred
async def test_a_form_is_not_parsed(serve, monkeypatch):
    server = serve()
    monkeypatch.setattr("twisted.web.http._getMultiPartArgs", None)
    monkeypatch.setattr("twisted.web.http.parse_qs", lambda text, keep: {})
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=y"):
        body = b"a=1&" * 1000
        head = get("/pub", f"Content-Type: {kind}", f"Content-Length: {len(body)}", method="POST")
        assert (await server.says(head + body)).startswith(b"HTTP/1.1 200")
        assert server.letters.taken.pop() == body


def memory() -> int:
    """Bytes of ours that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest_twisted.ensureDeferred
async def test_a_crowd_that_reads_nothing_costs_a_piece_each_and_is_let_go(serve):
    server = serve(stall_timeout=6.0)

    def come() -> list[socket.socket]:
        peers = []
        for _ in range(100):
            peer = socket.socket()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.connect(("127.0.0.1", server.port))
            peer.sendall(b"GET /world.pmtiles HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
            peers.append(peer)
        return peers

    before = memory()
    peers = await deferToThread(come)
    await server.until(lambda: server.limits.unsent.held >= 90 * 64 * 1024)
    assert memory() - before < 60e6  # it was 8 GB that they asked for, and 400 MB once each
    await server.until(lambda: len(server.limits) == 0)
    assert server.limits.unsent.held == 0
    for peer in peers:
        peer.close()


@pytest_twisted.ensureDeferred
async def test_whoever_reads_slowly_gets_all_of_it(serve):
    server = serve(stall_timeout=5.0)

    def ask() -> int:
        size = 0
        with server.connect() as peer:
            peer.sendall(get("/world.pmtiles") + get("/"))
            while piece := peer.recv(300_000):
                size += len(piece)
        return size

    assert await deferToThread(ask) > len(TILES)
    await server.until(lambda: len(server.limits) == 0)


@pytest_twisted.ensureDeferred
async def test_what_is_made_for_one_counts_until_it_is_taken(serve):
    server = serve(unsent=3_000_000)
    peer = await deferToThread(server.connect)
    peer.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    await server.until(lambda: server.limits.unsent.held > 0)
    assert server.limits.unsent.of(LOCAL) < 2_100_000  # the next is not made before it is sent
    answer = b""

    def read() -> int:
        size = 0
        while size < 6_000_000:
            size += len(peer.recv(1_000_000))
        return size

    await deferToThread(read)
    await server.until(lambda: server.limits.unsent.held == 0)
    peer.close()
    assert answer == b""


@pytest_twisted.ensureDeferred
async def test_pipelined_requests_are_answered_over_many_turns_of_the_reactor(serve):
    server = serve()
    seen: list[int] = []

    def turn() -> None:
        seen.append(server.letters.answered)
        if server.letters.answered < 400:
            reactor.callLater(0, turn)

    # One step of work per turn, as if each took long.
    server.limits.turns._share = 1e-9
    reactor.callLater(0, turn)
    answer = await server.says(b"GET /pub HTTP/1.1\r\nHost: a\r\n\r\n" * 399 + get("/pub"))
    assert answer.count(b"HTTP/1.1 200") == 400
    steps = [after - before for before, after in itertools.pairwise(seen)]
    assert max(steps) <= 2


@pytest_twisted.ensureDeferred
async def test_visitors_behind_a_proxy_have_a_budget_each(serve):
    server = serve(proxies=Proxies(["127.0.0.1"]))
    asks = b"GET /pub HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n"
    answer = await server.says(asks % 1 * 3000)
    assert answer.count(b"HTTP/1.1 200") >= 500
    # Not 429: an iPhone lets go of a fix that is answered with 4xx.
    assert b"HTTP/1.1 503" in answer
    assert b"HTTP/1.1 4" not in answer
    answer = await server.says(asks % 2 * 10 + get("/", "X-Forwarded-For: 192.0.2.2"))
    assert answer.count(b"HTTP/1.1 200") == 11
    await server.until(lambda: len(server.limits) == 0)
    assert not server.limits._here
