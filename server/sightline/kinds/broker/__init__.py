"""Brokers: our connections to them, and what mosquitto tells of itself under ``$SYS``."""

from __future__ import annotations

from functools import partial

from sightline.kinds.broker.decode import decode
from sightline.kinds.broker.logbook import Logbook
from sightline.kinds.broker.model import Broker
from sightline.kinds.broker.updates import LinkUpdate, Trip
from sightline.model.kind import EventType, Kind, KindSetup, ThingType

__all__ = ["KIND", "LinkUpdate", "Logbook", "Trip", "kind"]

_THINGS = (
    ThingType(
        name="broker",
        plural="brokers",
        # Its link tells every account why a picture is old. It tells figures only when they
        # change, so it does not fall silent; the link says whether it is there.
        seen_by="viewer",
        reserve=True,
        state=Broker,
        track="figures",
        sampled_every=60.0,
        events=frozenset(("log",)),
    ),
    # Clients are addresses and names of machines: for admins.
    ThingType(name="client", plural="clients"),
    ThingType(name="log", plural="log lines", reserve=True),
)


def kind(logbook: Logbook | None = None) -> Kind:
    """Make the kind; without a ``logbook`` the brokers' logs are passed over."""
    return Kind(
        name="broker",
        filters=(("$SYS/broker/#", 0),),
        roots=frozenset(("$SYS",)),
        things=_THINGS,
        decode=partial(decode, logbook=logbook),
        events=(EventType("log", seen_as="log"),),
        set_up=_set_up,
    )


def _set_up(setup: KindSetup) -> Kind:
    return kind(setup.part(Logbook))


KIND = kind()
