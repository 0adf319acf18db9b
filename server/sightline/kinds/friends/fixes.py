"""Make a fix of the fields of a location: the friend, were nothing else known, and its record."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from sightline.kinds.friends.address import Address
from sightline.kinds.friends.fast_decode import FixFields
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.updates import Located
from sightline.model.kind import Arrival, Evidence, Presence, Timeouts
from sightline.model.record import Record

AHEAD = 5
"""A clock that is more than this ahead of ours is said to be ahead, s."""

_friend: Callable[..., Friend] = Friend  # mypy takes inherited keyword-only fields for positional


def located(
    fields: FixFields,
    who: Address,
    arrival: Arrival,
    timeouts: Timeouts,
    body: bytes | None,
    untimed: bool = False,
    dropped: int = 0,
) -> Located:
    """Return the fix that a location is. ``body`` is what of it goes into history."""
    at, tst, source = arrival.at, fields.tst, arrival.source
    record = None
    if body is not None:
        # Without a time of its own each server that hears it gives it another.
        record = Record(who.friend, "fix", tst, body, body if untimed else b"")
    # One is made for every fix there is: field by field it takes half the time of a list.
    friend = _friend(
        fields.lat,
        fields.lon,
        tst,
        fields.acc,
        fields.alt,
        fields.vac,
        fields.vel,
        fields.cog,
        fields.batt,
        fields.bs,
        fields.p,
        fields.m,
        fields.tid,
        fields.t,
        fields.conn,
        fields.SSID,
        fields.BSSID,
        fields.poi,
        fields.tag,
        fields.inregions,
        at,
        round(tst - at, 1) if tst > at + AHEAD else None,
        untimed,
        source=None if source == "main" else source,
        presence="live",
    )
    if not arrival.retain:
        return Located(who.friend, friend, at, False, who.initials, dropped, record)
    # A copy without a time is of any age, and proves nothing.
    heard = None if untimed else min(tst, at)
    copy = _as_of(friend, heard, at, timeouts)
    return Located(who.friend, copy, heard, True, who.initials, dropped, record)


def _as_of(friend: Friend, heard: float | None, at: float, timeouts: Timeouts) -> Friend:
    """Return a friend of whom we only have a copy of a message, heard then."""
    presence: Presence = "live"
    evidence: Evidence | None = "silence"
    if heard is None or at >= heard + timeouts.offline_after:
        presence = "offline"
    elif at >= heard + timeouts.stale_after:
        presence = "stale"
    else:
        evidence = None
    known = heard if heard != at else None
    return replace(friend, heard=known, presence=presence, evidence=evidence)
