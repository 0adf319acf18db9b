"""Answer what is asked of a span of the past: its figures, where somebody was, days with data.

Nobody is told more than by the tracks themselves: of things that they may not see the past of
there is nothing, and regions that they do not see are not named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from sightline.auth.permissions import User, may_recall
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.http import Call, Reply, Route
from sightline.history import answers, query_params, span_facts
from sightline.history.api import answered, begun
from sightline.history.calendar import days_of_all, days_of_thing
from sightline.history.judged_fixes import SORT
from sightline.history.query_params import CalendarQuery, HeatQuery, SpanQuery
from sightline.history.span_visits import SpanVisit
from sightline.history.store import Span, Store
from sightline.kinds import FENCED, THING_TYPES
from sightline.kinds.regions.model import Region
from sightline.model.kind import State, kind_of
from sightline.web.reads import SCAN, Reads, Turn, pieces

MOST_VISITS = 500
"""Stays listed in one answer; those in each region are counted whatever there is."""
_FRIEND = "friend/{user}/{device}"
_SPAN_EXAMPLE = {"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T23:59:59Z"}

T = TypeVar("T")


class CurrentThings(Protocol):
    """The world of now: its regions are those that are asked about."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""

    def all_keys(self) -> Sequence[str]:
        """Return the keys of all things, and of some that are gone."""


class SpanApi:
    """``reads`` has long answers made."""

    def __init__(self, store: Store, world: CurrentThings, reads: Reads) -> None:
        self._store = store
        self._world = world
        self._reads = reads

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/calendar",
                "past",
                self.calendar,
                summary="List the days of a month on which there is anything",
                query=CalendarQuery,
                reply=answers.Calendar,
                example={"month": "2026-11", "zone": "Europe/Berlin"},
            ),
            Route(
                "GET",
                f"/summary/{_FRIEND}",
                "past",
                self.summary,
                summary="Tell how far and how fast a friend went, and where it stayed",
                thing=_FRIEND,
                query=SpanQuery,
                reply=answers.SpanSummary,
                example=_SPAN_EXAMPLE,
            ),
            Route(
                "GET",
                f"/heat/{_FRIEND}",
                "past",
                self.heat,
                summary="Tell where a friend was in a span, and for how long",
                thing=_FRIEND,
                query=HeatQuery,
                reply=answers.HeatMap,
                example={**_SPAN_EXAMPLE, "cells": 500},
            ),
        ]

    async def calendar(self, call: Call[CalendarQuery]) -> Reply:
        """Return the days of a month with anything on them."""
        days, bounds = query_params.month(call.asked)
        found = await self._reading(call, lambda turn: self._days(call, bounds, turn))
        return Reply(
            answers.Calendar(
                days=[answers.CalendarDay(days[n], bounds[n], bounds[n + 1]) for n in found]
            )
        )

    async def _days(
        self, call: Call[CalendarQuery], bounds: Sequence[float], turn: Turn
    ) -> list[int]:
        user, thing = call.who.user, call.asked.thing
        if thing:
            sort = query_params.track_of(thing)
            if not may_recall(user, thing, sort):
                raise Refused("unknown", UNKNOWN)
            return await days_of_thing(self._store, thing, sort, bounds)
        # By sort, as different kinds may share one.
        sorts = dict.fromkeys(THING_TYPES[kind].track for kind in FENCED)

        def sees(key: str) -> bool:
            return kind_of(key) in FENCED and may_recall(user, key, query_params.track_of(key))

        return await days_of_all(self._store, [*sorts], bounds, sees, turn)

    async def summary(self, call: Call[SpanQuery]) -> Reply:
        """Return what somebody did in a span."""
        span = self._span(call)

        async def work(turn: Turn) -> tuple[span_facts.SpanFacts, dict[str, Region]]:
            regions = await self._regions(call.who.user, call.thing, turn)
            shapes = span_facts.shapes(regions.items())
            return await span_facts.facts(self._store, span, shapes, turn), regions

        (figures, visits, doubtful), regions = await self._reading(call, work)
        listed = [
            answers.PastVisit(each.region, regions[each.region].name, each.since, each.until)
            for each in visits[:MOST_VISITS]
        ]
        return Reply(
            answers.SpanSummary(
                thing=call.thing,
                fixes=figures.fixes,
                doubtful=doubtful,
                first=figures.first,
                last=figures.last,
                distance_m=round(figures.metres, 1),
                moving_s=round(figures.moving, 1),
                top_speed_kmh=round(figures.top * 3.6, 1) if figures.fixes else None,
                top_speed_at=figures.top_at,
                regions=_totals(visits, regions),
                visits=listed,
            )
        )

    async def heat(self, call: Call[HeatQuery]) -> Reply:
        """Return where somebody was, as cells with seconds."""
        span, most = self._span(call), call.asked.cells
        found = await self._reading(
            call, lambda turn: span_facts.heat(self._store, span, most, turn)
        )
        cells = [answers.HeatCell(*cell) for cell in found.end()]
        width = found.size(cells[0].lat) if cells else 0.0
        return Reply(
            answers.HeatMap(
                thing=call.thing,
                seconds=round(found.seconds, 1),
                cell_m=round(width, 1),
                cells=cells,
            )
        )

    def _span(self, call: Call[SpanQuery] | Call[HeatQuery]) -> Span:
        """Return the span asked for. Raises `Refused`: its past is not for everybody."""
        if not may_recall(call.who.user, call.thing, SORT):
            raise Refused("unknown", UNKNOWN)
        return Span(call.thing, SORT, *call.asked.span())

    async def _regions(self, user: User, thing: str, turn: Turn) -> dict[str, Region]:
        """Return the regions that this user sees and that matter to this thing."""
        found: dict[str, Region] = {}
        for keys in pieces(self._world.all_keys(), most=SCAN):
            await turn()
            for key in keys:
                if not key.startswith("region/") or not user.scope.sees(key):
                    continue
                state = self._world.state(key)
                if isinstance(state, Region) and _matters(state, thing):
                    found[key] = state
        return found

    async def _reading(self, call: Call[Any], work: Callable[[Turn], Any]) -> Any:
        """Do what takes long, in turn with all others that do."""
        read = await begun(self._reads, call)
        try:
            return await answered(work(read.turn))
        finally:
            read.end()


def _matters(region: Region, thing: str) -> bool:
    """Tell whether a region is not another phone's own."""
    owner = region.owner or ""
    return not owner.startswith("friend/") or owner == thing


def _totals(visits: Iterable[SpanVisit], regions: dict[str, Region]) -> list[answers.RegionTotal]:
    """Return the visits by region, those of most time first."""
    sums: dict[str, tuple[int, float]] = {}
    for each in visits:
        count, seconds = sums.get(each.region, (0, 0.0))
        sums[each.region] = count + 1, seconds + each.until - each.since
    found = [
        answers.RegionTotal(key, regions[key].name, count, round(seconds, 1))
        for key, (count, seconds) in sums.items()
    ]
    return sorted(found, key=lambda total: (-total.seconds, total.region))
