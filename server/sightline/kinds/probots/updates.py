"""Fold a ProBot's messages into its state."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from sightline.kinds.probots.model import ProBot, Routine
from sightline.model.kind import State

STEP = 1.0
"""Messages that say nothing new move ``heard`` by no less than this, s."""


class Values(NamedTuple):
    """The values of one line of telemetry; units as in `ProBot`."""

    batt: float
    batt_raw: float | None
    angle: float | None
    routine: Routine
    rtt: float | None
    ip: str

    @classmethod
    def of(cls, robot: ProBot) -> tuple[object, ...]:
        """Return the values now kept of ``robot``, in the same order."""
        return (robot.batt, robot.batt_raw, robot.angle, robot.routine, robot.rtt, robot.ip)


class TelemetryLine(msgspec.Struct, frozen=True):
    """One line of telemetry."""

    thing: str
    values: Values
    at: float
    source: str = "main"
    dropped: int = 0
    base: str = ""

    @property
    def heard(self) -> float:
        """Return the time of receipt: telemetry is never retained."""
        return self.at

    def onto(self, before: State | None) -> State | None:
        """Return the robot with these values, alive."""
        if not isinstance(before, ProBot):
            before = ProBot(presence="live")
        elif (
            self.values == Values.of(before)
            and before.source == self.source
            and before.base == self.base
        ):
            return _alive(before, self.at)
        return replace(
            before,
            **self.values._asdict(),
            at=self.at,
            heard=self.at,
            source=self.source,
            base=self.base,
            presence="live",
            evidence=None,
        )


class Met(msgspec.Struct, frozen=True):
    """The robot says that it is there, and nothing else."""

    thing: str
    at: float
    source: str = "main"
    dropped: int = 0

    @property
    def heard(self) -> float:
        """Return the time of receipt."""
        return self.at

    def onto(self, before: State | None) -> State | None:
        """Return the robot as it was, alive."""
        if isinstance(before, ProBot) and before.source == self.source:
            return _alive(before, self.at)
        if isinstance(before, ProBot):
            return replace(
                before, heard=self.at, source=self.source, presence="live", evidence=None
            )
        return ProBot(heard=self.at, source=self.source, presence="live")


class RobotLost(msgspec.Struct, frozen=True):
    """The robot's will: its connection ended without a word, or its own watcher found it dead.

    Anybody can send it. That is safe: it can stop a robot, never start one, and the next
    telemetry undoes it.
    """

    thing: str
    heard: None = None
    dropped: int = 0

    def onto(self, before: State | None) -> State | None:
        """Return the robot offline, with its last values."""
        if not isinstance(before, ProBot):
            return ProBot(presence="offline", evidence="will")
        if before.presence == "offline" and before.evidence == "will":
            return before
        return replace(before, presence="offline", evidence="will")


def _alive(robot: ProBot, at: float) -> ProBot:
    """Return ``robot``, heard at ``at``; itself when that is no news."""
    if robot.presence == "live" and robot.heard is not None and abs(at - robot.heard) < STEP:
        return robot
    return replace(robot, heard=at, presence="live", evidence=None)
