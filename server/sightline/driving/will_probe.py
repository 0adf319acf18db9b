"""How long a broker bears a silent client before it publishes its will: tried now and then.

That is what stops a robot when the server and the guard hang together. A connection like that of a
lease, with a will on a topic of our own, falls silent; the time until the will comes is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.driving.broker_ports import BrokerPort, WillPort
from sightline.driving.echo_monitor import EchoMonitor

FIRST = 5.0
"""The first try, so long after the broker is reached (s)."""
EVERY = 900.0
"""And then each so many s: the broker writes a line about each in its log."""
MOST = 60.0
"""A will that has not come after so long (s) never will."""
_TRIES = 8
_WILL = b"silent"


class WillProbe:
    """Tries one broker. ``clock`` is monotonic s; `look` is to be called now and then."""

    _log = Logger()

    def __init__(self, clock: Callable[[], float], port: BrokerPort, monitor: EchoMonitor) -> None:
        self._clock = clock
        self._port = port
        self._due: float | None = None
        self._connection: WillPort | None = None
        self._since = 0.0
        self._took: deque[float] = deque(maxlen=_TRIES)
        self._topic = monitor.will_topic
        monitor.when_will_received(self._received)

    @property
    def longest(self) -> float | None:
        """Return the longest of the last tries, s."""
        return max(self._took, default=None)

    def look(self) -> None:
        """Begin a try that is due, or give up one that takes too long."""
        now = self._clock()
        if self._connection is not None:
            if now - self._since > MOST:
                self.stop()
        elif self._port.broken or self._port.no_driving:
            self._due = None
        elif self._due is None:
            self._due = now + FIRST
        elif now >= self._due:
            self._due = now + EVERY
            self._try()

    def stop(self) -> Deferred[Any] | None:
        """Give a try up; return what to wait for, if there was one."""
        connection, self._connection = self._connection, None
        return None if connection is None else connection.close()

    def _try(self) -> None:
        self._since = self._clock()

        def opened(_: object) -> None:
            if self._connection is connection:
                connection.hush()
                self._since = self._clock()

        def refused(_: object) -> None:
            if self._connection is connection:
                self._connection = None

        connection = self._connection = self._port.will_connection(self._topic, _WILL, refused)
        connection.open().addCallbacks(opened, refused).addErrback(
            lambda failure: self._log.failure("The broker's patience was not tried", failure)
        )

    def _received(self) -> None:
        if self._connection is not None:
            self._took.append(self._clock() - self._since)
            self.stop()
