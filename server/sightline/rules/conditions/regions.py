"""Conditions about regions: arrives, leaves, is not there by a time of day, stays too long.

They go by transitions, live and in the past: these are what history keeps for good. Two judge
regions, the server by fixes and the phone by itself, and each tells its own transitions; the one
whose word is the newest counts, so that one arrival that both tell of is one. A word that the other
contradicts by something newer (`Transition.agrees` is false) counts for nothing.

A visit that no transition tells of (the first fix of somebody, a region drawn around them) comes as
a `Visit`, live only.
"""

from __future__ import annotations

from typing import ClassVar

from sightline.kinds.regions.model import Transition, Visit
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import SETTLE, BaseWatch
from sightline.rules.conditions.links import LostLinks
from sightline.rules.hours import DAY, clock
from sightline.rules.ports import Lookaround
from sightline.rules.timers import NEVER


class _AtRegion(BaseWatch):
    """Knows whether the thing is in the region of the rule."""

    __slots__ = ("before", "inside", "left", "region", "since", "told")
    state_fields: ClassVar[tuple[str, ...]] = ("inside", "since", "left", "told")

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        self.region = self.condition.region or ""
        self.inside = False
        self.since = -1.0
        """When it came the last time, epoch s; -1: not as far as is known."""
        self.left = -1.0
        """When it went the last time."""
        self.before = -1.0
        """What ``since`` was before a visit was seen."""
        self.told = False
        """A transition told of it, so that it is known whether it is inside."""

    def looks_at(self) -> tuple[str, ...]:
        return (f"{self.case.thing}\n{self.region}",)

    def look(self, at: float, before: State | None, after: State | None) -> None:
        kind = type(after)
        if kind is Transition:
            self._crossed(at, after)  # type: ignore[arg-type]  # is one
        elif kind is Visit and before is None and not self.inside:
            # A transition tells when it is over, and one alone.
            self._seen(at, min(after.since, at))  # type: ignore[union-attr]  # is a visit

    def _crossed(self, at: float, crossed: Transition) -> None:
        when = min(crossed.tst, at)
        if crossed.agrees is False:
            self._unsee(crossed)
            return
        if when < max(self.since, self.left):
            return
        came = crossed.event == "enter"
        if came == self.inside and self.told:
            return
        known, self.told, self.inside = self.told or self.inside, True, came
        if came:
            self.since = when
            self.came(when, at)
        else:
            self.left = when
            if known or self.since < 0:
                self.went(when, at)

    def _seen(self, at: float, since: float) -> None:
        """Note a visit that no transition told of."""
        if since >= self.left:
            self.before, self.inside, self.since = self.since, True, since
            self.found(since, at)

    def _unsee(self, crossed: Transition) -> None:
        """Take back a visit that was seen just before the transition it belongs to, which does not
        count.
        """
        if self.inside and crossed.event == "enter" and crossed.tst == self.since != self.before:
            self.inside, self.since = False, self.before
            self.unfound()

    def came(self, when: float, found: float) -> None:
        """Take in that it came to the region."""

    def went(self, when: float, found: float) -> None:
        """Take in that it left the region."""

    def found(self, since: float, found: float) -> None:
        """Take in that it was in the region when it was looked for first."""

    def unfound(self) -> None:
        """Take back that it was found in the region."""

    def facts(self) -> Facts:
        lat, lon = self.around.place(self.case.thing) or (None, None)
        return Facts(lat=lat, lon=lon, place=self.around.name(f"region/{self.region}") or None)


class Arrives(_AtRegion):
    """It comes to the region."""

    __slots__ = ()

    def came(self, when: float, found: float) -> None:
        self.case.happened(when, found, self.facts())

    def _seen(self, at: float, since: float) -> None:
        """Pass over a visit: the transition that belongs to it follows at once, if there is one."""


class Leaves(_AtRegion):
    """It leaves the region."""

    __slots__ = ()

    def went(self, when: float, found: float) -> None:
        self.case.happened(when, found, self.facts())

    def _seen(self, at: float, since: float) -> None:
        """Pass over a visit, as `Arrives` does."""


class StaysLonger(_AtRegion):
    """It is in the region for longer than so many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        self.seconds = self.condition.seconds or 0.0

    def start(self, at: float) -> None:
        if self.inside and not self.case.holding:
            self.resume(self.since + self.seconds, at)

    def came(self, when: float, found: float) -> None:
        if not self.case.holding:
            self.wake(when + self.seconds)

    def found(self, since: float, found: float) -> None:
        self.came(since, found)

    def unfound(self) -> None:
        self.wake(NEVER)

    def went(self, when: float, found: float) -> None:
        self.wake(NEVER)
        self.case.ends(when, found)

    def facts(self) -> Facts:
        return super().facts()._replace(value=self.seconds)

    def woken(self, due: float, found: float) -> None:
        if self.inside:
            self.case.begins(self.since + self.seconds, found, self.facts())


class Absent(_AtRegion):
    """It is not in the region at a time of day, on the days of the rule.

    It is over when it comes, or with that day. Where we were deaf at that time, what brokers and
    phones have kept for us is waited for before.
    """

    __slots__ = ("asked", "by", "day", "expected", "links", "next_day")
    state_fields: ClassVar[tuple[str, ...]] = (
        *_AtRegion.state_fields,
        "day",
        "next_day",
        "expected",
    )

    def __init__(self, case: Case, around: Lookaround, links: LostLinks) -> None:
        super().__init__(case, around)
        self.links = links
        self.asked = -1.0
        """Since when it is waited for what was kept for us, epoch s; -1: it is not."""
        self.by = clock(self.condition.by or "") or 0
        self.day = -1
        """The day on which it was missed."""
        self.next_day = -1
        """The day on which it is looked for next, and when that is (epoch s)."""
        self.expected = -1.0

    def start(self, at: float) -> None:
        if self.day >= 0:
            self.resume(self.case.opening().moment(self.day, DAY), at)
        elif 0 <= self.expected <= at:
            self.resume(self.expected, at)
        else:
            self._next(at)

    def came(self, when: float, found: float) -> None:
        if self.day >= 0:
            self._ends(when, found)

    def found(self, since: float, found: float) -> None:
        self.came(since, found)

    def woken(self, due: float, found: float) -> None:
        if self.day >= 0:  # the day is over
            self._ends(self.case.opening().moment(self.day, DAY), found)
            return
        self.asked = found if self.asked < 0 else self.asked
        if (settled := self.links.settled(self.asked)) > found:
            self.wake(min(settled, found + SETTLE))
            return
        self.asked, expected = -1.0, self.expected
        if self._was_there(expected):
            self._next(expected)
            return
        self.day = self.next_day
        self.case.begins(expected, found, self.facts())
        if self.inside:  # it came too late, which is known already
            self._ends(self.since, found)
        else:
            self.wake(self.case.opening().moment(self.day, DAY))

    def _was_there(self, when: float) -> bool:
        if self.inside:
            return self.since <= when
        return self.since >= 0 and self.since <= when < self.left

    def _ends(self, when: float, found: float) -> None:
        self.day = -1
        self.case.ends(when, found)
        self._next(max(self.expected, when))

    def _next(self, after: float) -> None:
        self.next_day, self.expected = self.case.opening().next_clock(self.by, after)
        self.wake(self.expected)
