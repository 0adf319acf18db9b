"""Read the table, page by page."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from itertools import pairwise

import msgspec

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.aws.table import Table, all_of
from sightline.history import cursors
from sightline.history.dynamodb import keys
from sightline.history.dynamodb.keys import Item
from sightline.history.event_visibility import ABOUT, OPEN, shows
from sightline.history.merging import merged
from sightline.history.record import EVENTS, HistoryEntry, LastState
from sightline.history.store import INSTANT, MOST, Act, HistoryPage, Span
from sightline.kinds import THING_TYPES
from sightline.model.kind import kind_of

_FEW = 20  # things whose events are asked for one by one


class DynamoReader:
    """Read what `DynamoWriter` wrote. ``wall`` gives epoch s."""

    def __init__(self, table: Table, wall: Callable[[], float]) -> None:
        self._table = table
        self._wall = wall

    # -- one thing

    async def page(self, span: Span, limit: int, after: str | None) -> HistoryPage:
        """Return a page, as `sightline.history.store.Store.page`."""
        mark = None if after is None else cursors.track(after)
        limit = min(limit, MOST)
        found: list[HistoryEntry] = []
        async for entry in self._track(span, mark, limit + 1):
            if len(found) == limit:
                return HistoryPage(found, cursors.of_track(found[-1]) if found else after)
            found.append(entry)
        return HistoryPage(found)

    async def _track(
        self, span: Span, mark: tuple[float, int] | None, page: int
    ) -> AsyncIterator[HistoryEntry]:
        """Return the entries of a span behind the mark."""
        low, high = keys.place(span.since, 0), keys.just_behind(span.until, (1 << 63) - 1)
        first, last = keys.day_of(span.since), keys.day_of(span.until)
        if mark is not None and span.newest_first:
            high, last = min(high, keys.just_before(*mark)), min(last, keys.day_of(mark[0]))
        elif mark is not None:
            low, first = max(low, keys.just_behind(*mark)), max(first, keys.day_of(mark[0]))
        now = self._wall()
        days = keys.days(span.thing, span.sort)
        async for day in self._table.query(days, first, last, newest_first=span.newest_first):
            pk = keys.partition(span.thing, span.sort, day["sk"]["S"])
            async for item in self._table.query(
                pk, low, high, newest_first=span.newest_first, page=page
            ):
                if keys.ended(item, now) or ("h" in item and not span.hidden):
                    continue
                entry = keys.entry_of(item)
                if span.since <= entry.tst <= span.until:  # keys are exact to the µs only
                    yield entry

    async def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Sequence[int]:
        """Count entries, as `sightline.history.store.Store.counts`."""
        found = self._table.query(
            keys.days(thing, sort), keys.day_of(bounds[0]), keys.day_of(bounds[-1])
        )
        days = [item["sk"]["S"] async for item in found]
        now = self._wall()

        async def between(since: float, until: float) -> int:
            low, high = keys.place(since, 0), keys.just_before(until, 0)
            first, last = keys.day_of(since), keys.day_of(until)
            return sum(
                [
                    await self._table.count(keys.partition(thing, sort, day), low, high, now)
                    for day in days
                    if first <= day <= last
                ]
            )

        return await all_of([between(a, b) for a, b in pairwise(bounds)])

    async def acts(self, thing: str) -> Sequence[Act]:
        """List acts, as `sightline.history.store.Store.acts`; not those of before they had names
        in the table.
        """
        found: dict[str, list[float]] = {}
        async for item in self._table.query(keys.hidings(thing)):
            if "u" in item:
                when = keys.time_in(item["sk"]["S"].split("#", 2)[2])
                found.setdefault(item["u"]["S"], []).append(when)
        return [
            Act(undo, len(times), min(times), max(times)) for undo, times in sorted(found.items())
        ]

    async def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Sequence[Sequence[HistoryEntry]]:
        """Return neighbours, as `sightline.history.store.Store.around`."""

        async def of(thing: str) -> Sequence[HistoryEntry]:
            past = Span(thing, sort, until=at, newest_first=True)
            earlier = (await self.page(past, before, None)).entries
            later = (await self.page(Span(thing, sort, since=at + INSTANT), after, None)).entries
            return [*reversed(earlier), *later]

        return await all_of([of(thing) for thing in things])

    # -- all things

    async def sorts(self) -> list[str]:
        """Return every sort that was ever written."""
        return [item["sk"]["S"] async for item in self._table.query(keys.SORTS)]

    async def things(self) -> Sequence[str]:
        """Return things, as `sightline.history.store.Store.things`."""
        found: set[str] = set()
        for sort in await self.sorts():
            for shard in range(keys.SHARDS):
                async for item in self._table.query(keys.things(sort, shard)):
                    found.add(item["k"]["S"])
        return sorted(found)

    async def listed(
        self, pk: Callable[[int], str], limit: int, after: str | None
    ) -> tuple[list[Item], bool]:
        """Return things or states of all shards in order, behind the thing ``after``; and is there
        more?

        A shard that has more than was read bounds what is known to be in order.
        """
        low = " " if after is None else keys.listed(after) + "\x00"
        part = limit // keys.SHARDS + 2

        async def some(shard: int) -> tuple[list[Item], bool]:
            found: list[Item] = []
            async for item in self._table.query(pk(shard), low, page=part):
                if len(found) == part:
                    return found, True
                found.append(item)
            return found, False

        shards = await all_of([some(shard) for shard in range(keys.SHARDS)])
        known = min((found[-1]["sk"]["S"] for found, more in shards if more), default=None)
        merged = heapq.merge(*(found for found, _ in shards), key=lambda item: item["sk"]["S"])
        sure = [item for item in merged if known is None or item["sk"]["S"] <= known]
        return sure[:limit], known is not None or len(sure) > limit

    async def scene(self, sort: str, at: float, limit: int, after: str | None) -> HistoryPage:
        """Return a scene, as `sightline.history.store.Store.scene`."""
        items, more = await self.listed(
            lambda shard: keys.things(sort, shard), min(limit, MOST), after
        )

        async def last(thing: str) -> HistoryEntry | None:
            span = Span(thing, sort, until=at, newest_first=True)
            async for entry in self._track(span, None, 4):
                return entry
            return None

        things = [item["k"]["S"] for item in items]
        found = await all_of([last(thing) for thing in things])
        entries = [entry for entry in found if entry is not None]
        return HistoryPage(entries, things[-1] if more else None)

    async def last_states(
        self, limit: int, after: str | None
    ) -> tuple[Sequence[LastState], str | None]:
        """Return last states, as `sightline.history.store.Store.last_states`."""
        items, more = await self.listed(keys.states, min(limit, MOST), after)
        found = [keys.last_state_of(item) for item in items]
        return found, found[-1].thing if more else None

    async def events(
        self,
        sorts: Iterable[str],
        since: float,
        until: float,
        newest_first: bool,
        limit: int,
        after: str | None,
        scope: VisibleScope = EVERYTHING,
    ) -> HistoryPage:
        """Return events, as `sightline.history.store.Store.events`."""
        limit = min(limit, MOST)
        mark = None if after is None else cursors.event(after)
        things = _few(scope)
        if things is None:
            sources = [
                self._events(sort, since, until, newest_first, limit + 1, mark)
                for sort in sorted(EVENTS & set(sorts))
            ]
        else:
            sources = [
                self._about(Span(thing, sort, since, until, newest_first), limit + 1, mark)
                for sort in sorted(EVENTS & set(sorts))
                for thing in things
            ]
        found: list[HistoryEntry] = []
        async for entry in merged(sources, _order, newest_first=newest_first):
            if not shows(scope, entry):
                continue
            if len(found) == limit:
                return HistoryPage(found, cursors.of_event(found[-1]) if found else after)
            found.append(entry)
        return HistoryPage(found)

    async def _about(
        self, span: Span, page: int, mark: cursors.Mark | None
    ) -> AsyncIterator[HistoryEntry]:
        """Return the events of one thing behind the mark."""
        behind = None if mark is None else _behind(mark)
        if mark is not None and span.newest_first:
            span = msgspec.structs.replace(span, until=min(span.until, mark[0]))
        elif mark is not None:
            span = msgspec.structs.replace(span, since=max(span.since, mark[0]))
        async for entry in self._track(span, None, page):
            if behind is None or _beyond(_order(entry), behind, span.newest_first):
                yield entry

    async def _events(
        self,
        sort: str,
        since: float,
        until: float,
        newest_first: bool,
        page: int,
        mark: cursors.Mark | None,
    ) -> AsyncIterator[HistoryEntry]:
        """Return the events of a sort behind the mark."""
        low, high = keys.place(since, 0), keys.just_behind(until, (1 << 63) - 1)
        first, last = keys.day_of(since), keys.day_of(until)
        if mark is not None and newest_first:
            high = min(high, f"{keys.place(*mark[:2])}~")
            last = min(last, keys.day_of(mark[0]))
        elif mark is not None:
            low, first = max(low, keys.place(*mark[:2])), max(first, keys.day_of(mark[0]))
        now = self._wall()
        behind = None if mark is None else _behind(mark)
        days = self._table.query(keys.event_days(sort), first, last, newest_first=newest_first)
        async for day in days:
            pk = keys.event_partition(sort, day["sk"]["S"])
            async for item in self._table.query(
                pk, low, high, newest_first=newest_first, page=page, index=True
            ):
                if keys.ended(item, now) or "h" in item:
                    continue
                entry = keys.entry_of(item)
                if behind is not None and not _beyond(_order(entry), behind, newest_first):
                    continue
                if since <= entry.tst <= until:
                    yield entry


def _behind(mark: cursors.Mark) -> tuple[str, str]:
    """Return the mark of an event as `_order` has it."""
    return f"{keys.place(*mark[:2])}#{keys.listed(mark[2])}", mark[3]


def _beyond(order: tuple[str, str], mark: tuple[str, str], newest_first: bool) -> bool:
    return order < mark if newest_first else order > mark


def _few(scope: VisibleScope) -> list[str] | None:
    """Return the things that a scope can be shown events of, if they are few; None: read by time.

    By time what is not shown is read, too, but each thing is a question of its own to the table.
    """
    kinds = frozenset[str]().union(*ABOUT.values())
    if scope.kinds is None or scope.kinds & OPEN:
        return None
    things = [word for word in scope.things if kind_of(word) in kinds]
    whole = [word for word in things if word.count("/") == THING_TYPES[kind_of(word)].levels - 1]
    return sorted(whole) if len(whole) == len(things) <= _FEW else None


def _order(entry: HistoryEntry) -> tuple[str, str]:
    """Tell what puts events in order: as the index does, then by sort."""
    return keys.event_place(entry), entry.sort
