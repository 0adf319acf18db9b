"""Read the fixes of a device with the verdict on each: the one way of all that reads tracks.

Tracks, exports, days, scenes, ranges of the Recorder's API and reports ask here, so that a fix
which is not believed is counted nowhere. Each fix is judged with its neighbours, those beyond the
bounds included. What its owner marked as right is used, whatever else speaks against it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from sightline.history.entry_fields import fields
from sightline.history.formats.fix import Fix
from sightline.history.judging import spot_of
from sightline.history.record import HistoryEntry
from sightline.history.store import FOREVER, INSTANT, HistoryPage, Span, Store
from sightline.kinds.friends.plausibility import Judge, Spot
from sightline.web.reads import Turn, at_once, pieces

SORT = "fix"
"""The sort of entries that are judged."""
PAGE = 500
"""Entries asked of the store at a time; worked on in smaller pieces (`sightline.web.reads`)."""
BEFORE, AFTER = 8, 3
"""Neighbours beyond the bounds that have a say."""

Which = Literal["used", "all", "doubtful"]


class JudgedFix(NamedTuple):
    """An entry, what it says, and why it is doubtful; None: it is used."""

    entry: HistoryEntry
    fix: Fix
    why: str | None

    def noted(self) -> Fix:
        """Return what it says, with the reason."""
        return self.fix if self.why is None else {**self.fix, "doubt": self.why}


def judged_at_once(entries: Iterable[HistoryEntry]) -> list[JudgedFix]:
    """Judge entries of one device that follow each other, oldest first."""
    judge: Judge[tuple[HistoryEntry, Fix]] = Judge(_spot)
    pairs = ((entry, fields(entry)) for entry in entries)
    return [JudgedFix(*item, why) for item, why in (*judge.take(pairs), *judge.end())]


async def judged(store: Store, span: Span, turn: Turn = at_once) -> AsyncIterator[list[JudgedFix]]:
    """Yield the fixes of a span, oldest first, in pieces, each when it is our ``turn``."""
    judge: Judge[tuple[HistoryEntry, Fix]] = Judge(_spot)

    def settled(entries: Iterable[HistoryEntry]) -> list[JudgedFix]:
        pairs = ((entry, fields(entry)) for entry in entries)
        return within(judge.take(pairs))

    def within(found: Iterable[tuple[tuple[HistoryEntry, Fix], str | None]]) -> list[JudgedFix]:
        return [
            JudgedFix(*item, why) for item, why in found if span.since <= item[0].tst <= span.until
        ]

    span = replace(span, newest_first=False)
    settled(await _beyond(store, span, newest_first=True))
    after = None
    while True:
        page: HistoryPage = await store.page(span, PAGE, after)
        for piece in pieces(page.entries, _size):
            await turn()
            yield settled(piece)
        if (after := page.more) is None:
            break
    yield [*settled(await _beyond(store, span, newest_first=False)), *within(judge.end())]


async def chosen(
    store: Store,
    span: Span,
    which: Which = "used",
    turn: Turn = at_once,
    *,
    first: int | None = None,
    last: int | None = None,
) -> AsyncIterator[list[JudgedFix]]:
    """Yield those of a span, oldest first: the ``first`` or ``last`` so many of them, or all."""
    if last is not None:
        yield await _newest(store, span, which, turn, last)
        return
    left = first
    async for some in judged(store, span, turn):
        found = _of(some, which)[: None if left is None else left]
        yield found
        if left is not None:
            left -= len(found)
            if left <= 0:
                return


async def _newest(store: Store, span: Span, which: Which, turn: Turn, most: int) -> list[JudgedFix]:
    """Return the newest so many: as many more entries are read as are left out."""
    back, entries, after = replace(span, newest_first=True), list[HistoryEntry](), None
    wanted = most + BEFORE
    while True:
        while len(entries) < wanted:
            page: HistoryPage = await store.page(back, min(PAGE, wanted - len(entries)), after)
            entries += page.entries
            if (after := page.more) is None:
                break
        since = span.since if after is None or not entries else entries[-1].tst
        found: list[JudgedFix] = []
        async for some in judged(store, replace(span, since=since), turn):
            found += _of(some, which)
        if len(found) >= most or after is None:
            return found[-most:]
        wanted += 2 * (most - len(found)) + BEFORE


def _of(some: list[JudgedFix], which: Which) -> list[JudgedFix]:
    if which == "all":
        return some
    return [each for each in some if (each.why is None) == (which == "used")]


async def _beyond(store: Store, span: Span, *, newest_first: bool) -> Sequence[HistoryEntry]:
    """Return the neighbours before or behind a span, oldest first."""
    if newest_first:
        if span.since == -FOREVER:
            return ()
        before = replace(span, since=-FOREVER, until=span.since - INSTANT, newest_first=True)
        return [*reversed((await store.page(before, BEFORE)).entries)]
    if span.until == FOREVER:
        return ()
    behind = replace(span, since=span.until + INSTANT, until=FOREVER)
    return (await store.page(behind, AFTER)).entries


async def last_used(
    store: Store, things: Sequence[str], at: float, turn: Turn = at_once
) -> list[HistoryEntry]:
    """Return the last used fix of each thing at a time; none of what has only doubtful ones."""
    found = []
    around = await store.around(things, SORT, at, BEFORE, AFTER)
    for some in pieces(around, lambda entries: sum(map(_size, entries))):
        await turn()
        for entries in some:
            used = [each.entry for each in judged_at_once(entries) if each.why is None]
            found += [entry for entry in used if entry.tst <= at][-1:]
    return found


def _spot(item: tuple[HistoryEntry, Fix]) -> Spot | None:
    return spot_of(item[1])


def _size(entry: HistoryEntry) -> int:
    return len(entry.body)
