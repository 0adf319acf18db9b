"""The robots that are or were driven, and the last check before a command goes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.contract.errors import Refused
from sightline.driving.brokers import DrivingBrokers
from sightline.driving.leases import Leases
from sightline.driving.lock_ports import LockPort
from sightline.driving.publisher import CommandPublisher
from sightline.driving.session import DrivingSession
from sightline.kinds.probots.model import ProBot, is_robot
from sightline.live.world import World
from sightline.model.kind import id_of


class DrivingSessions:
    """One session for each robot that was asked for, by its thing."""

    def __init__(
        self,
        clock: IReactorTime,
        world: World,
        *,
        leases: Leases,
        locks: LockPort,
        brokers: DrivingBrokers,
    ) -> None:
        self._clock: Any = clock
        self._world = world
        self._leases = leases
        self._locks = locks
        self._brokers = brokers
        self._sessions: dict[str, DrivingSession] = {}

    def __iter__(self) -> Iterator[DrivingSession]:
        return iter(self._sessions.values())

    def __len__(self) -> int:
        return len(self._sessions)

    def __getitem__(self, thing: str) -> DrivingSession:
        return self._sessions[thing]

    def get(self, thing: str) -> DrivingSession | None:
        """Return the session of a robot; None when nobody has asked for it yet."""
        return self._sessions.get(thing)

    def find(self, thing: str) -> DrivingSession | None:
        """Return a robot's session, made or moved to the broker that last heard the robot.

        None for a robot that no broker has heard.
        """
        state = self._world.state(thing)
        session = self._sessions.get(thing)
        broker = self._brokers.get(state.source) if isinstance(state, ProBot) else None
        if session is not None and (
            broker is None or session.broker is broker or self._leases.get(thing)
        ):
            return session
        if broker is None:
            return None
        robot = id_of(thing)
        publisher = CommandPublisher(
            self._clock,
            robot,
            broker.port,
            broker.monitor.echoes,
            lambda: self._fence(thing),
            self._brokers.topics,
        )
        self._sessions[thing] = session = DrivingSession(robot, thing, broker, publisher)
        return session

    def _fence(self, thing: str) -> int:
        """Return what a command must carry just now; 0: none may go out.

        This is asked on paho's thread, too, just before the command is sent.
        """
        return self._leases.fence(thing) if self._locks.holds(thing) else 0

    def held(self, thing: str, fence: int | None) -> DrivingSession:
        """Return the session that a driver means by ``fence``. Raise `Refused` if there is none.

        Whether the lease is the asker's own is for the rules to say.
        """
        session = self._sessions.get(thing)
        if session is None or fence is None:
            raise self.not_yours(id_of(thing))
        return session

    def not_yours(self, robot: str) -> Refused:
        """Make the refusal for an asker that does not hold the robot's lease."""
        lease = self._leases.get("probot/" + robot)
        if lease is None:
            return Refused("not_yours", "you do not drive it: take it first")
        return Refused("not_yours", f"{robot} is driven by {lease.name}")

    def robots(self) -> list[str]:
        """List the things of all robots."""
        return [key for key, state in self._world if isinstance(state, ProBot)]

    def knows(self, robot: str) -> bool:
        """Tell whether this robot was heard, or is in the settings, or is driven."""
        if not is_robot(robot):
            return False
        thing = f"probot/{robot}"
        known = isinstance(self._world.state(thing), ProBot)
        return known or self._leases.get(thing) is not None or thing in self._sessions

    def reaches(self, robot: str) -> bool:
        """Tell whether the robot's broker can be reached."""
        session = self._sessions.get("probot/" + robot)
        brokers = [session.broker] if session is not None else list(self._brokers)
        return any(not broker.port.broken for broker in brokers)

    def note_telemetry(self, payload: bytes) -> None:
        """Note that a robot was heard."""
        thing = "probot/" + payload[: payload.find(b",")].decode("latin-1")
        session = self._sessions.get(thing)
        if session is not None:
            session.telemetry_at = self._clock.seconds()
