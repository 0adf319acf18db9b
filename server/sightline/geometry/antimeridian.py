"""Cut lines where they cross the antimeridian, as RFC 7946 §3.1.9 asks. Degrees; pure.

Of the two ways between two positions the shorter one is meant: a line whose longitudes are more
than 180 degrees apart goes over the antimeridian. A map that is not told so draws it around the
whole Earth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Position = tuple[float, float]
"""Longitude and latitude, in this order as in GeoJSON."""


def crosses(before: Position, after: Position) -> bool:
    """Tell whether the way between two positions goes over the antimeridian."""
    return abs(after[0] - before[0]) > 180.0


def bridge(before: Position, after: Position) -> tuple[Position, Position]:
    """Return where a crossing line ends on this side of the antimeridian, and begins beyond it."""
    side = 180.0 if before[0] > 0 else -180.0
    here, there = side - before[0], after[0] + side  # degrees to go on either side of it
    whole = here + there
    share = here / whole if whole else 0.5  # both lie on it
    lat = before[1] + (after[1] - before[1]) * share
    return (side, lat), (-side, lat)


def any_across(positions: Iterable[Position], last: Position | None = None) -> bool:
    """Tell whether a line through these, going on from ``last``, crosses the antimeridian."""
    for position in positions:
        if last is not None and crosses(last, position):
            return True
        last = position
    return False


class LineCutter:
    """Cut one line that is given piece by piece; each part has two positions at least."""

    def __init__(self) -> None:
        self._last: Position | None = None
        self._first: Position | None = None  # of a part that has no second position yet

    def some(self, positions: Iterable[Position]) -> Iterator[tuple[bool, Position]]:
        """Yield these positions and those at the cuts; True with the first one of a part."""
        for position in positions:
            last, self._last = self._last, position
            if last is None:
                self._first = position
            elif crosses(last, position):
                end, start = bridge(last, position)
                if end != last:
                    yield from self._put(end)
                self._first = start
                if start != position:
                    yield from self._put(position)
            else:
                yield from self._put(position)

    def _put(self, position: Position) -> Iterator[tuple[bool, Position]]:
        first, self._first = self._first, None
        if first is not None:
            yield True, first
        yield False, position
