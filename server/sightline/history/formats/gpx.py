"""Read GPX: the timed points of tracks, routes and waypoints become fixes.

Read piece by piece with expat, which tells the line of whatever is wrong. Document types and
entities are refused: GPX needs none, and they are how XML harms its readers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from xml.parsers import expat

from sightline.history.lines import Problem

_POINTS = frozenset(("trkpt", "rtept", "wpt"))
_TEXTS = frozenset(("ele", "time", "name", "speed", "course"))
_LONGEST = 10_000  # characters of a text
_DEEPEST = 64
_KMH = 3.6

GpxFix = dict[str, object]


def read(
    pieces: Iterable[bytes], file: str, left_out: Callable[[str], None] = lambda name: None
) -> Iterator[GpxFix | Problem]:
    """Return the fixes in a GPX document and the problems of single points, in their order.

    A point without a time cannot be placed in a history, so it is a problem. Its height, speed or
    course is left out when it is no number; ``left_out`` is told the name of that element. Raises
    `Problem` when the document itself cannot be read on.
    """
    reader = _Reader(file, left_out)
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.feed(b"", last=True)
    if not reader.gpx:
        raise Problem(file, 1, "not GPX: the outermost element is not <gpx>")


class _Reader:
    def __init__(self, file: str, left_out: Callable[[str], None]) -> None:
        self._file = file
        self._left_out = left_out
        self._found: list[GpxFix | Problem] = []
        self._path: list[str] = []
        self._point: dict[str, str] | None = None
        self._line = 0
        self._text: list[str] | None = None
        self._length = 0
        self.gpx = False
        # Without namespaces: devices use prefixes that they do not declare, and of GPX's own
        # elements the name is enough.
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes, last: bool = False) -> list[GpxFix | Problem]:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as why:
            raise Problem(
                self._file, why.lineno, f"not XML: {expat.ErrorString(why.code)}"
            ) from why
        found, self._found = self._found, []
        return found

    def _refuse(self, why: str) -> Problem:
        return Problem(self._file, self._parser.CurrentLineNumber, why)

    def _doctype(self, *_: object) -> None:
        raise self._refuse("a document type; GPX has none")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._path and name != "gpx":
            raise self._refuse("not GPX: the outermost element is not <gpx>")
        if len(self._path) >= _DEEPEST:
            raise self._refuse("elements nested too deep")
        self.gpx = True
        self._path.append(name)
        if name in _POINTS and self._point is None:
            self._point = {key: attributes.get(key, "") for key in ("lat", "lon")}
            self._line = self._parser.CurrentLineNumber
        elif self._point is not None and name in _TEXTS and name not in self._point:
            self._text, self._length = [], 0

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._length += len(text)
            if self._length > _LONGEST:
                raise self._refuse(f"a text of more than {_LONGEST} characters")
            self._text.append(text)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if self._point is None:
            return
        if self._text is not None and name in _TEXTS:
            self._point[name] = "".join(self._text).strip()
            self._text = None
        elif name in _POINTS:
            point, self._point = self._point, None
            try:
                self._found.append(_fix(point, self._left_out))
            except ValueError as why:
                self._found.append(Problem(self._file, self._line, str(why)))


def _fix(point: dict[str, str], left_out: Callable[[str], None]) -> GpxFix:
    lat, lon = _number(point, "lat"), _number(point, "lon")
    if lat is None or lon is None:
        raise ValueError("a point without lat and lon")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("a point that is not on Earth")
    if "time" not in point:
        raise ValueError("a point without a time has no place in a history")
    fix: GpxFix = {"_type": "location", "lat": lat, "lon": lon, "tst": _time(point["time"])}
    alt, speed, course = (_optional(point, key, left_out) for key in ("ele", "speed", "course"))
    if alt is not None:
        fix["alt"] = alt
    if speed is not None and speed >= 0:
        fix["vel"] = round(speed * _KMH, 1)
    if course is not None:
        fix["cog"] = course
    if point.get("name"):
        fix["poi"] = point["name"]
    return fix


def _optional(point: dict[str, str], key: str, left_out: Callable[[str], None]) -> float | None:
    try:
        return _number(point, key)
    except ValueError:
        left_out(key)
        return None


def _number(point: dict[str, str], key: str) -> float | None:
    text = point.get(key, "")
    if not text:
        return None
    try:
        found = float(text) if "_" not in text and len(text) < 64 else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{key} is not a number")
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


def _time(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("the time is not one such as 2026-11-21T04:35:39Z") from None
    if found.tzinfo is None:  # the standard says UTC
        found = found.replace(tzinfo=UTC)
    try:
        tst = found.timestamp()
    except OverflowError:
        tst = 0.0
    if tst <= 0:
        raise ValueError("the time is before 1970")
    return int(tst) if tst.is_integer() else tst
