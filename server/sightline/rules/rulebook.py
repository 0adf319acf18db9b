"""Hold the rules with their cases, and find what looks at a change.

The cases of a thing are made when it is first seen, or when a rule names it. What looks at an
address is found once and remembered, until a rule or the things of a rule change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from sightline.kinds.regions.model import Transition, Visit
from sightline.kinds.rules.model import Rule
from sightline.model.kind import State, id_of, kind_of
from sightline.rules.case import Case, Counts, EnginePorts
from sightline.rules.conditions import make
from sightline.rules.conditions.base import BaseWatch
from sightline.rules.conditions.links import LostLinks
from sightline.rules.conditions.near import Near, OtherThing
from sightline.rules.conditions.numbers import Numbered
from sightline.rules.conditions.robots import AlarmRaised
from sightline.rules.hours import Opening
from sightline.rules.index import KINDS, exact, is_about_number, looks_about
from sightline.rules.ports import DayCalendar, Lookaround
from sightline.rules.rhythm import Rhythm
from sightline.rules.timers import NEVER
from sightline.rules.topics import TopicNumbers

Look = Callable[[float, State | None, State | None], None]
MOST_CASES = 50_000
"""Things that all rules together look at; what is more is not looked at, and counted."""
_MOST_ADDRESSES = 300_000


class KnownRule:
    """One rule and its cases, by thing and mark."""

    __slots__ = ("cases", "counts", "key", "openings", "other_thing", "rule")

    def __init__(self, key: str, rule: Rule) -> None:
        self.key = key
        self.rule = rule
        self.counts = Counts()
        self.cases: dict[tuple[str, str], tuple[Case, BaseWatch]] = {}
        self.openings: dict[str, Opening] = {}
        """When the hours of rules begin and end, by their time zone."""
        self.other_thing = OtherThing()

    def changed(self, rule: Rule) -> None:
        """Take another version of the rule that looks at the same."""
        self.rule = rule
        self.openings.clear()
        for case, _ in self.cases.values():
            case.rule = rule


class RuleBook:
    """All rules and their cases. ``around`` knows the names and places of things."""

    def __init__(self, calendar: DayCalendar, around: Lookaround, ports: EnginePorts) -> None:
        self._calendar = calendar
        self._around = around
        self._ports = ports
        self.rules: dict[str, KnownRule] = {}
        self._by_word: dict[str, dict[str, KnownRule]] = {}
        self._by_other: dict[str, dict[str, KnownRule]] = {}
        self.links = LostLinks()
        self.rhythms: dict[str, Rhythm] = {}
        self.topics = TopicNumbers()
        self.looks: dict[str, tuple[Look, ...]] = {}
        """What looks at an address; empty: nobody does."""
        self.numbers: dict[tuple[str, str], tuple[Numbered, ...]] = {}
        """What looks at the messages of a topic, by the broker's name and the topic."""
        self.left_out = 0
        self._count = 0

    # -- rules

    def put(self, key: str, rule: Rule, at: float) -> KnownRule:
        """Add a rule, and the cases of the things that it names."""
        known = self.rules[key] = KnownRule(key, rule)
        for word in rule.about:
            self._by_word.setdefault(word, {})[key] = known
        if rule.condition.other is not None:
            self._by_other.setdefault(rule.condition.other, {})[key] = known
        self._unlook()
        if is_about_number(rule.condition):
            self.topics.put(key, rule.condition.topic or "")
        else:
            for thing in exact(rule):
                self.watch_of(known, thing, "", at)
        return known

    def drop(self, key: str, at: float) -> None:
        """Remove a rule; what it told of and is not over is resolved."""
        known = self.rules.pop(key, None)
        if known is not None:
            self.topics.drop(key)
            for words in (self._by_word, self._by_other):
                for word in [word for word, rules in words.items() if key in rules]:
                    del words[word][key]
                    if not words[word]:
                        del words[word]
            for case, watch in known.cases.values():
                self._end(case, watch, at, "rule")
            self._unlook()

    def forget(self, thing: str, at: float) -> None:
        """Remove all cases of a thing."""
        for known in self.rules.values():
            for each in [each for each in known.cases if each[0] == thing]:
                self._end(*known.cases.pop(each), at, "gone")
        self.rhythms.pop(thing, None)
        self._unlook()

    def cases(self, rule: str, thing: str) -> Iterator[Case]:
        """Return the cases of a rule about a thing."""
        if (known := self.rules.get(rule)) is not None:
            for (about, _), (case, _) in known.cases.items():
                if about == thing:
                    yield case

    def watch_of(self, known: KnownRule, thing: str, mark: str, at: float) -> BaseWatch | None:
        """Return what looks at a thing for a rule, made when first wanted; None: there are too
        many.
        """
        found = known.cases.get((thing, mark))
        if found is not None:
            return found[1]
        if self._count >= MOST_CASES:
            self.left_out += 1
            return None
        case = Case(
            known.key,
            known.rule,
            thing,
            mark,
            opening=partial(self._opening, known, thing),
            counts=known.counts,
            ports=self._ports,
        )
        watch = make(case, self._around, self._rhythm, self.links, known.other_thing)
        case.watch = watch
        known.cases[thing, mark] = (case, watch)
        self._count += 1
        watch.start(at)
        return watch

    # -- who looks at a change

    def find(
        self, key: str, before: State | None, after: State | None, at: float
    ) -> Sequence[Look]:
        """Find who looks at a change, where `looks` does not know."""
        kind = kind_of(key)
        if kind in KINDS:
            return self._remember(key, self._of_thing(key, at))
        state = before if after is None else after
        if type(state) is Transition or type(state) is Visit:
            if state.region is None:
                return ()
            address = f"{state.thing}\n{state.region}"
            looks = self.looks.get(address)
            if looks is None:
                looks = self._remember(address, self._of_pair(state.thing, address, at))
            return looks
        if kind == "alarm" and (robot := getattr(state, "robot", None)) is not None:
            return self._of_alarm(key, f"probot/{robot}", at)
        return ()

    def seed(
        self, known: KnownRule, things: Iterable[tuple[str, State]], at: float
    ) -> Iterator[tuple[Look, State]]:
        """Return what one rule alone looks at, of all things there are, and what looks at each."""
        rule = known.rule
        if is_about_number(rule.condition):
            return
        visit = rule.condition.region
        starts = tuple(f"{before}{word}" for word in rule.about for before in ("", "stay/"))
        starts += ("alarm/", "client/", rule.condition.other or "alarm/")
        for key, state in things:
            if not key.startswith(starts):
                continue
            if key == rule.condition.other:
                yield known.other_thing.look, state
            if type(state) is Visit:
                thing, fits = state.thing, state.region == visit
            elif key.startswith("alarm/"):
                robot = getattr(state, "robot", None)
                thing, fits = f"probot/{robot}", rule.condition.type == "alarm"
            else:
                thing, fits = key, visit is None and rule.condition.type != "alarm"
            if fits and looks_about(rule, thing):
                watch = self.watch_of(known, thing, "", at)
                if isinstance(watch, AlarmRaised):
                    yield partial(_alarmed, watch, key), state
                elif watch is not None:
                    yield watch.look, state

    def numbered(self, source: str, topic: str, at: float) -> tuple[Numbered, ...]:
        """Find what looks at the messages of a topic, where `numbers` does not know."""
        thing, found = f"broker/{source}", []
        for key in self.topics.rules(topic):
            known = self.rules[key]
            if looks_about(known.rule, thing):
                watch = self.watch_of(known, thing, topic, at)
                if isinstance(watch, Numbered):
                    found.append(watch)
        if len(self.numbers) >= _MOST_ADDRESSES:
            self.numbers.clear()
        self.numbers[source, topic] = watches = tuple(found)
        return watches

    def _unlook(self) -> None:
        self.looks.clear()
        self.numbers.clear()

    def _remember(self, address: str, looks: list[Look]) -> tuple[Look, ...]:
        if len(self.looks) >= _MOST_ADDRESSES:
            self.looks.clear()
        self.looks[address] = found = tuple(looks)
        return found

    def _of_thing(self, thing: str, at: float) -> list[Look]:
        """Return what looks at a thing; make the cases of one that is new."""
        looks: list[Look] = [
            each.other_thing.look for each in self._by_other.get(thing, {}).values()
        ]
        if kind_of(thing) == "broker":
            looks.append(partial(_link_changed, self.links, id_of(thing)))
        looks += [each.look for each in self._watches(thing, at) if thing in each.looks_at()]
        return looks

    def _of_pair(self, thing: str, address: str, at: float) -> list[Look]:
        return [each.look for each in self._watches(thing, at) if address in each.looks_at()]

    def _of_alarm(self, key: str, robot: str, at: float) -> list[Look]:
        found = [each for each in self._watches(robot, at) if isinstance(each, AlarmRaised)]
        return [partial(_alarmed, each, key) for each in found]

    def _watches(self, thing: str, at: float) -> list[BaseWatch]:
        """Return all that looks at a thing for any rule."""
        found = []
        for known in self._about(thing):
            if not is_about_number(known.rule.condition) and looks_about(known.rule, thing):
                watch = self.watch_of(known, thing, "", at)
                if watch is not None:
                    found.append(watch)
        return found

    def _about(self, thing: str) -> list[KnownRule]:
        """Return the rules that name a thing or a group that it belongs to, each once."""
        words = [thing]
        if thing.startswith("client/"):
            words.append("broker/" + thing.split("/", 2)[1])
        found: dict[str, KnownRule] = {}
        for word in words:
            while word:
                found.update(self._by_word.get(word, {}))
                word = word.rpartition("/")[0]
        return list(found.values())

    # -- what cases need

    def _opening(self, known: KnownRule, thing: str) -> Opening:
        """Return when a rule is looked at, where the thing is now."""
        zone = known.rule.hours.zone or self._around.zone(thing)
        found = known.openings.get(zone)
        if found is None:
            found = known.openings[zone] = Opening(known.rule.hours, zone, self._calendar)
        return found

    def _rhythm(self, thing: str) -> Rhythm:
        found = self.rhythms.get(thing)
        if found is None:
            found = self.rhythms[thing] = Rhythm()
        return found

    def _end(self, case: Case, watch: BaseWatch, at: float, why: Any) -> None:
        if isinstance(watch, Near):
            watch.other_thing.watches.remove(watch)
        case.end(at, why)
        watch.wake(NEVER)
        self._count -= 1


def _link_changed(
    links: LostLinks, name: str, at: float, before: State | None, after: State | None
) -> None:
    links.look(name, at, after)


def _alarmed(
    watch: AlarmRaised, key: str, at: float, before: State | None, after: State | None
) -> None:
    watch.alarmed(key, at, after)
