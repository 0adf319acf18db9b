"""Write fixes in the seven formats of the Recorder's API: a range in, text out, in pieces.

Between two pieces, some of them empty, others work. Some formats must know the whole range before
they can begin (how many fixes there are, which columns, whether a line is cut): they read it twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from xml.sax.saxutils import escape

import msgspec

from sightline.geometry.antimeridian import LineCutter, Position, any_across
from sightline.model.text import clean, harmless_cell
from sightline.owntracks.fixes import FIELDS, Fix
from sightline.owntracks.times import geohash, iso, shown

VERSION = "1.0.1"
"""The version of the Recorder whose API this is."""
JSON = b"application/json; charset=utf-8"

Item = dict[str, Any]
_encode = msgspec.json.encode
_FLOATS = ("lat", "lon", "acc")  # in CSV and XML with six places


class Readable(Protocol):
    """A range of fixes that can be read again (`sightline.owntracks.ranges.DeviceRange`)."""

    def pieces(self) -> AsyncIterator[Sequence[Fix]]:
        """Return the fixes, oldest first."""


Local = Callable[[float, float, float], dict[str, str]]
"""Tells what is known of the time zone at a latitude, a longitude and a time (epoch s)."""
_ADDED = ("ghash", "isorcv", "isotst", "disptst")
_ZONED = ("tzname", "isolocal")
_OWN_FIELDS = ("_http", "_decrypted", *_ADDED, *_ZONED)


@dataclass(frozen=True, slots=True)
class Items:
    """Make items of fixes: only these ``fields`` of them, all of them when none is named."""

    fields: Sequence[str]
    local: Local

    def of(self, fixes: Iterable[Fix]) -> list[Item]:
        """Return the elements of ``data``."""
        zoned = not self.fields or not set(_ZONED).isdisjoint(self.fields)
        return [chosen(self._item(fix, zoned), self.fields) for fix in fixes]

    def names(self, fixes: Iterable[Fix]) -> list[str]:
        """Return the names of all fields that any of these has, in an order."""
        names: dict[str, None] = {}
        for fix in fixes:
            names |= dict.fromkeys(fix.fields)
            names |= dict.fromkeys(self.local(fix.fields["lat"], fix.fields["lon"], fix.tst))
        names |= dict.fromkeys(_ADDED)
        return [*chosen(names, self.fields)]

    def _item(self, fix: Fix, zoned: bool) -> Item:
        found = item(fix)
        if zoned:
            found |= self.local(found["lat"], found["lon"], fix.tst)
        return found


def item(fix: Fix) -> Item:
    """Return one fix as an element of ``data``, without what its place adds."""
    said = dict(fix.fields)
    tst = iso(fix.tst)
    return said | {
        "ghash": geohash(said["lat"], said["lon"]),
        "isorcv": tst,  # the Recorder's stamp of the line, which is the fix's own time
        "isotst": tst,
        "disptst": shown(fix.tst),
    }


def chosen(found: Item, fields: Sequence[str]) -> Item:
    """Return only these fields, in their order; all of them when none is named."""
    return {name: found[name] for name in fields if name in found} if fields else found


Made = AsyncGenerator[bytes, None]


async def _listed(head: bytes, items: AsyncIterator[Sequence[Item]], tail: bytes) -> Made:
    """Return a JSON text with a list in it, in pieces."""
    yield head
    comma = b""
    async for some in items:
        yield comma + b",".join(map(_encode, some)) if some else b""
        comma = comma or (b"," if some else b"")
    yield tail


async def as_json(fixes: Readable, items: Items) -> Made:
    """Write the JSON ``{"count":n,"data":[…],"status":200,"version":…}``.

    The Recorder's clients meet the count first, so the range is counted first. Meanwhile there are
    blanks, which JSON allows there: nobody in between hangs up on an answer that goes on.
    """
    yield b'{"count":'
    count = 0
    async for some in fixes.pieces():
        count += len(some)
        yield b" " if count > LONG else b""

    async def data() -> AsyncIterator[Sequence[Item]]:
        left = count  # what comes meanwhile is for the next answer
        async for some in fixes.pieces():
            yield items.of(some[:left])
            left -= len(some[:left])

    tail = b'],"status":200,"version":%b}' % _encode(VERSION)
    async for piece in _listed(b'%d,"data":[' % count, data(), tail):
        yield piece


LONG = 10_000
"""Fixes after which an answer is begun, although the range is not known as a whole yet."""


async def as_geojson(fixes: Readable, items: Items) -> Made:
    """Return a point for each fix."""
    points = ([_point(fix) for fix in some] async for some in fixes.pieces())
    async for piece in _features(points):
        yield piece


async def as_pois(fixes: Readable, items: Items) -> Made:
    """Return a point for each fix that its sender gave a name."""

    def points(some: Sequence[Fix]) -> list[Item]:
        found = []
        for fix in some:
            if poi := fix.fields.get("poi"):
                point = _point(fix)
                point["properties"]["poi"] = poi
                found.append(point)
        return found

    async for piece in _features(points(some) async for some in fixes.pieces()):
        yield piece


async def as_line(fixes: Readable, items: Items) -> Made:
    """Return one line through all of them, cut at the antimeridian as RFC 7946 asks.

    It asks for two positions at least, too: a lone one is a point.
    """
    yield b'{"type":"Feature","properties":{},"geometry":'
    count, cut = 0, False
    last: Position | None = None
    async for some in fixes.pieces():
        places = _places(some)
        cut = cut or any_across(places, last)
        count, last = count + len(places), places[-1] if places else last
        yield b" " if count > LONG else b""
    if count == 0:
        yield b"null}"
    elif count == 1:
        yield _encode({"coordinates": last, "type": "Point"}) + b"}"
    else:
        async for piece in _cut(fixes) if cut else _uncut(fixes):
            yield piece


async def _uncut(fixes: Readable) -> Made:
    yield b'{"coordinates":['
    comma = b""
    async for some in fixes.pieces():
        yield comma + b",".join(map(_encode, _places(some))) if some else b""
        comma = comma or (b"," if some else b"")
    yield b'],"type":"LineString"}}'


async def _cut(fixes: Readable) -> Made:
    yield b'{"coordinates":['
    cutter = LineCutter()
    begun = False
    async for some in fixes.pieces():
        made = []
        for new, place in cutter.some(_places(some)):
            made.append((b"],[" if begun else b"[") if new else b",")
            made.append(_encode(place))
            begun = True
        yield b"".join(made)
    yield b']],"type":"MultiLineString"}}' if begun else b'],"type":"MultiLineString"}}'


def _places(fixes: Iterable[Fix]) -> list[Position]:
    return [(fix.fields["lon"], fix.fields["lat"]) for fix in fixes]


def _features(points: AsyncIterator[Sequence[Item]]) -> Made:
    return _listed(b'{"type":"FeatureCollection","features":[', points, b"]}")


def _point(fix: Fix) -> Item:
    said = fix.fields
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [said["lon"], said["lat"]]},
        "properties": {
            "name": said.get("tid", ""),
            "vel": said.get("vel", 0),
            "tst": said["tst"],
            "acc": said.get("acc", 0),
            "alt": said.get("alt", 0),
            "address": said.get("addr", ""),
            "isotst": iso(fix.tst),
        },
    }


async def as_csv(fixes: Readable, items: Items) -> Made:
    """Return a line for each fix; a column for every field that any of them has.

    A long range, of which that is not known soon, has a column for every field that there is.
    """
    names: dict[str, None] = {}
    count = 0
    async for some in fixes.pieces():
        names |= dict.fromkeys(items.names(some))
        yield b""
        count += len(some)
        if count > LONG:
            names |= chosen(dict.fromkeys(("_type", *FIELDS, *_OWN_FIELDS)), items.fields)
            break
    # What ours add stands last, in whatever order the fixes had theirs.
    last = [name for name in _OWN_FIELDS if name in names]
    columns = [name for name in names if name not in last] + last
    yield _table([columns])
    async for some in fixes.pieces():
        yield _table(
            [_harmless(one.get(name), _text(name, one.get(name))) for name in columns]
            for one in items.of(some)
        )


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _harmless(value: Any, text: str) -> str:
    """Guard what a sender may choose: numbers and lists, which begin with a bracket, are safe."""
    return harmless_cell(text) if isinstance(value, str) else text


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in _FLOATS:
        return f"{value:.6f}"
    if isinstance(value, list):
        return _encode(value).decode()
    return str(value)


async def as_xml(fixes: Readable, items: Items) -> Made:
    """Return the Recorder's own XML."""

    def lines(some: Sequence[Fix]) -> Iterator[str]:
        for one in items.of(some):
            yield " <point>"
            for name, value in one.items():
                if name != "_type":
                    yield f"  <{name}>{escape(clean(_text(name, value), 10_000))}</{name}>"
            yield " </point>"
            yield ""

    yield (
        b"<?xml version='1.0' encoding='UTF-8'?>\n"
        b"\t<?xml-stylesheet type='text/xsl' href='owntracks.xsl'?>\n<owntracks>\n"
    )
    async for some in fixes.pieces():
        yield _lines(lines(some))
    yield b"</owntracks>\n"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


async def as_gpx(fixes: Readable, items: Items) -> Made:
    """Return a track, as GPS programs read it."""

    def lines(some: Sequence[Fix]) -> Iterator[str]:
        for fix in some:
            lat, lon = fix.fields["lat"], fix.fields["lon"]
            yield f"    <trkpt lat='{lat:.6f}' lon='{lon:.6f}'>"
            if "alt" in fix.fields:
                yield f"\t<ele>{fix.fields['alt']}</ele>"
            yield f"\t<time>{iso(fix.tst)}</time>"
            yield "\t</trkpt>"

    yield (
        b"<?xml version='1.0' encoding='UTF-8' standalone='no' ?>\n"
        b"<gpx version='1.1' creator='Sightline'"
        b" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
        b" xmlns='http://www.topografix.com/GPX/1/1'>\n <trk>\n  <trkseg>\n"
    )
    async for some in fixes.pieces():
        yield _lines(lines(some))
    yield b"  </trkseg>\n</trk>\n</gpx>\n"


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """One format: its media type, and what writes a range in it, a piece of work at a time."""

    media: str
    write: Callable[[Readable, Items], Made]


_JSON = JSON.decode()
FORMATS: dict[str, AnswerFormat] = {
    "json": AnswerFormat(_JSON, as_json),
    "geojson": AnswerFormat(_JSON, as_geojson),
    "geojsonpoi": AnswerFormat(_JSON, as_pois),
    "linestring": AnswerFormat(_JSON, as_line),
    "csv": AnswerFormat("text/csv; charset=utf-8", as_csv),
    "xml": AnswerFormat("application/xml; charset=utf-8", as_xml),
    "gpx": AnswerFormat("application/gpx+xml; charset=utf-8", as_gpx),
}
"""The formats by their names."""
