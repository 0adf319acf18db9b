"""Weather stations: thermometers that tell how warm it is (``weather/<id>``), in JSON.

A kind as somebody might add it; `tests/test_new_kind.py` puts it into a copy of the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from sightline.model.kind import (
    Arrival,
    CannotDecode,
    Kind,
    Present,
    State,
    ThingType,
    Timeouts,
    Update,
)
from sightline.model.number import number

_STATION = re.compile(r"weather/([A-Za-z0-9_-]{1,32})\Z")


class Station(Present, frozen=True, omit_defaults=True, kw_only=True):
    """One station as it is now: ``temperature`` in degrees Celsius, ``at`` our receipt, epoch s."""

    temperature: int | float
    at: float


class Measured(msgspec.Struct, frozen=True, gc=False):
    """A station told how warm it is."""

    thing: str
    station: Station
    heard: float | None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the station as it is now."""
        return self.station


def decode(arrival: Arrival) -> Iterable[Update]:
    """Read the temperature that a station tells."""
    found = _STATION.match(str(arrival.topic).removeprefix("/"))
    if found is None:
        raise CannotDecode("bad_topic", "a station's topic is weather/<id>")
    try:
        said = msgspec.json.decode(arrival.payload, type=dict[str, object])
    except msgspec.MsgspecError:
        raise CannotDecode("not_json") from None
    warm = number(said.get("temperature"))
    station = Station(presence="live", temperature=warm, at=arrival.at)
    yield Measured(f"weather/{found[1]}", station, None if arrival.retain else arrival.at)


KIND = Kind(
    name="weather",
    filters=(("weather/+", 1),),
    roots=frozenset(("weather",)),
    things=(
        ThingType(
            name="weather",
            plural="weather stations",
            granted=frozenset(("see",)),
            seen_by="viewer",
            timeouts=Timeouts(900, 3600),
            state=Station,
            restored=True,
            sampled_every=0.5,
        ),
    ),
    decode=decode,
)
