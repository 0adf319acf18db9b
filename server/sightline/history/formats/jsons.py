"""Write the formats made of JSON: a list of fixes, GeoJSON points, points of interest, a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sightline.geometry.antimeridian import LineCutter, Position
from sightline.history.formats.fix import Fix, isotime, number, position, value

_encode = msgspec.json.Encoder().encode


class JsonList:
    """The fixes themselves between ``head`` and ``tail``; only ``fields`` of them if any are named.

    The tail may hold ``%d``: how many fixes there were.
    """

    def __init__(
        self,
        fields: Sequence[str] = (),
        head: bytes = b'{"data":[',
        tail: bytes = b'],"count":%d}',
    ) -> None:
        self._fields = fields
        self._head = head
        self._tail = tail
        self._count = 0

    def begin(self) -> bytes:
        return self._head

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next fixes."""
        found = [_encode(self._chosen(fix)) for fix in fixes]
        made = _joined(self._count, found)
        self._count += len(found)
        return made

    def _chosen(self, fix: Fix) -> Fix:
        if not self._fields:
            return fix
        found = ((field, value(fix, field)) for field in self._fields)
        return {field: known for field, known in found if known is not None}

    def end(self) -> bytes:
        return self._tail % self._count if b"%d" in self._tail else self._tail


class Points:
    """A GeoJSON FeatureCollection with a point for each fix, or for those with a ``poi`` only."""

    def __init__(self, fields: Sequence[str] = (), *, poi: bool = False) -> None:
        self._fields = fields
        self._poi = poi
        self._count = 0

    def begin(self) -> bytes:
        return b'{"type":"FeatureCollection","features":['

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next points; a fix without a position is none."""
        found = []
        for fix in fixes:
            place = position(fix)
            if place is None or (self._poi and not isinstance(fix.get("poi"), str)):
                continue
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [place[1], place[0]]},
                "properties": self._properties(fix),
            }
            found.append(_encode(feature))
        made = _joined(self._count, found)
        self._count += len(found)
        return made

    def _properties(self, fix: Fix) -> dict[str, object]:
        if self._fields:
            chosen = ((field, value(fix, field)) for field in self._fields)
            return {field: known for field, known in chosen if known is not None}
        made: dict[str, object] = {
            "name": fix.get("poi") if self._poi else fix.get("tid"),
            "vel": number(fix.get("vel")),
            "tst": fix.get("tst"),
            "acc": number(fix.get("acc")),
            "alt": number(fix.get("alt")),
            "address": fix.get("addr"),
            "isotst": isotime(fix.get("tst")),
        }
        return {field: known for field, known in made.items() if known is not None}

    def end(self) -> bytes:
        return b"]}"


class LineString:
    """One GeoJSON line through all fixes, in the order in which they come.

    RFC 7946 wants two positions at least: a lone one is given twice, none make a null geometry. It
    wants a line that crosses the antimeridian cut there, too, which is `CutLine`.
    """

    def __init__(self, fields: Sequence[str] = ()) -> None:
        self._count = 0
        self._only = b""

    def begin(self) -> bytes:
        """Write nothing yet: without positions there will be no line."""
        return b'{"type":"Feature","properties":{},"geometry":'

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next positions."""
        found = []
        for fix in fixes:
            if (place := position(fix)) is not None:
                found.append(_encode([place[1], place[0]]))
        if not found:
            return b""
        head = b"" if self._count else b'{"type":"LineString","coordinates":['
        made = head + _joined(self._count, found)
        self._only = found[0]
        self._count += len(found)
        return made

    def end(self) -> bytes:
        if self._count == 0:
            return b"null}"
        return (b"," + self._only if self._count == 1 else b"") + b"]}}"


class CutLine:
    """One GeoJSON MultiLineString through all fixes, cut where it crosses the antimeridian."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        self._cutter = LineCutter()
        self._begun = False

    def begin(self) -> bytes:
        return (
            b'{"type":"Feature","properties":{},'
            b'"geometry":{"type":"MultiLineString","coordinates":['
        )

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next positions."""
        made: list[bytes] = []
        for new, place in self._cutter.some(places(fixes)):
            if new:
                made.append(b"],[" if self._begun else b"[")
                self._begun = True
            else:
                made.append(b",")
            made.append(_encode(place))
        return b"".join(made)

    def end(self) -> bytes:
        return b"]]}}" if self._begun else b"]}}"


def places(fixes: Iterable[Fix]) -> list[Position]:
    """Return longitude and latitude of each fix that has a position."""
    found = map(position, fixes)
    return [(place[1], place[0]) for place in found if place is not None]


def _joined(before: int, found: list[bytes]) -> bytes:
    made = b",".join(found)
    return b"," + made if before and found else made
