"""Asking other servers: not for long, not for much, and not elsewhere.

Covers web/outgoing.py.
"""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.web.client import ResponseNeverReceived
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from oidc_provider import OidcProvider
from sightline.channels.options import ChannelOptions
from sightline.channels.sending import Poster
from sightline.web.outgoing import CheckedEndpoints
from sightline.web.outgoing_fetch import OutgoingFetch


@pytest.fixture(scope="module")
def server() -> Iterator[OidcProvider]:
    with OidcProvider() as provider:
        yield provider


def fetch(timeout: float = 30.0) -> OutgoingFetch:
    endpoints = CheckedEndpoints(_reactor, private=True, timeout=timeout)
    return OutgoingFetch(_reactor, endpoints, timeout)


@pytest_twisted.ensureDeferred
async def test_an_answer_is_read_as_far_as_it_is_wanted(server):
    server.truth()
    server.lies.body = {"/jwks": b"x" * 300_000}
    answer = await fetch()("GET", f"{server.url}/jwks", {}, 1000)
    assert (answer.status, answer.body) == (200, b"x" * 1000)
    assert answer.headers["content-type"] == "application/json"
    whole = await fetch()("GET", f"{server.url}/jwks", {}, 400_000)
    assert len(whole.body) == 300_000


@pytest_twisted.ensureDeferred
async def test_nobody_is_followed_elsewhere(server):
    server.truth()
    server.lies.move = {"/jwks": f"{server.url}/userinfo"}
    answer = await fetch()("POST", f"{server.url}/jwks", {}, 1000, b"a=b")
    assert (answer.status, server.asked) == (302, ["/jwks"])


@pytest_twisted.ensureDeferred
async def test_who_answers_too_late_is_given_up(server):
    server.truth()
    server.lies.slow = threading.Event()
    with pytest.raises(ResponseNeverReceived):
        await fetch(0.2)("GET", f"{server.url}/jwks", {}, 1000)
    server.lies.slow.set()


class Bomb(Resource):
    """Some hundred bytes that say of themselves that they are compressed twice."""

    isLeaf = True
    body = gzip.compress(gzip.compress(bytes(30_000_000)))

    def render(self, request: Request) -> bytes:
        request.setHeader(b"content-encoding", b"gzip, gzip")
        return self.body


@pytest_twisted.ensureDeferred
async def test_what_is_compressed_is_left_so_and_takes_no_more_room_than_it_has():
    port = _reactor.listenTCP(0, Site(Bomb()), interface="127.0.0.1")  # type: ignore[attr-defined]
    url = f"http://127.0.0.1:{port.getHost().port}/"
    tracemalloc.start()
    try:
        answer = await fetch()("GET", url, {}, 100_000)
        options = ChannelOptions(private=True)
        status, _ = await Poster(_reactor, options, time.time).post(url, b"", {})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        await port.stopListening()
    assert (answer.body, status) == (Bomb.body, 200)
    assert most < 10_000_000
