"""Reckon what a device did in a span of time: how far it went, for how long, how fast. Pure.

Only fixes that are believed come here (`sightline.history.judged_fixes`). The definitions:

*Distance* is the sum of the straight ways between places that are surely apart: a fix counts as
another place once it is further from the last one than `NOISE` and than the errors of both. So a
phone on a table goes nowhere, however its fixes jump about. A way through a silence counts, as the
crow flies: somehow it was gone.

*Moving time* is the time of such ways at no less than `SLOWEST`. A way that begins with a rest
counts from the last fix of that rest on. A way through more than `SILENCE` without a fix counts as
no moving: nobody knows when it was gone.

*Top speed* is the greatest that the device itself said; or, where that is less, the greatest of a
way of `SHORTEST_WAY` or longer, from which the errors of both its ends are taken off.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.kinds.friends.plausibility import FASTEST, Spot, distance

NOISE = 20.0
"""m: places that are nearer to each other are the same."""
UNKNOWN_ERROR = 25.0
"""m: the error of a fix that tells none."""
SLOWEST = 0.4
"""m/s: what is slower does not move."""
SILENCE = 900.0
"""s without a fix, after which nobody knows when the way was gone."""
SHORTEST_WAY = 10.0
"""s: from a shorter way no speed is reckoned."""


class SpanFigures:
    """The figures of one device over one span, as its fixes come, in the order of time."""

    def __init__(self) -> None:
        self.fixes = 0
        self.first: float | None = None
        """Time of the first fix, epoch s."""
        self.last: float | None = None
        self.metres = 0.0
        self.moving = 0.0
        """For how long it moved, s."""
        self.top = 0.0
        """Its greatest speed, m/s."""
        self.top_at: float | None = None
        """When it was that fast, epoch s; None: it never moved."""
        self._place: Spot | None = None  # where it is, as far as is sure
        self._newest: Spot | None = None

    def take(self, fixes: Iterable[Spot]) -> None:
        """Count these further fixes."""
        for fix in fixes:
            self._count(fix)

    def _count(self, fix: Spot) -> None:
        self.fixes += 1
        place, newest = self._place, self._newest
        self._newest, self.last = fix, fix.when
        if FASTEST >= fix.speed > self.top:
            self.top, self.top_at = fix.speed, fix.when
        if place is None or newest is None:
            self._place, self.first = fix, fix.when
            return
        way = distance(place, fix)
        errors = _error(place), _error(fix)
        if way <= max(NOISE, *errors):
            return
        self.metres += way
        self._place = fix
        took = _moved(place, newest, fix, way)
        self.moving += took
        speed = (way - sum(errors)) / took if took >= SHORTEST_WAY else 0.0
        if FASTEST >= speed > self.top:
            self.top, self.top_at = speed, fix.when


def _moved(place: Spot, newest: Spot, fix: Spot, way: float) -> float:
    """Return for how many s of this way it moved."""
    since_last = fix.when - newest.when
    if since_last > SILENCE or since_last <= 0:
        return 0.0
    whole = fix.when - place.when
    if whole <= SILENCE and way >= SLOWEST * whole:
        return whole
    return since_last if distance(newest, fix) >= SLOWEST * since_last else 0.0


def _error(fix: Spot) -> float:
    return UNKNOWN_ERROR if fix.acc is None else max(0.0, fix.acc)
