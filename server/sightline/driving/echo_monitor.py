"""The watch over one broker: find our echoes and others' commands, measure the way there and back.

Both are taken out of the stream of arrivals before the hub sees it. The monitor knows no lease; it
hands on what it finds.
"""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sightline.driving.echoes import EchoTracker
from sightline.kinds.probots import commands
from sightline.kinds.probots.bases import RobotTopics
from sightline.model.kind import Arrival

GUARD = "sightline/guard/"
"""A guard says ``here`` below this, each half second, and ``gone`` when it leaves.

``here 512``: the longest it lately took to stop something, in ms (see `sightline.cli.guard`).
``here 512 #1f0c9a3e``: it watches the robots of base topics of this fingerprint. One that watches
other topics than ours is none to us.
"""
_ECHO = "sightline/echo/"
_GUARD_SILENT = 1.4  # s; it is looked at each 0.25 s, so that its absence shows within 2 s
_MOST_GUARDS = 16
_TRIPS = 30
"""So many round trips are remembered: a minute's while nobody drives."""
_HERE = re.compile(rb"here(?: ([0-9]{1,6}))?(?: #([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class ForeignCommand:
    """Somebody else published on a command topic."""

    arrival: Arrival
    robot: str | None
    """Whose topic it is; None for a name that is no robot's."""
    harmless: bool
    """It only holds the robot still (a will, the guard, or somebody careful), or clears a topic."""

    @property
    def topic(self) -> str:
        """Return the name of the command topic."""
        return str(self.arrival.topic)

    @property
    def stops(self) -> bool:
        """Tell whether it holds the robot still."""
        return self.harmless and commands.is_keys(self.topic)


class EchoMonitor:
    """``clock`` is monotonic s. ``excused`` says whether another server of ours drives a robot.

    ``topics`` are the bases of the robots' topics.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        excused: Callable[[str], bool] = lambda robot: False,
        topics: RobotTopics | None = None,
    ) -> None:
        topics = topics or RobotTopics()
        self._clock = clock
        self._excused = excused
        self._commands = topics.command_filters
        self._prefixes = (*topics.command_prefixes, "sightline/")
        self._telemetry = topics.telemetry
        self._tag = topics.tag.encode()
        self.echoes = EchoTracker()
        self.echo_topic = _ECHO + secrets.token_hex(8)
        self.will_topic = self.echo_topic + "/will"
        """The will of our silent connection arrives on it (see `sightline.driving.will_probe`)."""
        self._will_received: Callable[[], None] = lambda: None
        self.trip: float | None = None
        """The last round trip to the broker, s."""
        self._probes: dict[bytes, float] = {}
        self._probe = 0
        self._guards: dict[str, tuple[float, float | None]] = {}  # when heard, reaction in s
        self._recent: deque[float] = deque(maxlen=_TRIPS)
        self.trips: dict[str, float] = {}
        """The same by command topic, of the last command."""

    def when_will_received(self, received: Callable[[], None]) -> None:
        """Call ``received`` when the will of a connection that fell silent arrives."""
        self._will_received = received

    @property
    def filters(self) -> list[tuple[str, int]]:
        """List what to subscribe to."""
        own = (GUARD + "+", self.echo_topic, self.will_topic)
        return [*self._commands, *((name, 0) for name in own)]

    # -- what comes in

    def sift(
        self,
        arrivals: Iterable[Arrival],
        foreign: Callable[[ForeignCommand], bool],
        telemetry: Callable[[bytes], None] | None,
    ) -> list[Arrival]:
        """Take out what concerns driving; return the other arrivals.

        ``foreign`` gets what somebody else published, and returns whether that is certain: then it
        is shown among the quarantined, too. ``telemetry`` gets the payload of each telemetry line.
        """
        rest, mine = [], self._prefixes
        for arrival in arrivals:
            topic = arrival.topic
            if type(topic) is not str:
                rest.append(arrival)
            elif topic.startswith(mine):
                if (found := self._mine(topic, arrival)) and foreign(found):
                    rest.append(arrival)
            else:
                if telemetry is not None and topic in self._telemetry and not arrival.retain:
                    telemetry(arrival.payload)
                rest.append(arrival)
        return rest

    def _mine(self, topic: str, arrival: Arrival) -> ForeignCommand | None:
        now, payload = self._clock(), arrival.payload
        if topic.startswith(GUARD):
            if not arrival.retain:
                self._guard(topic, payload, now)
            return None
        if topic.startswith("sightline/"):
            if topic == self.echo_topic and payload in self._probes:
                while True:  # those before it were lost: the broker keeps the order
                    first = next(iter(self._probes))
                    sent = self._probes.pop(first)
                    if first == payload:
                        break
                self.trip = now - sent
                self._recent.append(self.trip)
            elif topic == self.will_topic:
                self._will_received()
            return None
        if not arrival.retain:
            took = self.echoes.match(topic, payload, now)
            if took is not None:
                self.trips[topic] = took
                return None
        robot = commands.robot_of(topic)
        if robot is not None and not arrival.retain and self._excused(robot):
            return None
        return ForeignCommand(arrival, robot, commands.is_harmless(topic, payload))

    def _guard(self, topic: str, payload: bytes, now: float) -> None:
        here = _HERE.fullmatch(payload)
        if here is None or (here[2] or b"") != self._tag:
            self._guards.pop(topic, None)
        elif topic in self._guards or len(self._guards) < _MOST_GUARDS:
            took = here[1]
            self._guards[topic] = (now, None if took is None else int(took) / 1000)

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
        """Return the round trip in s, as long as is known; what is still on its way counts, too."""
        oldest = min(self._probes.values(), default=None)
        on_its_way = 0.0 if oldest is None else self._clock() - oldest
        return max(on_its_way, self.trip or 0.0)

    def guarded(self) -> bool:
        """Tell whether a guard is at this broker."""
        now = self._clock()
        for topic in [t for t, (at, _) in self._guards.items() if now - at >= _GUARD_SILENT]:
            del self._guards[topic]
        return bool(self._guards)

    @property
    def reaction(self) -> float | None:
        """Return the longest that the quickest guard lately took to stop something, s."""
        return min((took for _, took in self._guards.values() if took is not None), default=None)

    @property
    def longest_trip(self) -> float | None:
        """Return the longest round trip lately, s."""
        return max(self._recent, default=None)

    def cut(self) -> None:
        """Forget what was on its way: the connection is lost."""
        self.echoes.forget()
        self._probes.clear()
        self.trips.clear()
        self.trip = None
        self._recent.clear()
        self._guards.clear()
