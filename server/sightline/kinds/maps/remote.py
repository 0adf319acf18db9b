"""Describe a map that another server has: what its address means, and which hosts browsers ask.

Pure. The page may fetch from no other host than ours but from those listed here, so an address is
taken only in a form that can stand in a Content-Security-Policy.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from sightline.kinds.maps.model import Bounds, Credit, MapRole, MapSchema, MapSource, MapType

WORLD: Bounds = (-180.0, -85.0511, 180.0, 85.0511)
FINEST = 22
PREFIX = "url."
"""Before the names of these maps in keys (``map/url.satellite``); no map of a file is called so."""
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\]")
_PARTS = ("{z}", "{x}", "{y}")
_OTHER_PARTS = re.compile(r"\{[^}]*\}")
_KEY = re.compile(r"[A-Za-z0-9._~-]{1,500}")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class RemoteMap(msgspec.Struct, frozen=True, kw_only=True):
    """A map at an address. ``{key}`` in it stands for the ``key``, which all browsers see.

    ``hosts`` are further hosts that browsers may ask for it, such as ``https://fonts.example.org``:
    those that a style names.
    """

    title: str
    url: str
    type: MapType
    role: MapRole = "base"
    schema: MapSchema = ""
    bounds: Bounds = WORLD
    min_zoom: int = 0
    max_zoom: int = 19
    tile_size: int = 256
    attribution: str = ""
    attribution_url: str = ""
    hosts: tuple[str, ...] = ()
    key: str = ""

    def __repr__(self) -> str:
        return f"RemoteMap({self.title!r}, {self.url!r})"

    @property
    def address(self) -> str:
        """Return the address as browsers use it, with the key in it."""
        return self.url.replace("{key}", self.key)

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Return every host that browsers may ask for it."""
        return tuple(dict.fromkeys((origin_of(self.url), *self.hosts)))

    def shown(self, updated: float) -> MapSource:
        """Return what browsers are told of it. ``updated``: epoch s."""
        credit = Credit(self.attribution, self.attribution_url)
        return MapSource(
            title=self.title,
            role=self.role,
            type=self.type,
            url=self.address,
            schema=self.schema,
            bounds=self.bounds,
            min_zoom=self.min_zoom,
            max_zoom=self.max_zoom,
            tile_size=self.tile_size,
            attribution=(credit,) if self.attribution else (),
            size=0,
            updated=updated,
            places=False,
        )


def type_of(url: str) -> MapType:
    """Tell what an address most likely leads to."""
    if "{z}" in url:
        return "raster"
    return "pmtiles" if urlsplit(url).path.endswith(".pmtiles") else "style"


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, as a Content-Security-Policy names them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    plain = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{plain}" + (f":{parts.port}" if parts.port else "")


def origin_fault(origin: str) -> str:
    """Tell what is wrong with a further host; empty: nothing."""
    try:
        good = origin_of(origin) == origin and not _host_fault(origin)
    except ValueError:
        good = False
    return "" if good else "must be such as https://fonts.example.org, without a path"


def name_fault(name: str) -> str:
    """Tell what is wrong with a map's name; empty: nothing."""
    return "" if _NAME.fullmatch(name) else "has 1 to 40 small letters, digits and hyphens"


def address_fault(url: str, type: MapType, key: str = "") -> str:
    """Tell what is wrong with the address of a map; empty: nothing. No text of it is repeated."""
    try:
        if fault := _host_fault(url):
            return fault
    except ValueError:
        return "must be an address such as https://tiles.example.org/style.json"
    if ("{key}" in url) != bool(key):
        return (
            "has {key} in it, but there is no key"
            if not key
            else "must have {key} where the key belongs"
        )
    if key and not _KEY.fullmatch(key):
        return "goes with a key that has signs which no key has"
    if "{s}" in url:
        return "must name one host in place of {s}"
    if type == "raster":
        missing = [part for part in _PARTS if part not in url]
        if missing:
            return f"must have {', '.join(missing)} in it: it is to lead to a tile"
        if urlsplit(url).path.endswith((".pbf", ".mvt")):
            return "leads to vector tiles, which need a style: give the address of the style"
    known = (*_PARTS, "{key}") if type == "raster" else ("{key}",)
    unknown = [each for each in _OTHER_PARTS.findall(url) if each not in known]
    return f"has {unknown[0][:20]} in it, which nobody fills in" if unknown else ""


def _host_fault(url: str) -> str:
    """Tell what is wrong with scheme and host. Raises `ValueError` for what is no address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    plain = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(plain) or parts.port == 0:
        return "must be an address such as https://tiles.example.org/style.json"
    if not url.isascii() or any(c.isspace() or c in "\"';," for c in url.partition("?")[0]):
        return "has signs in it that no address has"
    if any(c.isspace() or ord(c) < 33 for c in url):
        return "has blanks in it"
    if parts.username is not None or parts.password is not None:
        return "must hold no user and password"
    if parts.fragment:
        return "must hold nothing after a #"
    if parts.scheme == "http" and not _is_near(host):
        return "must begin with https://, as everybody on the way can read http://"
    return ""


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine, or an address of a private network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_private


def policy_sources(maps: Iterable[RemoteMap]) -> Mapping[str, tuple[str, ...]]:
    """Return what a Content-Security-Policy must allow beyond our own host, by directive.

    Tiles and styles are fetched by scripts; pictures among them may be drawn by an image, too.
    """
    connect, images = dict[str, None](), dict[str, None]()
    for each in maps:
        connect |= dict.fromkeys(each.all_hosts)
        if each.type != "pmtiles":
            images |= dict.fromkeys(each.all_hosts)
    found = {"connect-src": tuple(connect), "img-src": tuple(images)}
    return {directive: hosts for directive, hosts in found.items() if hosts}


class StyleParts(msgspec.Struct, frozen=True):
    """What a style refers to: hosts, lists of tiles yet to be read (TileJSON), and its faults."""

    hosts: tuple[str, ...]
    tile_lists: tuple[str, ...]
    credits: tuple[str, ...]
    fault: str = ""


def style_parts(style: Mapping[str, Any], address: str) -> StyleParts:
    """Read which other addresses a style has browsers ask. ``address`` is where it was found."""
    if style.get("version") != 8 or not isinstance(style.get("layers"), list):
        return StyleParts(
            (), (), (), "is JSON, but no MapLibre style: it has no version 8 and layers"
        )
    lists, credits = [], []
    for source in _objects(style.get("sources")):
        if isinstance(url := source.get("url"), str):
            lists.append(url)
        if isinstance(credit := source.get("attribution"), str):
            credits.append(credit)
    hosts = dict[str, None]()
    for url in (*lists, *_addresses(style)):
        if urlsplit(url).scheme not in ("", "http", "https", "pmtiles"):
            scheme = urlsplit(url).scheme[:20]
            return StyleParts(
                (), (), (), f"refers to {scheme}: addresses, which only one service knows"
            )
        whole = urljoin(address, url.removeprefix("pmtiles://"))
        hosts[origin_of(whole)] = None
    read = [urljoin(address, url) for url in lists if not url.startswith("pmtiles:")]
    return StyleParts(tuple(hosts), tuple(read), tuple(credits))


def tile_hosts(tilejson: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """Return the hosts of the tiles that a TileJSON names."""
    tiles = tilejson.get("tiles")
    found = (each for each in tiles if isinstance(each, str)) if isinstance(tiles, list) else ()
    return tuple(dict.fromkeys(origin_of(urljoin(address, each)) for each in found))


def _objects(table: object) -> Iterator[Mapping[str, Any]]:
    for each in table.values() if isinstance(table, dict) else ():
        if isinstance(each, dict):
            yield each


def _addresses(style: Mapping[str, Any]) -> Iterator[str]:
    """Yield every address of a style but those of its lists of tiles."""
    for source in _objects(style.get("sources")):
        for name in ("tiles", "urls"):
            found = source.get(name)
            yield from (each for each in found or () if isinstance(each, str))
        data = source.get("data")
        if isinstance(data, str):
            yield data
    if isinstance(glyphs := style.get("glyphs"), str):
        yield glyphs
    sprite = style.get("sprite")
    if isinstance(sprite, str):
        yield sprite
    for each in sprite if isinstance(sprite, list) else ():
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            yield each["url"]
