"""The condition that two things are near each other.

Both must have told where they are within `FRESH` of each other, and well enough to tell: a fix with
an error much larger than the distance asked for tells nothing. They are apart again only when they
are surely further away than the distance and the margin.
"""

from __future__ import annotations

from math import cos, radians

from sightline.geometry.geodesy import distance
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch, number
from sightline.rules.ports import Surroundings

FRESH = 3600.0
"""A phone at rest tells its position every half hour or so, s."""
_COARSE = 100.0
"""m: with a smaller distance asked for, fixes may be so inexact all the same."""
_DEGREE = 111_000.0
"""m of a degree of latitude, at least nearly."""


class _Fix:
    __slots__ = ("acc", "lat", "lon", "when")

    def __init__(self, lat: float, lon: float, acc: float, when: float) -> None:
        self.lat = lat
        self.lon = lon
        self.acc = acc
        self.when = when


class Near(BaseWatch):
    """The thing is less than so many metres from the other."""

    __slots__ = ("far", "metres", "most", "other", "others", "value")

    def __init__(self, case: Case, around: Surroundings) -> None:
        super().__init__(case, around)
        self.metres = metres = self.condition.metres or 0.0
        margin = self.condition.margin
        self.far = metres + (max(30.0, metres * 0.1) if margin is None else margin)
        self.most = max(metres, _COARSE)
        self.other: _Fix | None = None
        self.others: _Fix | None = None
        self.value = 0.0

    def looks_at(self) -> tuple[str, ...]:
        return (self.case.thing, f"{self.case.thing}\n{self.condition.other}")

    def look(self, at: float, before: State | None, after: State | None) -> None:
        if (fix := self._fix(at, before, after, self.other)) is not None:
            self.other = fix
            self._compare(at, fix, self.others)

    def look_at_other(self, at: float, before: State | None, after: State | None) -> None:
        """Look at a change of the other thing."""
        if (fix := self._fix(at, before, after, self.others)) is not None:
            self.others = fix
            self._compare(at, fix, self.other)

    def facts(self) -> Facts:
        lat, lon = (self.other.lat, self.other.lon) if self.other is not None else (None, None)
        name = self.around.name(self.condition.other or "")
        return Facts(value=self.value, lat=lat, lon=lon, place=name)

    def _fix(
        self, at: float, before: State | None, after: State | None, last: _Fix | None
    ) -> _Fix | None:
        """Return the new position of a thing; None: it is none, or tells nothing."""
        lat, lon = number(getattr(after, "lat", None)), number(getattr(after, "lon", None))
        if lat is None or lon is None:
            return None
        acc = number(getattr(after, "acc", None)) or 0.0
        when = order(after) if type(after) is Friend else at
        if acc > self.most or (last is not None and when <= last.when):
            return None
        return _Fix(lat, lon, acc, when)

    def _compare(self, at: float, fix: _Fix, other: _Fix | None) -> None:
        if other is None:
            return
        north = (fix.lat - other.lat) * _DEGREE
        if not self.case.holding and not -self.far <= north <= self.far:
            return  # too far by latitude alone, which costs next to nothing
        if abs(fix.when - other.when) > FRESH:
            return
        east = abs(fix.lon - other.lon) % 360
        east = min(east, 360 - east) * _DEGREE * cos(radians(fix.lat))
        if not self.case.holding and east > 2 * self.far + 10:
            return
        value = distance(fix.lat, fix.lon, other.lat, other.lon)
        when = max(fix.when, other.when)
        if value <= self.metres:
            self.value = value
            self.case.begins(when, at, self.facts())
        elif value - fix.acc - other.acc > self.far:
            self.case.ends(when, at)
