"""Define what a fix and a range of fixes are, and keep the fixes of the last while in memory.

The store of history can stand in the place of `Memory`: both give what was received, and
`sightline.owntracks.ranges` makes fixes of it in the same way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from sightline.kinds.friends.model import Friend
from sightline.web.reads import Turn, at_once, pieces

PER_DEVICE = 5_000
"""Fixes that are kept of one device."""
IN_ALL = 100_000
"""Fixes that are kept …"""
MOST_BYTES = 40_000_000
"""… and bytes of them, as they were said: with all that is around them about 60 MB."""

_OF_FRIEND = (
    *("lat", "lon", "acc", "alt", "vac", "vel", "cog", "tid", "tst", "batt", "bs", "p", "m", "t"),
    *("conn", "SSID", "BSSID", "inregions", "poi", "tag"),
)
FIELDS = (*_OF_FRIEND, "topic")
"""What a location may say, as OwnTracks names it; what is unknown is left out."""
_decode = msgspec.json.Decoder(dict[str, object]).decode


class Fix(NamedTuple):
    """A location as OwnTracks says it. Times are epoch s: of the fix, and of our receipt."""

    tst: float
    at: float
    fields: Mapping[str, Any]


class Received(NamedTuple):
    """A location as it was received, with its times (epoch s).

    ``fields`` are those of ``body`` with ``tst`` and ``at``, as history tells them; ``marks`` is
    what the Recorder adds: ``_http``, ``_decrypted``.
    """

    tst: float
    at: float
    body: bytes
    fields: dict[str, object]
    marks: Mapping[str, object]


class ReceivedFixes(Protocol):
    """A place where locations are found again as they were received."""

    def received(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Received]]:
        """Return the locations of ``friend/user/device`` with ``since`` <= tst <= ``until``.

        Oldest first, in pieces, each at its ``turn``. Of more than ``most`` it may leave out older
        ones.
        """


class Ranges(Protocol):
    """A place where fixes are found again."""

    def fixes(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Fix]]:
        """Return the same as fixes, without those that cannot be right."""


class _Stored(NamedTuple):
    tst: float
    at: float
    body: bytes
    http: bool
    decrypted: bool


class Memory:
    """A ring of locations. The oldest received go first."""

    def __init__(
        self, per_device: int = PER_DEVICE, in_all: int = IN_ALL, most_bytes: int = MOST_BYTES
    ) -> None:
        self._per_device = per_device
        self._in_all = in_all
        self._most_bytes = most_bytes
        self._bytes = 0
        self._stored: dict[str, deque[_Stored]] = {}
        self._order: deque[str] = deque()  # whose the oldest is, the next oldest, …

    def __len__(self) -> int:
        return sum(map(len, self._stored.values()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def keep(
        self,
        thing: str,
        tst: float,
        at: float,
        body: bytes,
        *,
        http: bool = False,
        decrypted: bool = False,
    ) -> None:
        """Add one more location, a JSON object. Times in epoch s."""
        fixes = self._stored.get(thing)
        if fixes is None:
            fixes = self._stored[thing] = deque()
        fixes.append(_Stored(tst, at, body, http, decrypted))
        self._bytes += len(body)
        if len(fixes) > self._per_device:
            # Its mark in the order then stands for a younger one of the device.
            self._bytes -= len(fixes.popleft().body)
        else:
            self._order.append(thing)
        while len(self._order) > self._in_all or self._bytes > self._most_bytes:
            oldest = self._order.popleft()
            stored = self._stored[oldest]
            self._bytes -= len(stored.popleft().body)
            if not stored:
                del self._stored[oldest]

    def forget(self, thing: str) -> None:
        """Remove the locations of a friend who is erased."""
        if (stored := self._stored.pop(thing, None)) is not None:
            self._bytes -= sum(len(each.body) for each in stored)
            self._order = deque(each for each in self._order if each != thing)

    async def received(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Received]]:
        """Return the locations of a range, as `ReceivedFixes` says."""
        found = [stored for stored in self._stored.get(thing, ()) if since <= stored.tst <= until]
        found.sort(key=lambda stored: stored.tst)
        for some in pieces(found, lambda stored: len(stored.body)):
            await turn()
            yield [_received(stored) for stored in some]


def _received(stored: _Stored) -> Received:
    marks = {"_http": stored.http, "_decrypted": stored.decrypted}
    fields = _decode(stored.body)
    fields.pop("believed", None)  # an owner's word, not a phone's
    fields |= {"tst": stored.tst, "at": stored.at}
    return Received(*stored[:3], fields, {name: True for name, is_so in marks.items() if is_so})


def fix_fields(friend: Friend, *, http: bool = False, decrypted: bool = False) -> dict[str, Any]:
    """Return a friend's fix as the location that was said; empty without a position."""
    if friend.lat is None:
        return {}
    found: dict[str, Any] = {"_type": "location"}
    for field in _OF_FRIEND:
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
