"""Conditions about brokers: our connection is lost, a client comes and goes."""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.broker.clients import Client
from sightline.kinds.broker.model import Broker
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch
from sightline.rules.ports import Lookaround
from sightline.rules.timers import NEVER

TIMES, SECONDS = 5, 600.0
"""What flapping is, where the rule says nothing: so many new connections in so many s."""


class Disconnected(BaseWatch):
    """Our connection to the broker is lost, for so many seconds."""

    __slots__ = ("seconds", "since")
    state_fields: ClassVar[tuple[str, ...]] = ("since",)

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        self.seconds = self.condition.seconds or 0.0
        self.since = -1.0

    def start(self, at: float) -> None:
        if self.since >= 0 and not self.case.holding:
            self.resume(self.since + self.seconds, at)

    def look(self, at: float, before: State | None, after: State | None) -> None:
        link = after.link if type(after) is Broker else None
        if link is None:
            return
        if link.state == "connected":
            if self.since >= 0:
                self.since = -1.0
                self.wake(NEVER)
                self.case.ends(min(at, link.since) if not link.mute else at, at)
        elif self.since < 0:
            self.since = min(at, link.since)
            if self.seconds > 0:
                self.wake(self.since + self.seconds)
            else:
                self.case.begins(self.since, at, self.facts())

    def facts(self) -> Facts:
        return Facts(self.seconds or None, place=self.around.name(self.case.thing))

    def woken(self, due: float, found: float) -> None:
        if self.since >= 0:
            self.case.begins(self.since + self.seconds, found, self.facts())


class Flapping(BaseWatch):
    """A client of the broker came anew so many times within so many seconds.

    It is over when it came less often for that long.
    """

    __slots__ = ("connects", "recent", "seconds", "times")
    state_fields: ClassVar[tuple[str, ...]] = ("connects", "recent")

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        self.times = self.condition.times or TIMES
        self.seconds = self.condition.seconds or SECONDS
        self.connects = -1
        self.recent: list[float] = []

    def look(self, at: float, before: State | None, after: State | None) -> None:
        if type(after) is not Client:
            return
        last, self.connects = self.connects, after.connects
        if last < 0 and type(before) is Client:
            last = before.connects
        if after.connects <= last or (last < 0 and after.connects != 1):
            return  # nothing new, or more than one before we looked
        self._came(after.at if after.at <= at else at, at)

    def _came(self, when: float, found: float) -> None:
        recent = self.recent
        recent.append(when)
        del recent[: -self.times]
        if len(recent) >= self.times and when - recent[0] <= self.seconds:
            self.case.begins(when, found, Facts(float(len(recent)), place=self.case.mark))
            self.wake(when + self.seconds)

    def woken(self, due: float, found: float) -> None:
        recent = self.recent
        if recent and len(recent) >= self.times and due - recent[0] < self.seconds:
            self.wake(recent[0] + self.seconds)
        elif recent and due - recent[-1] < self.seconds:
            self.wake(recent[-1] + self.seconds)
        else:
            self.case.ends(due, found)
