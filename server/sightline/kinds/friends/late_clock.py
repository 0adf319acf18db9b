"""Read messages while our own clock is behind the right time by days. Pure.

A message that is of more than a day to come is refused: its sender's clock is wrong. Where several
senders agree that it is later than we think, it is our clock, and nothing is refused for it: the
messages are read as of their time, and were received at ours, as all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sightline.kinds.friends.clocks import SenderClocks
from sightline.kinds.friends.device_reports import DeviceReport
from sightline.kinds.friends.updates import Located, PhoneTransition, PhoneWaypoint
from sightline.model.kind import Arrival, CannotDecode, Update

FURTHEST_AHEAD = 86_400
"""A message from a clock that is more than this ahead of the right time is refused, s."""

Read = Callable[[Arrival], Sequence[Update]]


def read_again(
    read: Read, arrival: Arrival, sender: str, clocks: SenderClocks, refused: CannotDecode
) -> Sequence[Update]:
    """Return what a message says that was ``refused``, if it was for our own clock's error.

    Raises ``refused`` otherwise. ``sender`` is the friend's key.
    """
    ahead = refused.ahead
    if ahead is None:
        raise refused
    clocks.note(sender, arrival.at + ahead, arrival.at)
    behind = clocks.behind(arrival.at)
    if not behind or ahead - behind > FURTHEST_AHEAD:
        raise refused
    later = replace(arrival, at=arrival.at + behind)
    return [_received(update, arrival.at) for update in read(later)]


def _received(update: Update, at: float) -> Update:
    """Return the same update, received at ``at`` (epoch s) by our clock."""
    if isinstance(update, Located):
        tst = update.friend.tst
        ahead = None if tst is None or tst <= at else round(tst - at, 1)
        friend = replace(update.friend, at=at, ahead=ahead)
        return replace(update, friend=friend, heard=at)
    if isinstance(update, PhoneTransition):
        return replace(update, when=min(update.when, at), heard=at)
    if isinstance(update, PhoneWaypoint | DeviceReport):
        return replace(update, at=at)
    return update
