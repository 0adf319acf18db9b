"""The state of a ProBot: a two-wheeled robot that balances and is driven from the page."""

from __future__ import annotations

import re
from typing import Literal

from sightline.model.kind import Present, State

Routine = Literal["started", "stopped", "not running", "unknown"]

# Small enough to be safe in a topic: keys/ProBot1.
_ROBOT = re.compile(r"ProBot[1-9][0-9]{0,3}\Z", re.ASCII)


def is_robot(name: str) -> bool:
    """Tell whether this is the name of a ProBot."""
    return _ROBOT.match(name) is not None


FALLEN = 45.0
"""From so far off upright, in degrees, a robot lies on the ground."""


class Picture(State, frozen=True, omit_defaults=True, kw_only=True):
    """``picture/ProBot1``: what it looks like, from the settings."""

    mime: Literal["image/png", "image/jpeg"]
    data: str
    """The picture's bytes in base64."""


class ProBot(Present, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One robot as it is now, id ``ProBot1``. It does not know where it is.

    The robot repeats its last line many times a second, even when the program that measures
    hangs, so that a message is no proof of a fresh value: hence two times.
    """

    name: str | None = None
    """What people call it, from the settings."""
    order: int | None = None
    """Its place in the list of the settings."""
    batt: float | None = None
    """Battery, % (0 to 100)."""
    batt_raw: float | None = None
    """Battery as sent, where that is outside 0 to 100."""
    angle: float | None = None
    """Degrees from upright; absent: no reading."""
    routine: Routine | None = None
    """What its main program does."""
    rtt: float | None = None
    """The robot's own ICMP time to the broker's host, ms."""
    ip: str | None = None
    source: str = "main"
    """The broker it was heard through, by its name in the settings; absent: ``main``."""
    base: str = ""
    """Where its topics begin (``site/berlin/``), as its telemetry came last; absent: at the top."""
    at: float | None = None
    """Our receipt of the last value that differed from the one before, epoch s."""
    heard: float | None = None
    """Our receipt of the last message, epoch s; between changes it moves by 1 s or more. Absent:
    never heard; a robot of the settings that is not working."""

    @property
    def idle(self) -> str:
        """Tell why it could not obey though it is heard, after its name; empty when it could."""
        if self.routine == "not running":
            return "cannot move: its program is not running"
        if self.routine == "stopped":
            return "cannot move: its main routine is stopped"
        if self.routine != "started":
            return "has not said that its program runs"
        if self.angle is not None and abs(self.angle) >= FALLEN:
            return "has fallen over"
        return ""
