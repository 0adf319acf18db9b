"""The condition that nothing is heard from a device, for longer than is usual for it.

What counts as heard is a new position of a friend, a message of a robot: what history keeps, too.
Where we were deaf ourselves (a broker's connection was lost, the server was down) a silence begins
anew when we hear again: it says nothing of the device.
"""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.friends.model import Friend
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch, place_of
from sightline.rules.conditions.links import LostLinks
from sightline.rules.ports import Lookaround
from sightline.rules.rhythm import MOVING, Rhythm

_MOVING = 3.6 * MOVING
_RECKON = 20
"""The usual silence is reckoned anew after so many messages."""
_DEAF_AGAIN = 60.0
"""A deaf server looks again after so many s."""


def heard_at(state: State | None) -> float | None:
    """Return when a device told something that history keeps, too (epoch s); None: never."""
    if type(state) is Friend:
        return state.at
    return state.heard if type(state) is ProBot else None


def moves(state: State | None) -> bool:
    """Tell whether a device says that it moves."""
    return type(state) is Friend and state.vel is not None and state.vel > _MOVING


class Silent(BaseWatch):
    """It is not heard for so many seconds, or for longer than usual."""

    __slots__ = ("context", "count", "heard", "limit", "links", "rhythm", "seconds", "state")
    state_fields: ClassVar[tuple[str, ...]] = ("heard",)

    def __init__(self, case: Case, around: Lookaround, rhythm: Rhythm, links: LostLinks) -> None:
        super().__init__(case, around)
        self.rhythm = rhythm
        self.links = links
        self.seconds = self.condition.seconds
        self.heard = -1.0
        self.context = -1
        self.count = 0
        self.limit = 0.0
        """The usual silence, as it was found last."""
        self.state: State | None = None

    def start(self, at: float) -> None:
        if self.heard < 0 or self.case.holding:
            return
        self.wake(at)

    def look(self, at: float, before: State | None, after: State | None) -> None:
        heard = heard_at(after)
        if heard is None or heard <= self.heard:
            return
        if heard > at:
            heard = at
        self.heard = heard
        self.state = after
        if self.case.holding:
            self.case.ends(heard, at)
        limit = self.seconds
        if limit is None:
            context = self.rhythm.heard(heard, moves(after))
            self.count += 1
            if context != self.context or self.count >= _RECKON:
                self.context, self.count = context, 0
                self.limit = self.rhythm.usual().seconds
            limit = self.limit
        # A timer that comes too early puts itself off: most messages touch none.
        if self.timer.soonest > heard + limit:
            self.wake(heard + limit)

    def woken(self, due: float, found: float) -> None:
        source = getattr(self.state, "source", None) or "main"
        if self.links.deaf(source):
            self.wake(max(due, found) + _DEAF_AGAIN)
            return
        since = self.links.since(source)
        if since > self.heard:
            self.rhythm.skip(since)
        limit = self.rhythm.usual().seconds if self.seconds is None else self.seconds
        when = max(self.heard, since) + limit
        if when > found:
            self.wake(when)
            return
        lat, lon = place_of(self.state)
        learned = None if self.seconds is not None else limit
        self.case.begins(when, found, Facts(when - self.heard, lat, lon, None, learned))

    def facts(self) -> None:
        """Tell nothing newer: of what is silent nothing is."""
