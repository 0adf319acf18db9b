"""Make positions for the geofences of what changed in a thing's state."""

from __future__ import annotations

from msgspec.structs import replace

from sightline.geometry.positions import Position
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import leapt, order, proved
from sightline.model.kind import State


def positions(before: State | None, state: State) -> list[Position]:
    """Return where something is, if it says so: friends; whatever else has a position."""
    if isinstance(state, Friend):
        return _of_friend(before, state)
    lat, lon = getattr(state, "lat", None), getattr(state, "lon", None)
    if lat is None or lon is None:
        return []
    at, acc = getattr(state, "at", None), getattr(state, "acc", None)
    return [Position(lat, lon, at or 0.0, acc or 0.0)]


def _of_friend(before: State | None, friend: Friend) -> list[Position]:
    """Return the friend's position; before it the one that was held back, if it is proved now."""
    if friend.lat is None or friend.lon is None:
        return []
    here = Position(friend.lat, friend.lon, order(friend), friend.acc or 0.0)
    if not isinstance(before, Friend):
        return [replace(here, joins=bool(friend.acc))]
    held = proved(before, friend)
    if held is not None:
        return [Position(held.lat, held.lon, held.when, held.acc or 0.0, leap=True), here]
    leap = leapt(before, friend)
    return [replace(here, leap=leap, joins=bool(friend.acc) and not leap)]
