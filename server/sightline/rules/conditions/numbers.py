"""The condition about a number at any topic: above, below, or another than before."""

from __future__ import annotations

from typing import Any

import msgspec

from sightline.model.number import number_or_none
from sightline.rules.case import Case, Facts
from sightline.rules.conditions.base import BaseWatch
from sightline.rules.ports import Lookaround

LARGEST = 65_536
"""Bytes of a message that is read for a number."""
_decode = msgspec.json.Decoder().decode


def read_number(payload: bytes, field: str | None) -> float | None:
    """Return the number in a message: the payload itself, or what is at a path of its JSON
    (``battery.percent``, ``cells.0``). None: there is none.
    """
    if len(payload) > LARGEST:
        return None
    try:
        if field is None:
            text = payload.decode("ascii").strip()
            return number_or_none(text)
        found: Any = _decode(payload)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError, ValueError):
        return None
    for name in field.split("."):
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name[:9]) < len(found):
            found = found[int(name[:9])]
        else:
            return None
    return number_or_none(found)


class Numbered(BaseWatch):
    """The number at a topic is above or below a limit (between both), or changed."""

    __slots__ = ("above", "below", "enough", "least", "value")
    state_fields = ("value",)

    def __init__(self, case: Case, around: Lookaround) -> None:
        super().__init__(case, around)
        condition = self.condition
        self.above, self.below = condition.above, condition.below
        margin = condition.margin or 0.0
        self.enough = None if self.above is None else self.above - margin
        self.least = None if self.below is None else self.below + margin
        self.value: float | None = None

    def looks_at(self) -> tuple[str, ...]:
        return (f"{self.case.thing}\n{self.case.mark}",)

    def facts(self) -> Facts:
        return Facts(self.value, place=self.case.mark)

    def took(self, at: float, payload: bytes) -> None:
        """Look at a message of the topic."""
        value = read_number(payload, self.condition.field)
        if value is None:
            return
        before, self.value = self.value, value
        if self.condition.changed:
            if before is not None and abs(value - before) > (self.condition.margin or 0.0):
                self.case.happened(at, at, self.facts())
            elif before is not None and value != before:
                self.value = before  # small steps add up
            return
        if self._beyond(value):
            self.case.begins(at, at, self.facts())
        elif self._back(value):
            self.case.ends(at, at)

    def _beyond(self, value: float) -> bool:
        over = self.above is None or value > self.above
        return over and (self.below is None or value < self.below)

    def _back(self, value: float) -> bool:
        """Tell whether it is out of the limits, by the margin."""
        if self.enough is not None and value <= self.enough:
            return True
        return self.least is not None and value >= self.least
