"""Token buckets: so much per second, and a burst at once. The one such rule of the whole server.

Pure: the time comes as an argument, in s. A clock that is stepped back neither gives nor takes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class TokenBucket:
    """A bucket that holds at most ``burst`` tokens, gains ``rate`` of them per s, starts full."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._at = now

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Take ``amount`` tokens; return False, and take none, if fewer are left."""
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class TokenBuckets:
    """One bucket for each key. Keeps the ``keys`` keys used last; the others start full again."""

    def __init__(self, rate: float, burst: float, *, keys: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._keys = keys
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def take(self, key: Hashable, now: float, amount: float = 1.0) -> bool:
        """Take ``amount`` tokens of ``key``; return False, and take none, if fewer are left."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._rate, self._burst, now)
            if len(self._buckets) > self._keys:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now, amount)
