"""One robot that is or was driven: where it is reached, who drives it, how it moves just now."""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from sightline.driving.brokers import DrivingBroker
from sightline.driving.publisher import CommandPublisher
from sightline.kinds.probots import commands
from sightline.live.requests import Asker, Fields

_MOST_ANGLES = 1000


@dataclass
class TakeOverRequest:
    """Somebody asks the driver for the robot, and waits ``until`` (monotonic s).

    ``asker`` is None for a person that asks through another server.
    """

    name: str
    asker: Asker | None
    until: float
    answer: Deferred[Fields]


@dataclass
class Motion:
    """What is going on from the first command with motion to the stop."""

    began: float
    furthest: commands.Keys = field(default_factory=commands.Keys)
    angles: list[float] = field(default_factory=list)

    def keys(self, pressed: commands.Keys) -> None:
        """Note how far the keys were pressed."""
        self.furthest = commands.Keys(*map(max, self.furthest, pressed))

    def angle(self, angle: float | None) -> None:
        """Note how far the robot leant, in degrees."""
        if angle is not None and self.angles[-1:] != [angle] and len(self.angles) < _MOST_ANGLES:
            self.angles.append(angle)

    def effect(self, trip: float | None) -> str | None:
        """Return what was seen of it, in words; ``trip`` in s."""
        seen = [] if trip is None else [f"heard by the broker ({trip * 1000:.0f} ms)"]
        if self.angles:
            seen.append(f"angle {min(self.angles):+.0f}° to {max(self.angles):+.0f}°")
        return ", ".join(seen) or None


@dataclass
class DrivingSession:
    """One robot, and its lease if it is driven. Times are monotonic s, but ``since`` is epoch s.

    ``since`` is when the lease began, ``telemetry_at`` when the robot was last heard,
    ``answered_at`` when a driving frame was last answered (``last_answer``), ``shown_at`` when the
    lease was last shown.
    """

    robot: str
    thing: str
    broker: DrivingBroker
    publisher: CommandPublisher
    telemetry_at: float = 0.0
    asker: Asker | None = None
    since: float = 0.0
    motion: Motion | None = None
    sent: str = commands.STOP.decode()
    last_answer: tuple[str, str] = ("", "")
    answered_at: float = 0.0
    shown_at: float = 0.0
    asks: list[TakeOverRequest] = field(default_factory=list)

    @property
    def trip(self) -> float | None:
        """Return how long the last command took to the broker and back, s."""
        return self.broker.monitor.trips.get(self.publisher.topic)
