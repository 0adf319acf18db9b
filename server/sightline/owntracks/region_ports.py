"""What phones need of the regions (`sightline.regions.phones`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sightline.kinds.friends.model import Waypoint


class RegionBundlePort(Protocol):
    """All regions that go to one phone; ``left_out`` cannot be said in OwnTracks: polygons."""

    @property
    def version(self) -> int:
        """Return a number that grows after any of them was changed, added or removed."""

    @property
    def waypoints(self) -> Sequence[Waypoint]:
        """Return the circles among them."""

    @property
    def left_out(self) -> int:
        """Tell how many are not among them."""


class PhoneRegionsPort(Protocol):
    """What knows the regions a phone should have. ``phone``: jane/phone."""

    def for_phone(self, phone: str) -> RegionBundlePort:
        """Tell what this phone should have."""

    def when_changed(self, changed: Callable[[str | None], None]) -> None:
        """Call ``changed`` after what goes to a phone is another; None: to any phone."""
