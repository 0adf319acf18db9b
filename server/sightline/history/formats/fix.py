"""What the formats know of a fix: its position, its time, and its texts made fit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

Fix = Mapping[str, object]

FIELDS = (
    "tst",
    "isotst",
    "lat",
    "lon",
    "acc",
    "alt",
    "vac",
    "vel",
    "cog",
    "batt",
    "bs",
    "p",
    "m",
    "tid",
    "t",
    "conn",
    "SSID",
    "BSSID",
    "poi",
    "tag",
    "inregions",
)
"""What a table shows unless told otherwise. ``isotst`` is ``tst`` for people."""

_FIRST, _LAST = -62_135_596_800, 253_402_300_800  # epoch s of the years 1 and 10000
# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: object) -> float | None:
    """Return ``value`` if it is a number that can be written down."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return None


def position(fix: Fix) -> tuple[float, float] | None:
    """Return latitude and longitude; None when the fix has no position."""
    lat, lon = number(fix.get("lat")), number(fix.get("lon"))
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return lat, lon


def isotime(tst: object) -> str | None:
    """Write a time (epoch s) as ``2026-11-21T04:35:39Z``, with ms where it has some."""
    seconds = number(tst)
    if seconds is None or not _FIRST <= seconds < _LAST - 1:
        return None
    whole, ms = divmod(round(seconds * 1000), 1000)
    text = datetime.fromtimestamp(whole, UTC).replace(tzinfo=None).isoformat()
    return f"{text}.{ms:03d}Z" if ms else f"{text}Z"


def value(fix: Fix, field: str) -> object:
    """Return a field; ``isotst`` is made of ``tst`` unless it is there. None: unknown."""
    if field == "isotst" and "isotst" not in fix:
        return isotime(fix.get("tst"))
    return fix.get(field)


def xml(text: str) -> str:
    """Escape ``text`` for XML, in elements and attributes."""
    text = _NOT_XML.sub("\ufffd", text)
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(plain, escaped)
    # Otherwise a reader makes a newline of it.
    return text.replace("\r", "&#13;")
