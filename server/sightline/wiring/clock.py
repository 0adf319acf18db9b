"""Keep the one time of this process, and watch the machine's clock.

Everybody who wants to know what time it is asks `now`. The machine's clock itself is asked here,
and where somebody else's rules want it (the signatures of AWS).
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.logger import Logger

from sightline.kinds.friends.clocks import SEVERAL, SenderClocks
from sightline.live.periodic import Periodic
from sightline.live.steady_clock import Agreed, Off, PurgeClock, SteadyClock, judge

reactor: Any = _reactor
_LOOK = 1.0  # s
_ASK = 10  # looks between two questions to the senders' clocks
_TOLERANCE = 2.0  # s by which what is shown may differ from what is so
_DAY = 86400.0
_TIME_ERROR = 5  # of adjtimex(2): nothing keeps this clock right


def uptime() -> float:
    """Return a clock that is never stepped, and goes on while the machine sleeps, s."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


now = SteadyClock(time.time, uptime)
"""What time it is, epoch s."""


class _Timex(ctypes.Structure):
    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_byte * 500))


def synced() -> bool | None:
    """Tell whether NTP keeps the machine's clock right; None: the machine does not say."""
    try:
        said: int = ctypes.CDLL(None).adjtimex(ctypes.byref(_Timex()))
    except (OSError, AttributeError):
        return None
    return None if said < 0 else said != _TIME_ERROR


class ClockWatch(Service):
    """Follow the machine's clock, and says when it is off.

    ``alarm`` is called with the words for it when that begins. ``ntp`` says whether the machine's
    clock is kept right; None: unknown.
    """

    _log = Logger()

    def __init__(
        self,
        clock: SteadyClock,
        senders: SenderClocks,
        alarm: Callable[[str], None],
        ntp: Callable[[], bool | None] = synced,
        reactor: Any = reactor,
    ) -> None:
        self._clock = clock
        self._senders = senders
        self._alarm = alarm
        self._ntp = ntp
        self._looks = 0
        self._agreed: Agreed | None = None
        self._synced: bool | None = None
        self._loop = Periodic(reactor, _LOOK, self.look, "the watch over the clock")
        self.off: Off | None = None
        """What is wrong with the machine's clock; None: nothing is known to be."""
        self.purge = PurgeClock(clock, uptime)
        """By which old things may be deleted."""

    def startService(self) -> None:
        super().startService()
        self._loop.start()

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    def look(self) -> None:
        """Look at the machine's clock, once a second."""
        clock = self._clock
        if self._looks % _ASK == 0:
            found = self._senders.ahead(clock())
            self._agreed = None if found is None else Agreed(*found)
            self._synced = self._ntp()
            self._confirm()
        self._looks += 1
        jumped = clock.look(self._agreed, self._synced)
        if jumped:
            self._senders.shifted(jumped)
            self._log.info("Took over that the clock was set {jumped} ahead", jumped=span(jumped))
            self._looks = 0  # ask anew
            self._agreed = None
        self._tell(judge(clock.gap, self._agreed, catching_up=clock.catching_up))

    def _confirm(self) -> None:
        """Trust the day, for deleting, once NTP or a phone confirms it; till then nothing is
        deleted.
        """
        if self._agreed is not None:
            if abs(self._agreed.ahead) < _DAY:
                self.purge.confirmed()
        elif self._synced:
            self.purge.confirmed()

    @property
    def sure(self) -> bool:
        """Tell whether NTP or several phones confirm the day that our clock says it is."""
        agreed = self._agreed
        if agreed is not None and agreed.senders >= SEVERAL:
            return abs(agreed.ahead) < _DAY
        return bool(self._synced)

    def _tell(self, off: Off | None) -> None:
        before = self.off
        if (
            off is not None
            and before is not None
            and off.why == before.why
            and abs(off.ahead - before.ahead) < _TOLERANCE
        ):
            return
        self.off = off
        if off is None:
            if before is not None:
                self._log.info("The clock of this machine is right again")
            return
        if before is None or (off.ahead > 0) != (before.ahead > 0):
            words = self.words or ""
            self._log.warn("{words}", words=words)
            self._alarm(words)

    @property
    def words(self) -> str | None:
        """Return what is wrong with the clock, in a sentence; None: nothing."""
        off = self.off
        if off is None:
            return None
        which = "ahead" if off.ahead > 0 else "behind"
        return f"The clock of this server is {span(abs(off.ahead))} {which}: {off.why}."

    def gauges(self) -> Mapping[str, Any]:
        """Tell how it goes, as fields of ``server/sightline``."""
        if self.off is None:
            return {}
        return {"clock_off": round(self.off.ahead), "clock_why": self.words}


def span(seconds: float) -> str:
    """Write a time as ``40 s``, ``12 min``, ``3 h`` or ``7 d``."""
    for unit, size, most in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172800)):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / _DAY:.0f} d"
