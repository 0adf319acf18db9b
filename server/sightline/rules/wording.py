"""Say a firing in the languages of the page, as a title and a body of whole sentences.

A notification leaves the server before anybody knows in which language its reader reads, so it has
all of them. The sentences stand in `sightline.rules.sentences`; here are numbers, durations and
times as each language writes them.
"""

from __future__ import annotations

from sightline.model.text import clean
from sightline.rules.firing import Firing
from sightline.rules.hours import clock
from sightline.rules.ports import LocalTime
from sightline.rules.sentences import LANGUAGES, Language

_LONGEST = 80  # characters of a name


def texts(
    firing: Firing,
    who: str,
    *,
    rule: str = "",
    at: LocalTime,
    found: LocalTime | None = None,
    over: bool = False,
) -> dict[str, tuple[str, str]]:
    """Return title and body by language.

    ``who`` is what people call the thing, ``rule`` the name of the rule; ``at`` is when it happened
    by the clocks of its zone, ``found`` when it was found out, if that is told as late. ``over``:
    it is told that it is over.
    """
    named = clean(rule, _LONGEST)
    found_texts = {}
    for code, language in LANGUAGES.items():
        values = _values(firing, clean(who, _LONGEST), language)
        title = language.titles[_title_of(firing)].format_map(values)
        if over:
            title = language.over.format(title=title)
        sentences = [] if over else [each.format_map(values) for each in _details(firing, language)]
        sentences.append(language.at.format(time=_time(at)))
        if found is not None and not over:
            sentences.append(language.late.format(time=_time(found)))
        if named:
            sentences.append(language.rule.format(name=named))
        found_texts[code] = (title, " ".join(sentences))
    return found_texts


def _title_of(firing: Firing) -> str:
    """Return which title a firing has."""
    if firing.condition.type == "number" and firing.condition.changed:
        return "changed"
    return firing.condition.type


def _details(firing: Firing, language: Language) -> list[str]:
    """Return the sentences that say more."""
    condition, details = firing.condition, language.details
    if condition.type == "near" and firing.value is not None:
        return [details["apart"]]
    if condition.type == "battery" and condition.by is not None:
        return [details["empty"]]
    if condition.type == "silent" and firing.limit is not None:
        return [details["usual"]]
    if condition.type == "absent":
        return [details["expected"]]
    if condition.type == "flapping":
        return [details["flapped"]]
    return []


def _values(firing: Firing, who: str, language: Language) -> dict[str, str]:
    value, condition = firing.value, firing.condition
    seconds = value or 0.0
    place = clean(firing.place or condition.topic or condition.region or "", _LONGEST)
    return {
        "who": who,
        "of_who": language.of(who),
        "place": place,
        "value": "?" if value is None else _number(value, language),
        "span": _span(seconds, language),
        "usual": _span(firing.limit or 0.0, language),
        "within": _span(condition.seconds or 600.0, language),
        "by": condition.by if condition.by and clock(condition.by) is not None else "?",
    }


def _time(local: LocalTime) -> str:
    minutes = int(local.seconds // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _number(value: float, language: Language) -> str:
    """Return a number with few digits, 1,234 or 18.4, in each language's way."""
    size = abs(value)
    text = f"{value:,.0f}" if 100 <= size < 1000000000000000.0 else f"{value:.3g}"
    swapped = {",": language.thousands, ".": language.point}
    return "".join(swapped.get(each, each) for each in text)


def _span(seconds: float, language: Language) -> str:
    """Return a duration in its two largest units."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{_number(float(round(seconds)), language)} {language.second}"
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        (days, language.day if days == 1 else language.days),
        (hours, language.hour),
        (minutes, language.minute),
    ]
    some = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(some[:2])
