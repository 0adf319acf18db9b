"""Decide what becomes of a verdict: told now, later, again, to others, or not at all.

A condition (`sightline.rules.conditions`) says that something happened, or that something holds
from now on and no longer. A `Case` is one rule about one thing: it knows the rule's hours, how
often it may tell, who must be told again, and what is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from sightline.kinds.rules.model import Rule
from sightline.rules.firing import Event, Firing, Reminder, Resolution, firing_id
from sightline.rules.hours import Opening
from sightline.rules.timers import NEVER, Timer, Timers

OLDEST = 3 * 86_400.0
"""What was found out only so long (s) after it happened is told to nobody."""
MOST_REMINDERS = 100
"""So often is told again what nobody acknowledges."""
_MOST_OPEN = 20


class Facts(NamedTuple):
    """What goes along with a firing; the fields are those of `Firing`."""

    value: float | None = None
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    limit: float | None = None


NO_FACTS = Facts()


class OpenFiring(msgspec.Struct, omit_defaults=True):
    """A firing that somebody may still have to be told of."""

    id: str
    told: float
    """When it was told first, epoch s."""
    lasting: bool = False
    acknowledged: bool = False
    reminders: int = 0
    again: float = NEVER
    """When it is told again."""
    steps: list[tuple[float, str]] = []
    """Who is told when, as long as nobody acknowledges it."""

    @property
    def due(self) -> float:
        """Return when the next is to be told."""
        if self.acknowledged:
            return NEVER
        return min(self.again, min((due for due, _ in self.steps), default=NEVER))


class Episode(msgspec.Struct, omit_defaults=True):
    """What holds since ``at``. ``fired``: the id of its firing; empty: nobody was told yet."""

    at: float
    facts: Facts
    fired: str = ""
    told_at: float = NEVER
    """When it is told, if it holds still: at the next of the rule's hours, or as it was told of
    only just before."""
    too_soon: bool = False


@dataclass(slots=True)
class Counts:
    """What one rule did not tell, and why."""

    fired: int = 0
    quiet: int = 0
    """It was outside the rule's hours."""
    too_soon: int = 0
    """It was told of only just before (`Rule.every`)."""
    too_old: int = 0
    """It was found out days afterwards."""


class CaseWatch(Protocol):
    """What a case needs of its condition."""

    def still(self, at: float) -> bool:
        """Tell whether what began to hold can be said to hold at ``at``, where nothing ended it."""

    def facts(self) -> Facts | None:
        """Return what is so now, for what is told later; None: as it was when it began."""


@dataclass(slots=True)
class EnginePorts:
    """What the cases of one engine share: who hears of the events, and the timers."""

    timers: Timers
    events: list[Event] = field(default_factory=list)


class Case:
    """One rule about one thing. ``mark`` tells apart what has no key: topics."""

    __slots__ = (
        "_ports",
        "_timer",
        "counts",
        "episode",
        "holding",
        "key",
        "last",
        "mark",
        "open",
        "opening",
        "rule",
        "thing",
        "watch",
    )

    def __init__(
        self,
        key: str,
        rule: Rule,
        thing: str,
        mark: str,
        *,
        opening: Callable[[], Opening],
        counts: Counts,
        ports: EnginePorts,
    ) -> None:
        self.key = key
        self.rule = rule
        self.thing = thing
        self.mark = mark
        self.opening = opening
        """Returns when this is looked at, where the thing is now."""
        self.counts = counts
        self._ports = ports
        self.watch: CaseWatch | None = None
        self.holding = False
        """What the condition asks for is so."""
        self.episode: Episode | None = None
        self.last = -NEVER
        """When it happened what was told last, epoch s."""
        self.open: list[OpenFiring] = []
        self._timer = Timer(self._due)

    @property
    def timers(self) -> Timers:
        """Return the timers of the engine."""
        return self._ports.timers

    # -- what a condition says

    def happened(self, at: float, found: float, facts: Facts = NO_FACTS) -> None:
        """Take in that it happened at ``at``, which is known at ``found``."""
        if found - at > OLDEST:
            self.counts.too_old += 1
        elif not self.opening().holds(at):
            self.counts.quiet += 1
        elif abs(at - self.last) < self.rule.every:
            self.counts.too_soon += 1
        else:
            self._fire(at, found, facts, lasting=False)

    def begins(self, at: float, found: float, facts: Facts = NO_FACTS) -> None:
        """Take in that it holds from ``at`` on."""
        if self.holding:
            return
        self.holding = True
        if found - at > OLDEST:
            self.counts.too_old += 1
            return
        self.episode = Episode(at, facts)
        self._try(self.episode, at, found)

    def ends(self, at: float, found: float) -> None:
        """Take in that it holds no longer."""
        if not self.holding:
            return
        self.holding = False
        episode, self.episode = self.episode, None
        if episode is None:
            return
        if not episode.fired:
            if episode.too_soon:
                self.counts.too_soon += 1
            else:
                self.counts.quiet += 1
            self._plan()
            return
        self._over(episode.fired, at, found, "over")

    # -- what people do

    def acknowledge(self, id: str) -> None:
        """Tell nobody again of this firing."""
        for each in self.open:
            if each.id == id:
                each.acknowledged = True
        self._tidy()

    def resolve(self, id: str) -> None:
        """Take a firing as over: somebody says so. It fires again when it begins anew."""
        if self.episode is not None and self.episode.fired == id:
            self.episode = None
        self.open = [each for each in self.open if each.id != id]
        self._plan()

    def reopen(self, id: str, at: float) -> None:
        """Take back that a firing was acknowledged, at ``at``."""
        for each in self.open:
            if each.id == id:
                self._schedule(each, at)
                self._plan()
                return
        lasting = self.episode is not None and self.episode.fired == id
        self._keep(OpenFiring(id, at, lasting), at)
        self._plan()

    def end(self, at: float, why: Any) -> None:
        """Close all that is open: the thing or the rule is gone."""
        episode, self.episode, self.holding = self.episode, None, False
        if episode is not None and episode.fired:
            self._over(episode.fired, at, at, why)
        self.open.clear()
        self._plan()

    # -- over restarts

    def stored(self) -> dict[str, Any]:
        """Return what is kept over a restart, for JSON; empty: nothing is."""
        found: dict[str, Any] = {}
        if self.holding:
            found["holding"] = True
        if self.episode is not None:
            found["episode"] = msgspec.to_builtins(self.episode)
        if self.last != -NEVER:
            found["last"] = self.last
        if self.open:
            found["open"] = [msgspec.to_builtins(each) for each in self.open]
        return found

    def restore(self, stored: dict[str, Any]) -> None:
        """Take up what `stored` returned. Raises `msgspec.ValidationError`."""
        self.holding = stored.get("holding") is True
        if "episode" in stored:
            self.episode = msgspec.convert(stored["episode"], Episode)
        self.last = msgspec.convert(stored.get("last", -NEVER), float)
        self.open = msgspec.convert(stored.get("open", []), list[OpenFiring])
        self._plan()

    # -- how

    def _try(self, episode: Episode, at: float, found: float) -> None:
        """Tell of what holds, or find out when it may be told."""
        if at > episode.at and self.watch is not None and not self.watch.still(at):
            self.ends(at, found)  # it may hold: when that is seen, it begins anew
            return
        opens = self.opening().next(at)
        allowed = self.last + self.rule.every if at >= self.last else at
        later = max(opens, allowed)
        if later > at:
            episode.too_soon = allowed > opens
            episode.told_at = later
            self._plan()
            return
        facts = episode.facts
        if at > episode.at and self.watch is not None:
            facts = self.watch.facts() or facts
        episode.told_at = NEVER
        episode.fired = self._fire(at, found, facts, lasting=True)

    def _fire(self, at: float, found: float, facts: Facts, *, lasting: bool) -> str:
        rule = self.rule
        id = firing_id(self.key, self.thing, self.mark, at)
        self.last = max(self.last, at)
        self.counts.fired += 1
        self._ports.events.append(
            Firing(
                id=id,
                rule=self.key,
                thing=self.thing,
                condition=rule.condition,
                at=at,
                found=found,
                value=facts.value,
                limit=facts.limit,
                place=facts.place,
                lat=facts.lat,
                lon=facts.lon,
                urgent=rule.urgent,
                lasting=lasting,
                tell=tuple(each.account for each in rule.tell if each.after <= 0),
            )
        )
        self._keep(OpenFiring(id, found, lasting), found)
        self._plan()
        return id

    def _keep(self, firing: OpenFiring, at: float) -> None:
        self._schedule(firing, at)
        if firing.lasting or firing.due != NEVER:
            self.open.append(firing)
            del self.open[:-_MOST_OPEN]

    def _schedule(self, firing: OpenFiring, at: float) -> None:
        again = self.rule.again
        firing.acknowledged = False
        firing.again = NEVER if again is None else at + again
        firing.steps = [
            (at + each.after, each.account) for each in self.rule.tell if each.after > 0
        ]

    def _over(self, id: str, at: float, found: float, why: Any) -> None:
        self.open = [each for each in self.open if each.id != id]
        self._ports.events.append(
            Resolution(id=id, rule=self.key, thing=self.thing, at=at, found=found, why=why)
        )
        self._plan()

    def _tidy(self) -> None:
        self.open = [each for each in self.open if each.lasting or each.due != NEVER]
        self._plan()

    def _plan(self) -> None:
        """Set the timer to what comes next."""
        due = min((each.due for each in self.open), default=NEVER)
        if self.episode is not None and self.episode.told_at < due:
            due = self.episode.told_at
        if due == NEVER:
            self._ports.timers.stop(self._timer)
        else:
            self._ports.timers.set(self._timer, due)

    def _due(self, at: float, found: float) -> None:
        episode = self.episode
        if episode is not None and episode.told_at <= at:
            episode.told_at = NEVER
            self._try(episode, at, found)
        for each in self.open:
            if each.due <= at:
                self._remind(each, at)
        self._tidy()

    def _remind(self, firing: OpenFiring, at: float) -> None:
        tell = tuple(account for due, account in firing.steps if due <= at)
        if tell:
            firing.steps = [step for step in firing.steps if step[0] > at]
            self._say(firing, at, "escalate", tell)
        if firing.again <= at:
            passed = at - firing.told
            tell = tuple(each.account for each in self.rule.tell if each.after <= passed)
            self._say(firing, at, "again", tell)
            more = firing.reminders < MOST_REMINDERS and self.rule.again is not None
            firing.again = at + (self.rule.again or 0.0) if more else NEVER

    def _say(self, firing: OpenFiring, at: float, why: Any, tell: tuple[str, ...]) -> None:
        firing.reminders += 1
        self._ports.events.append(
            Reminder(
                id=firing.id,
                rule=self.key,
                thing=self.thing,
                at=at,
                why=why,
                n=firing.reminders,
                tell=tell,
            )
        )
