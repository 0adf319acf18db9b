"""How long a broker bears a silent client before it speaks its will: tried, now and then.

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
    """One broker's. ``clock`` is monotonic s; `look` is to be called now and then."""

    _log = Logger()

    def __init__(self, clock: Callable[[], float], route: BrokerPort, watch: EchoMonitor) -> None:
        self._clock = clock
        self._route = route
        self._due: float | None = None
        self._line: WillPort | None = None
        self._since = 0.0
        self._took: deque[float] = deque(maxlen=_TRIES)
        self._topic = watch.will_topic
        watch.when_will_heard(self._heard)

    @property
    def worst(self) -> float | None:
        """The longest of the last tries, s."""
        return max(self._took, default=None)

    def look(self) -> None:
        """Time goes by."""
        now = self._clock()
        if self._line is not None:
            if now - self._since > MOST:
                self.stop()
        elif self._route.broken or self._route.no_driving:
            self._due = None
        elif self._due is None:
            self._due = now + FIRST
        elif now >= self._due:
            self._due = now + EVERY
            self._try()

    def stop(self) -> Deferred[Any] | None:
        """Let a try be; what to wait for, if there was one."""
        line, self._line = self._line, None
        return None if line is None else line.close()

    def _try(self) -> None:
        self._since = self._clock()

        def opened(_: object) -> None:
            if self._line is line:
                line.hush()
                self._since = self._clock()

        def refused(_: object) -> None:
            if self._line is line:
                self._line = None

        line = self._line = self._route.will_connection(self._topic, _WILL, refused)
        line.open().addCallbacks(opened, refused).addErrback(
            lambda failure: self._log.failure("The broker's patience was not tried", failure)
        )

    def _heard(self) -> None:
        if self._line is not None:
            self._took.append(self._clock() - self._since)
            self.stop()
