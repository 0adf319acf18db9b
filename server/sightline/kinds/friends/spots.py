"""Tell what of a friend is judged, and which changes of its place are proved by what. Pure."""

from __future__ import annotations

from sightline.kinds.friends.model import Doubt, Friend
from sightline.kinds.friends.plausibility import OF_PLACE, Spot, distance, doubt

NEAR = 0.01
"""Degrees that may lie between two fixes at any time: not more than `plausibility.NEAR`."""


def leapt(before: Friend, after: Friend) -> bool:
    """Return whether nobody gets from one to the other in that time, as far as accuracies tell.

    Such a fix may be wrong: alone it proves nothing.
    """
    lat, lon = before.lat, before.lon
    if lat is None or lon is None or after.lat is None or after.lon is None:
        return False
    if -NEAR < after.lat - lat < NEAR and -NEAR < after.lon - lon < NEAR:
        return False
    return doubt(spot_of(before), spot_of(after)) is not None


def proved(before: Friend, after: Friend) -> Doubt | None:
    """Return the fix that was held back, if the one that moved the friend now agrees with it."""
    held = before.doubt
    if held is None or after.doubt is not None or held.why not in OF_PLACE:
        return None
    spot, here = Spot(held.lat, held.lon, held.when, held.acc), spot_of(after)
    if distance(spot, here) > distance(spot_of(before), here):
        return None  # it is where it was
    return held if doubt(spot, here) is None else None


def order(friend: Friend) -> float:
    """Tell when this friend's fix was taken, by our clock (epoch s); 0 without a fix."""
    tst, at = friend.tst or 0, friend.at or 0
    if friend.clock is not None:
        tst -= friend.clock
    return tst if tst < at else at


def spot_of(friend: Friend) -> Spot:
    """Tell what of a friend's fix is judged."""
    return Spot(
        friend.lat or 0.0,
        friend.lon or 0.0,
        order(friend),
        friend.acc,
        0.0,
        max(0.0, friend.vel or 0.0) / 3.6,
        # What the phone said of its regions at another time tells nothing of this fix.
        (friend.inregions or ()) if friend.inregions_tst is None else (),
        friend.BSSID,
        friend.conn in ("w", "m"),
    )
