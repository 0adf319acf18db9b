"""Conditions about a value above a limit for a time: speed, latency.

A value counts as long as messages confirm it: what lasted so long must be seen at the begin and at
the end. After a gap it begins anew. Times are those of the fixes, by our clock.
"""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.broker.model import Broker
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch, place_of
from sightline.rules.ports import Lookaround

_GAP = 900.0
"""s without a value after which nobody says any more that it lasted."""


class _Above(BaseWatch):
    """A value is above the limit, for so many seconds."""

    __slots__ = ("above", "below", "gap", "last", "lat", "lon", "seconds", "since", "value")
    state_fields: ClassVar[tuple[str, ...]] = ("since", "last", "value")
    share = 0.1
    """Of the limit: the hysteresis, where the rule names none."""
    least = 1.0
    """The least hysteresis then, in the unit of the limit."""

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        above, margin = self.condition.above or 0.0, self.condition.margin
        self.above = above
        self.below = above - (max(self.least, above * self.share) if margin is None else margin)
        self.seconds = self.condition.seconds or 0.0
        self.gap = max(_GAP, 3 * self.seconds)
        self.since = -1.0
        """Since when it is above, epoch s; -1: it is not."""
        self.last = -1.0
        self.value = 0.0
        """The highest since then."""
        self.lat: float | None = None
        self.lon: float | None = None

    def took(self, value: float, when: float, found: float, state: State) -> None:
        """Take in a value above the limit, or any while it counts as above."""
        if when < self.last:
            return
        gap, self.last = when - self.last, when
        if value <= self.above and not self.case.holding:
            self.since = -1.0
        elif value <= self.below:
            self.since = -1.0
            self.case.ends(when, found)
        elif not self.case.holding:
            if self.since < 0 or gap > self.gap:
                self.since, self.value = when, value
            self.value = max(self.value, value)
            self.lat, self.lon = place_of(state)
            if when - self.since >= self.seconds:
                self.case.begins(when, found, self.facts())
        elif value > self.value:
            self.value = value

    def still(self, at: float) -> bool:
        return at - self.last <= self.gap

    def facts(self) -> Facts:
        return Facts(value=self.value, lat=self.lat, lon=self.lon)


class Speed(_Above):
    """A friend is faster than so many km/h."""

    __slots__ = ()
    least = 3.0

    def look(self, at: float, before: State | None, after: State | None) -> None:
        if type(after) is not Friend:
            return
        value = after.vel
        if value is None or (value <= self.above and self.since < 0):
            return
        self.took(value, order(after), at, after)


class Latency(_Above):
    """A robot's own time to its broker, or ours to a broker and back, is above so many ms."""

    __slots__ = ()
    least = 1.0

    def look(self, at: float, before: State | None, after: State | None) -> None:
        value = (
            after.rtt if type(after) is ProBot else after.trip if type(after) is Broker else None
        )
        if value is None or (value <= self.above and self.since < 0):
            return
        when = after.heard if type(after) is ProBot else at
        self.took(value, at if when is None else when, at, after)  # type: ignore[arg-type]  # is one
