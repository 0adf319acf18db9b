"""Write fixes in the seven formats of the Recorder's API. Pure: fixes in, text out, in pieces.

Between two pieces, some of them empty, whoever writes them down lets others work.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from sightline.model.text import clean
from sightline.owntracks.fixes import Fix
from sightline.owntracks.times import geohash, iso, shown
from sightline.web.reads import pieces

VERSION = "1.0.1"
"""The version of the Recorder whose API this is."""
JSON = b"application/json; charset=utf-8"

Item = dict[str, Any]
_encode = msgspec.json.encode
_FLOATS = ("lat", "lon", "acc")  # in CSV and XML with six places
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would carry out


def item(fix: Fix) -> Item:
    """Return one fix as an element of ``data``."""
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


def _listed(head: bytes, items: Iterable[Sequence[Item]], tail: bytes) -> Iterator[bytes]:
    """Return a JSON text with a list in it, in pieces."""
    yield head
    comma = b""
    for some in items:
        yield comma + b",".join(map(_encode, some)) if some else b""
        comma = comma or (b"," if some else b"")
    yield tail


def as_json(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Write the JSON ``{"count":n,"data":[…],"status":200,"version":…}``."""
    data = ([chosen(item(fix), fields) for fix in some] for some in pieces(fixes))
    tail = b'],"status":200,"version":%b}' % _encode(VERSION)
    return _listed(b'{"count":%d,"data":[' % len(fixes), data, tail)


def as_geojson(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Return a point for each fix."""
    return _features([_point(fix) for fix in some] for some in pieces(fixes))


def as_pois(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Return a point for each fix that its sender gave a name."""

    def points(some: Sequence[Fix]) -> list[Item]:
        found = []
        for fix in some:
            if poi := fix.fields.get("poi"):
                point = _point(fix)
                point["properties"]["poi"] = poi
                found.append(point)
        return found

    return _features(points(some) for some in pieces(fixes))


def as_line(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Return one line through all of them; RFC 7946 asks for two positions at least: else a
    point.
    """
    line: list[list[float]] = []
    for some in pieces(fixes):
        line += [[fix.fields["lon"], fix.fields["lat"]] for fix in some]
        yield b""
    yield _encode({"type": "Feature", "properties": {}, "geometry": _line(line)})


def _line(positions: list[list[float]]) -> Item | None:
    """Return a geometry through these: no line with fewer than two positions is valid."""
    if len(positions) < 2:
        return {"coordinates": positions[0], "type": "Point"} if positions else None
    return {"coordinates": positions, "type": "LineString"}


def _features(points: Iterable[Sequence[Item]]) -> Iterator[bytes]:
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


def as_csv(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Return a line for each fix; a column for every field that any of them has."""
    names: dict[str, None] = {}
    for some in pieces(fixes):
        for fix in some:
            names |= dict.fromkeys(chosen(item(fix), fields))
        yield b""
    columns = list(names)
    # What ours add stands last, in whatever order the fixes had theirs.
    last = [name for name in ("_http", "_decrypted", *_ADDED) if name in columns]
    columns = [name for name in columns if name not in last] + last
    yield _table([columns])
    for some in pieces(fixes):
        items = [chosen(item(fix), fields) for fix in some]
        yield _table(
            [_harmless(one.get(name), _text(name, one.get(name))) for name in columns]
            for one in items
        )


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


_ADDED = ("ghash", "isorcv", "isotst", "disptst")


def _harmless(value: Any, text: str) -> str:
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


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


def as_xml(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
    """Return the Recorder's own XML."""

    def lines(some: Sequence[Fix]) -> Iterator[str]:
        for fix in some:
            yield " <point>"
            for name, value in chosen(item(fix), fields).items():
                if name != "_type":
                    yield f"  <{name}>{escape(clean(_text(name, value), 10_000))}</{name}>"
            yield " </point>"
            yield ""

    yield (
        b"<?xml version='1.0' encoding='UTF-8'?>\n"
        b"\t<?xml-stylesheet type='text/xsl' href='owntracks.xsl'?>\n<owntracks>\n"
    )
    for some in pieces(fixes):
        yield _lines(lines(some))
    yield b"</owntracks>\n"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def as_gpx(fixes: Sequence[Fix], fields: Sequence[str]) -> Iterator[bytes]:
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
    for some in pieces(fixes):
        yield _lines(lines(some))
    yield b"  </trkseg>\n</trk>\n</gpx>\n"


FORMATS: dict[str, tuple[bytes, Callable[[Sequence[Fix], Sequence[str]], Iterator[bytes]]]] = {
    "json": (JSON, as_json),
    "geojson": (JSON, as_geojson),
    "geojsonpoi": (JSON, as_pois),
    "linestring": (JSON, as_line),
    "csv": (b"text/csv; charset=utf-8", as_csv),
    "xml": (b"application/xml; charset=utf-8", as_xml),
    "gpx": (b"application/gpx+xml; charset=utf-8", as_gpx),
}
"""By the name of the format: its media type, and how it is written: a piece of work at a time."""
