"""The condition that a battery is low, or will not last.

How fast it falls is told by the last hours without a charger, the last two and the last six: by the
oldest and the newest of the values kept, when they are half an hour and some percent apart. A
battery that is charged, or whose value rises, begins anew.
"""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.friends.model import Friend
from sightline.kinds.friends.spots import order
from sightline.kinds.probots.model import ProBot
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch, place_of
from sightline.rules.hours import clock
from sightline.rules.ports import Lookaround

MARGIN = 5.0
"""% that it must rise above the limit until it may fire again."""
LEAST_TIME, LEAST_FALL = 1800.0, 3.0
"""What must have been seen of a fall: s and %."""
RECENT, WINDOW = 2 * 3600.0, 6 * 3600.0
"""So long (s) the past is looked at: the faster fall counts."""
_STEP = 600.0
"""s between two kept values."""
_AGAIN = 3600.0
"""A battery that lasts so long (s) beyond the time is enough again."""
_CHARGING = (2, 3)


class Battery(BaseWatch):
    """The battery is below so many %, or empty before a time of day; with both, both must be so."""

    __slots__ = ("at", "below", "by", "charging", "enough", "past", "state", "until", "value")
    state_fields: ClassVar[tuple[str, ...]] = ("value", "past", "at", "until")

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        condition = self.condition
        self.by = None if condition.by is None else clock(condition.by)
        self.below = condition.below if condition.below is not None else 101.0
        margin = MARGIN if condition.margin is None else condition.margin
        self.enough = self.below + margin
        self.value = -1.0
        self.at = -1.0
        self.charging = False
        self.past: list[list[float]] = []
        """Values since it was charged last: [epoch s, %], some minutes apart."""
        self.until = -1.0
        """The time of day at which it was to last, when it began to hold (epoch s)."""
        self.state: State | None = None

    def look(self, at: float, before: State | None, after: State | None) -> None:
        charging = False
        if type(after) is Friend:
            value = after.batt
            if value is None or (value == self.value and self.by is None):
                return
            when = order(after)
            charging = after.bs in _CHARGING
            # The same value tells something new only now and then.
            if value == self.value and charging == self.charging and when < self.at + _STEP:
                return
        elif type(after) is ProBot:
            value = after.batt
            if value is None or (value == self.value and self.by is None):
                return
            when = at if after.at is None else after.at
        else:
            return
        if when >= self.at:
            self._took(value, when, at, charging, after)

    def facts(self) -> Facts:
        lat, lon = place_of(self.state)
        return Facts(value=self.value, lat=lat, lon=lon)

    def _took(self, value: float, when: float, found: float, charging: bool, state: State) -> None:
        rose = value > self.value + 1
        self.value, self.at, self.state, self.charging = value, when, state, charging
        if self.by is None:
            if value < self.below:
                self.case.begins(when, found, self.facts())
            elif value >= self.enough:
                self.case.ends(when, found)
            return
        if charging or rose:
            self.past = []
        if not charging:
            self._note(when, value)
        empty = self._empty(when, value)
        if self.case.holding:
            until = max(self.until, when)
            if charging or value >= self.enough or empty is None or empty > until + _AGAIN:
                self.case.ends(when, found)
        elif empty is not None and value < self.below:
            until = self.case.opening().next_clock(self.by, when)[1]
            if empty < until:
                self.until = until
                self.case.begins(when, found, self.facts())

    def _note(self, when: float, value: float) -> None:
        past = self.past
        if not past or when - past[-1][0] >= _STEP:
            past.append([when, value])
            while past[0][0] < when - WINDOW:
                del past[0]

    def _empty(self, when: float, value: float) -> float | None:
        """Return when it will be empty (epoch s); None: it does not fall, as far as is known."""
        rate = 0.0
        recent = next((each for each in self.past if each[0] >= when - RECENT), None)
        for first, full in (self.past[0], recent) if recent is not None else self.past[:1]:
            passed, fall = when - first, full - value
            if passed >= LEAST_TIME and fall >= LEAST_FALL:
                rate = max(rate, fall / passed)
        return when + value / rate if rate else None
