"""Ask the past of one device over a span: read its fixes once, and hand them to what reckons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sightline.geometry.shapes import BadShape, Circle, Polygon, Shape
from sightline.history.span_figures import SpanFigures
from sightline.history.span_heat import SpanHeat
from sightline.history.span_visits import LONGEST_SILENCE, SpanVisit, SpanVisits
from sightline.history.spots import judged_spots
from sightline.history.store import Span, Store
from sightline.kinds.friends.plausibility import Spot
from sightline.kinds.regions.model import Region
from sightline.web.reads import Turn


class SpanFacts(NamedTuple):
    """What is known of a span. ``doubtful`` fixes are counted, and used for nothing."""

    figures: SpanFigures
    stays: list[SpanVisit]
    doubtful: int


async def facts(store: Store, span: Span, regions: Mapping[str, Shape], turn: Turn) -> SpanFacts:
    """Return the figures of a span, and the stays in these regions."""
    figures, stays = SpanFigures(), SpanVisits(regions)

    def take(within: list[Spot], framed: list[Spot]) -> None:
        figures.take(within)
        stays.take(framed)

    doubtful = await _read(store, span, turn, take)
    return SpanFacts(figures, stays.end(), doubtful)


async def heat(store: Store, span: Span, most: int, turn: Turn) -> SpanHeat:
    """Return where it was, and for how long, in at most so many cells."""
    found = SpanHeat(most)

    def take(within: list[Spot], framed: list[Spot]) -> None:
        found.take(framed)

    await _read(store, span, turn, take)
    return found


async def _read(
    store: Store, span: Span, turn: Turn, take: Callable[[list[Spot], list[Spot]], None]
) -> int:
    """Hand over the used fixes of a span; and the same, framed. Return how many are doubtful."""
    frame = _Frame(span.since, span.until)
    doubtful = 0
    async for some in judged_spots(store, span, turn):
        used = [spot for spot, why in some if why is None]
        take([spot for spot in used if span.since <= spot.when <= span.until], frame.take(used))
        doubtful += sum(
            why is not None and span.since <= spot.when <= span.until for spot, why in some
        )
    return doubtful


class _Frame:
    """The fixes of a span, between those next to it, which are moved to its bounds: where somebody
    was when the span began and ended, as far as silence lets one say so.
    """

    def __init__(self, since: float, until: float) -> None:
        self._since = since
        self._until = until
        self._last: Spot | None = None
        self._closed = False

    def take(self, fixes: Iterable[Spot]) -> list[Spot]:
        """Return what of these further fixes is within the frame."""
        framed: list[Spot] = []
        for fix in fixes:
            if fix.when < self._since:
                self._last = fix
            elif fix.when <= self._until:
                framed += [*self._before(fix), fix]
                self._last = fix
            elif not self._closed:
                self._closed = True
                if self._joins(fix):
                    framed += [*self._before(fix), fix._replace(when=self._until)]
        return framed

    def _before(self, fix: Spot) -> list[Spot]:
        last = self._last
        if last is None or last.when >= self._since or not self._joins(fix):
            return []
        return [last._replace(when=self._since)]

    def _joins(self, fix: Spot) -> bool:
        return self._last is not None and fix.when - self._last.when <= LONGEST_SILENCE


def shapes(regions: Iterable[tuple[str, Region]]) -> dict[str, Shape]:
    """Return the shapes of regions by key, without those that make none."""
    found: dict[str, Shape] = {}
    for key, region in regions:
        try:
            found[key] = _shape(region)
        except BadShape:
            continue
    return found


def _shape(region: Region) -> Shape:
    if region.points is not None:
        return Polygon(region.points)
    if region.lat is None or region.lon is None or region.rad is None:
        raise BadShape("a circle has lat, lon and rad")
    return Circle(region.lat, region.lon, region.rad)
