"""Brokers: our connections to them, and what mosquitto tells of itself under ``$SYS``."""

from __future__ import annotations

from functools import partial

from sightline.kinds.broker.decode import decode
from sightline.kinds.broker.logbook import Logbook
from sightline.kinds.broker.updates import LinkUpdate, Trip
from sightline.model.kind import Kind

__all__ = ["KIND", "LinkUpdate", "Logbook", "Trip", "kind"]


def kind(logbook: Logbook | None = None) -> Kind:
    """Return the kind; without a ``logbook`` the brokers' logs are passed over."""
    return Kind(
        name="broker",
        filters=(("$SYS/broker/#", 0),),
        roots=frozenset(("$SYS",)),
        things=frozenset(("broker", "client", "log")),
        decode=partial(decode, logbook=logbook),
        # It tells figures only when they change; the link says whether it is there.
        patience={},
    )


KIND = kind()
