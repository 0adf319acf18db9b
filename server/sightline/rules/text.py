"""Write a rule as one line of text, and read it back.

    when friend/jane/phone arrives at region/ab12cd34 tell jane on Mon-Fri 08:00-16:00, urgent,
    at most once in 10 min

(one line). What it says and what the parts are called is in server/docs/explain/rules.md. Who made
it and when is no part of the text: `read` gives a rule of version 0 by nobody.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from sightline.kinds.rules.model import Hours, Recipient, Rule
from sightline.rules.text_conditions import read_condition, write_condition
from sightline.rules.words import BadText, Words, duration_text, plain, quoted

__all__ = ["BadText", "read", "write"]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST = 4_000
"""Characters of a line."""
_TIMES = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)\Z", re.ASCII)
_Day = Literal[0, 1, 2, 3, 4, 5, 6]


def write(rule: Rule) -> str:
    """Return a rule as one line."""
    about = " or ".join(plain(word) for word in rule.about)
    line = f"when {about} {write_condition(rule.condition)}"
    tell = []
    for each in rule.tell:
        later = f" after {duration_text(each.after)}" if each.after else ""
        tell.append(plain(each.account) + later)
    line += f" tell {' and '.join(tell)}"
    if (hours := _write_hours(rule.hours)) != "":
        line += f" {hours}"
    return ", ".join((line, *_write_options(rule)))


def _write_options(rule: Rule) -> list[str]:
    options = []
    if rule.urgent:
        options.append("urgent")
    if rule.every:
        options.append(f"at most once in {duration_text(rule.every)}")
    if rule.again is not None:
        options.append(f"again every {duration_text(rule.again)} until acknowledged")
    if not rule.enabled:
        options.append("switched off")
    if rule.name:
        options.append(f"called {quoted(rule.name)}")
    return options


def _write_hours(hours: Hours) -> str:
    parts = []
    if hours.days is not None:
        parts.append(_write_days(hours.days))
    if hours.begin is not None and hours.end is not None:
        parts.append(f"{hours.begin}-{hours.end}")
    elif hours.begin is not None:
        parts.append(f"from {hours.begin}")
    elif hours.end is not None:
        parts.append(f"until {hours.end}")
    if hours.holidays != "also":
        which = "not on" if hours.holidays == "not" else "only on"
        parts.append(f"{which} holidays")
    if hours.country is not None:
        parts.append(f"of {plain(hours.country)}")
    if hours.zone is not None:
        parts.append(f"in {plain(hours.zone)}")
    return f"on {' '.join(parts)}" if parts else ""


def _write_days(days: tuple[_Day, ...]) -> str:
    """Return days as ``Mon-Fri,Sun``; none at all as ``nodays``."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = []
    for run in runs:
        if len(run) < 3:
            parts += [DAYS[day] for day in run]
        else:
            parts.append(f"{DAYS[run[0]]}-{DAYS[run[-1]]}")
    return "+".join(parts) or "nodays"


def read(line: str) -> Rule:
    """Return the rule that a line says. Raises `BadText`."""
    if len(line) > LONGEST:
        raise BadText(LONGEST + 1, f"no more than {LONGEST} characters")
    words = Words(line)
    words.need("when")
    about = [words.name("what it is about, as friend/jane/phone")]
    while words.took("or"):
        about.append(words.name("what it is about, too"))
    condition = read_condition(words)
    words.need("tell")
    tell = [_recipient(words)]
    while words.took("and"):
        tell.append(_recipient(words))
    hours = _read_hours(words) if words.took("on") else Hours()
    options: dict[str, Any] = {}
    while not words.ended:
        if not words.took(","):
            raise words.fail("a comma, or the end of the line")
        _option(words, options)
    return Rule(
        about=tuple(about),
        condition=condition,
        hours=hours,
        tell=tuple(tell),
        version=0,
        by="",
        at=0.0,
        **options,
    )


def _recipient(words: Words) -> Recipient:
    account = words.name("the name of an account")
    return Recipient(account=account, after=words.duration() if words.took("after") else 0.0)


def _option(words: Words, options: dict[str, Any]) -> None:
    column = words.next.column
    option: dict[str, Any]
    if words.took("urgent"):
        option = {"urgent": True}
    elif words.took("at", "most", "once", "in"):
        option = {"every": words.duration()}
    elif words.took("again", "every"):
        option = {"again": words.duration()}
        words.need("until", "acknowledged")
    elif words.took("switched", "off"):
        option = {"enabled": False}
    elif words.took("called"):
        option = {"name": words.take("a name in quotes").text}
    else:
        raise words.fail("“urgent”, “at most once in”, “again every”, “switched off” or “called”")
    if options.keys() & option.keys():
        raise BadText(column, "each of these once only")
    options.update(option)


def _read_hours(words: Words) -> Hours:
    found: dict[str, Any] = {}
    column = words.next.column
    if (days := _read_days(words)) is not None:
        found["days"] = days
    times = None if words.next.quoted else _TIMES.match(words.next.text)
    if times is not None:
        words.take("")
        found["begin"], found["end"] = times[1], times[2]
    elif words.took("from"):
        found["begin"] = words.name("a time as 08:00")
    elif words.took("until"):
        found["end"] = words.name("a time as 16:00")
    if words.took("not", "on", "holidays"):
        found["holidays"] = "not"
    elif words.took("only", "on", "holidays"):
        found["holidays"] = "only"
    if words.took("of"):
        found["country"] = words.name("a country as DE or DE-BY")
    if words.took("in"):
        found["zone"] = words.name("a zone as Europe/Berlin")
    if not found:
        raise BadText(column, "days as Mon-Fri, times as 08:00-16:00, holidays or a zone")
    return Hours(**found)


def _read_days(words: Words) -> tuple[int, ...] | None:
    text = words.next.text
    if words.next.quoted or text[:3] not in (*DAYS, "nod"):
        return None
    word = words.take("days")
    if text == "nodays":
        return ()
    days: set[int] = set()
    for part in text.split("+"):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise BadText(word.column, "days as Mon-Fri or Mon+Wed")
        begin = DAYS.index(first)
        span = (DAYS.index(last) - begin) % 7 if dash else 0
        days.update((begin + n) % 7 for n in range(span + 1))
    return tuple(sorted(days))
