"""Count what fails in the server itself, and let people see it.

Every failure that is logged with its traceback is a mistake of ours: a loop that failed
(`sightline.live.periodic.Periodic`), an exception that nobody caught. They are counted in the
``faults`` figure of ``server/sightline``. The first of each name becomes an alarm in the history,
and so does the next one after ten minutes: one that fails each second must not fill it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.application.service import Service
from twisted.logger import ILogObserver, LogEvent, LogLevel, globalLogPublisher
from zope.interface import implementer

AGAIN = 600.0
"""The same name becomes an alarm again after so long, s."""
_MOST = 200  # names remembered
# Bridges count their own faults, more than they log.
_COUNTED_ELSEWHERE = "sightline.mqtt."


class Thread(Protocol):
    """What is needed of the reactor, as log events come from any thread."""

    def seconds(self) -> float:
        """Tell the time of a clock that never jumps, s."""

    def callFromThread(self, work: Callable[..., object], /, *args: object) -> object:
        """Call ``work`` in the reactor's thread."""


@implementer(ILogObserver)
class Faults(Service):
    """Observe critical log events.

    ``alarm`` gets a sentence for people, in the reactor's thread.
    """

    name = "faults"

    def __init__(self, reactor: Thread, alarm: Callable[[str], None]) -> None:
        self._reactor = reactor
        self._alarm = alarm
        self._alarmed: dict[str, float] = {}
        self.count = 0
        """Faults since the start."""

    def startService(self) -> None:
        super().startService()
        globalLogPublisher.addObserver(self)

    def stopService(self) -> None:
        super().stopService()
        globalLogPublisher.removeObserver(self)

    def __call__(self, event: LogEvent) -> None:
        """Count ``event`` if it is a fault. May be called from any thread."""
        if event.get("log_level") is not LogLevel.critical or "log_failure" not in event:
            return
        namespace = str(event.get("log_namespace") or "")
        if not namespace.startswith(_COUNTED_ELSEWHERE):
            self._reactor.callFromThread(self._failed, str(event.get("name") or namespace))

    def _failed(self, name: str) -> None:
        self.count += 1
        now = self._reactor.seconds()
        last = self._alarmed.get(name)
        if last is not None and now - last < AGAIN:
            return
        if last is None and len(self._alarmed) >= _MOST:
            del self._alarmed[next(iter(self._alarmed))]
        self._alarmed[name] = now
        self._alarm(f"something failed in the server: {name}")
