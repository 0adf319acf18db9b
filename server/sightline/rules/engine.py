"""Judge many rules at once, live and in a back-test: the same code for both.

What happens comes in as `World.watch` gives it, with our receipt time; firings, reminders and
resolutions come out. A change that no rule looks at costs one look into a dictionary. Pure: time is
an argument, and when it wants to be asked next is `Engine.due`.

    engine = Engine(calendar, around)
    engine.put("rule/jane/ab12cd34", rule, now)
    events = engine.observe(now, key, before, after)     # each change of the world
    events = engine.number(now, "main", topic, payload)  # each message of `engine.topics`
    events = engine.tick(now)                            # when `engine.due` has come

The order counts: what is due before a change is judged before it. So the same changes at the same
times make the same verdicts, however late a tick comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from sightline.kinds.rules.model import Rule
from sightline.model.kind import State
from sightline.rules.case import Counts, EnginePorts
from sightline.rules.firing import Event
from sightline.rules.index import looks_about, same_watch
from sightline.rules.ports import DayCalendar, Lookaround
from sightline.rules.rhythm import Rhythm, Usual
from sightline.rules.rulebook import Look, RuleBook
from sightline.rules.timers import Timers
from sightline.rules.topics import TopicNumbers

_NOTHING: tuple[Event, ...] = ()


class EngineState(msgspec.Struct):
    """What is kept over a restart, for JSON."""

    at: float
    cases: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = []
    """Rule, thing, mark; then what the case and its condition keep."""
    rhythms: dict[str, Any] = {}


class RuleEngine:
    """All rules. ``around`` knows the names and places of things."""

    def __init__(self, calendar: DayCalendar, around: Lookaround) -> None:
        self._ports = EnginePorts(Timers())
        self._timers = self._ports.timers
        self._book = RuleBook(calendar, around, self._ports)
        self._looks, self._rules = self._book.looks, self._book.rules
        self.now = 0.0
        """The newest time that was given, epoch s."""
        self.faults = 0
        """Changes that a condition could not judge: mistakes of ours, which keep out no message."""
        self.fault = ""
        """What the last of them was."""

    # -- what happens

    def observe(
        self, at: float, key: str, before: State | None, after: State | None
    ) -> Sequence[Event]:
        """Judge a change of a thing that was found at ``at`` (epoch s, ours)."""
        timers = self._timers
        if not self._rules and timers.next > at and not key.startswith("broker/"):
            return _NOTHING  # without any rule only links to brokers are followed
        looks: Sequence[Look] | None = self._looks.get(key)
        if looks is None:
            looks = self._book.find(key, before, after, self.now)
        if not looks and timers.next > at:
            return _NOTHING
        at = self._passes(at)
        for look in looks:
            try:
                look(at, before, after)
            except Exception as why:
                self._slipped(why)
        if timers.next <= at:
            self._run(at)
        return self._taken() if self._ports.events else _NOTHING

    def number(self, at: float, source: str, topic: str, payload: bytes) -> Sequence[Event]:
        """Judge a message of a topic that came over the broker ``source``."""
        watches = self._book.numbers.get((source, topic))
        if watches is None:
            watches = self._book.numbered(source, topic, self.now)
        if not watches:
            return _NOTHING
        at = self._passes(at)
        for watch in watches:
            try:
                watch.took(at, payload)
            except Exception as why:
                self._slipped(why)
        return self._taken()

    def tick(self, now: float) -> Sequence[Event]:
        """Judge what is due at ``now`` (epoch s)."""
        self._passes(now)
        return self._taken()

    @property
    def due(self) -> float:
        """Return when `tick` is wanted next, epoch s; infinite: not before something happens."""
        return self._timers.next

    # -- rules

    def put(
        self, key: str, rule: Rule, at: float, things: Iterable[tuple[str, State]] = ()
    ) -> Sequence[Event]:
        """Judge a rule from ``at`` on, or its new version. ``things`` is what there is in the
        world, visits and alarms included: what is so already counts as found now.
        """
        known = self._book.rules.get(key)
        if known is not None and rule.enabled and same_watch(known.rule, rule):
            known.changed(rule)
            return _NOTHING
        at = self._passes(at)
        self._book.drop(key, at)
        if rule.enabled:
            known = self._book.put(key, rule, at)
            for look, state in self._book.seed(known, things, at):
                try:
                    look(at, None, state)
                except Exception as why:
                    self._slipped(why)
        return self._taken()

    def drop(self, key: str, at: float) -> Sequence[Event]:
        """Judge a rule no longer. What it told of and is not over is resolved."""
        self._book.drop(key, self._passes(at))
        return self._taken()

    def forget(self, thing: str, at: float) -> Sequence[Event]:
        """Know nothing of a thing any more: it was removed or erased."""
        self._book.forget(thing, self._passes(at))
        return self._taken()

    def counts(self, key: str) -> Counts:
        """Return what a rule did not tell, and why."""
        known = self._book.rules.get(key)
        return Counts() if known is None else known.counts

    @property
    def topics(self) -> TopicNumbers:
        """Return the topics that rules look at."""
        return self._book.topics

    @property
    def left_out(self) -> int:
        """Count the things that are not looked at, as there are too many."""
        return self._book.left_out

    # -- what people do with a firing

    def acknowledge(self, rule: str, thing: str, id: str) -> None:
        """Tell nobody again of a firing."""
        for case in self._book.cases(rule, thing):
            case.acknowledge(id)

    def resolve(self, rule: str, thing: str, id: str) -> None:
        """Take a firing as over. It fires again when it begins anew."""
        for case in self._book.cases(rule, thing):
            case.resolve(id)

    def reopen(self, rule: str, thing: str, id: str, at: float) -> None:
        """Take back that a firing was acknowledged."""
        for case in self._book.cases(rule, thing):
            case.reopen(id, at)

    # -- usual silence

    def usual(self, thing: str) -> Usual | None:
        """Return the usual silence of a thing; None: no rule asks for it."""
        rhythm = self._book.rhythms.get(thing)
        return None if rhythm is None else rhythm.usual()

    def learned(self, thing: str, rhythm: Rhythm) -> None:
        """Take over what was learned of a thing from its history, before a rule asks for it."""
        self._book.rhythms.setdefault(thing, rhythm)

    # -- over restarts

    def state(self) -> EngineState:
        """Return what is to be kept over a restart."""
        cases = []
        for known in self._book.rules.values():
            for (thing, mark), (case, watch) in known.cases.items():
                cases.append((known.key, thing, mark, case.stored(), watch.stored()))
        rhythms = {thing: each.stored() for thing, each in self._book.rhythms.items()}
        return EngineState(self.now, cases, rhythms)

    def restore(self, state: EngineState, at: float, hears: float | None = None) -> None:
        """Take up what was kept, after all rules were put; what does not fit is begun anew.

        ``at`` is when it goes on (epoch s); ``hears``: since when we hear anything again, if that
        is later: what happened in between is judged from history first, and nobody was silent.
        """
        self.now = max(self.now, at)
        self._book.links.started(at if hears is None else hears)
        for thing, stored in state.rhythms.items():
            known = self._book.rhythms.get(thing)
            try:
                rhythm = Rhythm.restored(stored)
            except (msgspec.ValidationError, ValueError, TypeError):
                continue
            if known is None:
                self._book.rhythms[thing] = rhythm
            else:
                known.take(rhythm)
        for key, thing, mark, of_case, of_watch in state.cases:
            rule = self._book.rules.get(key)
            if rule is None or not looks_about(rule.rule, thing):
                continue
            watch = self._book.watch_of(rule, thing, mark, at)
            if watch is not None:
                try:
                    watch.case.restore(of_case)
                    watch.restore(of_watch)
                    watch.start(at)
                except Exception as why:
                    self._slipped(why)

    # -- how

    def _passes(self, at: float) -> float:
        """Judge what is due up to ``at``; time never goes back, whatever a clock says."""
        if not at >= self.now:
            at = self.now
        self.now = at
        if self._timers.next <= at:
            self._run(at)
        return at

    def _run(self, at: float) -> None:
        # One that fails is not asked again, and the others are.
        while self._timers.next <= at:
            try:
                self._timers.take(at, at)
            except Exception as why:
                self._slipped(why)

    def _slipped(self, why: Exception) -> None:
        self.faults += 1
        self.fault = f"{type(why).__name__}: {why}"[:200]

    def _taken(self) -> Sequence[Event]:
        ports = self._ports
        if not ports.events:
            return _NOTHING
        events, ports.events = ports.events, []
        return events
