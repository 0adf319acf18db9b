"""Brokers: our connections to them, and what mosquitto tells of itself under ``$SYS``."""

from __future__ import annotations

from sightline.kinds.broker.decode import decode
from sightline.kinds.broker.readings import LinkReading, Trip
from sightline.model.kind import Kind

__all__ = ["KIND", "LinkReading", "Trip"]

KIND = Kind(
    name="broker",
    filters=(("$SYS/broker/#", 0),),
    roots=frozenset(("$SYS",)),
    things=frozenset(("broker",)),
    decode=decode,
    # It tells figures only when they change; the link says whether it is there.
    patience={},
)
