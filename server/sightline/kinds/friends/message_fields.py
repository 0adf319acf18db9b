"""Read the fields of an OwnTracks message: those that must be there, and those that may.

A field that must be there and makes no sense refuses the message; one that may is left out and
counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from sightline.kinds.friends.beacons import region_name
from sightline.kinds.friends.late_clock import FURTHEST_AHEAD
from sightline.kinds.friends.updates import MOST_REGIONS
from sightline.model.kind import Arrival, CannotDecode
from sightline.model.number import number, number_or_none
from sightline.model.text import clean

EARLIEST_MS = 946_684_800_000
"""A time in milliseconds is of the year 2000 or later: anything less is no such time."""

Message = Mapping[str, object]


def position_of(message: Message) -> tuple[float, float]:
    """Return latitude and longitude, degrees. Raises `CannotDecode`."""
    for field in ("lat", "lon"):
        if field not in message:
            raise CannotDecode("missing_field", f"no {field}")
    lat, lon = float(number(message["lat"])), float(number(message["lon"]))
    if not -90 <= lat <= 90:
        raise CannotDecode("lat_range", "lat is not within 90 degrees")
    if not -180 <= lon <= 180:
        raise CannotDecode("lon_range", "lon is not within 180 degrees")
    return lat + 0.0, lon + 0.0  # no negative zero


def time_of(value: object, arrival: Arrival) -> int:
    """Return the time of a message, epoch s. Raises `CannotDecode`."""
    tst = number(value)
    if tst <= 0:
        raise CannotDecode("tst_range", "tst is not positive")
    latest = arrival.at + FURTHEST_AHEAD
    if tst > latest:
        if EARLIEST_MS <= tst <= latest * 1000:
            return int(tst / 1000)
        why = CannotDecode("tst_future", "tst is more than a day ahead")
        why.ahead = float(tst - arrival.at)
        raise why
    return int(tst)


def timed(message: Message, tst: float) -> Message:
    """Return the message to be kept: with its time in seconds, even if it had milliseconds."""
    said = number_or_none(message.get("tst"))
    return message if said is None or said < EARLIEST_MS else {**message, "tst": tst}


class OptionalFields:
    """The optional fields of one message; counts what it leaves out."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self.dropped = 0

    def number(
        self, field: str, least: float, most: float, *, may_be_unknown: bool = False
    ) -> int | float | None:
        """Return a number within bounds; -1 for an unknown one is no mistake."""
        if field not in self._message:
            return None
        value = number_or_none(self._message[field])
        if value is not None and least <= value <= most:
            return value
        if not (may_be_unknown and value == -1):
            self.dropped += 1
        return None

    def text(self, field: str, limit: int, longest: int = 1024) -> str | None:
        """Return a text, fit to be shown, cut to ``limit`` characters; none over ``longest``."""
        if field not in self._message:
            return None
        value = _as_text(self._message[field])
        if value is not None and len(value) <= longest:
            return clean(value[:limit], limit)
        self.dropped += 1
        return None

    def region(self, field: str, longest: int = 1024) -> str | None:
        """Return the name of a region, without the beacon's ids that iPhones put behind it."""
        name = self.text(field, 128, longest)
        return name if name is None else region_name(name)

    def regions(self, field: str) -> tuple[str, ...] | None:
        """Return a list of such names."""
        if field not in self._message:
            return None
        value = self._message[field]
        if isinstance(value, list):
            found = [_as_text(item) for item in value[:MOST_REGIONS]]
            names = tuple(region_name(clean(item[:128])) for item in found if item is not None)
            if len(names) == len(found):
                return names
        self.dropped += 1
        return None


def _as_text(value: object) -> str | None:
    """Return a text; a number that stands for one (a tracker called 7) as it would be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:.15g}" if math.isfinite(value) else None
