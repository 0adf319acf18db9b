"""Nothing dangerous stays on a command topic: what lies there is looked up, and replaced.

A live message does not tell its subscribers that it was also retained (MQTT 3.1.1). So what is
retained is asked for, by subscribing anew, after anything that somebody else said: then what is
found is replaced, and asked for again. A limit puts off; it never forgets. Whenever messages may
have been lost on their way to us, and every `CHECK` seconds, all is looked up.

Not more often, because brokers log each subscription.

The server and the guard each have one of these; neither needs the other. Only retained messages
are replaced, and nothing of ours is ever retained but the stop that replaces, so nothing of ours
can be cleared by mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from sightline.kinds.probots import commands
from sightline.kinds.probots.bases import RobotTopics

CHECK = 300.0
"""What is retained is looked up at least so often, s."""
SOON = 0.5
"""After a look the same topics are not looked up for so long, s."""
MOST_WAIT = 10.0
"""So long at most a look is put off by messages that go on, s."""
STALL = 1.0
"""Not called for so long (s) we stood still, and may have lost something."""
AGAIN = 0.5
"""One topic is cleared no more often than this, s."""
EXPIRE_EVERY = 1.0
"""The stops that we left retained are replaced by such that expire, no more often than this (s)."""
EXPIRED = 2.0
"""So long after it was told to expire (s) we look whether a stop of ours is gone."""
TRIES = 3
"""A stop of ours is told to expire so often: what says so may come before it, as it comes by a
connection of its own."""
MANY = 1000
"""Above so many retained messages those that do no harm are cleared, too: each look brings all."""
_AT_ONCE = 500  # topics cleared in one look
_MOST = 50_000  # topics remembered; the next look brings what found no place


class Way(Protocol):
    """The way to one broker: a part of `sightline.driving.broker_ports.BrokerPort`."""

    @property
    def broken(self) -> str:
        """Tell why the broker cannot be reached; empty when it can."""

    @property
    def lost(self) -> int:
        """Tell how many messages came and found no place with us."""

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        """Have the broker say again what is retained there."""

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        """Publish now or never; False: it could not be sent."""

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        """Replace what is retained by something that expires."""


class Sweep:
    """One broker's command topics. ``clock`` is monotonic s; `look` is to be called often.

    ``sends`` hears of each topic and payload before we publish it. ``wait`` (s) is how long it is
    waited for quiet before a look; 0: not at all. ``topics`` are the bases of the robots' topics.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        way: Way,
        sends: Callable[[str, bytes], object] = lambda topic, payload: None,
        wait: float = 0.0,
        topics: RobotTopics | None = None,
    ) -> None:
        self._names = (topics or RobotTopics()).command_filters
        self._clock = clock
        self._way = way
        self._sends = sends
        self._wait = wait
        self._called = now = clock()
        self._was_broken = True
        self._lost = way.lost
        self._looked = dict.fromkeys(self._names, now - SOON)
        self._next = dict.fromkeys(self._names, now + CHECK)
        self._since: dict[tuple[str, int], float] = {}  # first suspected after the last look
        self._seen = 0  # retained messages since the last look
        self._to_clear: dict[str, None] = {}
        self._cleared: dict[str, float] = {}  # lately, and when
        self._to_expire: dict[str, None] = {}
        self._expired = float("-inf")
        self._left: dict[str, int] = {}  # where we left a stop, and how often it is to expire yet
        self.count = 0
        """How often something was cleared."""

    def suspect(self, topic: str) -> None:
        """Note that somebody else spoke on this topic, and may have had it retained."""
        now = self._clock()
        for name in self._names:
            if topic.startswith(name[0][:-1]):
                since = self._since.setdefault(name, now)
                self._plan(name, min(now + self._wait, since + MOST_WAIT))

    def _suspect_all(self) -> None:
        for name in self._names:
            self._plan(name, self._clock())

    def _plan(self, name: tuple[str, int], when: float) -> None:
        self._next[name] = min(max(when, self._looked[name] + SOON), self._looked[name] + CHECK)

    def found(self, topic: str, payload: bytes) -> bool:
        """Take note of a retained message; return whether it is dangerous."""
        self._seen += 1
        harmless = commands.is_harmless(topic, payload)
        if (not harmless or self._seen > MANY) and len(self._to_clear) < _MOST:
            self._to_clear[topic] = None
        elif topic in self._left:
            self._to_expire[topic] = None
        return not harmless

    @property
    def due(self) -> float:
        """Return when `look` has something to do, monotonic s; what is past is due now."""
        if self._to_clear or self._to_expire or self._way.lost != self._lost:
            return self._called
        return min(self._next.values())

    def look(self) -> None:
        """Do what is due."""
        now = self._clock()
        called, self._called = self._called, now
        if self._way.broken:
            self._wait_for_connection(now)
            return
        self._was_broken = False
        if now - called > STALL or self._way.lost != self._lost:
            self._lost = self._way.lost
            self._suspect_all()
        self._look_up(now)
        if self._to_clear:
            self._clear(now)
        if self._to_expire and now - self._expired >= EXPIRE_EVERY:
            self._expire(now)
        for topic in [t for t, at in self._cleared.items() if now - at >= AGAIN]:
            del self._cleared[topic]

    def _wait_for_connection(self, now: float) -> None:
        """Forget the lost connection: what lies there comes with the next one.

        Some of that comes before all is subscribed, so while there still is no connection. It is
        not forgotten again: nobody would say it a second time before `CHECK`.
        """
        if not self._was_broken:
            self._to_clear.clear()
            self._left.clear()
        self._was_broken = True
        self._since.clear()
        self._looked = dict.fromkeys(self._names, now - SOON)
        self._next = dict.fromkeys(self._names, now + CHECK)

    def _look_up(self, now: float) -> None:
        if len(self._to_clear) > _AT_ONCE:
            return  # it would bring all of them again
        due = [name for name in self._names if now >= self._next[name]]
        for name in due:
            self._looked[name], self._next[name] = now, now + CHECK
            self._since.pop(name, None)
        if due:
            self._seen = 0
            self._way.look_up(due)

    def _clear(self, now: float) -> None:
        due = [t for t in self._to_clear if now - self._cleared.get(t, float("-inf")) >= AGAIN]
        due.sort(key=lambda topic: commands.robot_of(topic) is None)  # robots first
        for topic in due[:_AT_ONCE]:
            payload = commands.clearing(topic)
            self._sends(topic, payload)
            # With a stop at once: anybody who hears nothing else from us is told to stand still.
            if not self._way.send(topic, payload, retain=True):
                return
            del self._to_clear[topic]
            self._cleared[topic] = now
            self.count += 1
            if payload:
                self._to_expire[topic] = None
                if len(self._left) < _MOST or topic in self._left:
                    self._left[topic] = TRIES
            self._verify(topic, now + SOON)

    def _verify(self, topic: str, when: float) -> None:
        for name in self._names:
            if topic.startswith(name[0][:-1]):
                self._next[name] = min(self._next[name], when)

    def _expire(self, now: float) -> None:
        self._expired = now
        topics = list(islice(self._to_expire, _AT_ONCE))
        for topic in topics:
            del self._to_expire[topic]
            self._left[topic] = tries = self._left.get(topic, 1) - 1
            if tries > 0:
                self._verify(topic, now + EXPIRED)
            else:
                del self._left[topic]
        self._way.overwrite(topics, commands.STOP)
