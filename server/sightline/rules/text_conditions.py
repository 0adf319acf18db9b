"""Write and read the conditions of a rule's line (`sightline.rules.text`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sightline.kinds.rules.model import Condition
from sightline.rules.words import Words, duration_text, number_text, plain


def write_condition(condition: Condition) -> str:
    """Return a condition as words."""
    return _WRITERS[condition.type](condition)


def _name(text: str | None) -> str:
    return plain(text or "-")


def _region(condition: Condition) -> str:
    return _name(f"region/{condition.region}")


def _for(condition: Condition) -> str:
    return "" if condition.seconds is None else f" for {duration_text(condition.seconds)}"


def _margin(condition: Condition) -> str:
    return "" if condition.margin is None else f" margin {number_text(condition.margin)}"


def _num(value: float | None) -> str:
    return number_text(value or 0.0)


def _write_battery(condition: Condition) -> str:
    parts = []
    if condition.below is not None:
        parts.append(f"below {_num(condition.below)} %")
    if condition.by is not None:
        parts.append(f"empty before {_name(condition.by)}")
    return f"has battery {' '.join(parts)}{_margin(condition)}"


def _write_silent(condition: Condition) -> str:
    if condition.seconds is None:
        return "is silent longer than usual"
    return f"is silent for {duration_text(condition.seconds)}"


def _write_flapping(condition: Condition) -> str:
    times = "" if condition.times is None else f" {condition.times} times"
    within = "" if condition.seconds is None else f" in {duration_text(condition.seconds)}"
    return f"flaps{times}{within}"


def _write_number(condition: Condition) -> str:
    line = f"has number at {_name(condition.topic)}"
    if condition.field is not None:
        line += f" field {_name(condition.field)}"
    if condition.above is not None:
        line += f" above {_num(condition.above)}"
    if condition.below is not None:
        line += f" below {_num(condition.below)}"
    if condition.changed:
        line += " changed"
    return line + _margin(condition)


_WRITERS: dict[str, Callable[[Condition], str]] = {
    "arrives": lambda c: f"arrives at {_region(c)}",
    "leaves": lambda c: f"leaves {_region(c)}",
    "absent": lambda c: f"is not at {_region(c)} by {_name(c.by)}",
    "stays": lambda c: f"stays at {_region(c)} longer than {duration_text(c.seconds or 0.0)}",
    "near": lambda c: f"is within {_num(c.metres)} m of {_name(c.other)}{_margin(c)}",
    "battery": _write_battery,
    "silent": _write_silent,
    "speed": lambda c: f"is faster than {_num(c.above)} km/h{_for(c)}{_margin(c)}",
    "fallen": lambda c: f"falls{_margin(c)}",
    "latency": lambda c: f"has latency above {_num(c.above)} ms{_for(c)}{_margin(c)}",
    "alarm": lambda c: "raises an alarm",
    "disconnected": lambda c: f"is disconnected{_for(c)}",
    "flapping": _write_flapping,
    "number": _write_number,
}


def read_condition(words: Words) -> Condition:
    """Take a condition. Raises `BadText`."""
    for phrase, read in _READERS:
        if words.took(*phrase):
            return read(words)
    raise words.fail("what happens, as " + ", ".join(f"“{' '.join(p)}”" for p, _ in _READERS))


def _read_region(words: Words) -> str:
    expected = "a region, as region/ab12cd34"
    word = words.next
    if not word.text.startswith("region/") or word.text == "region/":
        raise words.fail(expected)
    return words.name(expected).removeprefix("region/")


def _read_common(words: Words, found: dict[str, Any]) -> dict[str, Any]:
    """Take a duration and a margin, if they come."""
    if words.took("for"):
        found["seconds"] = words.duration()
    return _read_margin(words, found)


def _read_margin(words: Words, found: dict[str, Any]) -> dict[str, Any]:
    if words.took("margin"):
        found["margin"] = words.number("a number")
    return found


def _arrives(words: Words) -> Condition:
    return Condition(type="arrives", region=_read_region(words))


def _leaves(words: Words) -> Condition:
    return Condition(type="leaves", region=_read_region(words))


def _absent(words: Words) -> Condition:
    region = _read_region(words)
    words.need("by")
    return Condition(type="absent", region=region, by=words.name("a time of day as 08:30"))


def _remains(words: Words) -> Condition:
    region = _read_region(words)
    words.need("longer", "than")
    return Condition(type="stays", region=region, seconds=words.duration())


def _near(words: Words) -> Condition:
    metres = words.number("a distance in m")
    words.need("m", "of")
    other = words.name("the other thing, as friend/bob/phone")
    return Condition(type="near", metres=metres, other=other, **_read_margin(words, {}))


def _battery(words: Words) -> Condition:
    found: dict[str, Any] = {}
    if words.took("below"):
        found["below"] = words.number("a number of %")
        words.need("%")
    if words.took("empty", "before"):
        found["by"] = words.name("a time of day as 18:00")
    if not found:
        raise words.fail("“below” or “empty before”")
    return Condition(type="battery", **_read_margin(words, found))


def _silent(words: Words) -> Condition:
    if words.took("longer", "than", "usual"):
        return Condition(type="silent")
    if words.took("for"):
        return Condition(type="silent", seconds=words.duration())
    raise words.fail("“longer than usual” or “for” and a duration")


def _speed(words: Words) -> Condition:
    found = {"above": words.number("a speed in km/h")}
    words.need("km/h")
    return Condition(type="speed", **_read_common(words, found))


def _latency(words: Words) -> Condition:
    found = {"above": words.number("a time in ms")}
    words.need("ms")
    return Condition(type="latency", **_read_common(words, found))


def _flapping(words: Words) -> Condition:
    found: dict[str, Any] = {}
    if not words.next.quoted and words.next.text.isdecimal():
        found["times"] = int(words.number("a number of times"))
        words.need("times")
    if words.took("in"):
        found["seconds"] = words.duration()
    return Condition(type="flapping", **found)


def _number(words: Words) -> Condition:
    found: dict[str, Any] = {"topic": words.name("a topic")}
    if words.took("field"):
        found["field"] = words.name("a field, as battery.percent")
    if words.took("above"):
        found["above"] = words.number("a number")
    if words.took("below"):
        found["below"] = words.number("a number")
    if words.took("changed"):
        found["changed"] = True
    if not found.keys() & {"above", "below", "changed"}:
        raise words.fail("“above”, “below” or “changed”")
    return Condition(type="number", **_read_margin(words, found))


_READERS: tuple[tuple[tuple[str, ...], Callable[[Words], Condition]], ...] = (
    (("arrives", "at"), _arrives),
    (("leaves",), _leaves),
    (("is", "not", "at"), _absent),
    (("stays", "at"), _remains),
    (("is", "within"), _near),
    (("has", "battery"), _battery),
    (("is", "silent"), _silent),
    (("is", "faster", "than"), _speed),
    (("falls",), lambda words: Condition(type="fallen", **_read_margin(words, {}))),
    (("has", "latency", "above"), _latency),
    (("raises", "an", "alarm"), lambda words: Condition(type="alarm")),
    (
        ("is", "disconnected"),
        lambda words: Condition(type="disconnected", **_read_common(words, {})),
    ),
    (("flaps",), _flapping),
    (("has", "number", "at"), _number),
)
