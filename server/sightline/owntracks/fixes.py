"""Keep the fixes of the last while in memory, and define what a range of fixes is.

The store of history can stand in the place of `Memory`: it answers the same question.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred

from sightline.kinds.friends.model import Friend
from sightline.web.reads import Turn, at_once, pieces

PER_DEVICE = 5_000
"""Fixes that are kept of one device."""
IN_ALL = 100_000
"""Fixes that are kept: about 60 MB."""

# As OwnTracks names them; what is unknown is left out.
_FIELDS = (
    *("lat", "lon", "acc", "alt", "vac", "vel", "cog", "tid", "tst", "batt", "bs", "p", "m", "t"),
    *("conn", "SSID", "BSSID", "inregions", "poi", "tag"),
)


class Fix(NamedTuple):
    """A location as OwnTracks says it. Times are epoch s: of the fix, and of our receipt."""

    tst: float
    at: float
    fields: Mapping[str, Any]


class Ranges(Protocol):
    """A place where fixes are found again."""

    def between(
        self,
        thing: str,
        since: float,
        until: float,
        limit: int | None = None,
        turn: Turn = at_once,
    ) -> Deferred[Sequence[Fix]]:
        """Return the fixes of ``friend/user/device`` with ``since`` <= tst <= ``until``, oldest
        first.

        With a ``limit``, the newest so many. They are made in pieces, each at its ``turn``.
        """


_Stored = tuple[Friend, bool, bool]
"""A fix, whether it was posted, whether it was encrypted."""


class Memory:
    """A ring of fixes. The oldest received go first."""

    def __init__(self, per_device: int = PER_DEVICE, in_all: int = IN_ALL) -> None:
        self._per_device = per_device
        self._in_all = in_all
        self._stored: dict[str, deque[_Stored]] = {}
        self._order: deque[str] = deque()  # whose the oldest is, the next oldest, …

    def __len__(self) -> int:
        return sum(map(len, self._stored.values()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def keep(
        self, thing: str, friend: Friend, *, http: bool = False, decrypted: bool = False
    ) -> None:
        """Add one more fix."""
        fixes = self._stored.get(thing)
        if fixes is None:
            fixes = self._stored[thing] = deque()
        fixes.append((friend, http, decrypted))
        if len(fixes) > self._per_device:
            fixes.popleft()  # its mark in the order then stands for a younger one of the device
            return
        self._order.append(thing)
        if len(self._order) > self._in_all:
            oldest = self._order.popleft()
            stored = self._stored[oldest]
            stored.popleft()
            if not stored:
                del self._stored[oldest]

    def forget(self, thing: str) -> None:
        """Remove the fixes of a friend who is erased."""
        if self._stored.pop(thing, None) is not None:
            self._order = deque(each for each in self._order if each != thing)

    def between(
        self,
        thing: str,
        since: float,
        until: float,
        limit: int | None = None,
        turn: Turn = at_once,
    ) -> Deferred[Sequence[Fix]]:
        """Return the fixes of a range, as `Ranges` says."""
        return Deferred.fromCoroutine(self._between(thing, since, until, limit, turn))

    async def _between(
        self, thing: str, since: float, until: float, limit: int | None, turn: Turn
    ) -> Sequence[Fix]:
        found = [
            stored
            for stored in self._stored.get(thing, ())
            if stored[0].tst is not None and since <= stored[0].tst <= until
        ]
        found.sort(key=lambda stored: stored[0].tst or 0)
        if limit is not None:
            found = found[max(0, len(found) - limit) :]
        fixes: list[Fix] = []
        for some in pieces(found):
            await turn()
            fixes += [
                Fix(
                    friend.tst or 0,
                    friend.at or 0,
                    fix_fields(friend, http=http, decrypted=decrypted),
                )
                for friend, http, decrypted in some
            ]
        return fixes


def fix_fields(friend: Friend, *, http: bool = False, decrypted: bool = False) -> dict[str, Any]:
    """Return a friend's fix as the location that was said; empty without a position."""
    if friend.lat is None:
        return {}
    found: dict[str, Any] = {"_type": "location"}
    for field in _FIELDS:
        value = getattr(friend, field)
        if value is not None:
            found[field] = list(value) if isinstance(value, tuple) else value
    if friend.tst is not None:
        found["tst"] = int(friend.tst)
    if http:
        found["_http"] = True
    if decrypted:
        found["_decrypted"] = True
    return found
