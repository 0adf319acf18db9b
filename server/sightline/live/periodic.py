"""Repeat something at an interval, whatever goes wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

SHARED = 1.0
"""Intervals of so long at most (s) end on a grid that all of them share.

Some twenty things are done each second or more often. Begun whenever their parts were, each would
wake the reactor for itself. At one moment all would hold it up together; so each has its place.
"""
GRID = 0.125
"""From one place on the grid to the next, s."""
_SOON = 1e-6  # s; a timer that came so much too early has come for the interval that ends


def place(name: str, seconds: float) -> float:
    """Return where on the grid an interval of this name begins: s from its multiples on."""
    return crc32(name.encode()) % max(1, int(seconds / GRID)) * GRID


class Periodic:
    """Call ``work`` every ``seconds`` on ``clock``; a call that fails does not end it.

    The first interval of a short one (see `SHARED`) may be shorter. ``work`` may return a
    Deferred: the next call waits for it. After a failure the calls go on with the next interval.
    The failure is logged as ``name`` with its traceback, which makes it an alarm of the server
    (`sightline.wiring.faults`), and is given to ``failed``.
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
        self._clock = clock
        self._seconds = seconds
        self._work = work
        self._name = name
        self._failed = failed
        self._wanted = False
        self._run = 0  # what an earlier one still waits for does not go on
        self._begun = 0.0
        self._call: IDelayedCall | None = None

    @property
    def running(self) -> bool:
        """Tell whether calls are made."""
        return self._wanted

    def start(self, *, now: bool = True) -> None:
        """Begin, with a first call at once unless ``now`` is false. Does nothing if begun."""
        if self._wanted:
            return
        self._wanted = True
        self._run += 1
        if self._seconds > SHARED:
            self._begun = self._clock.seconds()
        else:
            self._begun = place(self._name, self._seconds)
        if now:
            self._go()
        else:
            self._plan(self._run)

    def stop(self) -> None:
        """End the calls. Does nothing if ended. A call under way may still fail, and is logged."""
        self._wanted = False
        if self._call is not None:
            call, self._call = self._call, None
            call.cancel()

    def _go(self) -> None:
        self._call, run = None, self._run
        try:
            found = self._work()
        except Exception:
            self._go_on(Failure(), run)
            return
        if found is None:
            self._plan(run)
        else:
            maybeDeferred(lambda: found).addCallbacks(
                lambda _: self._plan(run), self._go_on, errbackArgs=(run,)
            )

    def _plan(self, run: int) -> None:
        """Have the next call made at the end of the interval."""
        if run != self._run or not self._wanted:
            return
        seconds = self._seconds
        wait = seconds - (self._clock.seconds() - self._begun) % seconds
        self._call = self._clock.callLater(wait if wait > _SOON else wait + seconds, self._go)

    def _go_on(self, failure: Failure, run: int) -> None:
        self._log.failure("{name} failed; it is tried again", failure, name=self._name)
        self._plan(run)  # a call may stop the calls, and then fail
        if self._failed is not None:
            self._failed(failure)
