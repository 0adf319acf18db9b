"""Make positions for the geofences of what changed in a thing's state."""

from __future__ import annotations

from sightline.geometry.positions import Position
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.updates import leapt, order
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
    if friend.lat is None or friend.lon is None:
        return []
    leap = isinstance(before, Friend) and leapt(before, friend)
    joins = bool(friend.acc) and not leap
    return [Position(friend.lat, friend.lon, order(friend), friend.acc or 0.0, leap, joins)]
