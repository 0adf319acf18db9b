"""Decide which things are inside which regions, by their fixes.

One fix proves little. Inside is who is within the border; outside is who is beyond the margin (or
the fix's error, if that is more); between the two nothing changes. A fix whose error is larger than
the region tells only of those it holds or misses as a whole. And a change counts when as many fixes
in a row as are asked for say so, or when nothing said otherwise for the dwell. So a fix that jumps
about makes nobody come and go. The time of a crossing is that of the first fix that told of it.

What somebody's first fix, or a new or changed region, finds is how things are, and no crossing.
Regions that the line between two fixes leads through are told by
`sightline.geometry.pending_passages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sightline.geometry.geodesy import Vector, dot, vector
from sightline.geometry.grid import Grid
from sightline.geometry.passages import along, largest_circle
from sightline.geometry.pending_passages import Brief, Leg, PendingPassages, joined
from sightline.geometry.positions import Change, Event, Position, Rules
from sightline.geometry.shapes import Polygon, Shape

__all__ = ["Change", "Event", "Geofences", "Position", "Rules"]
_NOTHING: tuple[Change, ...] = ()
_NEVER = float("inf")
_STILL = 6e-5
"""Degrees: less than twice the least error, by which nobody goes through anything."""


@dataclass(slots=True)
class _Stand:
    """The verdict of one thing and one region. ``votes`` fixes in a row say otherwise.

    ``first`` is when the first of them was (epoch s), and its error.
    """

    inside: bool
    since: float
    votes: int = 0
    first: float = 0.0
    acc: float = 0.0
    alone: bool = False
    """All of them were leaps."""
    before: Position | None = None
    """The fix before the first of them, …"""
    nearest: Position | None = None
    """… and the last of them."""

    def seen(self, position: Position) -> None:
        """Note the last fix that says otherwise."""
        self.nearest = position


@dataclass(frozen=True, slots=True)
class _Zone:
    shape: Shape
    only: str | None


class Geofences:
    """The verdicts of all things and all regions."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._zones: dict[str, _Zone] = {}
        self._grid: Grid[str] = Grid()  # of the regions that matter to everybody
        self._cornered: Grid[str] = Grid()  # all polygons: even a large one may be narrow
        self._own: dict[str, Grid[str]] = {}  # by the one thing they matter to
        self._last: dict[str, Position] = {}
        self.known: set[str] = set()
        """The things of which there ever was a fix."""
        self._stands: dict[str, dict[str, _Stand]] = {}
        self._waiting: dict[tuple[str, str], float] = {}  # for votes, since (monotonic s)
        self._pending = PendingPassages(
            self.rules, lambda region: zone.shape if (zone := self._zones.get(region)) else None
        )

    # -- regions

    def put(self, region: str, shape: Shape, only: str | None = None) -> None:
        """Add a region of this shape; with ``only`` it matters to this thing alone.

        Who is in it is found with `survey`.
        """
        self._unindex(region)
        self._zones[region] = _Zone(shape, only)
        grid = self._grid if only is None else self._own.setdefault(only, Grid())
        grid.put(region, shape.middle, shape.reach)
        if isinstance(shape, Polygon):
            self._cornered.put(region, shape.middle, shape.reach)

    def drop(self, region: str) -> None:
        """Remove a region. This makes no exit."""
        self._unindex(region)
        self._zones.pop(region, None)
        for thing in [t for t, stands in self._stands.items() if region in stands]:
            self._settle(thing, region, None)

    def _unindex(self, region: str) -> None:
        zone = self._zones.get(region)
        if zone is None:
            return
        self._cornered.drop(region)
        if zone.only is None:
            self._grid.drop(region)
            return
        own = self._own[zone.only]
        own.drop(region)
        if not own:
            del self._own[zone.only]

    def survey(self, region: str, things: Iterable[str]) -> list[Change]:
        """Judge these things against a region that is new or was changed: this makes no entries."""
        zone = self._zones.get(region)
        changes: list[Change] = []
        for thing in things:
            if zone is None or thing not in self._last or zone.only not in (None, thing):
                continue
            fix = self._last[thing]
            place = vector(fix.lat, fix.lon)
            stand = self._stands.get(thing, {}).get(region)
            inside = stand is not None and stand.inside
            if not inside and dot(zone.shape.middle, place) < zone.shape.edge:
                continue
            within = _within(self.rules, zone.shape, fix, place)
            if within is None or within == inside:
                continue
            self._settle(thing, region, fix.when if within else None)
            event: Event = "enter" if within else "leave"
            changes.append(Change(thing, region, event, fix.when, fix.acc, False))
        return changes

    # -- things

    @property
    def things(self) -> list[str]:
        """Return all things that have a fix."""
        return list(self._last)

    def knows(self, thing: str) -> bool:
        """Tell whether there ever was a fix of this thing."""
        return thing in self._last or thing in self.known

    def remember(self, thing: str, region: str | None = None, since: float = 0.0) -> None:
        """Restore a verdict of before a restart: ``thing`` had fixes, and was in ``region`` since
        then.
        """
        self.known.add(thing)
        if region is not None and region in self._zones:
            self._settle(thing, region, since)

    def forget(self, thing: str) -> None:
        """Forget everything about this thing. This makes no exit."""
        self._last.pop(thing, None)
        self.known.discard(thing)
        self._pending.forget(thing)
        for region in self._stands.pop(thing, {}):
            self._waiting.pop((thing, region), None)

    def since(self, thing: str, region: str) -> float | None:
        """Return when it came into the region (epoch s); None when it is not in it."""
        stand = self._stands.get(thing, {}).get(region)
        return stand.since if stand is not None and stand.inside else None

    def regions(self, thing: str) -> list[str]:
        """Return the regions that a thing is in."""
        return [r for r, stand in self._stands.get(thing, {}).items() if stand.inside]

    def beyond(self, thing: str, region: str) -> tuple[float, float] | None:
        """Return how far outside of the border its last fix is (m), and the time of that (epoch s).

        None when that fix does not tell on which side it is.
        """
        if thing not in self._last or region not in self._zones:
            return None
        fix, shape = self._last[thing], self._zones[region].shape
        place = vector(fix.lat, fix.lon)
        if _within(self.rules, shape, fix, place) is None:
            return None
        return shape.beyond(fix.lat, fix.lon, place), fix.when

    def fix(self, thing: str, fix: Position, now: float) -> Sequence[Change]:
        """Judge a new fix. ``now`` is monotonic s. A fix older than the last is left out."""
        last = self._last.get(thing)
        if last is not None and (
            fix.when < last.when
            or (fix.when == last.when and fix.lat == last.lat and fix.lon == last.lon)
        ):
            return _NOTHING
        met = last is None and thing not in self.known
        if met:
            self.known.add(thing)
        found = self._judge(thing, last, fix, met, now) if self._zones else _NOTHING
        self._last[thing] = fix
        return found

    def _judge(
        self,
        thing: str,
        last: Position | None,
        fix: Position,
        met: bool,
        now: float,
    ) -> Sequence[Change]:
        place = vector(fix.lat, fix.lon)
        near = self._grid.near(place)
        if thing in self._own:
            near = near + self._own[thing].near(place)
        stands = self._stands.get(thing)
        if stands:
            near = list({*near, *stands})
        changes: list[Change] = []
        if last is not None:
            moved = fix.joins and not (
                -_STILL < fix.lat - last.lat < _STILL > abs(fix.lon - last.lon)
            )
            way = joined(last, fix, place) if moved else None
            if way is not None or (moved and stands) or thing in self._pending.waiting:
                changes = self._went(thing, last, fix, place, way, now)
        for region in near:
            change = self._look(thing, region, fix, place, met, now)
            if change is not None:
                changes.append(change)
        return changes

    def _went(
        self,
        thing: str,
        last: Position,
        fix: Position,
        place: Vector,
        way: Leg | None,
        now: float,
    ) -> list[Change]:
        """Find regions that it went through since the fix before, without a fix that counts."""
        pending = self._pending
        changes: list[Change] = []
        wrong: frozenset[str] = frozenset()
        if thing in pending.waiting:
            changes, wrong = pending.follow(thing, last, fix)
        stands = self._stands.get(thing, {})
        for region, stand in stands.items():
            if stand.inside or stand.before is None or stand.nearest is None:
                continue
            if _within(self.rules, self._zones[region].shape, fix, place) is False:
                brief = Brief(region, stand.before, stand.nearest)
                changes += pending.was_in(thing, brief, fix, now)
        if way is not None:
            found = self._between(thing, way) - stands.keys() - wrong
            if found:
                changes += pending.went(thing, last, fix, way.ends, sorted(found), now)
        return changes

    def _between(self, thing: str, way: Leg) -> set[str]:
        """Return the regions that matter to a thing and that a way may lead through."""
        most = largest_circle(way.metres, way.error)
        found = along(self._grid, *way.ends, way.error, most)
        if thing in self._own:
            found |= along(self._own[thing], *way.ends, way.error, most)
        if self._cornered:
            others = along(self._cornered, *way.ends, way.error)
            found |= {r for r in others if self._zones[r].only in (None, thing)}
        return found

    def tick(self, now: float) -> list[Change]:
        """Let time pass: a change that nothing contradicted for the dwell counts."""
        changes = self._pending.tick(now)
        for (thing, region), since in list(self._waiting.items()):
            if now - since < self.rules.dwell:
                break  # they are in the order in which they began to wait
            changes.append(self._turn(thing, region, self._stands[thing][region]))
        return changes

    @property
    def due(self) -> float:
        """Return when `tick` has something to say next, if no fix comes before; else infinity."""
        # They are in the order in which they began to wait.
        first = min(next(iter(self._waiting.values()), _NEVER), self._pending.since)
        return first + self.rules.dwell

    # -- the rules

    def _look(
        self, thing: str, region: str, fix: Position, place: Vector, met: bool, now: float
    ) -> Change | None:
        stands = self._stands.get(thing)
        stand = stands.get(region) if stands else None
        shape = self._zones[region].shape
        if stand is None and (
            dot(shape.middle, place) < shape.edge or not shape.holds(fix.lat, fix.lon, place)
        ):
            return None  # it was not in it, and is not: the usual case
        within = _within(self.rules, shape, fix, place)
        if stand is None:
            if not within:
                return None
            stand = self._stands.setdefault(thing, {})[region] = _Stand(False, 0.0)
        if within is None or fix.when < stand.since:
            return None
        if within == stand.inside:
            self._calm(thing, region, stand)
            return None
        if stand.votes == 0:
            stand.first, stand.acc = fix.when, fix.acc
            stand.before = self._last.get(thing)
            # Where a single fix is to be enough, it is.
            stand.alone = fix.leap and self.rules.fixes > 1
        elif not fix.leap:
            stand.alone = False
        if not stand.alone:  # else time alone does not prove it
            self._waiting.setdefault((thing, region), now)
        stand.votes += 1
        stand.seen(fix)
        if met:
            self._settle(thing, region, fix.when)
            return Change(thing, region, "enter", fix.when, fix.acc, False)
        if stand.alone or (
            stand.votes < self.rules.fixes and fix.when - stand.first < self.rules.dwell
        ):
            return None
        return self._turn(thing, region, stand)

    def _turn(self, thing: str, region: str, stand: _Stand) -> Change:
        """Change the verdict to what the votes say."""
        when, acc, inside = stand.first, stand.acc, not stand.inside
        self._settle(thing, region, when if inside else None)
        return Change(thing, region, "enter" if inside else "leave", when, acc, True)

    def _settle(self, thing: str, region: str, since: float | None) -> None:
        """Set the verdict: in the region since then; None: not in it."""
        self._waiting.pop((thing, region), None)
        stands = self._stands.setdefault(thing, {})
        if since is not None:
            stands[region] = _Stand(True, since)
        else:
            stands.pop(region, None)
        if not stands:
            del self._stands[thing]

    def _calm(self, thing: str, region: str, stand: _Stand) -> None:
        self._waiting.pop((thing, region), None)
        stand.votes = 0
        if not stand.inside:
            self._settle(thing, region, None)


def _within(rules: Rules, shape: Shape, fix: Position, place: Vector) -> bool | None:
    """Return the verdict of one fix alone; None: it tells nothing."""
    acc = fix.acc
    vague = acc > rules.coarse and acc > shape.size
    if not vague and shape.holds(fix.lat, fix.lon, place):
        return True
    beyond = shape.beyond(fix.lat, fix.lon, place)
    if beyond > max(rules.margin, acc):
        return False
    return True if beyond <= 0 and (not vague or beyond + acc <= 0) else None
