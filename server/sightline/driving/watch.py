"""The watch over one broker: our own words come back, others' raise an alarm, time is taken.

Sorted out of the stream of arrivals before the hub sees it. It knows no lease; what it finds is
told to the desk.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sightline.core.ledger import Ledger
from sightline.kinds.probots import commands
from sightline.model.kind import Arrival

GUARD = "sightline/guard/"
"""A guard says ``here`` below this, each half second, and ``gone`` when it leaves."""
_ECHO = "sightline/echo/"
_MINE = ("keys/", "MainRoutine/", "shutdownProBot/", "sightline/")
_GUARD_SILENT = 1.4  # s; it is looked at each 0.25 s, so that its absence shows within 2 s


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody else published on a command topic."""

    arrival: Arrival
    robot: str | None
    """Whose topic it is; None for a name that is no robot's."""
    stops: bool
    """It only holds the robot still: a will, the guard, or somebody careful."""


class Watch:
    """``clock`` is monotonic s."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.ledger = Ledger()
        self.echo_topic = _ECHO + secrets.token_hex(8)
        self.trip: float | None = None
        """The last round trip to the broker, s."""
        self._probes: dict[bytes, float] = {}
        self._probe = 0
        self._guard_heard = float("-inf")
        self.trips: dict[str, float] = {}
        """The same by command topic, of the last command."""

    @property
    def filters(self) -> list[tuple[str, int]]:
        """What to subscribe to."""
        return [(name, 0) for name in (*commands.FILTERS, GUARD + "+", self.echo_topic)]

    # -- what comes in

    def sift(
        self,
        arrivals: Iterable[Arrival],
        foreign: Callable[[Foreign], None],
        heard: Callable[[bytes], None] | None,
    ) -> list[Arrival]:
        """The arrivals that are not for us. ``heard`` gets the payload of each telemetry line."""
        kept = []
        for arrival in arrivals:
            topic = arrival.topic
            if type(topic) is not str:
                kept.append(arrival)
            elif topic.startswith(_MINE):
                if found := self._mine(topic, arrival):
                    kept.append(arrival)  # shown among the quarantined, too
                    foreign(found)
            else:
                if heard is not None and topic == "telemetry" and not arrival.retain:
                    heard(arrival.payload)
                kept.append(arrival)
        return kept

    def _mine(self, topic: str, arrival: Arrival) -> Foreign | None:
        now, payload = self._clock(), arrival.payload
        if topic.startswith(GUARD):
            if not arrival.retain:
                self._guard_heard = now if payload == b"here" else float("-inf")
            return None
        if topic.startswith("sightline/"):
            if topic == self.echo_topic and payload in self._probes:
                while True:  # those before it were lost: the broker keeps the order
                    first = next(iter(self._probes))
                    sent = self._probes.pop(first)
                    if first == payload:
                        break
                self.trip = now - sent
            return None
        if not arrival.retain:
            took = self.ledger.heard(topic, payload, now)
            if took is not None:
                self.trips[topic] = took
                return None
        stops = topic.startswith("keys/") and commands.is_stop(payload)
        return Foreign(arrival, commands.robot_of(topic), stops)

    # -- how it is

    def probe(self, send: Callable[[str, bytes], bool]) -> None:
        """Send a message to ourselves, to see how long it takes."""
        self._probe += 1
        payload = b"%d" % self._probe
        if len(self._probes) < 100:
            self._probes[payload] = self._clock()
            if not send(self.echo_topic, payload):
                del self._probes[payload]

    @property
    def slow(self) -> float:
        """The round trip in s, as long as is known: what is still on its way counts, too."""
        oldest = min(self._probes.values(), default=None)
        on_its_way = 0.0 if oldest is None else self._clock() - oldest
        return max(on_its_way, self.trip or 0.0)

    def guarded(self) -> bool:
        """Whether a guard is at this broker."""
        return self._clock() - self._guard_heard < _GUARD_SILENT

    def cut(self) -> None:
        """The connection is lost, and what was on its way with it."""
        self.ledger.forget()
        self._probes.clear()
        self.trips.clear()
        self.trip = None
        self._guard_heard = float("-inf")
