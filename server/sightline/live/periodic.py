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

    ``work`` may return a Deferred: the next call waits for it. A failure is logged as ``name`` with
    its traceback (the server counts and shows such lines), told to ``failed``, and the calls go on
    one interval later.
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
        self._loop = LoopingCall(work)
        self._loop.clock = clock

    @property
    def running(self) -> bool:
        """Whether calls are made."""
        return bool(self._loop.running)

    def start(self, *, now: bool = True) -> None:
        """Begin, with a first call at once unless ``now`` is false. Does nothing if begun."""
        if not self._loop.running:
            ended: Any = self._loop.start(self._seconds, now=now)
            ended.addErrback(self._go_on)

    def stop(self) -> None:
        """End the calls. Does nothing if ended."""
        if self._loop.running:
            self._loop.stop()

    def _go_on(self, failure: Failure) -> None:
        self._log.failure("{name} failed; it is tried again", failure, name=self._name)
        self.start(now=False)
        if self._failed is not None:
            self._failed(failure)
