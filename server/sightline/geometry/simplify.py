"""Thin a track out so that it is never further than a given error from the whole one.

Points come one after the other and are judged at once, with a cone: from the last point that was
kept, every skipped point leaves a range of directions in which a straight line passes close enough
to it. As long as the next point lies in all of these ranges, and no nearer than those before, the
line to it does for all of them; else the point before is kept and becomes the next start. One look
per point, whatever the track (Reumann and Witkam's idea, with the bound made strict).
"""

from __future__ import annotations

import math

RADIUS = 6_371_000.0  # m


class Simplifier:
    """A track being thinned: `add` points in order (degrees) and keep the ones it names.

    The first and the last point are always kept: the caller keeps both.
    ``error`` is in m, measured on a flat map around the last kept point.
    """

    def __init__(self, error: float) -> None:
        self._error = error
        self._start: tuple[float, float] | None = None
        self._before: tuple[float, float] | None = None
        self._reset(0.0, 0.0)

    def _reset(self, lat: float, lon: float) -> None:
        self._start = (lat, lon)
        self._wide = math.cos(math.radians(lat))
        self._far = 0.0
        self._middle = 0.0  # direction, and the range around it, in radians
        self._low, self._high = -math.inf, math.inf

    def add(self, lat: float, lon: float) -> bool:
        """Add a point; return whether the one before it must be kept."""
        before, self._before = self._before, (lat, lon)
        if before is None:
            self._reset(lat, lon)
            return False
        if self._fits(lat, lon):
            return False
        self._reset(*before)
        self._fits(lat, lon)
        return True

    def _fits(self, lat: float, lon: float) -> bool:
        """Return whether the line from the start to this point passes close to all skipped ones."""
        assert self._start is not None
        north = math.radians(lat - self._start[0]) * RADIUS
        turn = (lon - self._start[1] + 180.0) % 360.0 - 180.0  # the short way, over 180 degrees too
        east = math.radians(turn) * RADIUS * self._wide
        distance = math.hypot(north, east)
        if distance <= self._error:
            # Close to the start, so every line from there passes it; but it ends no longer line.
            return self._far == 0.0
        direction = math.atan2(east, north)
        if self._far == 0.0:
            self._middle = direction
            off = 0.0
        else:
            off = (direction - self._middle + math.pi) % math.tau - math.pi
            if distance < self._far or not self._low <= off <= self._high:
                return False
        self._far = distance
        play = math.asin(self._error / distance)
        self._low = max(self._low, off - play)
        self._high = min(self._high, off + play)
        return True
