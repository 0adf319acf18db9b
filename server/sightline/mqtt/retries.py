"""Decide when to try a broker again, and whether somebody else uses our client id there.

A connection that ends soon after it stood may mean two things, and they want opposite answers. A
broker that restarts, or a network that fails, wants us back at once. Another client with our id is
thrown out by each return of ours and throws us out in turn: only a long wait ends that. So a long
wait is chosen only when signs agree:

    sign                                              speaks for
    -----------------------------------------------   -----------------------------------
    another connection of ours fell with it           the broker or the network
    the connection fell silent, or an attempt failed  the broker or the network
    the broker's log tells, and tells of no take-over something else: back off as usual
    the broker's log, or MQTT 5, says "taken over"    somebody else
    neither a second connection nor the log is there  somebody else, after several falls
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal, Protocol

from sightline.mqtt.options import BrokerOptions

# A connection that lasted this long (s) was a good one: the next wait is short again.
GOOD_SECONDS = 10.0
# More than so many shorter ones within so long (s): somebody else may be using our client id.
FLAPS = 3
FLAP_SECONDS = 60.0
FLAP_WAIT = 60.0
# So long (s) after the last sign of another client with our id nobody drives at this broker. More
# than the longest wait that either of the two may choose.
CONTESTED_SECONDS = 120.0

Ending = Literal["closed", "silent", "taken"]
"""How a connection ended: by the broker's hand, without a word, or because another came."""


class SecondConnectionPort(Protocol):
    """A second connection of ours to the same broker (`sightline.mqtt.second_connection`)."""

    def stood(self, since: float) -> bool | None:
        """Return whether it stood at ``since`` and stands still; None: it knows nothing of that
        time.
        """

    def taken(self, since: float) -> bool | None:
        """Tell whether the log told of a take-over of our id since; None: the log is not heard."""

    def came(self, port: int) -> None:
        """Note that we are connected anew, from this port of ours (0: unknown)."""


class Retries:
    """The waits of one bridge. All times are monotonic s; ``jitter`` gives a number from 0 to 1."""

    def __init__(
        self,
        options: BrokerOptions,
        jitter: Callable[[], float],
        second_connection: SecondConnectionPort | None = None,
    ) -> None:
        self._options = options
        self._jitter = jitter
        self._second_connection = second_connection
        self._failures = 0  # since the last good connection: what the wait grows with
        self._flaps: deque[float] = deque(maxlen=FLAPS + 1)
        self._fall: tuple[float, float, Ending] | None = None  # at, up since, how; not yet judged
        self._disputed = float("-inf")
        self.conflict = False
        """Whether the wait just chosen is because of another client with our id."""

    @property
    def flaps(self) -> int:
        """Tell how many short connections there were lately."""
        return len(self._flaps)

    def contested(self, at: float) -> bool:
        """Tell whether another client used our id a short while ago."""
        return at - self._disputed <= CONTESTED_SECONDS

    def dispute(self, at: float) -> None:
        """Note that another client signed in with our id."""
        self._disputed = at

    def after_fall(self, at: float, up_at: float, ending: Ending) -> float:
        """Return the wait after the end of a connection that stood since ``up_at``, s.

        With a second connection that is the shortest one; `judge` says after it whether to wait on.
        """
        if at - up_at >= GOOD_SECONDS:
            self._failures = 0
            self._flaps.clear()
        elif ending != "silent":
            self._flaps.append(at)
        self._failures += 1
        self._fall = (at, up_at, ending)
        self.conflict = False
        if self._second_connection is None:
            return self._jittered(self._lonely(at, up_at, ending))
        return self._jittered(self._options.reconnect_min)

    def after_failure(self) -> float:
        """Return the wait after an attempt that failed, s."""
        self._fall = None
        self.conflict = False
        self._failures += 1
        return self._jittered(self._backoff())

    def judge(self, at: float) -> float:
        """Return how much longer to wait after a fall, s."""
        fall, self._fall = self._fall, None
        if fall is None or self._second_connection is None:
            return 0.0
        fell, up_at, ending = fall
        if ending != "taken" and self._second_connection.stood(fell) is False:
            self._failures = 0
            self._flaps.clear()
            self.conflict = False
            return 0.0
        left = self._lonely(at, up_at, ending) - (at - fell)
        return self._jittered(left) if left > 0 else 0.0

    def _lonely(self, at: float, up_at: float, ending: Ending) -> float:
        """Tell how long to wait after a fall that was ours alone (s)."""
        wait = self._backoff()
        told = ending == "taken" or (
            self._second_connection.taken(up_at) if self._second_connection else None
        )
        if told:
            self._disputed = at
        flapping = len(self._flaps) > FLAPS and at - self._flaps[0] <= FLAP_SECONDS
        self.conflict = flapping and told is not False and not self._options.unshared
        if not self.conflict:
            return wait
        self._disputed = at
        return max(wait, FLAP_WAIT)

    def _backoff(self) -> float:
        wait: float = self._options.reconnect_min * 2 ** min(max(self._failures, 1) - 1, 30)
        return min(wait, self._options.reconnect_max)

    def _jittered(self, wait: float) -> float:
        return wait * (1 + self._jitter() / 4)
