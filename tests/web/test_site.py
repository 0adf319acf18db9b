"""Every URL over real HTTP: what is served, with which headers, and what is refused.

Covers web/content_policy.py, web/metrics.py.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.web.resource import Resource

from authenticators import OpenAuthenticator
from sightline.auth.permissions import User
from sightline.kinds.broker import LinkUpdate
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.web import site
from sightline.web.api import Api
from sightline.web.assets import Asset, Body
from sightline.web.fanout import FanOut
from sightline.web.metrics import Metrics, ServerFigures
from sightline.web.pace import Pace
from sightline.web.request_context import RequestContext
from sightline.web.socket import SocketResource, Sockets
from sightline.web.socket_limits import SocketLimits

reactor: Any = _reactor
PAGE = b"<!doctype html>page"
TILES = bytes(range(100))


class Broken(Resource):
    isLeaf = True

    def render_GET(self, request: Any) -> bytes:
        raise ZeroDivisionError("secret")


class Server:
    def __init__(self) -> None:
        world, presence = World("e"), Presence({})
        self.hub = Hub(
            Clock(),
            lambda: 1.0,
            world,
            Ingest([], world, presence),
            presence,
            LinkUpdate,
        )
        self.state = ServerState(
            Clock(), lambda: 1.0, self.hub, "0.0", figures=[lambda: {"overflow": 5}]
        )
        fanout = FanOut(reactor, lambda: 1.0, world, Pace())
        authenticator = OpenAuthenticator(User("root", "admin"))
        context = RequestContext(authenticator)
        self.requests = Requests(lambda: 1.0)
        sockets = Sockets(
            reactor, fanout, self.requests, lambda visitor: b"{}", authenticator, SocketLimits()
        )
        assets = {
            "index.html": Asset("text/html; charset=utf-8", "no-cache", {"": Body(PAGE, b'"p"')}),
            "docs/index.html": Asset("text/html", "no-cache", {"": Body(b"documents", b'"d"')}),
            "world.pmtiles": Asset("x/y", "no-store", {"": Body(TILES, b'"t"')}),
            "assets/a.js": Asset(
                "text/javascript",
                "public, max-age=31536000, immutable",
                {"": Body(b"long script", b'"1"'), "br": Body(b"short", b'"2"')},
            ),
        }
        tree = site.build(
            self.hub,
            self.state,
            SocketResource(sockets, context),
            Metrics(ServerFigures(self.hub, fanout, sockets, self.state), context),
            Api(context, reactor, []),
            assets,
            context,
        )
        tree.putChild(b"broken", Broken())
        self.listening = reactor.listenTCP(
            0, site.QuietSite(tree, reactor, context, request_seconds=5), interface="127.0.0.1"
        )
        self.port = self.listening.getHost().port

    async def get(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> http.client.HTTPResponse:
        def ask() -> http.client.HTTPResponse:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            answer.data = answer.read()  # type: ignore[attr-defined]
            connection.close()
            return answer

        return await deferToThread(ask)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    pytest_twisted.blockon(server.listening.stopListening())


@pytest.mark.parametrize("path", ["/", "/index.html", "/?x=1", "/client.html"])
@pytest_twisted.ensureDeferred
async def test_the_page_is_served(server, path):
    answer = await server.get(path)
    if path == "/client.html":
        assert (answer.status, answer.getheader("location")) == (302, "./")
    else:
        assert (answer.status, answer.data) == (200, PAGE)


@pytest_twisted.ensureDeferred
async def test_a_folder_is_its_index_and_is_named_with_a_slash(server):
    answer = await server.get("/docs")
    assert (answer.status, answer.getheader("location")) == (302, "/docs/")
    answer = await server.get("/docs/")
    assert (answer.status, answer.data) == (200, b"documents")
    assert "script-src 'self'" in answer.getheader("content-security-policy")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/docs/nothing",
        "/docs//",
        "//docs",
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/",
        "/assets",
        "/assets/a.js/",
        "/assets/a.js%00",
        "/.git/config",
        "//etc/passwd",
        "/index.html/x",
        "/healthz/x",
        "/%ff",
    ],
)
@pytest_twisted.ensureDeferred
async def test_nothing_else_is(server, path):
    answer = await server.get(path)
    assert answer.status == (200 if path == "/healthz/x" else 404)
    assert b"root:" not in answer.data


@pytest.mark.parametrize("path", ["/", "/nothing", "/healthz", "/metrics", "/ws", "/broken"])
@pytest_twisted.ensureDeferred
async def test_every_answer_carries_the_safe_headers(server, path):
    answer = await server.get(path)
    policy = answer.getheader("content-security-policy") or ""
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.getheader("x-content-type-options") == "nosniff"
    assert answer.getheader("referrer-policy") == "no-referrer"
    assert answer.getheader("server") is None


@pytest_twisted.ensureDeferred
async def test_a_mistake_of_ours_shows_nothing_of_the_inside(server):
    answer = await server.get("/broken")
    assert answer.status == 500
    for inside in (b"secret", b"Traceback", b"Twisted", b"ZeroDivision"):
        assert inside not in answer.data


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "BREW"])
@pytest_twisted.ensureDeferred
async def test_the_page_cannot_be_written_to(server, method):
    answer = await server.get("/", method)
    assert answer.status in (405, 501)


@pytest_twisted.ensureDeferred
async def test_a_head_is_a_get_without_the_body(server):
    answer = await server.get("/", "HEAD")
    assert (answer.status, answer.data) == (200, b"")
    assert answer.getheader("content-length") == str(len(PAGE))


@pytest_twisted.ensureDeferred
async def test_compressed_siblings_are_used(server):
    answer = await server.get("/assets/a.js", accept_encoding="gzip, br")
    assert (answer.data, answer.getheader("content-encoding")) == (b"short", "br")
    assert answer.getheader("vary") == "accept-encoding"
    plain = await server.get("/assets/a.js")
    assert (plain.data, plain.getheader("content-encoding")) == (b"long script", None)


@pytest_twisted.ensureDeferred
async def test_what_the_browser_has_is_not_sent_again(server):
    answer = await server.get("/", if_none_match='"p"')
    assert (answer.status, answer.data) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=90-", 206, 90, 99),
        ("bytes=-5", 206, 95, 99),
        ("bytes=90-1000", 206, 90, 99),
        ("bytes=100-", 416, 0, -1),
        ("bytes=9-3", 416, 0, -1),
        ("bytes=-0", 416, 0, -1),
        ("bytes=-", 200, 0, 99),
        ("bytes=0-1,5-6", 200, 0, 99),
        ("lines=0-1", 200, 0, 99),
    ],
)
@pytest_twisted.ensureDeferred
async def test_ranges_are_served(server, wanted, status, first, last):
    answer = await server.get("/world.pmtiles", range=wanted)
    assert answer.status == status
    assert answer.data == TILES[first : last + 1]
    if status == 206:
        assert answer.getheader("content-range") == f"bytes {first}-{last}/100"


@pytest_twisted.ensureDeferred
async def test_health_is_that_we_run_and_readiness_that_a_broker_is_there(server):
    assert (await server.get("/healthz")).status == 200
    assert (await server.get("/readyz")).status == 503
    server.hub.linked("main", Link(state="connected", since=1))
    answer = await server.get("/readyz")
    assert answer.status == 200
    assert json.loads(answer.data) == {"ok": True, "brokers": {"main": "connected"}}


@pytest_twisted.ensureDeferred
async def test_metrics_tell_counts_and_reasons_but_no_names(server):
    server.hub.linked("main", Link(state="connected", since=1))
    server.hub.arrived([Arrival("owntracks/jane/phone", b"x", False, 0, 1.0)])
    server.requests.refused["take", "held"] += 2
    text = (await server.get("/metrics")).data.decode()
    assert "sightline_received_total 1.0" in text
    assert 'sightline_rejected_total{reason="bad_topic"} 1.0' in text
    assert 'sightline_broker_connected{broker="main"} 1.0' in text
    assert "sightline_overflow_total 5.0" in text
    assert 'sightline_requests_refused_total{reason="held",verb="take"} 2.0' in text
    assert "jane" not in text


@pytest_twisted.ensureDeferred
async def test_a_websocket_address_says_so_to_others(server):
    answer = await server.get("/ws")
    assert (answer.status, answer.getheader("upgrade")) == (426, "websocket")


@pytest_twisted.ensureDeferred
async def test_beyond_all_measure_is_refused(server):
    assert (await server.get("/" + "x" * 30_000)).status == 431
    assert (await server.get("/", "POST", body=b"x" * 100_000)).status == 413
    assert (await server.get("/", "POST", body=iter([b"x" * 10]))).status == 413  # no length
    assert (await server.get("/", x_many="y" * 15_000)).status in (400, 431, 200)
