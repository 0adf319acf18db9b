"""The states of regions for browsers: the region, a visit to it, a transition of its border.

The key of a region tells whose it is (see `sightline.auth.permissions.owner_of`):
``region/ab12cd34`` is shared, ``region/jane/ab12cd34`` an account's,
``region/friend/jane/phone/ab12cd34`` a phone's own.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from sightline.model.kind import State


class Region(State, frozen=True, omit_defaults=True, kw_only=True):
    """A circle (``lat lon rad``) or a polygon (``points``). Degrees and m."""

    name: str
    shape: Literal["circle", "polygon"]
    lat: float | None = None
    lon: float | None = None
    rad: float | None = None
    points: tuple[tuple[float, float], ...] | None = None
    """Its corners [lat, lon], not closed."""
    owner: str | None = None
    """Whose it is: an account, or a phone as ``friend/jane/phone``. Absent: shared."""
    version: int
    """Counts the changes from 1 on."""
    by: str
    """Who made this version."""
    at: float
    """When it was last changed, epoch s."""
    origin: Literal["page", "phone"]
    phone: str | None = None
    """The phone it came from, ``jane/phone``."""
    colour: int | None = None
    """1 to 8, of the page's palette."""


class Visit(State, frozen=True, omit_defaults=True, kw_only=True):
    """``stay/<thing>/<region's id>``: somebody is in a region, or says so."""

    region: str
    """The id of the region."""
    thing: str
    since: float
    """When the visit began, epoch s."""
    by: Literal["server", "phone", "both"]
    disputed: bool = False
    """Server and phone disagree for some time now."""
    why: str | None = None


class Transition(State, frozen=True, omit_defaults=True, kw_only=True):
    """``crossing/<n>/<thing>/<region's id>``: somebody came or went. It never changes."""

    n: int
    at: float
    """When we knew, epoch s."""
    tst: float
    """When it was, epoch s."""
    thing: str
    region: str | None = None
    """The region's id; absent: the phone names one we do not have."""
    name: str
    """The name of the region."""
    event: Literal["enter", "leave"]
    by: Literal["server", "phone"]
    agrees: bool | None = None
    """What the other verdict was, where it is known."""
    acc: float | None = None
    """Of the fix, m."""
    inferred: bool = False
    """No fix was in the region: the way between two of them led through, and the time is reckoned
    from theirs."""


def _fields(transition: Transition) -> tuple[object, ...]:
    where = transition.region if transition.region is not None else ("named", transition.name)
    return transition.thing, where, transition.event, transition.by


def shared_body(transition: Transition) -> bytes:
    """Return what every server that finds this transition says alike, JSON: not its number and
    receipt, nor its time.

    That is our receipt where the phone's clock is ahead or told nothing, so another at each server.
    """
    return msgspec.json.encode(_fields(transition))


def published_id(transition: Transition) -> str:
    """Return an id by which a receiver knows it again, from any server, however often."""
    said = msgspec.json.encode((*_fields(transition), transition.tst))
    return blake2b(said, digest_size=16).hexdigest()
