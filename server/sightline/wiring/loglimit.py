"""No outage fills the log: what says the same again and again is said once a minute.

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

EACH = 60.0
"""The same line again after so long (s)."""
PART, PART_EACH = 4.0, 30.0
"""Warnings of one part of the server: so many at once, then one for each so many s."""
_GRAVE = frozenset((LogLevel.warn, LogLevel.error, LogLevel.critical))
_MOST = 500  # lines remembered
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Said once, at the start, each line another.
_EXEMPT = frozenset(("sightline.tap",))


class _Budget:
    """So many at once, then one for each ``every`` s."""

    __slots__ = ("_at", "_left", "_most", "every", "left_out")

    def __init__(self, most: float, every: float, at: float) -> None:
        self._most = self._left = most
        self.every = every
        self._at = at
        self.left_out = 0

    def spend(self, at: float) -> bool:
        self._left = min(self._most, self._left + (at - self._at) / self.every)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Limit:
    """Decides which events are passed on. ``clock`` is monotonic s."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: OrderedDict[tuple[str, str], _Budget] = OrderedDict()
        self._parts: dict[str, _Budget] = {}

    def passes(self, event: LogEvent) -> LogEvent | None:
        """The event to write, with the number of those left out before; None: leave it out."""
        part = str(event.get("log_namespace", ""))
        grave = event.get("log_level") in _GRAVE
        if not part.startswith("sightline.") and not grave:
            return event
        text = formatEvent(event)
        if failure := event.get("log_failure"):
            text += f" {failure.type}: {failure.getErrorMessage()}"
        now = self._clock()
        line = self._line((part, _NUMBERS.sub("#", text) if grave else text), now)
        if not line.spend(now) or (grave and part not in _EXEMPT and not self._may(part, now)):
            line.left_out += 1
            return None
        left_out, line.left_out = line.left_out, 0
        if not left_out:
            return event
        said = str(event.get("log_format") or "")
        more = " ({log_left_out} more lines like this were left out)"
        return {**event, "log_format": said + more, "log_left_out": left_out}

    def _line(self, key: tuple[str, str], now: float) -> _Budget:
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Budget(1.0, EACH, now)
            if len(self._lines) > _MOST:
                self._lines.popitem(last=False)
        self._lines.move_to_end(key)
        return line

    def _may(self, part: str, now: float) -> bool:
        budget = self._parts.get(part)
        if budget is None:
            budget = self._parts[part] = _Budget(PART, PART_EACH, now)
        return budget.spend(now)


@implementer(ILogObserver)
class Limited:
    """An observer behind a limit."""

    def __init__(self, observer: Any, limit: Limit) -> None:
        self.observer = observer
        self._limit = limit

    def __call__(self, event: LogEvent) -> None:
        """Pass it on, if it may pass."""
        passed = self._limit.passes(event)
        if passed is not None:
            self.observer(passed)


class LogLimit(Service):
    """Puts a limit before each observer that is there when we start, and takes it away again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limited: list[Limited] = []

    def startService(self) -> None:
        """Begin."""
        super().startService()
        for observer in list(getattr(globalLogPublisher, "_observers", ())):
            limited = Limited(observer, Limit(self._clock))
            globalLogPublisher.removeObserver(observer)
            globalLogPublisher.addObserver(limited)
            self._limited.append(limited)

    def stopService(self) -> None:
        """Say everything again."""
        super().stopService()
        for limited in self._limited:
            globalLogPublisher.removeObserver(limited)
            globalLogPublisher.addObserver(limited.observer)
        self._limited.clear()
