"""One robot that is or was driven: where it is reached, who drives it, how it moves just now."""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.defer import Deferred

from sightline.driving.broker_ports import BrokerPort
from sightline.driving.echo_monitor import EchoMonitor
from sightline.driving.publisher import CommandPublisher
from sightline.kinds.probots import commands
from sightline.live.requests import Asker, Fields

_MOST_ANGLES = 1000


@dataclass
class TakeOverRequest:
    """Somebody asks the driver for the robot, and waits ``until`` (monotonic s).

    ``asker`` is None for who asks through another server.
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
        """So far were the keys pressed."""
        self.furthest = commands.Keys(*map(max, self.furthest, pressed))

    def angle(self, angle: float | None) -> None:
        """So far did the robot lean, in degrees."""
        if angle is not None and self.angles[-1:] != [angle] and len(self.angles) < _MOST_ANGLES:
            self.angles.append(angle)

    def effect(self, trip: float | None) -> str | None:
        """What was seen of it; ``trip`` in s."""
        seen = [] if trip is None else [f"heard by the broker ({trip * 1000:.0f} ms)"]
        if self.angles:
            seen.append(f"angle {min(self.angles):+.0f}° to {max(self.angles):+.0f}°")
        return ", ".join(seen) or None


@dataclass
class DrivingSession:
    """``heard`` is the last telemetry (monotonic s), ``since`` the lease's begin (epoch s).

    ``said`` and ``answered`` are the last answer to a driving frame and its time; ``shown`` is when
    the lease was last shown.
    """

    robot: str
    thing: str
    route: BrokerPort
    watch: EchoMonitor
    publisher: CommandPublisher
    heard: float = 0.0
    asker: Asker | None = None
    since: float = 0.0
    motion: Motion | None = None
    sent: str = commands.STOP.decode()
    said: tuple[str, str] = ("", "")
    answered: float = 0.0
    shown: float = 0.0
    asks: list[TakeOverRequest] = field(default_factory=list)

    @property
    def trip(self) -> float | None:
        """How long the last command took to the broker and back, s."""
        return self.watch.trips.get(self.publisher.topic)
