"""The condition that two things are near each other.

Both must have told where they are within `FRESH` of each other, and well enough to tell: a fix with
an error much larger than the distance asked for tells nothing. They are apart again only when they
are surely further away than the distance and the margin.
"""

from __future__ import annotations

from sightline.geometry.geodesy import distance
from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch
from sightline.rules.ports import Lookaround

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


class OtherThing:
    """The other thing of a rule, and the watches that compare things with it."""

    def __init__(self) -> None:
        self.fix: _Fix | None = None
        self.watches: list[Near] = []

    def look(self, at: float, before: State | None, after: State | None) -> None:
        """Look at a change of the other thing."""
        most = max((watch.most for watch in self.watches), default=_COARSE)
        if (fix := _fix(at, after, self.fix, most)) is not None:
            self.fix = fix
            for watch in self.watches:
                watch.compare(at, watch.mine, fix)


class Near(BaseWatch):
    """The thing is less than so many metres from the other."""

    __slots__ = ("far", "metres", "mine", "most", "other_thing", "value")

    def __init__(self, case: Case, around: Lookaround, other_thing: OtherThing) -> None:
        super().__init__(case, around)
        self.metres = metres = self.condition.metres or 0.0
        margin = self.condition.margin
        self.far = metres + (max(30.0, metres * 0.1) if margin is None else margin)
        self.most = max(metres, _COARSE)
        self.mine: _Fix | None = None
        self.other_thing = other_thing
        self.value = 0.0
        other_thing.watches.append(self)

    def look(self, at: float, before: State | None, after: State | None) -> None:
        if (fix := _fix(at, after, self.mine, self.most)) is not None:
            self.mine = fix
            self.compare(at, fix, self.other_thing.fix)

    def still(self, at: float) -> bool:
        mine, other = self.mine, self.other_thing.fix
        return mine is None or other is None or at - min(mine.when, other.when) <= FRESH

    def facts(self) -> Facts:
        mine = self.mine
        lat, lon = (mine.lat, mine.lon) if mine is not None else (None, None)
        name = self.around.name(self.condition.other or "")
        return Facts(value=self.value, lat=lat, lon=lon, place=name)

    def compare(self, at: float, fix: _Fix | None, other: _Fix | None) -> None:
        """Compare the positions of both."""
        if fix is None or other is None:
            return
        north = (fix.lat - other.lat) * _DEGREE
        holding = self.case.holding
        if not holding and not -self.far <= north <= self.far:
            return  # too far by latitude alone, which costs next to nothing
        if abs(fix.when - other.when) > FRESH:
            return
        value = distance(fix.lat, fix.lon, other.lat, other.lon)
        when = max(fix.when, other.when)
        if value <= self.metres:
            self.value = value
            if not holding:
                self.case.begins(when, at, self.facts())
        elif holding and value - fix.acc - other.acc > self.far:
            self.case.ends(when, at)


def _fix(at: float, after: State | None, last: _Fix | None, most: float) -> _Fix | None:
    """Return the new position of a thing; None: it is none, or tells nothing."""
    if type(after) is Friend:
        lat, lon, acc, when = after.lat, after.lon, after.acc, order(after)
    else:
        lat, lon = getattr(after, "lat", None), getattr(after, "lon", None)
        acc, when = getattr(after, "acc", None), at
    if lat is None or lon is None or (last is not None and when <= last.when):
        return None
    if acc is None:
        acc = 0.0
    return None if acc > most else _Fix(lat, lon, acc, when)
