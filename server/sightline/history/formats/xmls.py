"""Write the formats made of XML: every field of every point, and GPX tracks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from sightline.history.formats.fix import Fix, isotime, number, position, value, xml

# What may be an element's name, of the names phones use.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_KMH = 3.6  # km/h in a m/s


class Xml:
    """Fixes as ``<point>`` elements with an element for each field."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        self._fields = fields

    def begin(self) -> bytes:
        return b"<?xml version='1.0' encoding='UTF-8'?>\n<owntracks>\n"

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next points. A field whose name XML does not allow is left out."""
        made = []
        for fix in fixes:
            made.append(" <point>")
            for field in self._fields or fix:
                found = value(fix, field)
                if found is not None and _NAME.fullmatch(field):
                    made.append(f"  <{field}>{xml(_text(found))}</{field}>")
            made.append(" </point>")
        return "".join(f"{line}\n" for line in made).encode("utf-8", "replace")

    def end(self) -> bytes:
        return b"</owntracks>\n"


class Gpx:
    """A GPX 1.1 track named ``name``.

    Speed and course are given as Garmin's TrackPointExtension says, which many programs read. A gap
    of more than ``gap`` s begins another segment, so that no line is drawn where nobody went.
    """

    def __init__(self, fields: Sequence[str] = (), name: str = "", gap: float = 6 * 3600.0) -> None:
        self._name = name
        self._gap = gap
        self._last: float | None = None

    def begin(self) -> bytes:
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<gpx version="1.1" creator="Sightline" xmlns="http://www.topografix.com/GPX/1/1"'
            ' xmlns:tpe="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">\n'
            f"<trk><name>{xml(self._name)}</name><trkseg>\n"
        )
        return text.encode("utf-8", "replace")

    def some(self, fixes: Iterable[Fix]) -> bytes:
        """Return the next points; a fix without a position is none."""
        made = []
        for fix in fixes:
            place = position(fix)
            if place is None:
                continue
            tst = number(fix.get("tst"))
            if tst is not None:
                if self._last is not None and tst - self._last > self._gap:
                    made.append("</trkseg><trkseg>\n")
                self._last = tst
            made.append(f'<trkpt lat="{_plain(place[0])}" lon="{_plain(place[1])}">')
            made.append(f"{_details(fix)}</trkpt>\n")
        return "".join(made).encode("utf-8", "replace")

    def end(self) -> bytes:
        return b"</trkseg></trk>\n</gpx>\n"


def _details(fix: Fix) -> str:
    """Tell what stands in a point, in the order the schema demands."""
    made = ""
    if (alt := number(fix.get("alt"))) is not None:
        made += f"<ele>{_plain(alt)}</ele>"
    if (time := isotime(fix.get("tst"))) is not None:
        made += f"<time>{time}</time>"
    if isinstance(poi := fix.get("poi"), str):
        made += f"<name>{xml(poi)}</name>"
    more = ""
    if (vel := number(fix.get("vel"))) is not None and vel >= 0:
        more += f"<tpe:speed>{_plain(round(vel / _KMH, 3))}</tpe:speed>"
    if (cog := number(fix.get("cog"))) is not None and cog >= 0:
        more += f"<tpe:course>{_plain(cog)}</tpe:course>"
    if more:
        more = f"<tpe:TrackPointExtension>{more}</tpe:TrackPointExtension>"
        made += f"<extensions>{more}</extensions>"
    return made


def _plain(found: float) -> str:
    """Return a number as XML Schema's decimal: without an exponent."""
    text = repr(found)
    return f"{found:.12f}".rstrip("0").rstrip(".") if "e" in text or "E" in text else text


def _text(found: object) -> str:
    if isinstance(found, str):
        return found
    return msgspec.json.encode(found).decode()
