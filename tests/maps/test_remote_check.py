from __future__ import annotations

import json
import struct
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from sightline.kinds.maps.remote import RemoteMap
from sightline.maps.remote_check import Examined, Fetched, Unreachable, examine

OURS = "https://map.example.org"
CORS = {"access-control-allow-origin": "*"}
STYLE_URL = "https://maps.example.org/style.json"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def now(work: Coroutine[Any, Any, Examined]) -> Examined:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        found: Examined = done.value
        return found
    raise AssertionError("it waits")


class Servers:
    """Answers by address; `asked` are the requests."""

    def __init__(self, **answers: Fetched | str) -> None:
        self.answers: dict[str, Fetched | str] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def put(self, url: str, body: bytes, status: int = 200, **headers: str) -> Servers:
        found = CORS | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = Fetched(status, found, body)
        return self

    async def __call__(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        self.asked.append((url, headers))
        found = self.answers.get(url)
        if found is None:
            raise Unreachable("nobody listens there")
        assert isinstance(found, Fetched)
        if "range" in headers and found.status == 200:
            first, _, last = headers["range"].removeprefix("bytes=").partition("-")
            part = found.body[int(first) : int(last) + 1]
            size = {"content-range": f"bytes {first}-{last}/{len(found.body)}"}
            return Fetched(206, {**found.headers, **size}, part)
        return Fetched(found.status, found.headers, found.body[:most])


def style(**sources: Any) -> bytes:
    return json.dumps({"version": 8, "layers": [], "sources": sources}).encode()


def raster(**more: Any) -> RemoteMap:
    url = "https://tiles.example.org/{z}/{x}/{y}.png"
    return RemoteMap(**{"title": "Sat", "url": url, "type": "raster", "min_zoom": 1} | more)


def styled() -> RemoteMap:
    return RemoteMap(title="Style", url=STYLE_URL, type="style")


TILE = "https://tiles.example.org/1/1/1.png"


def test_a_good_style_tells_its_hosts_and_whom_to_name() -> None:
    listed = json.dumps(
        {"tiles": ["https://t.example/{z}/{x}/{y}.pbf"], "attribution": '<a href="x">© OSM</a>'}
    )
    servers = (
        Servers()
        .put(STYLE_URL, style(a={"url": "https://list.example/t.json"}))
        .put("https://list.example/t.json", listed.encode())
    )
    found = now(examine(styled(), servers, OURS))
    assert found.fault == ""
    assert found.hosts == ("https://maps.example.org", "https://list.example", "https://t.example")
    assert found.credit == "© OSM"
    assert {headers["origin"] for _, headers in servers.asked} == {OURS}


def test_good_pictures_are_tried_with_one_tile_in_the_middle_and_with_the_key() -> None:
    servers = Servers().put(TILE + "?k=abc", PNG)
    map = raster(url=raster().url + "?k={key}", key="abc")
    found = now(examine(map, servers, OURS))
    assert (found.fault, found.hosts) == ("", ("https://tiles.example.org",))


@pytest.mark.parametrize(
    ("body", "status", "headers", "words"),
    [
        (b"<!DOCTYPE html><html>", 200, {}, "a web page (HTML) in place of a picture"),
        (b'{"error":1}', 200, {}, "JSON in place of a picture"),
        (b"<?xml?><Error/>", 200, {}, "XML in place of a picture"),
        (b"", 200, {}, "nothing in place of a picture"),
        (b"no", 404, {}, "has nothing there: it answers 404"),
        (b"no", 403, {}, "wants a key, or another one: it answers 403"),
        (b"no", 500, {}, "does not answer as it should: it answers 500"),
        (b"", 302, {"location": "https://new.example/1"}, "sends browsers on to https://new.ex"),
        (PNG, 200, {"access_control_allow_origin": ""}, "no CORS header"),
        (PNG, 200, {"access_control_allow_origin": "https://other.example"}, "no CORS header"),
    ],
)
def test_what_is_wrong_with_pictures_is_said_in_a_sentence(
    body: bytes, status: int, headers: dict[str, str], words: str
) -> None:
    found = now(examine(raster(), Servers().put(TILE, body, status, **headers), OURS))
    assert words in found.fault
    assert found.fault.startswith("https://tiles.example.org ")
    assert found.fault.endswith(".")


def test_a_server_that_allows_our_own_origin_only_is_fine() -> None:
    servers = Servers().put(TILE, PNG, access_control_allow_origin=OURS)
    assert now(examine(raster(), servers, OURS)).fault == ""


def test_nobody_there_is_said_without_the_address_that_may_hold_a_key() -> None:
    map = raster(url=raster().url + "?k={key}", key="hush")
    found = now(examine(map, Servers(), OURS))
    assert found.fault == "https://tiles.example.org cannot be reached: nobody listens there."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "a web page (HTML) in place of a style"),
        (b'{"tiles":[]}', "no MapLibre style"),
        (b"[1]", "JSON in place of a style"),
        (b"\xff\xfe", "something else in place of a style"),
    ],
)
def test_what_is_no_style_is_refused(body: bytes, words: str) -> None:
    assert words in now(examine(styled(), Servers().put(STYLE_URL, body), OURS)).fault


def test_a_style_whose_list_of_tiles_is_missing_names_that_host() -> None:
    servers = Servers().put(STYLE_URL, style(a={"url": "https://list.example/t.json"}))
    fault = now(examine(styled(), servers, OURS)).fault
    assert fault.startswith("https://list.example cannot be reached")


def archive(layers: list[dict[str, Any]], *, tile_type: int = 1) -> bytes:
    metadata = json.dumps({"vector_layers": layers, "attribution": "© Somebody"}).encode()
    at = 127 + 10
    numbers = (127, 10, at, len(metadata), at, 0, at + len(metadata), 100, 1, 1, 1)
    head = struct.pack(
        "<11Q6B4iB2i", *numbers, 1, 1, 1, tile_type, 3, 14, *(0, 0, 100000000, 100000000), 3, 0, 0
    )
    return b"PMTiles\x03" + head[: 127 - 8] + bytes(10) + metadata + bytes(100)


ARCHIVE = RemoteMap(title="World", url="https://a.example/w.pmtiles", type="pmtiles")
SHORTBREAD = [{"id": each, "fields": {}} for each in ("water_polygons", "streets", "land")]


def test_an_archive_tells_its_schema_its_zooms_and_whom_to_name() -> None:
    servers = Servers().put(ARCHIVE.url, archive(SHORTBREAD))
    found = now(examine(ARCHIVE, servers, OURS))
    assert found.fault == ""
    assert (found.schema, found.min_zoom, found.max_zoom) == ("shortbread", 3, 14)
    assert found.bounds == (0, 0, 10, 10)
    assert found.credit == "© Somebody"


def test_an_archive_of_another_schema_or_on_a_server_without_ranges_is_refused() -> None:
    other = Servers().put(ARCHIVE.url, archive([{"id": "stuff", "fields": {}}]))
    assert "no schema that can be drawn" in now(examine(ARCHIVE, other, OURS)).fault
    page = Servers().put(ARCHIVE.url, b"<html>" + bytes(200))
    assert "a web page (HTML) in place of a PMTiles" in now(examine(ARCHIVE, page, OURS)).fault

    async def whole(url: str, headers: Mapping[str, str], most: int) -> Fetched:
        return Fetched(200, CORS, archive(SHORTBREAD))

    assert "does not know Range" in now(examine(ARCHIVE, whole, OURS)).fault
