"""Make ranges of fixes out of what was received: read, judged, in order.

A month of a phone that says where it is each second is 2.6 million fixes: nothing here holds a
range as a whole. What wants it twice, to count it first, reads it twice (`DeviceRange`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Protocol

from sightline.kinds.friends.decode import decode
from sightline.kinds.friends.updates import Located
from sightline.model.kind import Arrival, CannotDecode, Timeouts, id_of
from sightline.model.text import clean
from sightline.owntracks.fixes import Fix, Ranges, Received, ReceivedFixes, fix_fields
from sightline.web.reads import Turn, at_once, pieces

HELD = 2_000
"""Fixes of a range that are held, so that a short range is read once: about 3 MB."""
_TIMEOUTS = Timeouts(1.0, 1.0)  # of no interest for a fix of the past
_LONGEST = 256  # characters of a topic


class VerdictsPort(Protocol):
    """Lets through the fixes that are used (`sightline.history.judging.Verdicts`)."""

    def take(self, fixes: Iterable[dict[str, object]]) -> list[dict[str, object]]:
        """Return what is settled by these further fixes, in order of time."""

    def end(self) -> list[dict[str, object]]:
        """Return what waited for a next fix."""


class _Judged(dict[str, object]):
    """The fields of a fix, by which it is judged, and the fix itself."""

    fix: Fix


class JudgedRanges:
    """Fixes of a range, without those that cannot be right (see `sightline.owntracks.fixes`).

    ``verdicts`` judges the fixes of one device, in order.
    """

    def __init__(self, source: ReceivedFixes, verdicts: Callable[[], VerdictsPort]) -> None:
        self._source = source
        self._verdicts = verdicts

    async def fixes(
        self, thing: str, since: float, until: float, most: int | None = None, turn: Turn = at_once
    ) -> AsyncIterator[Sequence[Fix]]:
        """Return the fixes of a range, as `Ranges` says."""
        verdicts = self._verdicts()
        async for some in self._source.received(thing, since, until, most, turn):
            yield _fixes(verdicts.take(read for one in some for read in _read(thing, one)))
        yield _fixes(verdicts.end())


def _fixes(used: Iterable[dict[str, object]]) -> list[Fix]:
    return [one.fix for one in used if isinstance(one, _Judged)]


def _read(thing: str, one: Received) -> Iterable[_Judged]:
    """Read a location as it was read when it came: what made no sense is left out."""
    message = Arrival(f"owntracks/{id_of(thing)}", one.body, False, 1, one.at)
    try:
        readings = decode(_TIMEOUTS, message)
    except CannotDecode:
        return
    for reading in readings:
        if isinstance(reading, Located):
            found = {**fix_fields(reading.friend), **one.marks}
            found["tst"] = int(one.tst)
            for name in ("lat", "lon"):  # whole degrees, where they were said so
                if type(whole := one.fields.get(name)) is int:
                    found[name] = whole
            topic = one.fields.get("topic")
            if isinstance(topic, str):
                found["topic"] = clean(topic, _LONGEST)
            judged = _Judged(one.fields | found | {"tst": one.tst})
            judged.fix = Fix(one.tst, one.at, found)
            yield judged


async def merged(
    ranges: Sequence[AsyncIterator[Sequence[Fix]]],
) -> AsyncIterator[Sequence[Fix]]:
    """Return the fixes of several ranges in order of time."""
    waiting: list[deque[Fix]] = [deque() for _ in ranges]
    open_ranges = dict(enumerate(ranges))
    while open_ranges or any(waiting):
        for n, one in list(open_ranges.items()):
            while not waiting[n]:
                try:
                    waiting[n].extend(await anext(one))
                except StopAsyncIteration:
                    del open_ranges[n]
                    break
        # What comes later of any range is not before the last one that is known of it.
        until = min((waiting[n][-1].tst for n in open_ranges), default=float("inf"))
        found: list[Fix] = []
        for line in waiting:
            while line and line[0].tst <= until:
                found.append(line.popleft())
        found.sort(key=lambda fix: fix.tst)
        yield found


class DeviceRange:
    """The range of a device whose past is kept under ``keys``: the newest ``limit`` of it, if any.

    It can be read any number of times, each time in pieces at their ``turn``.
    """

    def __init__(
        self,
        ranges: Ranges,
        keys: Sequence[str],
        bounds: tuple[float, float],
        limit: int | None,
        turn: Turn,
    ) -> None:
        self._ranges = ranges
        self._keys = keys if limit != 0 else ()
        self._bounds = bounds
        self._limit = limit
        self._turn = turn
        self._skip = 0
        self._held: list[Fix] | None = None

    async def settle(self) -> AsyncIterator[None]:
        """Find out where the newest ``limit`` begin; yields after each piece."""
        if self._limit is None:
            return
        count = 0
        async for some in self.pieces():
            count += len(some)
            yield
        self._skip = max(0, count - self._limit)
        if self._held is not None:
            del self._held[: self._skip]
            self._skip = 0

    async def pieces(self) -> AsyncIterator[Sequence[Fix]]:
        """Return the fixes, oldest first. What is read once as a whole and is short, is held."""
        if self._held is not None:
            for some in pieces(self._held):
                await self._turn()
                yield some
            return
        held: list[Fix] | None = []
        skip = self._skip
        async for some in self._read():
            if skip:
                skip, some = max(0, skip - len(some)), some[skip:]
            if held is not None:
                held = None if len(held) + len(some) > HELD else [*held, *some]
            yield some
        self._held = held

    def _read(self) -> AsyncIterator[Sequence[Fix]]:
        # Some more than what is wanted: of these some may turn out to be wrong.
        most = None if self._limit is None else 2 * self._limit + 20
        found: list[Any] = [
            self._ranges.fixes(key, *self._bounds, most, self._turn) for key in self._keys
        ]
        return found[0] if len(found) == 1 else merged(found)
