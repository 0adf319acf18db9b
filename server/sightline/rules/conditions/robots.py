"""Conditions about robots: it fell over, there is an alarm about it."""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.probots.model import FALLEN, ProBot
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch, number
from sightline.rules.ports import Lookaround

MARGIN = 10.0
"""Degrees that it must be nearer to upright than `FALLEN` to stand again."""


class Fallen(BaseWatch):
    """The robot lies on the ground."""

    __slots__ = ("stands",)

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        margin = self.condition.margin
        self.stands = FALLEN - (MARGIN if margin is None else margin)

    def look(self, at: float, before: State | None, after: State | None) -> None:
        if type(after) is not ProBot or after.angle is None:
            return
        angle = abs(after.angle)
        if angle >= FALLEN:
            if not self.case.holding:
                self.case.begins(_when(after, at), at, Facts(value=after.angle))
        elif angle < self.stands and self.case.holding:
            self.case.ends(_when(after, at), at)


class AlarmRaised(BaseWatch):
    """Somebody else speaks on a command topic of the robot, until nobody does."""

    __slots__ = ("topics",)
    state_fields: ClassVar[tuple[str, ...]] = ("topics",)

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        self.topics: list[str] = []
        """The keys of the alarms there are."""

    def looks_at(self) -> tuple[str, ...]:
        return (f"alarm\n{self.case.thing}",)

    def alarmed(self, key: str, at: float, after: State | None) -> None:
        """Look at an alarm, which is shown (or no longer)."""
        if after is None:
            if key in self.topics:
                self.topics.remove(key)
                if not self.topics:
                    self.case.ends(at, at)
            return
        if key not in self.topics:
            self.topics.append(key)
        since = number(getattr(after, "since", None))
        when = at if since is None else min(at, since)
        self.case.begins(when, at, Facts(place=key.partition("/")[2]))


def _when(robot: ProBot, at: float) -> float:
    return at if robot.at is None else min(at, robot.at)
