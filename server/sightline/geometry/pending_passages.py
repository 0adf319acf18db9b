"""Tell of regions that somebody went through so quickly that no two fixes were in them.

What a line between two fixes finds (`sightline.geometry.passages`) needs as much proof as any
other change: as many fixes on the far side as are asked for, or that nothing said otherwise for the
dwell. Somebody whose next fix is in the region, or leads back through it, went through nothing: the
fix between was wrong, or they turned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import hypot, sqrt

import msgspec

from sightline.geometry.geodesy import Vector, vector
from sightline.geometry.passages import (
    FASTEST,
    LEAST_ERROR,
    LONGEST,
    apart,
    between,
    passage,
)
from sightline.geometry.positions import Change, Event, Position, Rules
from sightline.geometry.shapes import Place, Shape

_HALVINGS = 16
_METRES = 111_195.0  # in a degree of latitude, on a sphere
_POLAR = 0.999  # the sine of 87°, beyond which no map is flat over the longest way


@dataclass(frozen=True, slots=True)
class Brief:
    """A region with too few fixes in it to count: ``before`` it, the last ``within``, and after."""

    region: str
    before: Position
    within: Position


@dataclass(slots=True)
class _Pending:
    """A passage that waits for its proof. Times in epoch s, but ``since`` monotonic s."""

    region: str
    shape: Shape
    enter: float
    leave: float
    acc: float
    first: float
    since: float
    votes: int = 1

    def transitions(self) -> tuple[tuple[Event, float], tuple[Event, float]]:
        """Return the two that are told of it, each with its time."""
        return ("enter", self.enter), ("leave", self.leave)


class PendingPassages:
    """The passages that wait for their proof, by thing. ``shape_of`` finds a region's shape now."""

    def __init__(self, rules: Rules, shape_of: Callable[[str], Shape | None]) -> None:
        self._rules = rules
        self._shape_of = shape_of
        self.waiting: dict[str, list[_Pending]] = {}
        """What waits for a thing's next fix, by thing."""

    @property
    def since(self) -> float:
        """Return since when the first of them waits; infinity: none does."""
        waiting = self.waiting.values()
        return min((each.since for some in waiting for each in some), default=float("inf"))

    def forget(self, thing: str) -> None:
        """Forget what waits of this thing."""
        self.waiting.pop(thing, None)

    def follow(
        self, thing: str, last: Position, fix: Position
    ) -> tuple[list[Change], frozenset[str]]:
        """Judge what waits by the next fix.

        Return the changes that it proves, and the regions of which it contradicts a passage.
        """
        proved, left = [], []
        wrong: set[str] = set()
        for each in self.waiting.pop(thing, []):
            if fix.leap or self._takes_back(each, last, fix):
                wrong.add(each.region)
                continue
            each.votes += 1
            if each.votes >= self._rules.fixes or fix.when - each.first >= self._rules.dwell:
                proved.append(each)
            else:
                left.append(each)
        if left:
            self.waiting[thing] = left
        return self._reported(thing, proved), frozenset(wrong)

    def went(
        self,
        thing: str,
        last: Position,
        fix: Position,
        way: tuple[Vector, Vector],
        regions: Iterable[str],
        now: float,
    ) -> list[Change]:
        """Look which of these regions, none of which holds a fix, the line leads through."""
        error = max(last.acc, fix.acc, LEAST_ERROR)
        found = []
        for region in regions:
            shape = self._shape_of(region)
            if shape is None:
                continue
            shares = passage(shape, _place(last), _place(fix), error, way)
            if shares is not None and not (
                _holds(shape, _place(last)) or _holds(shape, _place(fix))
            ):
                times = [last.when + share * (fix.when - last.when) for share in shares]
                found.append(_Pending(region, shape, times[0], times[1], fix.acc, fix.when, now))
        return self._begun(thing, found)

    def was_in(self, thing: str, brief: Brief, fix: Position, now: float) -> list[Change]:
        """Look whether too few fixes in a region make a passage: in on one side, out on another."""
        shape = self._shape_of(brief.region)
        before, within = brief.before, brief.within
        error = max(before.acc, within.acc, fix.acc, LEAST_ERROR)
        place = _place(within)
        if (
            shape is None
            or not (within.joins and fix.joins)
            or max(within.when - before.when, fix.when - within.when) > LONGEST
            or _holds(shape, _place(before))
            or _holds(shape, _place(fix))
        ):
            return []
        if shape.beyond(*place, vector(*place)) > -error:  # at the edge: as if it were not in it
            way = vector(*_place(before)), vector(*_place(fix))
            return self.went(thing, before, fix, way, [brief.region], now)
        coming, going = _border(shape, before, within), _border(shape, fix, within)
        if apart(vector(*coming[0]), vector(*going[0])) < 2 * error:
            return []
        pending = _Pending(brief.region, shape, coming[1], going[1], within.acc, fix.when, now)
        return self._begun(thing, [pending])

    def tick(self, now: float) -> list[Change]:
        """Let time pass: what nothing contradicted for the dwell counts."""
        found: list[Change] = []
        for thing, waiting in list(self.waiting.items()):
            proved = [each for each in waiting if now - each.since >= self._rules.dwell]
            if proved:
                left = [each for each in waiting if each not in proved]
                if left:
                    self.waiting[thing] = left
                else:
                    del self.waiting[thing]
                found += self._reported(thing, proved)
        return found

    def _begun(self, thing: str, found: list[_Pending]) -> list[Change]:
        if self._rules.fixes <= 1:
            return self._reported(thing, found)
        if found:
            self.waiting.setdefault(thing, []).extend(found)
        return []

    def _reported(self, thing: str, proved: Iterable[_Pending]) -> list[Change]:
        return [
            Change(thing, each.region, event, when, each.acc, True, inferred=True)
            for each in sorted(proved, key=lambda each: each.enter)
            if self._shape_of(each.region) is each.shape  # it was not changed meanwhile
            for event, when in each.transitions()
        ]

    def _takes_back(self, each: _Pending, last: Position, fix: Position) -> bool:
        here = _place(fix)
        if _holds(each.shape, here):
            return True
        return passage(each.shape, _place(last), here, 0.0) is not None


class Leg(msgspec.Struct, frozen=True, gc=False):
    """The way between two fixes, with its length and the error of its ends, m."""

    ends: tuple[Vector, Vector]
    metres: float
    error: float


def joined(last: Position, fix: Position, end: Vector) -> Leg | None:
    """Return the way to a fix, which lies at ``end``, from the last one; None: nothing can be told.

    Who goes less far than twice the error cannot have come deeper into anything than that.
    """
    passed, one, other = fix.when - last.when, last.acc, fix.acc
    if not 0 < passed <= LONGEST:
        return None
    error = one if one > other else other
    if error < LEAST_ERROR:
        error = LEAST_ERROR
    north, east = abs(fix.lat - last.lat), abs(fix.lon - last.lon)
    if _METRES * (north + east) < 1.9 * error:
        return None  # not that far by any way: what most fixes are told by, without a root
    least, most, up = 2 * error, FASTEST * passed, end[2]
    if -_POLAR < up < _POLAR:
        # On a flat map first, which costs a third.
        if east > 180:
            east = 360 - east
        flat = _METRES * hypot(north, east * sqrt(1 - up * up))
        if flat < 0.95 * least or flat > 1.05 * most:
            return None
    begin = vector(last.lat, last.lon)
    metres = apart(begin, end)
    return Leg((begin, end), metres, error) if least <= metres <= most else None


def _place(fix: Position) -> Place:
    return fix.lat, fix.lon


def _holds(shape: Shape, place: Place) -> bool:
    return shape.holds(*place, vector(*place))


def _border(shape: Shape, outside: Position, inside: Position) -> tuple[Place, float]:
    """Return where the line between two fixes meets the border, and when."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _holds(shape, between(_place(outside), _place(inside), middle)):
            high = middle
        else:
            low = middle
    when = outside.when + high * (inside.when - outside.when)
    return between(_place(outside), _place(inside), high), when
