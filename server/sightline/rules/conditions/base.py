"""What all conditions are made of: a `Watch` looks at one thing for one rule.

It is shown each change of what it looks at, and woken when it asked for it. It says what it finds
to its `Case`, which decides what becomes of it. Its state is the attributes that
``state_fields`` names: plain values, kept as JSON over restarts.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from sightline.kinds.rules.model import Condition
from sightline.model.kind import State
from sightline.rules.case import Case, Facts
from sightline.rules.ports import Lookaround
from sightline.rules.timers import NEVER, Timer

SETTLE = 60.0
"""After a restart what is due already waits so long (s) for messages that were kept for us."""


class BaseWatch:
    """One condition of one rule about one thing."""

    __slots__ = ("around", "case", "condition", "timer")
    state_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, case: Case, around: Lookaround) -> None:
        self.case = case
        self.condition: Condition = case.rule.condition
        self.around = around
        self.timer = Timer(self.woken)

    def looks_at(self) -> tuple[str, ...]:
        """Return what it is shown changes of: a thing's key, and in a second line what of it (a
        region, a topic), if not all.
        """
        return (self.case.thing,)

    def start(self, at: float) -> None:
        """Begin to look at ``at`` (epoch s); after a restart, too."""

    def look(self, at: float, before: State | None, after: State | None) -> None:
        """Look at a change that was found at ``at`` (epoch s)."""

    def woken(self, due: float, found: float) -> None:
        """Look again, as was asked for at ``due``."""

    def still(self, at: float) -> bool:
        """Tell whether what began to hold can be said to hold at ``at``, where nothing ended it."""
        return True

    def facts(self) -> Facts | None:
        """Return what is so now, for what is told later; None: as it was when it began."""
        return None

    def wake(self, due: float) -> None:
        """Ask to be woken at ``due`` (epoch s), and not when it was asked for before."""
        if due == NEVER:
            self.case.timers.stop(self.timer)
        else:
            self.case.timers.set(self.timer, due)

    def resume(self, due: float, at: float) -> None:
        """Ask to be woken at ``due``; if that passed while we were down, when we have settled."""
        self.wake(due if due > at else at + SETTLE)

    def stored(self) -> dict[str, Any]:
        """Return what is kept over a restart, for JSON."""
        found = {name: getattr(self, name) for name in self.state_fields}
        return {name: value for name, value in found.items() if value is not None}

    def restore(self, stored: dict[str, Any]) -> None:
        """Take up what `stored` returned; what does not fit is left as it is."""
        for name in self.state_fields:
            value = stored.get(name)
            if value is None or isinstance(value, (bool, str, list)):
                usable = value is not None
            else:
                usable = isinstance(value, (int, float)) and math.isfinite(value)
            if usable:
                setattr(self, name, value)


def place_of(state: State | None) -> tuple[float | None, float | None]:
    """Return where something is, if it says so (degrees)."""
    return getattr(state, "lat", None), getattr(state, "lon", None)


def number(value: object) -> float | None:
    """Return a finite number, or None for what is none."""
    if type(value) is float or type(value) is int:
        return value if -1e300 < value < 1e300 else None
    return None
