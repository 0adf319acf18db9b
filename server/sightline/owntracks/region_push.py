"""Send phones their regions anew when those have changed and come to rest."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from sightline.cluster.leader import Leadership
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.phone_regions import KnownRegions

SETTLE = 2.0
"""s after a change of regions until it is pushed: there may be more."""


class RegionPush:
    """Has ``ask`` ask every phone to take its new regions; of several servers one does it."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        leadership: Leadership,
        people: LatestPositions,
        circles: KnownRegions,
        ask: Callable[[str], object],
    ) -> None:
        self._clock = clock
        self._leadership = leadership
        self._people = people
        self._circles = circles
        self._ask = ask
        self._due: IDelayedCall | None = None
        self._left = False  # to another server, which sends them

    def changed(self, device: str | None) -> None:
        """Push soon, when no more changes come."""
        if self._due is not None and self._due.active():
            self._due.reset(SETTLE)
        else:
            self._due = self._clock.callLater(SETTLE, self._push)

    def stop(self) -> None:
        """Push nothing any more."""
        if self._due is not None and self._due.active():
            self._due.cancel()

    def catch_up(self) -> None:
        """Push what was left to another server, which did not come to it."""
        if self._left:
            self._push()

    def _push(self) -> None:
        self._left = not self._leadership.leads
        if self._left:
            return
        for device in self._circles.outdated():
            phone = self._people.phone(device)
            if phone.regions is None or any(each.do == "regions" for each in phone.waiting):
                continue
            try:
                self._ask(device)
            except Exception:
                self._log.warn("Too much is open at a phone; its regions are not pushed")
