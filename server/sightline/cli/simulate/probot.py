"""Simulate a ProBot: the two-wheeled balancing robot as the original programs on it behave.

It believes whatever it last heard on ``keys/ProBotN`` until it hears otherwise or loses its own
connection; a payload that is not four numbers with single spaces crashes its main program, and it
falls over. Telemetry is measured twice a second and repeated much more often.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from sightline.cli.simulate.actor import Message

# The original measures at its leisure and repeats the last line in a tight loop.
MEASURE_EVERY = 0.5
# What brakes that loop is a `ps` before each line; how long that takes on a small computer, in s.
PS_TAKES = (0.02, 0.06)
# How long somebody takes to switch a robot on again that was shut down, in seconds.
SWITCHED_ON_AFTER = 60.0

_FULL_PERCENT = 103.0  # a fresh battery has a little over 25 V, which the formula puts above 100
_EMPTY_PERCENT = -4.0  # below 21 V; somebody changes the battery here
_IDLE_DRAIN = 0.004  # percent per second
_DRIVING_DRAIN = 0.12  # percent per second at full power
_MOST_POWER = 0.75


class SimulatedProBot:
    """One robot. ``rate`` is telemetry lines per second; 0: without a pause, as the original.

    ``base`` stands before all its topics.
    """

    def __init__(self, number: int, rng: random.Random, rate: float = 10.0, base: str = "") -> None:
        self._base = base
        self.number = number
        self.name = f"ProBot{number}"
        self.client_id = ""  # the original lets paho choose one
        self.keepalive = 5
        self.will = Message(base + "ClientStatus", f"{self.name}/Offline".encode())
        self.listens_to: Sequence[str] = (
            f"{base}keys/{self.name}",
            f"{base}MainRoutine/{self.name}",
            f"{base}shutdownProBot/{self.name}",
        )
        self.keys = (0.0, 0.0, 0.0, 0.0)  # up, down, left, right
        self.routine = "stopped" if number % 3 == 0 else "started"
        self.battery = rng.uniform(25.0, _FULL_PERCENT)
        self.fallen = False
        self._rng = rng
        self._rate = rate
        self._slow = False
        self._off_for = 0.0
        self._unmeasured = 0.0
        self._latency = rng.uniform(8.0, 40.0)
        self._ip = f"192.168.1.{16 + number % 200}"
        self._line = self._measure()

    @property
    def interval(self) -> float:
        """Return a line of telemetry each; one a second over a slow network."""
        if self._slow:
            return 1.0
        return 1.0 / self._rate if self._rate else self._rng.uniform(*PS_TAKES)

    @property
    def off(self) -> bool:
        """Tell whether it was shut down and nobody has switched it on again yet."""
        return self._off_for > 0.0

    @property
    def power(self) -> tuple[float, float]:
        """Tell what the motors do: forward and right, each -0.75..0.75."""
        if self.routine != "started" or self.fallen:
            return 0.0, 0.0
        up, down, left, right = (min(max(key, 0.0), _MOST_POWER) for key in self.keys)
        return round(up - down, 2), round(right - left, 2)

    def step(self, dt: float, wall: float, faults: frozenset[str]) -> list[Message]:
        """Drain, wobble, and publish the last line of telemetry."""
        if self.off:
            self._off_for = max(0.0, self._off_for - dt)
            return []
        self._slow = "slow" in faults
        forward, turn = self.power
        effort = min(1.0, math.hypot(forward, turn) / _MOST_POWER)
        self.battery -= dt * (_IDLE_DRAIN + effort * _DRIVING_DRAIN)
        if self.battery < _EMPTY_PERCENT:
            self.battery = _FULL_PERCENT
        self._unmeasured += dt
        # A hung Telemetry.py goes unnoticed: its last line is repeated for ever.
        if self._unmeasured >= MEASURE_EVERY and "freeze" not in faults:
            self._unmeasured = 0.0
            self._line = self._measure()
        return [self.telemetry()]

    def telemetry(self) -> Message:
        """Return the last line measured."""
        return Message(self._base + "telemetry", self._line.encode())

    def connected(self, wall: float) -> list[Message]:
        """Publish nothing: the next line of telemetry will do."""
        return []

    def disconnected(self) -> None:
        """Write zeroes for its main program, as the original does when its own connection is
        lost.
        """
        self.keys = (0.0, 0.0, 0.0, 0.0)

    def received(self, topic: str, payload: bytes, wall: float) -> list[Message]:
        """Obey at once and without question, as the original does; it never answers."""
        order, _, name = topic.removeprefix(self._base).partition("/")
        if name != self.name or self.off:
            return []
        if order == "keys":
            self._obey_keys(payload)
        elif order == "MainRoutine" and payload == b'"start"':
            self.routine, self.fallen = "started", False
        elif order == "MainRoutine" and payload == b'"stop"':
            self.routine = "stopped"
        elif order == "shutdownProBot" and payload == b"shutdown":
            self._off_for = SWITCHED_ON_AFTER
            self.keys = (0.0, 0.0, 0.0, 0.0)
            self.routine, self.fallen = "started", False  # as after every boot
        return []

    def _obey_keys(self, payload: bytes) -> None:
        try:
            up, down, left, right = (float(number) for number in payload.split(b" "))
        except ValueError:
            up = down = left = right = math.nan
        if math.isnan(up + down + left + right):
            self.fallen = True
        else:
            self.keys = (up, down, left, right)

    def _measure(self) -> str:
        self._latency = min(max(self._latency + self._rng.gauss(0.0, 3.0), 2.0), 180.0)
        latency = self._latency + (1100.0 if self._slow else 0.0)
        routine = "0" if self.fallen else self.routine  # 0: the main program's process is gone
        return f"{self.name},{int(self.battery)},{self._angle()},{routine},{latency:.1f},{self._ip}"

    def _angle(self) -> str:
        """Return degrees, 90 is upright.

        The original shows a true 0.0 and a missed reading as NaN.
        """
        if self.fallen:
            return str(int(self._rng.uniform(8.0, 14.0)))
        if self.routine != "started":
            return "62"  # leaning on its stand
        if self._rng.random() < 0.002:
            return "NaN"
        forward, turn = self.power
        return str(round(90.0 + 9.0 * forward + self._rng.gauss(0.0, 0.8 + abs(turn))))
