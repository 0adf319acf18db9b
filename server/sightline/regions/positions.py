"""Make positions for the geofences of what changed in a thing's state."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.geometry.positions import Position
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import leapt, order, proved
from sightline.model.kind import State


def positions(before: State | None, state: State) -> Sequence[Position]:
    """Return where something is, if it says so: friends; whatever else has a position.

    Before the position of a friend comes the one that was held back, if it is proved now.
    """
    if not isinstance(state, Friend):
        return _of_thing(state)
    lat, lon, acc, leap = state.lat, state.lon, state.acc or 0.0, False
    if lat is None or lon is None:
        return ()
    if isinstance(before, Friend):
        if before.doubt is not None and (held := proved(before, state)) is not None:
            back = Position(held.lat, held.lon, held.when, held.acc or 0.0, leap=True)
            return back, Position(lat, lon, order(state), acc)
        leap = leapt(before, state)
    return (Position(lat, lon, order(state), acc, leap, acc != 0.0 and not leap),)


def _of_thing(state: State) -> Sequence[Position]:
    lat, lon = getattr(state, "lat", None), getattr(state, "lon", None)
    if lat is None or lon is None:
        return ()
    at, acc = getattr(state, "at", None), getattr(state, "acc", None)
    return (Position(lat, lon, at or 0.0, acc or 0.0),)
