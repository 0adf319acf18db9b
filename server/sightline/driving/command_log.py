"""The command log: who did what to which robot, when, and what came of it. A bounded ring.

Frames are not logged one by one: a drive is one line when it begins and one when it stops.
"""

from __future__ import annotations

from collections.abc import Callable

from sightline.driving.states import CommandLogEntry
from sightline.model.kind import State

_LISTED = 200
# Somebody leaning on the stop button makes one line, not sixty a second (s).
_SAME_WITHIN = 1.0

Audit = Callable[[CommandLogEntry], None]


class CommandLog:
    """``show`` puts a thing into the world, or removes it. ``clock`` is monotonic s."""

    def __init__(
        self,
        show: Callable[[str, State | None], None],
        wall: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._show = show
        self._wall = wall
        self._clock = clock
        self._n = 0
        self._last: dict[tuple[str, str, str, str | None], float] = {}
        self._audits: list[Audit] = []

    def when_written(self, audit: Audit) -> None:
        """Call ``audit`` with each line."""
        self._audits.append(audit)

    def write(
        self,
        who: str,
        what: str,
        robot: str,
        *,
        lease: int | None = None,
        why: str | None = None,
        sent: str | None = None,
        seconds: float | None = None,
        effect: str | None = None,
    ) -> None:
        """Add a line; the same again at once is left out."""
        now, same = self._clock(), (who, what, robot, why)
        if what in ("stop", "alarm") and now - self._last.get(same, -_SAME_WITHIN) < _SAME_WITHIN:
            return
        if len(self._last) > _LISTED:
            self._last.clear()
        self._last[same] = now
        self._n = n = self._n + 1
        line = CommandLogEntry(
            n=n,
            at=round(self._wall(), 3),
            who=who,
            robot=robot,
            what=what,
            lease=lease,
            why=why,
            sent=sent,
            seconds=None if seconds is None else round(seconds, 3),
            effect=effect,
        )
        self._show(f"command/{n - _LISTED}", None)
        self._show(f"command/{n}", line)
        for audit in self._audits:
            audit(line)
