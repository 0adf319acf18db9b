"""Find what is wrong with a rule, in words for the person who makes it.

Each trouble has a stable code, names the field (``condition.region``, ``tell.0.account``) and
says why. What is gone is asked of `Lookups`; a rule that was right may have troubles later, when a
region was removed: its code is then `Rule.trouble`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from sightline.kinds import THING_TYPES
from sightline.kinds.rules.model import Condition, Hours, Rule
from sightline.model.filters import filter_fault
from sightline.model.kind import kind_of
from sightline.rules.fields import (
    AFTER,
    AGAIN,
    EVERY,
    LONGEST_NAME,
    MOST_ABOUT,
    MOST_TELL,
    RANGES,
    TAKES,
    Range,
    given,
)
from sightline.rules.hours import Opening, clock
from sightline.rules.index import ABOUT
from sightline.rules.ports import DayCalendar
from sightline.rules.timers import NEVER


class RuleFault(NamedTuple):
    """What is wrong, where."""

    code: str
    words: str
    field: str


class Lookups(Protocol):
    """What there is now, as far as the rule's owner may see it."""

    def region(self, id: str) -> bool:
        """Tell whether there is a region of this id."""

    def thing(self, word: str) -> bool:
        """Tell whether there is a thing of this key, or any of this group or kind."""

    def account(self, name: str) -> bool:
        """Tell whether there is an account of this name."""


SAY = {
    "region": "a region",
    "other": "another thing",
    "by": "a time of day",
    "seconds": "a duration",
    "metres": "a distance",
    "above": "a limit (above)",
    "below": "a limit (below)",
    "changed": "“changed”",
    "times": "a number of times",
    "topic": "a topic",
    "field": "a field of the message",
    "margin": "a margin",
}
"""What people call the fields."""
_NAMES = {
    "friend": "a friend",
    "probot": "a robot",
    "broker": "a broker",
    "client": "a client of a broker",
}


def check(
    rule: Rule, known: Lookups, calendar: DayCalendar, zone: str, now: float
) -> list[RuleFault]:
    """Return what is wrong with a rule. ``zone`` is the server's, ``now`` is epoch s."""
    found = [*_condition(rule.condition), *_about(rule, known), *_tell(rule, known)]
    found += [*_options(rule), *_hours(rule.hours, calendar)]
    condition = rule.condition
    if condition.region is not None and not known.region(condition.region):
        found.append(RuleFault("gone_region", "The region is gone.", "condition.region"))
    if condition.other is not None and not known.thing(condition.other):
        found.append(RuleFault("gone_thing", "The other thing is gone.", "condition.other"))
    return found or list(_never(rule, calendar, zone, now))


# -- the condition


def _condition(condition: Condition) -> Iterator[RuleFault]:
    takes, has = TAKES[condition.type], given(condition)
    for name in takes.needs:
        if name not in has:
            yield RuleFault("missing", f"{_big(SAY[name])} is missing.", f"condition.{name}")
    if takes.one_of and not any(name in has for name in takes.one_of):
        wanted = " or ".join(SAY[name] for name in takes.one_of)
        yield RuleFault("missing", f"One of these is missing: {wanted}.", "condition")
    for name in has:
        if name not in takes.all:
            words = f"“{condition.type}” takes no {SAY[name].removeprefix('a ')}."
            yield RuleFault("not_taken", words, f"condition.{name}")
        elif (limits := RANGES.get((condition.type, name))) is not None:
            yield from _within(getattr(condition, name), limits, f"condition.{name}", SAY[name])
    yield from _values(condition)
    yield from _contradictions(condition)


def _values(condition: Condition) -> Iterator[RuleFault]:
    if condition.by is not None and clock(condition.by) is None:
        yield RuleFault("bad_time", "A time of day is written as 08:30.", "condition.by")
    if condition.topic is not None and (fault := filter_fault(condition.topic)) is not None:
        yield RuleFault("bad_topic", f"This is no topic: {fault}.", "condition.topic")
    field = condition.field
    if field is not None and (len(field) > 200 or not all(field.split("."))):
        words = "A field is a path of names with points, as battery.percent."
        yield RuleFault("bad_field", words, "condition.field")


def _contradictions(condition: Condition) -> Iterator[RuleFault]:
    above, below, margin = condition.above, condition.below, condition.margin
    if condition.changed and (above is not None or below is not None):
        words = "It either changes, or goes above or below a limit: both together mean nothing."
        yield RuleFault("contradiction", words, "condition.changed")
    if above is not None and below is not None and above >= below:
        words = "No number is above the one limit and below the other."
        yield RuleFault("contradiction", words, "condition.above")
    limit = above if condition.type in ("speed", "latency") else None
    if limit is not None and margin is not None and margin >= limit:
        words = "The margin must be smaller than the limit, or it would never be over."
        yield RuleFault("contradiction", words, "condition.margin")


def _within(value: Any, limits: Range, field: str, name: str) -> Iterator[RuleFault]:
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        yield RuleFault("range", f"{_big(name)} is a number.", field)
    elif not limits.least <= value <= limits.most:
        unit = f" {limits.unit}" if limits.unit else ""
        words = f"{_big(name)} is from {limits.least:g} to {limits.most:g}{unit}."
        yield RuleFault("range", words, field)


# -- who it is about, and who is told


def _about(rule: Rule, known: Lookups) -> Iterator[RuleFault]:
    if not rule.about:
        yield RuleFault("missing", "The rule is about nobody.", "about")
    if len(rule.about) > MOST_ABOUT:
        yield RuleFault("too_many", f"A rule is about at most {MOST_ABOUT}.", "about")
    fits = ABOUT[rule.condition.type]
    for n, word in enumerate(rule.about[:MOST_ABOUT]):
        kind = kind_of(word)
        levels = THING_TYPES[kind].levels if kind in THING_TYPES else 0
        if not levels or not all(word.split("/")) or word.count("/") >= levels:
            yield RuleFault("gone_thing", f"“{word[:100]}” is no thing.", f"about.{n}")
        elif kind not in fits:
            allowed = " or ".join(sorted(_NAMES[each] for each in fits))
            words = (
                f"“{rule.condition.type}” is about {allowed}, not about {_NAMES.get(kind, kind)}."
            )
            yield RuleFault("wrong_kind", words, f"about.{n}")
        elif not known.thing(word):
            yield RuleFault("gone_thing", f"“{word}” is gone.", f"about.{n}")
        elif word == rule.condition.other:
            yield RuleFault("contradiction", "Nothing is near itself.", "condition.other")


def _tell(rule: Rule, known: Lookups) -> Iterator[RuleFault]:
    if not rule.tell:
        yield RuleFault("missing", "The rule tells nobody.", "tell")
    if len(rule.tell) > MOST_TELL:
        yield RuleFault("too_many", f"A rule tells at most {MOST_TELL}.", "tell")
    seen: set[str] = set()
    for n, each in enumerate(rule.tell[:MOST_TELL]):
        field = f"tell.{n}.account"
        if not known.account(each.account):
            yield RuleFault("gone_account", f"There is no account “{each.account[:100]}”.", field)
        if each.account in seen:
            yield RuleFault("twice", f"“{each.account[:100]}” is told twice.", field)
        seen.add(each.account)
        yield from _within(each.after, AFTER, f"tell.{n}.after", "a delay")


def _options(rule: Rule) -> Iterator[RuleFault]:
    yield from _within(rule.every, EVERY, "every", "“at most once in”")
    if rule.again is not None:
        yield from _within(rule.again, AGAIN, "again", "“again every”")
    if len(rule.name) > LONGEST_NAME:
        words = f"A name has at most {LONGEST_NAME} characters."
        yield RuleFault("range", words, "name")


# -- when


def _hours(hours: Hours, calendar: DayCalendar) -> Iterator[RuleFault]:
    if hours.days is not None and not hours.days:
        yield RuleFault("never", "It is looked at on no day of the week.", "hours.days")
    for name, time in (("begin", hours.begin), ("end", hours.end)):
        if time is not None and clock(time) is None:
            yield RuleFault("bad_time", "A time of day is written as 08:30.", f"hours.{name}")
    if hours.begin is not None and hours.begin == hours.end:
        words = "It begins and ends at the same time."
        yield RuleFault("contradiction", words, "hours.end")
    if hours.holidays != "also" and hours.country is None:
        yield RuleFault("missing", "Whose holidays? A country is missing.", "hours.country")
    if hours.country is not None and not calendar.has_country(hours.country):
        words = f"The holidays of “{hours.country[:20]}” are not known."
        yield RuleFault("bad_country", words, "hours.country")
    if hours.zone is not None and not calendar.has_zone(hours.zone):
        yield RuleFault("bad_zone", f"There is no zone “{hours.zone[:60]}”.", "hours.zone")


def _never(rule: Rule, calendar: DayCalendar, zone: str, now: float) -> Iterator[RuleFault]:
    """Find what can never fire though each part of it is right."""
    hours, condition = rule.hours, rule.condition
    opening = Opening(hours, hours.zone or zone, calendar)
    if opening.next(now) == NEVER:
        words = "There is no such day within a year: it would never be looked at."
        yield RuleFault("never", words, "hours.days")
    elif condition.type == "absent" and condition.by is not None:
        _, when = opening.next_clock(clock(condition.by) or 0, now)
        if when != NEVER and not opening.holds(when):
            words = f"{condition.by} is outside the hours of the rule: it would never be looked at."
            yield RuleFault("never", words, "condition.by")
    owner = (condition.region or "").rpartition("/")[0]
    if owner.startswith("friend/") and not any(_means(word, owner) for word in rule.about):
        words = "This region is one phone's own: nobody else ever comes or goes there."
        yield RuleFault("never", words, "condition.region")


def _means(word: str, thing: str) -> bool:
    return word == thing or thing.startswith(f"{word}/")


def _big(text: str) -> str:
    return text[:1].upper() + text[1:]
