"""Read and write times as the Recorder's API has them, and the ``ghash`` of a place.

A time without an offset is UTC. ``2024-01-31`` is that day's first second, also as an end.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?)?)?"
    r"\s?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"
_PLACES = 7


class BadTime(ValueError):
    """A text that is no time of the Recorder's."""


def epoch(text: str) -> float:
    """Parse ``2024-01-31T12:34:56+01:00`` and its shorter forms into epoch s.

    Raises `BadTime`.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadTime(text)
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        at = datetime(
            int(year),
            int(month),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),  # a leap second is within the minute
            tzinfo=_zone(zone),
        )
        return at.timestamp()
    except (ValueError, OverflowError) as why:
        raise BadTime(text) from why


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def iso(at: float) -> str:
    """Write a time as ``2026-11-21T04:35:39Z``."""
    return f"{datetime.fromtimestamp(int(at), UTC).isoformat()[:19]}Z"


def shown(at: float) -> str:
    """Write a time as ``2026-11-21 04:35:39``."""
    return datetime.fromtimestamp(int(at), UTC).isoformat(" ")[:19]


def month(at: float) -> str:
    """Write a month as ``2026-11``."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m")


def geohash(lat: float, lon: float) -> str:
    """Return the cell of about 150 m in which this is (geohash, 7 places)."""
    spans = [[-180.0, 180.0], [-90.0, 90.0]]
    place = (lon, lat)
    word, bits = "", 0
    for n in range(5 * _PLACES):
        span, value = spans[n % 2], place[n % 2]
        middle = (span[0] + span[1]) / 2
        upper = value >= middle
        span[0 if upper else 1] = middle
        bits = bits * 2 + upper
        if n % 5 == 4:
            word += _BASE32[bits]
            bits = 0
    return word
