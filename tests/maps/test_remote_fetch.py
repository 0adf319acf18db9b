"""Trying maps elsewhere by the reactor, against real servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
import trustme
from twisted.internet import reactor as _reactor
from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.web.client import BrowserLikePolicyForHTTPS

from broker import free_port
from sightline.kinds.maps.remote import RemoteMap
from sightline.maps.remote_check import Examined, examine
from sightline.maps.remote_fetch import HttpFetch
from tile_server import TileServer

reactor: Any = _reactor
OURS = "https://map.example.org"
CA = trustme.CA()


@pytest.fixture(scope="module")
def plain() -> Iterator[TileServer]:
    with TileServer() as server:
        yield server


@pytest.fixture(scope="module")
def secure() -> Iterator[TileServer]:
    with TileServer(CA.issue_cert("localhost")) as server:
        yield server


def raster(server: TileServer, path: str = "/tiles/{z}/{x}/{y}.png") -> RemoteMap:
    return RemoteMap(title="Sat", url=server.url + path, type="raster")


async def tried(map: RemoteMap, *, private: bool = True, trusted: bool = True) -> Examined:
    root = trustRootFromCertificates([Certificate.loadPEM(CA.cert_pem.bytes())])
    policy = BrowserLikePolicyForHTTPS(root) if trusted else None
    fetch = HttpFetch(reactor, private=private, policy=policy, timeout=20.0)
    return await examine(map, fetch, OURS)


@pytest_twisted.ensureDeferred
async def test_pictures_and_a_style_are_tried_over_http_and_https(
    plain: TileServer, secure: TileServer
) -> None:
    assert (await tried(raster(plain))).fault == ""
    style = {"version": 8, "layers": [], "sources": {"a": {"tiles": [plain.url + "/{z}"]}}}
    url = secure.put("/style.json", style)
    found = await tried(RemoteMap(title="S", url=url, type="style"))
    assert (found.fault, found.hosts) == ("", (secure.url, plain.url))


@pytest_twisted.ensureDeferred
async def test_our_own_network_is_not_asked(plain: TileServer) -> None:
    plain.asked.clear()
    found = await tried(raster(plain), private=False)
    assert "private network" in found.fault
    assert plain.asked == []


@pytest_twisted.ensureDeferred
async def test_a_list_of_tiles_in_our_own_network_is_not_asked_for_either(
    plain: TileServer,
) -> None:
    """A style elsewhere must not lead us to what only we can reach."""
    plain.asked.clear()
    fetch = HttpFetch(reactor, private=False, timeout=20.0)

    async def led(url: str, headers: Any, most: int) -> Any:
        if url != "https://maps.example.org/style.json":
            return await fetch(url, headers, most)
        inner = HttpFetch(reactor, private=True, timeout=20.0)
        return await inner(plain.url + "/style.json", headers, most)

    plain.put(
        "/style.json",
        {"version": 8, "layers": [], "sources": {"a": {"url": plain.url + "/secret.json"}}},
    )
    map = RemoteMap(title="S", url="https://maps.example.org/style.json", type="style")
    found = await examine(map, led, OURS)
    assert "private network" in found.fault
    assert plain.asked == ["/style.json"]


@pytest_twisted.ensureDeferred
async def test_a_certificate_that_nobody_trusts_is_said(secure: TileServer) -> None:
    found = await tried(raster(secure), trusted=False)
    assert "certificate is not one that browsers trust" in found.fault


@pytest_twisted.ensureDeferred
async def test_nobody_there_and_no_such_host_are_said() -> None:
    port = free_port()
    nobody = RemoteMap(title="X", url=f"http://127.0.0.1:{port}/s.json", type="style")
    assert "nobody listens there" in (await tried(nobody)).fault
    nowhere = RemoteMap(title="X", url="https://nowhere.invalid/s.json", type="style")
    assert "no host of that name" in (await tried(nowhere)).fault


@pytest_twisted.ensureDeferred
async def test_html_a_missing_tile_no_cors_and_far_too_much_are_said(plain: TileServer) -> None:
    def style(path: str) -> RemoteMap:
        return RemoteMap(title="S", url=plain.url + path, type="style")

    plain.put("/page", b"<!doctype html><p>Hello", Content_Type="text/html")
    plain.put("/closed.json", {"version": 8}, Access_Control_Allow_Origin="https://other.example")
    plain.put("/large.json", b"[" + b"1," * 3_000_000)
    assert "a web page (HTML)" in (await tried(style("/page"))).fault
    assert "answers 404" in (await tried(style("/missing.json"))).fault
    assert "CORS" in (await tried(style("/closed.json"))).fault
    assert "more than" in (await tried(style("/large.json"))).fault
