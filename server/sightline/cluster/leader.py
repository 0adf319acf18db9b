"""Divide work that one of several servers does for all: the leader does it, the others wait a
while.

Each server finds out the same things. The one on duty acts on them at once. Another keeps what it
would have done, and forgets it once somebody else was on duty well after it happened: by then it
has been done. If duty falls to it before, since its holder is gone, it does what it kept. So
nothing is left out while duty changes hands or nobody has it, and some of it is done twice:
whatever is done so must bear that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

SETTLED = 30.0
"""s after which the server on duty has done what it found out; many times what that takes."""
LONGEST = 3_600.0
"""s that anything is kept: what nobody did for so long is no news any more."""
MOST = 1_000

T = TypeVar("T")


def always() -> bool:
    """Lead at all times, as a server that is alone does."""
    return True


class Leadership:
    """The leadership of this server: whether it leads (``on_duty``), and when another last did."""

    def __init__(self, on_duty: Callable[[], bool] = always) -> None:
        self._on_duty = on_duty
        self._seen = float("-inf")

    @property
    def leads(self) -> bool:
        """Tell whether we are on duty now."""
        return self._on_duty()

    def seen(self, now: float) -> None:
        """Note that another server says that it leads. ``now`` is monotonic s."""
        self._seen = max(self._seen, now)

    def is_settled(self, at: float, now: float) -> bool:
        """Return whether the leader has done what happened at ``at`` by now. Both monotonic s."""
        return self._seen - at > SETTLED or now - at > LONGEST


class LeaderWork(Generic[T]):
    """Keep work that the leader should do. ``most`` bounds the costs of what is kept, in all."""

    def __init__(self, leadership: Leadership, *, most: float = MOST) -> None:
        self._leadership = leadership
        self._most = most
        self._cost = 0.0
        self._waiting: deque[tuple[T, float, float]] = deque()  # what, when, its cost
        self.dropped = 0
        """What found no room: the oldest goes."""

    def __len__(self) -> int:
        return len(self._waiting)

    def do_now(self, what: T, now: float, cost: float = 1.0) -> bool:
        """Tell whether to do this now; if not, it is kept. ``now`` is monotonic s."""
        if self._leadership.leads:
            return True
        self._waiting.append((what, now, cost))
        self._cost += cost
        while self._cost > self._most:
            self._drop()
            self.dropped += 1
        return False

    def due(self, now: float) -> list[T]:
        """Return what was kept and is to be done now, oldest first. To be asked once a second."""
        while self._waiting and self._leadership.is_settled(self._waiting[0][1], now):
            self._drop()
        if not self._waiting or not self._leadership.leads:
            return []
        return [self._drop() for _ in range(len(self._waiting))]

    def forget(self, about: Callable[[T], bool]) -> None:
        """Drop all kept work about these."""
        self._waiting = deque(each for each in self._waiting if not about(each[0]))
        self._cost = sum(cost for _, _, cost in self._waiting)

    def _drop(self) -> T:
        what, _, cost = self._waiting.popleft()
        self._cost -= cost
        return what
