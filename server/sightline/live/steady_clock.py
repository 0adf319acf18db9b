"""Keep one time for the server, epoch s that never go back, and judge the machine's clock.

The machine's clock may be stepped at any moment, by people or by NTP, and it may be wrong. So our
times are counted from where it stood at the start, on a clock that is never stepped. Small
differences are followed slowly. A step is not believed by itself: it is taken over when the
senders' clocks agree with it, or NTP does, or when nobody contradicted it for a while; what leads
back is taken over by counting at half speed, so that no time comes twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

STEP = 1.0
"""A difference of this much (s) between two looks is a step; a smaller one is followed."""
FOLLOW = 0.005
"""By how much of a second in each second a small difference is followed."""
SETTLED = 600.0
"""A step that nobody contradicts for so long (s) is taken over."""
CATCH_UP = 0.5
"""How fast our time goes (s in each s) until the machine's clock, stepped back, has caught up."""
OFF = 20.0
"""The machine's clock is off when it differs by more (s) from what the senders agree on."""
_SYNCED_FOR = 5.0  # s that a step stands before NTP's word is taken for it
_SAME = 1.0  # s within which a step is still the same step


@dataclass(frozen=True, slots=True)
class Agreed:
    """Senders whose clocks agree: the seconds by which they are ahead of ours, and their number."""

    ahead: float
    senders: int


@dataclass(frozen=True, slots=True)
class Off:
    """A wrong clock: the machine's is ``ahead`` s ahead (negative: behind) of the right time;
    ``why``.
    """

    ahead: float
    why: str


class SteadyClock:
    """A clock: call it for the time (epoch s), and `look` about once a second.

    ``wall`` is the machine's clock (epoch s), ``steady`` one that is never stepped (s). May be
    called on any thread; `look` on one alone.
    """

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        # Our time is ``at`` + (steady - ``since``) * ``rate``; replaced as a whole, for threads.
        self._line = (wall(), steady(), 1.0)
        self._stepped_at: float | None = None
        self._gap = 0.0
        self.catching_up = False
        """Whether we count at half speed, because the machine's clock was set back."""

    def __call__(self) -> float:
        """Return the time, epoch s."""
        at, since, rate = self._line
        return at + (self._steady() - since) * rate

    @property
    def gap(self) -> float:
        """Return the seconds by which the machine's clock is ahead of our time."""
        return self._wall() - self()

    def look(self, agreed: Agreed | None = None, synced: bool | None = None) -> float:
        """Follow the machine's clock, if it can be believed; return the jump of our time, s.

        ``agreed`` is what senders' clocks say; ``synced`` whether NTP holds the machine's clock.
        """
        now, gap = self._steady(), self.gap
        if abs(gap) < STEP:
            self._stepped_at, self.catching_up = None, False
            self._go(1.0 + max(-FOLLOW, min(FOLLOW, gap / 60)))
            return 0.0
        if self._stepped_at is None or (not self.catching_up and abs(gap - self._gap) > _SAME):
            self._stepped_at = now
        self._gap = gap
        believed = self._believed(gap, now - self._stepped_at, agreed, synced)
        self.catching_up = believed and gap < 0
        if not believed:
            self._go(1.0)
        elif gap < 0:
            self._go(CATCH_UP)
        else:
            self._line = (self() + gap, self._steady(), 1.0)
            self._stepped_at = None
            return gap
        return 0.0

    def _believed(
        self, gap: float, stood: float, agreed: Agreed | None, synced: bool | None
    ) -> bool:
        if agreed is not None:
            return abs(agreed.ahead - gap) < min(OFF, abs(agreed.ahead))
        if synced and stood >= _SYNCED_FOR:
            return True
        return stood >= SETTLED

    def _go(self, rate: float) -> None:
        at, since, before = self._line
        if before == rate:
            return
        now = self._steady()
        self._line = (at + (now - since) * before, now, rate)


def judge(gap: float, agreed: Agreed | None, *, catching_up: bool = False) -> Off | None:
    """Tell whether the machine's clock is off. ``gap``: by how much it is ahead of our time (s).

    None: nothing speaks against it.
    """
    if agreed is not None:
        off = gap - agreed.ahead
        if abs(off) > OFF and agreed.senders > 1:
            return Off(off, f"the clocks of {agreed.senders} phones agree on another time")
        if abs(gap) > OFF and abs(off) > OFF:
            return Off(off, "it was set to another time, and a phone's clock says otherwise")
        return None
    if abs(gap) > OFF and not catching_up:
        return Off(gap, "it was set to another time, and no phone says which one is right")
    return None


class PurgeClock:
    """A clock for deleting old things (epoch s): never later than the time surely is.

    A clock that was set forward, or wrong from the start, must not make the present old. Until
    something else than the machine's clock confirms the time, no more is believed than the newest
    time that is known from before, and as much as has passed since.
    """

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float]) -> None:
        self._wall = wall
        self._steady = steady
        self._known = (float("-inf"), steady())  # nothing is old
        self._confirmed = False

    def known(self, newest: float) -> None:
        """Take over a time (epoch s) that has passed already by another clock."""
        if not self._confirmed:
            self._known = (min(newest, self._wall()), self._steady())

    def confirmed(self) -> None:
        """Trust the machine's clock: something else says that its time is right."""
        self._known = (self._wall(), self._steady())
        self._confirmed = True

    def __call__(self) -> float:
        """Tell how late it surely is, epoch s."""
        at, since = self._known
        return min(self._wall(), at + self._steady() - since)
