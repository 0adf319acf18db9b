"""The fields of conditions: which a type takes, their units and ranges."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.kinds.rules.model import Condition, ConditionType

DAY = 86_400.0
FIELDS = tuple(name for name in Condition.__struct_fields__ if name != "type")


@dataclass(frozen=True, slots=True)
class Takes:
    """What one type of condition takes; of ``one_of`` at least one is needed."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        """Return all that it takes."""
        return frozenset((*self.needs, *self.may, *self.one_of))


TAKES: dict[ConditionType, Takes] = {
    "arrives": Takes(("region",)),
    "leaves": Takes(("region",)),
    "absent": Takes(("region", "by")),
    "stays": Takes(("region", "seconds")),
    "near": Takes(("other", "metres"), ("margin",)),
    "battery": Takes((), ("margin",), ("below", "by")),
    "silent": Takes((), ("seconds",)),
    "speed": Takes(("above",), ("seconds", "margin")),
    "fallen": Takes((), ("margin",)),
    "latency": Takes(("above",), ("seconds", "margin")),
    "alarm": Takes(),
    "disconnected": Takes((), ("seconds",)),
    "flapping": Takes((), ("times", "seconds")),
    "number": Takes(("topic",), ("field", "margin"), ("above", "below", "changed")),
}

LASTING: frozenset[ConditionType] = frozenset(TAKES) - {"arrives", "leaves"}
"""What these tell of lasts until it is over; so do numbers, but for those that changed."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most of a field, and its unit."""

    least: float
    most: float
    unit: str


_MONTH = 30 * DAY
RANGES: dict[tuple[ConditionType, str], Range] = {
    ("stays", "seconds"): Range(60, _MONTH, "s"),
    ("near", "metres"): Range(10, 100_000, "m"),
    ("near", "margin"): Range(0, 100_000, "m"),
    ("battery", "below"): Range(1, 100, "%"),
    ("battery", "margin"): Range(0, 50, "%"),
    ("silent", "seconds"): Range(60, _MONTH, "s"),
    ("speed", "above"): Range(1, 2_000, "km/h"),
    ("speed", "seconds"): Range(0, DAY, "s"),
    ("speed", "margin"): Range(0, 500, "km/h"),
    ("fallen", "margin"): Range(0, 44, "degrees"),
    ("latency", "above"): Range(1, 600_000, "ms"),
    ("latency", "seconds"): Range(0, DAY, "s"),
    ("latency", "margin"): Range(0, 600_000, "ms"),
    ("disconnected", "seconds"): Range(0, _MONTH, "s"),
    ("flapping", "times"): Range(2, 100, "times"),
    ("flapping", "seconds"): Range(10, DAY, "s"),
    ("number", "above"): Range(-1e15, 1e15, ""),
    ("number", "below"): Range(-1e15, 1e15, ""),
    ("number", "margin"): Range(0, 1e15, ""),
}
EVERY = Range(0, _MONTH, "s")
AGAIN = Range(60, 7 * DAY, "s")
AFTER = Range(0, 7 * DAY, "s")
MOST_ABOUT = 50
MOST_TELL = 20
LONGEST_NAME = 100


def lasts(condition: Condition) -> bool:
    """Tell whether what a condition finds lasts until it is over."""
    return condition.type in LASTING and not condition.changed


def given(condition: Condition) -> list[str]:
    """Return the fields that a condition gives."""
    values = ((name, getattr(condition, name)) for name in FIELDS)
    return [name for name, value in values if value is not None and value is not False]
