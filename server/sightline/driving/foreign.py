"""Somebody else speaks on a command topic: it is shown, answered by a stop, and nothing stays.

Each message is answered by a stop of the robot; of a flood not each one, but always the last. What
may have been retained is left to the broker's `Sweep`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.driving.alarms import Alarms
from sightline.driving.echo_monitor import ForeignCommand
from sightline.driving.lease_sharing import LeaseSharing
from sightline.driving.leases import Leases
from sightline.driving.sweep import Sweep
from sightline.live.hub import Hub

_EVERY = 0.3
"""A robot is stopped no more often than this against somebody else's messages, s."""


class ForeignCommands:
    """``sweeps`` are those of the brokers, by name. ``settle`` says the stops that are due."""

    def __init__(
        self,
        clock: IReactorTime,
        hub: Hub,
        leases: Leases,
        fleet: LeaseSharing,
        alarms: Alarms,
        sweeps: Mapping[str, Sweep],
        settle: Callable[[], None],
    ) -> None:
        self._clock: Any = clock
        self._hub = hub
        self._leases = leases
        self._fleet = fleet
        self._alarms = alarms
        self._sweeps = sweeps
        self._settle = settle
        self._stopped: dict[str, float] = {}  # when each robot was last stopped
        self._owed: dict[str, Any] = {}  # the stops that were put off

    def heard(self, found: ForeignCommand) -> bool:
        """Answer it; return whether it is certain, and worth showing, that it was said."""
        if found.harmless and found.arrival.retain:
            if (sweep := self._sweeps.get(found.arrival.source)) is not None:
                sweep.found(found.topic, found.arrival.payload)
            return False
        if self._fleet.doubts(found, self._certain):
            return False
        self._answer(found)
        return True

    def close(self) -> None:
        """Put nothing off any more: what is owed is said at once."""
        owed, self._owed = self._owed, {}
        for robot, call in owed.items():
            call.cancel()
            self._leases.stop(f"probot/{robot}", "somebody else speaks to it")

    def _certain(self, found: ForeignCommand) -> None:
        self._hub.arrived([found.arrival])  # among the quarantined
        self._answer(found)

    def _answer(self, found: ForeignCommand) -> None:
        arrival, robot = found.arrival, found.robot
        if found.harmless:
            # The guard, a will, or somebody careful. It stands; its driver must begin anew.
            thing = f"probot/{robot}"
            lease = self._leases.get(thing)
            if found.stops and lease is not None and lease.state == "moving":
                self._leases.stop(thing, "stopped from outside: the guard, or another program")
                self._settle()
            return
        self._alarms.ring(found)
        if (sweep := self._sweeps.get(arrival.source)) is not None:
            if arrival.retain:
                sweep.found(found.topic, arrival.payload)
            else:
                sweep.suspect(found.topic)
        if robot is not None and robot not in self._owed:
            wait = self._stopped.get(robot, float("-inf")) + _EVERY - self._clock.seconds()
            if wait <= 0:
                self._stop(robot)
            else:
                self._owed[robot] = self._clock.callLater(wait, self._stop, robot)

    def _stop(self, robot: str) -> None:
        self._owed.pop(robot, None)
        self._stopped[robot] = self._clock.seconds()
        self._leases.stop(f"probot/{robot}", "somebody else speaks to it")
        self._settle()
