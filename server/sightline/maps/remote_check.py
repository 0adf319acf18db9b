"""Try a map at an address as a browser would: is it there, is it a map, may a page fetch it?

Pure but for the `Fetch` it is given; faults are sentences for people, without the address itself,
which may hold a key.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from sightline.kinds.maps.model import Bounds, MapSchema
from sightline.kinds.maps.remote import (
    RemoteMap,
    address_fault,
    origin_of,
    style_parts,
    tile_hosts,
)
from sightline.maps.pmtiles import BadArchive, read_header, read_metadata
from sightline.maps.schemas import credits_of, schema_of

STYLE_MOST = 4_194_304
"""Bytes of a style or of a list of tiles."""
_METADATA_MOST = 1_048_576
_TILE_MOST = 4_194_304
_LISTS_MOST = 8
_STATUS = {
    401: "wants a key, or another one",
    403: "wants a key, or another one",
    404: "has nothing there",
    410: "has nothing there any more",
    429: "has had too many requests",
}
_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x00\x00\x00\x1cftyp",
    b"\x00\x00\x00 ftyp",
)


class Fetched(msgspec.Struct, frozen=True):
    """What an address answered: headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unreachable(Exception):
    """Nothing answered; the message says why."""


class Fetch(Protocol):
    """Ask an address, as a page of ours would."""

    async def __call__(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        """Return its answer, at most so many bytes of it. Raises `Unreachable`."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. ``fault`` is a sentence; empty: all is well. The rest is what was read."""

    fault: str = ""
    hosts: tuple[str, ...] = ()
    """Every host that browsers will ask."""
    credit: str = ""
    """Whom the map itself says to name."""
    schema: MapSchema = ""
    bounds: Bounds | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None

    @property
    def words(self) -> str:
        """Return what is right with it, in words."""
        return f"answers as it should; browsers will ask {', '.join(self.hosts)}"


class _Wrong(Exception):
    """Something is wrong with the map; the message says it."""


async def examine(map: RemoteMap, fetch: Fetch, origin: str) -> Examined:
    """Try a map. ``origin`` is where pages of ours come from, such as ``https://map.example.org``."""
    if fault := address_fault(map.url, map.type, map.key):
        return Examined(fault=f"The address {fault}.")
    trial = _Trial(fetch, origin)
    try:
        if map.type == "style":
            return await _style(map, trial)
        if map.type == "raster":
            return await _raster(map, trial)
        return await _archive(map, trial)
    except _Wrong as why:
        return Examined(fault=str(why), hosts=map.all_hosts)


class _Trial:
    """Ask as a page of ours asks, and refuse what a browser would refuse."""

    def __init__(self, fetch: Fetch, origin: str) -> None:
        self._fetch = fetch
        self._origin = origin

    async def get(self, url: str, what: str, most: int, part: str = "") -> Fetched:
        """Return the answer to a request for ``what``. Raises `_Wrong`."""
        host = origin_of(url)
        headers = {"origin": self._origin, **({"range": part} if part else {})}
        try:
            found = await self._fetch(url, headers, most)
        except Unreachable as why:
            raise _Wrong(f"{host} cannot be reached: {why}.") from None
        if 300 <= found.status < 400:
            to = found.headers.get("location", "")
            raise _Wrong(
                f"{host} sends browsers on to {origin_of(to) or 'another address'}:"
                " give that address instead."
            )
        if found.status not in ((206,) if part else (200,)):
            if part and found.status == 200:
                raise _Wrong(
                    f"{host} sends {what} as a whole instead of the part that was asked for"
                    " (it does not know Range requests)."
                )
            meaning = _STATUS.get(found.status, "does not answer as it should")
            raise _Wrong(f"{host} {meaning}: it answers {found.status} to a request for {what}.")
        allowed = found.headers.get("access-control-allow-origin", "")
        if allowed not in ("*", self._origin):
            raise _Wrong(
                f"{host} does not let pages of other servers read {what} (no CORS header"
                " Access-Control-Allow-Origin), so browsers would show nothing."
            )
        return found


async def _style(map: RemoteMap, trial: _Trial) -> Examined:
    host = origin_of(map.url)
    style = _json(await trial.get(map.address, "the style", STYLE_MOST), host, "a style")
    parts = style_parts(style, map.address)
    if parts.fault:
        raise _Wrong(f"What {host} sends {parts.fault}.")
    hosts, credits = dict.fromkeys((host, *parts.hosts)), list(parts.credits)
    for url in parts.tile_lists[:_LISTS_MOST]:
        listed = await trial.get(url, "a list of tiles of the style", STYLE_MOST)
        tilejson = _json(listed, origin_of(url), "a list of tiles")
        hosts |= dict.fromkeys(tile_hosts(tilejson, url))
        credits.append(str(tilejson.get("attribution", "")))
    return Examined(hosts=tuple(hosts), credit=_credit(credits))


async def _raster(map: RemoteMap, trial: _Trial) -> Examined:
    host = origin_of(map.url)
    x, y = _middle_tile(map.bounds, map.min_zoom)
    url = map.address
    for part, number in (("{z}", map.min_zoom), ("{x}", x), ("{y}", y)):
        url = url.replace(part, str(number))
    found = await trial.get(url, f"the tile {map.min_zoom}/{x}/{y}", _TILE_MOST)
    if not found.body.startswith(_PICTURES):
        raise _Wrong(f"{host} sends {_kind(found)} in place of a picture.")
    return Examined(hosts=map.all_hosts)


async def _archive(map: RemoteMap, trial: _Trial) -> Examined:
    host = origin_of(map.url)
    head = await trial.get(map.address, "the archive", 16_384, "bytes=0-16383")
    if not head.body.startswith(b"PMTiles"):
        raise _Wrong(f"{host} sends {_kind(head)} in place of a PMTiles archive.")
    try:
        header = read_header(io.BytesIO(head.body), _whole(head))
        offset, length = header.metadata
        if length > _METADATA_MOST:
            raise BadArchive("its metadata are larger than they may be")
        part = f"bytes={offset}-{offset + length - 1}"
        more = await trial.get(map.address, "the archive", length, part)
        metadata = read_metadata(_At(offset, more.body), header)
        schema = schema_of(metadata) if header.tile_type == "mvt" else ""
    except BadArchive as why:
        raise _Wrong(f"The archive at {host} cannot be used: {why}.") from None
    credits = [credit.text for credit in credits_of(metadata)]
    return Examined(
        hosts=map.all_hosts,
        credit=_credit(credits),
        schema=schema,
        bounds=header.bounds,
        min_zoom=header.min_zoom,
        max_zoom=header.max_zoom,
    )


class _At(io.BytesIO):
    """A part of a file, read by its offsets in the whole."""

    def __init__(self, offset: int, data: bytes) -> None:
        super().__init__(data)
        self._offset = offset

    def seek(self, to: int, whence: int = 0) -> int:
        return super().seek(to - self._offset if whence == 0 else to, whence)


def _whole(found: Fetched) -> int:
    """Return how long the whole is of which a part was sent."""
    size = found.headers.get("content-range", "").rpartition("/")[2]
    return int(size) if size.isdigit() and len(size) < 19 else 2**62


def _json(found: Fetched, host: str, what: str) -> dict[str, Any]:
    if len(found.body) >= STYLE_MOST:
        raise _Wrong(f"{host} sends more than {STYLE_MOST:,} bytes in place of {what}.")
    try:
        return msgspec.json.decode(found.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _Wrong(f"{host} sends {_kind(found)} in place of {what} (JSON).") from None


def _kind(found: Fetched) -> str:
    """Tell what a body is that is not what it should be."""
    start = found.body.lstrip()[:200].lower()
    if start.startswith(_PICTURES):
        return "a picture"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page (HTML)"
    if start.startswith(b"<"):
        return "XML"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return "nothing" if not start else "something else"


def _middle_tile(bounds: Bounds, zoom: int) -> tuple[int, int]:
    """Return the numbers of the tile in the middle of an area."""
    west, south, east, north = bounds
    many = 2**zoom
    phi = math.radians(max(-85.0, min(85.0, (south + north) / 2)))
    y = (1 - math.asinh(math.tan(phi)) / math.pi) / 2
    x = ((west + east) / 2 + 180) / 360
    return min(many - 1, int(x * many)), min(many - 1, int(y * many))


def _credit(found: list[str]) -> str:
    texts = [credit.text for each in found for credit in credits_of({"attribution": each})]
    return ", ".join(dict.fromkeys(texts))[:200]
