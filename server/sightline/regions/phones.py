"""Regions and phones: what goes to a phone, and what a phone says it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sightline.kinds.friends.model import Waypoint


@dataclass(frozen=True, slots=True)
class Bundle:
    """All regions that go to one phone.

    ``version`` is another, greater number after any of them was changed, added or removed.
    ``waypoints`` are those that can be said in OwnTracks: circles, ``rad`` whole metres, ``tst``
    unique, ``rid`` the letters of the region's id. ``left_out`` counts those that cannot: polygons.
    """

    version: int
    waypoints: tuple[Waypoint, ...]
    left_out: int = 0


class PhoneRegions(Protocol):
    """What whoever speaks with phones needs of whoever keeps regions. ``phone``: jane/phone."""

    def for_phone(self, phone: str) -> Bundle:
        """What this phone should have: shared regions, and those of the accounts that own it."""

    def reported(self, phone: str, waypoints: Sequence[Waypoint], *, whole: bool) -> None:
        """The phone says it has these; ``whole``: and no others.

        Those that are not ours become the phone's own regions. Not to be called for messages that
        go through the intake: it is told of their `Marked` readings anyway.
        """

    def when_changed(self, changed: Callable[[str | None], None]) -> None:
        """Call ``changed`` after what goes to a phone is another; None: to any phone."""
