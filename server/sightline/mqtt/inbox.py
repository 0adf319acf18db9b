"""The one way from paho's thread to the reactor: a bounded queue and one wake-up.

Messages and news about the connection share the queue, so their order is kept. When it is full
messages are dropped and counted; news about the connection never is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from twisted.logger import Logger

from sightline.model.kind import Arrival

# The reactor is given back after this long (s) or this many messages, whichever comes first.
TURN_SECONDS = 0.004
TURN_MESSAGES = 2_000
# Handed over at once: at 30 µs each the last handful takes a turn at most 3 ms too far.
HANDFUL = 100
LARGEST = 33_554_432
"""Bytes of payloads that may wait: 100,000 small messages are less, and large ones are bounded."""

E = TypeVar("E")


class InboxReactor(Protocol):
    """What the bridge needs of a Twisted reactor."""

    def callFromThread(self, f: Callable[..., Any], /, *args: object, **kw: object) -> None:
        """Call ``f`` on the reactor thread; safe from any thread."""

    def callLater(self, delay: float, f: Callable[..., Any], /, *args: object, **kw: object) -> Any:
        """Call ``f`` on the reactor thread after ``delay`` s."""

    def seconds(self) -> float:
        """Return a clock that is never stepped."""

    def getThreadPool(self) -> Any:
        """Return the threads for what would hold the reactor."""


def rare(count: int) -> bool:
    """Return whether to log this occurrence: the 1st, 2nd, 4th, 8th, …, so that no storm comes of
    it.
    """
    return count & (count - 1) == 0


class Inbox(Generic[E]):
    """Arrivals and events on their way to the reactor.

    ``arrived`` gets lists of arrivals and ``on_event`` gets events, both on the reactor thread, in
    the order in which they were put.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: InboxReactor,
        limit: int,
        arrived: Callable[[list[Arrival]], None],
        on_event: Callable[[E], None],
    ) -> None:
        self._reactor = reactor
        self._limit = limit
        self._put_bytes = self._taken_bytes = 0
        self._arrived = arrived
        self._on_event = on_event
        self._items: deque[list[Arrival] | E] = deque()
        self._awake = False
        # Each is written by one thread only, so neither needs a lock.
        self._put = 0
        self._taken = 0
        self.overflowed = 0
        self.failed = 0
        # reactor thread: the list being handed over, and how far we are
        self._open: list[Arrival] = []
        self._at = 0

    @property
    def received(self) -> int:
        """Count the messages handed over so far."""
        return self._taken

    @property
    def waiting(self) -> int:
        """Count the messages put and not yet handed over."""
        return self._put - self._taken

    @property
    def empty(self) -> bool:
        """Tell whether neither messages nor events wait. Ask on the reactor thread only."""
        return not (self._items or self._open)

    # ---- paho's thread below

    @property
    def crowded(self) -> bool:
        """Return whether it is over half full: reading more slowly leaves the rest to the
        broker.
        """
        return (self._put - self._taken) * 2 > self._limit or (
            self._put_bytes - self._taken_bytes
        ) * 2 > LARGEST

    def put(self, arrivals: list[Arrival]) -> int:
        """Queue arrivals; what finds no room is dropped and counted. The list is ours from now.

        Says how many were dropped.
        """
        room = max(0, self._limit - (self._put - self._taken))
        dropped = max(0, len(arrivals) - room)
        if dropped:
            self.overflowed += dropped
            del arrivals[room:]
        if arrivals:
            size = sum([len(arrival.payload) for arrival in arrivals])
            if self._put_bytes - self._taken_bytes + size > LARGEST:
                self.overflowed += len(arrivals)
                return dropped + len(arrivals)
            self._put += len(arrivals)
            self._put_bytes += size
            self._append(arrivals)
        return dropped

    def tell(self, event: E) -> None:
        """Queue news about the connection."""
        self._append(event)

    def _append(self, item: list[Arrival] | E) -> None:
        self._items.append(item)
        if not self._awake:
            self._awake = True
            self._reactor.callFromThread(self._drain)

    # ---- reactor thread below

    def _drain(self) -> None:
        """Hand over for a few milliseconds, then give the reactor back if more is left."""
        seconds = self._reactor.seconds
        until = seconds() + TURN_SECONDS
        most = self._taken + TURN_MESSAGES
        while self._taken < most and self._hand_over():
            if seconds() >= until:
                break
        if self.empty:
            self._awake = False
            # Whatever was put before this line saw us awake and woke nobody.
            if not self._items:
                return
            self._awake = True
        self._reactor.callLater(0, self._drain)

    def _hand_over(self) -> bool:
        """Hand over one event or one handful; False when there is nothing."""
        if not self._open:
            if not self._items:
                return False
            item = self._items.popleft()
            if not isinstance(item, list):
                self._guarded(self._on_event, item)
                return True
            self._open = item
        handful = self._open[self._at : self._at + HANDFUL]
        self._at += HANDFUL
        if self._at >= len(self._open):
            self._open = []
            self._at = 0
        self._taken += len(handful)
        self._taken_bytes += sum([len(arrival.payload) for arrival in handful])
        self._guarded(self._arrived, handful)
        return True

    def _guarded(self, act: Callable[[Any], None], item: object) -> None:
        """Call a listener so that no mistake of it stops the messages behind."""
        try:
            act(item)
        except Exception:
            self.failed += 1
            if rare(self.failed):
                self._log.failure("A listener failed ({failed} so far)", failed=self.failed)
