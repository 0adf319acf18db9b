"""Compare the clocks of phones with ours: which is wrong, and by how much.

A fix that comes late and a clock that is behind look alike in one message. They are told apart by
several: a queue that is emptied catches up with the present, a wrong clock stays as wrong as it is.
And nothing comes before it was taken, so of several comparisons the greatest is the nearest.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from statistics import median

import msgspec

AHEAD = 5.0
"""A clock that is more than this ahead of ours is said to be wrong, s."""
BEHIND = 60.0
"""A clock that is more than this behind ours is said to be wrong, s: less may be the way here."""
SAME = 10.0
"""Fixes fit a clock whose error is known to so many seconds."""
ALIKE = 3.0
"""Comparisons that differ by no more (s) show one and the same error."""
DAY = 86400.0
FIXES = 3
"""So many fixes in a row must show the same error …"""
LONG, SHORT = 60.0, 10.0
"""… over so many seconds; over the shorter time where no queue would be so old."""
MOST = 20_000
"""Senders of which something is remembered, and as many that were heard before these."""
_FRESH = 600.0  # s: those heard since have a say about our own clock
_ASKED = 2_000  # of them, at most
SEVERAL = 2
"""So many senders have to agree before our own clock is taken for the wrong one."""
_BEHIND_FOR = 1.0  # s for which what they said of it holds


class _Sender(msgspec.Struct, gc=False):
    """The knowledge of one clock. ``offset``: by how many s it is ahead of ours, if known.

    ``count`` fixes in a row, from ``first`` on (our time), showed the other error ``other``.
    """

    offset: float | None = None
    other: float = 0.0
    first: float = 0.0
    count: int = 0
    last_ahead: float = 0.0
    seen: float = 0.0


class SenderClocks:
    """The clocks of all senders."""

    def __init__(self) -> None:
        self._now: dict[str, _Sender] = {}
        self._before: dict[str, _Sender] = {}
        self._behind = (float("-inf"), 0.0)  # until when (our time), by how many s we are behind

    def note(self, sender: str, tst: float, at: float) -> float | None:
        """Take in that a fix of ``tst``, by the sender's clock, came at ``at``, by ours (epoch s).

        Returns by how many seconds that clock is known to be ahead (negative: behind); None:
        nothing is known to be wrong with it.
        """
        known = self._now.get(sender)
        if known is None:
            known = self._met(sender)
        ahead = tst - at
        known.seen = at
        offset = known.offset
        if offset is not None and -SAME <= ahead - offset <= SAME:
            if known.count:
                known.count = 0
            known.offset = ahead if ahead > offset else offset + (ahead - offset) * 0.05
        elif -BEHIND <= ahead <= AHEAD and (offset is None or offset < ahead):
            # As most clocks are; and what is sooner here than its clock allows shows another clock.
            known.offset, known.count = ahead, 0
        else:
            known.last_ahead = tst - at
            self._otherwise(known, ahead, at)
        offset = known.offset
        return offset if offset is not None and not -BEHIND <= offset <= AHEAD else None

    def known(self, sender: str) -> float | None:
        """Tell what `heard` said last."""
        known = self._now.get(sender)
        if known is None or known.offset is None or -BEHIND <= known.offset <= AHEAD:
            return None
        return known.offset

    def _met(self, sender: str) -> _Sender:
        if len(self._now) >= MOST:
            self._before, self._now = self._now, {}
        known = self._before.pop(sender) if sender in self._before else _Sender()
        self._now[sender] = known
        return known

    def _otherwise(self, known: _Sender, ahead: float, at: float) -> None:
        """Note a fix that does not fit: the third alike shows that the clock was set."""
        if not known.count or abs(ahead - known.other) > ALIKE:
            known.other, known.first, known.count = ahead, at, 1
            return
        known.count += 1
        least = SHORT if abs(ahead) > DAY else LONG
        if known.count >= FIXES and at - known.first >= least:
            known.offset, known.count = ahead, 0

    def shifted(self, seconds: float) -> None:
        """Take in that our own clock jumped ahead by so much."""
        self._behind = (float("-inf"), 0.0)
        for known in (*self._now.values(), *self._before.values()):
            known.last_ahead -= seconds
            known.other -= seconds
            known.first += seconds
            known.seen += seconds
            if known.offset is not None:
                known.offset -= seconds

    # -- what they say of our own clock

    def ahead(self, now: float) -> tuple[float, int] | None:
        """Return by how many seconds the recent senders agree to be ahead of us, and how many do.

        None: nobody was heard, or most of them do not agree with each other.
        """
        offsets = list(islice(self._offsets(now), _ASKED))
        if not offsets:
            return None
        middle = median(offsets)
        near = sum(abs(one - middle) <= SAME for one in offsets)
        return (middle, near) if near * 3 >= len(offsets) * 2 else None

    def behind(self, now: float) -> float:
        """Return by how many seconds our own clock is behind, by the word of several; 0: it is not.

        What they agree upon is believed from a day on: less than that refuses nobody's message.
        """
        until, found = self._behind
        if not until - _BEHIND_FOR <= now < until:
            agreed = self.ahead(now)
            found = 0.0
            if agreed is not None and agreed[1] >= SEVERAL and agreed[0] > DAY:
                found = agreed[0]
            # One who speaks up counts at once, so only what is settled is remembered.
            self._behind = (now + _BEHIND_FOR if found else now, found)
        return found

    def _offsets(self, now: float) -> Iterator[float]:
        for known in reversed(self._now.values()):
            if now - known.seen > _FRESH:
                continue
            if known.offset is not None:
                yield known.offset
            elif known.last_ahead > AHEAD:
                yield known.last_ahead  # nothing comes before it was taken
