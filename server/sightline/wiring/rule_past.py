"""Read history for rules: what they would have told, and what they missed while we were away."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from sightline.auth.permissions import EVERYTHING, User, VisibleScope
from sightline.geometry.geofences import Rules as FenceRules
from sightline.geometry.shapes import BadShape
from sightline.history.event_visibility import shows
from sightline.history.record import EVENTS, HistoryEntry
from sightline.history.store import MOST, Span, Store
from sightline.kinds.rules.model import Rule
from sightline.regions.positions import positions
from sightline.regions.service import RegionService, shape_of
from sightline.rules.backtest import sorts_of
from sightline.rules.index import looks_about
from sightline.rules.past import Decode, PastChange, RecordedPast, order
from sightline.rules.region_trials import Drawn

_FEW = 20
"""So many things are asked one by one; of more the events of all are read."""
_EARLY = 3_600.0
"""What was received in a gap may have happened so many s before it."""
_ALL = float("inf")


class StoredPast:
    """History, as rules read it (`sightline.rules.trials.PastReader`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def things(self) -> Sequence[str]:
        """Return the keys of all things that have entries."""
        return await self._store.things()

    async def entries(
        self, user: User, things: Sequence[str], sorts: Sequence[str], since: float, until: float
    ) -> AsyncIterator[Sequence[HistoryEntry]]:
        """Yield what a user may be told of these things from ``since`` to before ``until``."""
        async for some in self.of(user.scope, things, sorts, since, until):
            yield some

    async def of(
        self,
        scope: VisibleScope,
        things: Sequence[str],
        sorts: Sequence[str],
        since: float,
        until: float,
    ) -> AsyncIterator[Sequence[HistoryEntry]]:
        """Yield what a scope includes, page by page."""
        wanted = frozenset(things)
        for sort in dict.fromkeys(sorts):
            if sort in EVENTS and len(things) > _FEW:
                async for some in self._events(scope, sort, since, until):
                    yield [each for each in some if each.thing in wanted and each.tst < until]
                continue
            for thing in things:
                async for some in self._track(Span(thing, sort, since, until)):
                    yield [each for each in some if each.tst < until and shows(scope, each)]

    async def _track(self, span: Span) -> AsyncIterator[Sequence[HistoryEntry]]:
        after = None
        while True:
            page = await self._store.page(span, MOST, after)
            yield page.entries
            after = page.more
            if after is None:
                return

    async def _events(
        self, scope: VisibleScope, sort: str, since: float, until: float
    ) -> AsyncIterator[Sequence[HistoryEntry]]:
        after = None
        while True:
            page = await self._store.events(
                [sort], since, until, newest_first=False, limit=MOST, after=after, scope=scope
            )
            yield page.entries
            after = page.more
            if after is None:
                return


class MissedPast:
    """What was received while this server did not watch (`sightline.rules.watching.Gap`)."""

    def __init__(self, past: StoredPast, decode: Decode) -> None:
        self._past = past
        self._decode = decode

    async def changes(
        self, since: float, until: float, rules: Iterable[Rule]
    ) -> AsyncIterator[Sequence[PastChange]]:
        """Yield what rules look at, in the order of receipt from ``since`` to ``until``."""
        wanted: dict[str, set[str]] = {}
        things = await self._past.things()
        for rule in rules:
            for sort in sorts_of(rule):
                found = (key for key in things if _looks(rule, key))
                wanted.setdefault(sort, set()).update(found)
        entries: list[HistoryEntry] = []
        for sort, keys in wanted.items():
            span = (since - _EARLY, until)
            async for some in self._past.of(EVERYTHING, sorted(keys), [sort], *span):
                entries += [each for each in some if since < each.at <= until and not each.hidden]
        past = RecordedPast(self._decode)
        heap = [(*order(each), n, each) for n, each in enumerate(entries)]
        heapq.heapify(heap)
        while heap:
            yield [change for change in past.changes(heapq.heappop(heap)[-1]) if change.at <= until]


def _looks(rule: Rule, key: str) -> bool:
    return key == rule.condition.other or looks_about(rule, key)


def drawn_of(regions: RegionService, rules: FenceRules) -> Callable[[Rule], Drawn | None]:
    """Make what tells since when the region of a rule is as it is."""

    def drawn(rule: Rule) -> Drawn | None:
        id = rule.condition.region
        record = None if id is None else regions.records.get(id)
        if id is None or record is None:
            return None
        region = record.region
        try:
            shape = shape_of(region)
        except BadShape:
            return None
        return Drawn(
            region=id,
            name=region.name,
            shape=shape,
            since=region.at,
            rules=rules,
            positions=positions,
        )

    return drawn
