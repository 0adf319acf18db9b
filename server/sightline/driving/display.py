"""What everybody is shown of driving: the leases, and the guard of each broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.driving.brokers import DrivingBroker
from sightline.driving.command_log import CommandLog
from sightline.driving.leases import Leases
from sightline.driving.lock_ports import LockPort
from sightline.driving.session import DrivingSession
from sightline.driving.states import Driven, GuardState
from sightline.driving.stop_bounds import MeasuredTimes, parts, stops_within
from sightline.kinds.broker import Trip
from sightline.live.hub import Hub


class DrivingDisplay:
    """Put the things ``lease/…`` and ``guard/…`` into the world. ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        *,
        leases: Leases,
        locks: LockPort,
        log: CommandLog,
    ) -> None:
        self._clock: Any = clock
        self._wall = wall
        self._hub = hub
        self._leases = leases
        self._locks = locks
        self._commands = log
        self._guarded: dict[str, tuple[bool, float]] = {}  # whether, and since when (epoch s)
        self._conflicts: dict[str, str] = {}
        self._seen: dict[str, tuple[MeasuredTimes, str, str]] = {}  # what is shown of each broker

    def lease(self, session: DrivingSession) -> None:
        """Show the lease of this robot as it is now."""
        lease = self._leases.get(session.thing)
        key = "lease/" + session.robot
        if lease is None:
            self._hub.show(key, None)
            return
        session.shown_at = self._clock.seconds()
        trip = session.trip
        driven = Driven(
            holder=lease.name,
            fence=lease.fence,
            since=round(session.since, 3),
            state=lease.state,
            why=lease.why or None,
            sent=session.sent,
            trip=None if trip is None else round(trip * 1000, 1),
            asks=tuple(ask.name for ask in session.asks),
            loose=lease.loose,
        )
        self._hub.show(key, driven)
        if not self._locks.alone:
            self._locks.tell(session.thing, msgspec.json.encode(driven).decode())

    def guard(self, broker: DrivingBroker) -> None:
        """Show the guard of a broker and how driving is there, if that has changed."""
        name, measured, conflict = broker.name, broker.measured(), broker.other_servers.conflict
        seen = measured, conflict, broker.port.no_driving
        if self._seen.get(name) == seen:  # four times a second
            return
        self._seen[name] = seen
        self._log_conflict(name, conflict)
        live, since = self._guarded.get(name, (None, 0.0))
        if live != measured.guarded:
            since = round(self._wall(), 3)
            self._guarded[name] = (measured.guarded, since)
        shown = GuardState(
            presence="live" if measured.guarded else "offline",
            since=since,
            stops_within=stops_within(measured),
            parts=parts(measured),
            driving=broker.port.no_driving or conflict or None,
        )
        if shown != self._hub.world.state("guard/" + name):
            self._hub.show("guard/" + name, shown)

    def _log_conflict(self, broker: str, conflict: str) -> None:
        if conflict == self._conflicts.get(broker, ""):
            return
        self._conflicts[broker] = conflict
        what = conflict or "the other Sightline is gone: robots may be driven again"
        self._log.warn("Broker {broker}: {what}", broker=broker, what=what)
        if conflict:
            self._commands.write("another server", "alarm", "", why=conflict)

    def trip(self, broker: DrivingBroker) -> None:
        """Show how long a message takes to a broker and back."""
        monitor = broker.monitor
        trip = None if monitor.trip is None else round(monitor.slow * 1000, 1)
        self._hub.fold(Trip("broker/" + broker.name, trip))
