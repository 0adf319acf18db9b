"""Learn how long a device is usually silent, from its own gaps between messages. Pure.

Each device has its own habits: a tracker in a moving car tells every few seconds, a phone at rest
every half hour, and at night some tell nothing for hours. So gaps are kept by the hour of the day
(UTC) in which they began and by whether the device moved then, in a histogram of logarithmic
buckets: `GROWTH` times wider each, so that a quantile is right to half of that, in constant memory
and without keeping one gap (the sketch of Masson, Rim and Lee, "DDSketch", VLDB 2019). Old gaps
fade: after `HALVED` of a context all its counts are halved, so that the device of today is learned.

Unusual is a silence longer than `QUANTILE` of the gaps of its context by the factor `FACTOR`. That
a failure is told by the distribution of a sender's own gaps, and not by a fixed time, is the
accrual failure detector (Hayashibara, Défago, Yared and Katayama, "The φ accrual failure detector",
SRDS 2004); the factor is as the variance term of a retransmission timer (RFC 6298): room for what
was never seen. Where a context has seen too little, its neighbours are asked: the hours around,
then all hours, then all gaps of the device; a device of `LEAST` gaps in all is not known yet.
"""

from __future__ import annotations

from math import log
from typing import Any, NamedTuple

import msgspec

GROWTH = 1.25
SHORTEST = 10.0
"""Gaps of less (s) are one bucket: nobody wants to be told of them."""
LONGEST = 7 * 86_400.0
"""A gap of more (s) is a device that was off, and no habit."""
QUANTILE = 0.98
FACTOR = 1.5
LEAST = 20
"""Gaps by which something can be told."""
LEAST_LIMIT = 300.0
"""No silence of less (s) is unusual."""
UNKNOWN_LIMIT = 2 * 3600.0
"""What is taken as unusual of a device that is not known yet, s."""
HALVED = 400
MOVING = 2.0
"""A device that is faster than this (m/s) moves."""

_LOG = log(GROWTH)
_HOURS = 24
_TABLE = 4096
"""Gaps of less (s) are looked up by whole seconds."""
_AROUND = (0, 1, -1, 2, -2)
"""The hours that are asked one after the other, of the one and its neighbours."""


def _bucket(gap: float) -> int:
    return int(log(gap / SHORTEST) / _LOG) + 1 if gap > SHORTEST else 0


_BUCKETS = [_bucket(float(gap)) for gap in range(_TABLE)]


class Usual(NamedTuple):
    """What is known of a device's silence just now."""

    seconds: float
    """A silence of more than so many s is unusual."""
    gaps: int
    """By so many gaps."""
    learned: bool
    """False: too little is known; the value is the same for all."""


class Rhythm:
    """The gaps of one device."""

    __slots__ = ("_contexts", "_moved", "last")

    def __init__(self) -> None:
        self.last = -1.0
        """When it was heard last, epoch s."""
        self._moved = False
        # By hour and moving (hour, or hour + 24): the counts by bucket.
        self._contexts: dict[int, dict[int, int]] = {}

    @property
    def context(self) -> int:
        """Return what tells apart when other silences are usual."""
        return int(self.last // 3600) % _HOURS + (_HOURS if self._moved else 0)

    def heard(self, at: float, moving: bool) -> int:
        """Note a message at ``at`` (epoch s); return the context from now on."""
        last = self.last
        if at <= last:
            return self.context
        if last >= 0 and (gap := at - last) <= LONGEST:
            bucket = _BUCKETS[int(gap)] if gap < _TABLE else _bucket(gap)
            context = int(last // 3600) % _HOURS + (_HOURS if self._moved else 0)
            counts = self._contexts.get(context)
            if counts is None:
                counts = self._contexts[context] = {}
            counts[bucket] = count = counts.get(bucket, 0) + 1
            if count > HALVED:
                self._fade(context)
        self.last = at
        self._moved = moving
        return int(at // 3600) % _HOURS + (_HOURS if moving else 0)

    def skip(self, at: float) -> None:
        """Note that we did not listen until ``at``: what passed since tells nothing."""
        if self.last >= 0 and at > self.last:
            self.last = at

    def usual(self) -> Usual:
        """Return how long a silence that began with the last message may be."""
        hour, moving = self.context % _HOURS, self.context >= _HOURS
        shift = _HOURS if moving else 0
        counts: dict[int, int] = {}
        for more in _AROUND:
            self._add(counts, (hour + more) % _HOURS + shift)
            if more <= 0 and sum(counts.values()) >= LEAST:
                return _limit(counts)
        for groups in (range(shift, shift + _HOURS), range(2 * _HOURS)):
            counts = {}
            for context in groups:
                self._add(counts, context)
            if sum(counts.values()) >= LEAST:
                return _limit(counts)
        return Usual(UNKNOWN_LIMIT, sum(counts.values()), False)

    def stored(self) -> dict[str, Any]:
        """Return what is kept over a restart, for JSON."""
        contexts = {
            str(context): [each for pair in sorted(counts.items()) for each in pair]
            for context, counts in self._contexts.items()
        }
        return {"last": self.last, "moved": self._moved, "gaps": contexts}

    @classmethod
    def restored(cls, stored: object) -> Rhythm:
        """Return a rhythm as it was stored. Raises `msgspec.ValidationError`."""
        known = msgspec.convert(stored, _StoredRhythm)
        rhythm = cls()
        rhythm.last, rhythm._moved = known.last, known.moved
        for name, pairs in known.gaps.items():
            counts = dict(zip(pairs[::2], pairs[1::2], strict=False))
            if name.isdecimal() and int(name) < 2 * _HOURS:
                rhythm._contexts[int(name)] = {b: n for b, n in counts.items() if n > 0}
        return rhythm

    def take(self, other: Rhythm) -> None:
        """Become as another one is."""
        self.last, self._moved, self._contexts = other.last, other._moved, other._contexts

    def _add(self, counts: dict[int, int], context: int) -> None:
        for bucket, count in self._contexts.get(context, {}).items():
            counts[bucket] = counts.get(bucket, 0) + count

    def _fade(self, context: int) -> None:
        counts = self._contexts[context]
        self._contexts[context] = {b: n // 2 for b, n in counts.items() if n > 1}


class _StoredRhythm(msgspec.Struct):
    last: float
    moved: bool
    gaps: dict[str, list[int]]


def _limit(counts: dict[int, int]) -> Usual:
    """Return what is beyond the quantile of these counts."""
    total = sum(counts.values())
    wanted = QUANTILE * total
    seen = 0
    upper = SHORTEST
    for bucket in sorted(counts):
        seen += counts[bucket]
        upper = SHORTEST * GROWTH ** min(bucket, 100)
        if seen >= wanted:
            break
    return Usual(max(LEAST_LIMIT, upper * FACTOR), total, True)
