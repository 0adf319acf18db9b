"""Repeat something at an interval, whatever goes wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure


class Periodic:
    """Call ``work`` every ``seconds`` on ``clock``; a call that fails does not end it.

    ``work`` may return a Deferred: the next call waits for it. After a failure the calls go on one
    interval later. The failure is logged as ``name`` with its traceback, which makes it an alarm
    of the server (`sightline.wiring.faults`), and is given to ``failed``.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        seconds: float,
        work: Callable[[], object],
        name: str,
        *,
        failed: Callable[[Failure], None] | None = None,
    ) -> None:
        self._seconds = seconds
        self._name = name
        self._failed = failed
        self._wanted = False
        self._loop = LoopingCall(work)
        self._loop.clock = clock

    @property
    def running(self) -> bool:
        """Tell whether calls are made."""
        return self._wanted

    def start(self, *, now: bool = True) -> None:
        """Begin, with a first call at once unless ``now`` is false. Does nothing if begun."""
        self._wanted = True
        if not self._loop.running:
            ended: Any = self._loop.start(self._seconds, now=now)
            ended.addErrback(self._go_on)

    def stop(self) -> None:
        """End the calls. Does nothing if ended. A call under way may still fail, and is logged."""
        self._wanted = False
        if self._loop.running:
            self._loop.stop()

    def _go_on(self, failure: Failure) -> None:
        self._log.failure("{name} failed; it is tried again", failure, name=self._name)
        if self._wanted:  # a call may stop the calls, and then fail
            self.start(now=False)
        if self._failed is not None:
            self._failed(failure)
