"""Tell when a rule is looked at: days, times over midnight, holidays, a zone with its changes."""

from __future__ import annotations

import re

from sightline.kinds.rules.model import Hours
from sightline.rules.ports import DayCalendar
from sightline.rules.timers import NEVER

DAY = 86_400
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)
_FURTHEST = 400
"""Days that are looked ahead: a holiday comes within a year."""


def clock(text: str) -> int | None:
    """Return a time of day, ``08:30``, in s since midnight; None: it is none."""
    found = _CLOCK.match(text)
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60


def weekday(day: int) -> int:
    """Return the day of the week (0 is Monday) of a day since 1970-01-01, a Thursday."""
    return (day + 3) % 7


class Opening:
    """When the rule with these ``hours`` is looked at, by the clocks of ``zone``.

    What begins on a day lasts over midnight, and belongs to that day.
    """

    __slots__ = (
        "_begin",
        "_calendar",
        "_days",
        "_end",
        "_from",
        "_hours",
        "_now",
        "_until",
        "zone",
    )

    def __init__(self, hours: Hours, zone: str, calendar: DayCalendar) -> None:
        self._hours = hours
        self._calendar = calendar
        self.zone = zone
        self._days = None if hours.days is None else frozenset(hours.days)
        self._begin = (clock(hours.begin) or 0) if hours.begin is not None else 0
        self._end = DAY if hours.end is None else (clock(hours.end) or 0)
        if self._end <= self._begin:
            self._end += DAY
        self._from = self._until = 0.0  # what was found last holds between these
        self._now = False

    @property
    def always(self) -> bool:
        """Tell whether nothing is left out."""
        hours = self._hours
        return (
            hours.days is None
            and hours.begin is None
            and hours.end is None
            and hours.holidays == "also"
        )

    def takes(self, day: int) -> bool:
        """Tell whether a day (since 1970-01-01) is one of the rule's."""
        hours = self._hours
        if self._days is not None and weekday(day) not in self._days:
            return False
        if hours.holidays == "also" or hours.country is None:
            return True
        return self._calendar.is_holiday(day, hours.country) == (hours.holidays == "only")

    def holds(self, at: float) -> bool:
        """Tell whether the rule is looked at at ``at`` (epoch s)."""
        if self._from <= at < self._until:
            return self._now
        if self.always:
            self._from, self._until, self._now = -NEVER, NEVER, True
            return True
        day = self._calendar.local(at, self.zone).day
        edges = []
        for each in (day - 2, day - 1, day, day + 1):
            begin, end = self._span(each)
            edges += [begin, end]
            if begin <= at < end and self.takes(each):
                self._now, self._from, self._until = True, begin, end
                return True
        self._now = False
        self._from = max(edge for edge in edges if edge <= at)
        self._until = min((edge for edge in edges if edge > at), default=at)
        return False

    def next(self, at: float) -> float:
        """Return when the rule is looked at next, from ``at`` on (epoch s); `NEVER`: not within
        a year.
        """
        if self.holds(at):
            return at
        day = self._calendar.local(at, self.zone).day
        for each in range(day - 1, day + _FURTHEST):
            if self.takes(each):
                begin, end = self._span(each)
                if end > at and end > begin:
                    return max(begin, at)
        return NEVER

    def next_clock(self, seconds: int, after: float) -> tuple[int, float]:
        """Return the next of the rule's days on which clocks show this time of day, and when that
        is: later than ``after`` (epoch s). `NEVER`: not within a year.
        """
        day = self._calendar.local(after, self.zone).day
        for each in range(day - 1, day + _FURTHEST):
            if self.takes(each) and (when := self.moment(each, seconds)) > after:
                return each, when
        return 0, NEVER

    def moment(self, day: int, seconds: int) -> float:
        """Return when clocks show this on a day (epoch s)."""
        more, left = divmod(seconds, DAY)
        return self._calendar.moment(day + more, left, self.zone)

    def _span(self, day: int) -> tuple[float, float]:
        return self.moment(day, self._begin), self.moment(day, self._end)
