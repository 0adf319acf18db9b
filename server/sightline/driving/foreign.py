"""Commands that somebody else sends to our robots: shown, answered by a stop, not left retained.

Each message is answered by a stop of the robot; of a flood not each one, but always the last. What
may have been retained is left to the broker's `Sweep`.
"""

from __future__ import annotations

from typing import Any

from sightline.driving.alarms import Alarms
from sightline.driving.echo_monitor import ForeignCommand
from sightline.driving.foundations import Foundations

_EVERY = 0.3
"""A robot is stopped against foreign commands no more often than this, s."""


class ForeignCommands:
    """Others' commands at all brokers, as the `EchoMonitor` of each finds them."""

    def __init__(self, base: Foundations, alarms: Alarms) -> None:
        self._clock = base.clock
        self._hub = base.hub
        self._leases = base.leases
        self._sharing = base.sharing
        self._brokers = base.brokers
        self._settling = base.settling
        self._alarms = alarms
        self._stopped: dict[str, float] = {}  # when each robot was last stopped
        self._owed: dict[str, Any] = {}  # the stops that were put off

    def answer(self, found: ForeignCommand) -> bool:
        """Stop the robot; return whether the command is foreign for certain, and worth showing."""
        if found.harmless and found.arrival.retain:
            if (sweep := self._brokers.sweep(found.arrival.source)) is not None:
                sweep.found(found.topic, found.arrival.payload)
            return False
        if self._sharing.doubts(found, self._certain):
            return False
        self._react(found)
        return True

    def close(self) -> None:
        """Stop at once the robots whose stop was put off."""
        owed, self._owed = self._owed, {}
        for robot, call in owed.items():
            call.cancel()
            self._leases.stop(f"probot/{robot}", "somebody else speaks to it")

    def _certain(self, found: ForeignCommand) -> None:
        self._hub.arrived([found.arrival])  # among the quarantined
        self._react(found)

    def _react(self, found: ForeignCommand) -> None:
        arrival, robot = found.arrival, found.robot
        if found.harmless:
            # The guard, a will, or somebody careful. It stands; its driver must begin anew.
            thing = f"probot/{robot}"
            lease = self._leases.get(thing)
            if found.stops and lease is not None and lease.state == "moving":
                self._leases.stop(thing, "stopped from outside: the guard, or another program")
                self._settling.settle()
            return
        self._alarms.ring(found)
        if (sweep := self._brokers.sweep(arrival.source)) is not None:
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
        self._settling.settle()
