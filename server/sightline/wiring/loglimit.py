"""Keep an outage from filling the log: equal lines are written once a minute.

Two warnings are the same when they differ in numbers only (waits, counts, ports, times); lines that
are no warnings must be equal. With the next of them goes how many were left out. And one part of
the server, as all bridges or a store, warns four times at once, then twice a minute. What comes
once comes at once.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogPublisher
from zope.interface import implementer

from sightline.model.token_bucket import TokenBucket

EACH = 60.0
"""The same line again after so long (s)."""
PART, PART_EACH = 4.0, 30.0
"""Warnings of one part of the server: so many at once, then one for each so many s."""
_GRAVE = frozenset((LogLevel.warn, LogLevel.error, LogLevel.critical))
_MOST = 500  # lines remembered
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Said once, at the start, each line another.
_EXEMPT = frozenset(("sightline.tap",))


class _Line:
    """A line of the log: how often it may come, and how many were left out since the last."""

    __slots__ = ("bucket", "left_out")

    def __init__(self, now: float) -> None:
        self.bucket = TokenBucket(1 / EACH, 1.0, now)
        self.left_out = 0


class LineLimit:
    """Decide which events are passed on. ``clock`` is monotonic s."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: OrderedDict[tuple[str, str], _Line] = OrderedDict()
        self._parts: dict[str, TokenBucket] = {}

    def passes(self, event: LogEvent) -> LogEvent | None:
        """Return the event to write, with the number of those left out before; None: leave it
        out.
        """
        part = str(event.get("log_namespace", ""))
        grave = event.get("log_level") in _GRAVE
        if not part.startswith("sightline.") and not grave:
            return event
        text = formatEvent(event)
        if failure := event.get("log_failure"):
            text += f" {failure.type}: {failure.getErrorMessage()}"
        now = self._clock()
        line = self._line((part, _NUMBERS.sub("#", text) if grave else text), now)
        free = not grave or part in _EXEMPT
        if not line.bucket.take(now) or not (free or self._may(part, now)):
            line.left_out += 1
            return None
        left_out, line.left_out = line.left_out, 0
        if not left_out:
            return event
        said = str(event.get("log_format") or "")
        more = " ({log_left_out} more lines like this were left out)"
        return {**event, "log_format": said + more, "log_left_out": left_out}

    def _line(self, key: tuple[str, str], now: float) -> _Line:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(now)
            if len(self._lines) > _MOST:
                self._lines.popitem(last=False)
        self._lines.move_to_end(key)
        return line

    def _may(self, part: str, now: float) -> bool:
        bucket = self._parts.get(part)
        if bucket is None:
            bucket = self._parts[part] = TokenBucket(1 / PART_EACH, PART, now)
        return bucket.take(now)


@implementer(ILogObserver)
class Limited:
    """An observer behind a limit."""

    def __init__(self, observer: Any, limit: LineLimit) -> None:
        self.observer = observer
        self._limit = limit

    def __call__(self, event: LogEvent) -> None:
        """Pass it on, if it may pass."""
        passed = self._limit.passes(event)
        if passed is not None:
            self.observer(passed)


class LogLimit(Service):
    """Put a limit before each observer that is there at the start, and take it away again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limited: list[Limited] = []

    def startService(self) -> None:
        super().startService()
        for observer in list(getattr(globalLogPublisher, "_observers", ())):
            limited = Limited(observer, LineLimit(self._clock))
            globalLogPublisher.removeObserver(observer)
            globalLogPublisher.addObserver(limited)
            self._limited.append(limited)

    def stopService(self) -> None:
        """Take the limits away: everything is written again."""
        super().stopService()
        for limited in self._limited:
            globalLogPublisher.removeObserver(limited)
            globalLogPublisher.addObserver(limited.observer)
        self._limited.clear()
