"""Send tracks out of the store: page by page, thinned out, in the format asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import msgspec

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.geometry.antimeridian import Position, any_across
from sightline.geometry.simplify import Simplifier
from sightline.history.entry_fields import fields
from sightline.history.event_visibility import shows
from sightline.history.formats.fix import Fix, position
from sightline.history.formats.jsons import CutLine, JsonList, places
from sightline.history.formats.table import FORMATS, FormatWriter
from sightline.history.judged_fixes import PAGE, SORT, chosen, judged
from sightline.history.place_text import Placed
from sightline.history.query_params import Track
from sightline.history.record import EVENTS, HistoryEntry
from sightline.history.store import INSTANT, Span, Store
from sightline.kinds import TRACKS
from sightline.web.reads import Turn, at_once, pieces

_encode = msgspec.json.encode


async def entries(
    store: Store, asked: Track, scope: VisibleScope = EVERYTHING, turn: Turn = at_once
) -> AsyncIterator[Sequence[HistoryEntry]]:
    """Return the entries asked for, oldest first, in pieces: those that ``scope`` is shown.

    Each is given when it is our ``turn``.
    """
    span = Span(asked.thing, asked.sort, asked.since, asked.until, hidden=asked.hidden)
    if asked.last is not None:
        span = msgspec.structs.replace(span, newest_first=True)
    left = asked.last or asked.limit
    newest: list[HistoryEntry] = []
    after = None
    while left is None or left > 0:
        page = await store.page(span, PAGE if left is None else min(PAGE, left), after)
        some = [entry for entry in page.entries if shows(scope, entry)]
        if left is not None:
            left -= len(some)
        if asked.last is not None:
            newest += some
        else:
            for piece in pieces(some, _size):
                await turn()
                yield piece
        after = page.more
        if after is None:
            break
    newest.reverse()
    for piece in pieces(newest, _size):
        await turn()
        yield piece


def _size(entry: HistoryEntry) -> int:
    return len(entry.body)


async def counted(
    store: Store, thing: str, sort: str, bounds: Sequence[float], scope: VisibleScope, turn: Turn
) -> Sequence[int]:
    """Count as `Store.counts`, but only the entries that ``scope`` is shown; of fixes those that
    are used.
    """
    counts = [0] * (len(bounds) - 1)
    span = Span(thing, sort, bounds[0], bounds[-1] - INSTANT)
    async for times in _times(store, span, scope, turn):
        for tst in times:
            place = bisect_right(bounds, tst) - 1
            if 0 <= place < len(counts):
                counts[place] += 1
    return counts


async def _times(
    store: Store, span: Span, scope: VisibleScope, turn: Turn
) -> AsyncIterator[list[float]]:
    if span.sort == SORT:
        async for some in judged(store, span, turn):
            yield [each.entry.tst for each in some if each.why is None]
        return
    after = None
    while True:
        page = await store.page(span, PAGE, after)
        await turn()
        yield [entry.tst for entry in page.entries if shows(scope, entry)]
        if (after := page.more) is None:
            return


async def fixes(
    store: Store, asked: Track, scope: VisibleScope = EVERYTHING, turn: Turn = at_once
) -> AsyncIterator[list[Fix]]:
    """Return the same as what they say, thinned out to the error asked for.

    Of fixes only those that are used, unless the doubtful ones are asked for.
    """
    found = _recorded if asked.sort != SORT else _judged
    async for some in _thinned(found(store, asked, scope, turn), asked.max_error):
        yield some


async def _recorded(
    store: Store, asked: Track, scope: VisibleScope, turn: Turn
) -> AsyncIterator[list[Fix]]:
    async for page in entries(store, asked, scope, turn):
        yield [fields(entry) for entry in page]


async def _judged(
    store: Store, asked: Track, scope: VisibleScope, turn: Turn
) -> AsyncIterator[list[Fix]]:
    if not scope.sees(asked.thing):
        return
    span = Span(asked.thing, asked.sort, asked.since, asked.until, hidden=asked.hidden)
    how = {"first": asked.limit, "last": asked.last}
    async for some in chosen(store, span, asked.which, turn, **how):
        yield [each.noted() for each in some]


async def _thinned(pages: AsyncIterator[list[Fix]], max_error: float) -> AsyncIterator[list[Fix]]:
    simplifier = Simplifier(max_error) if max_error else None
    waiting: Fix | None = None  # the point before, which may have to be kept
    begun = False
    async for found in pages:
        if simplifier is None:
            yield found
            continue
        kept: list[Fix] = []
        for fix in found:
            place = position(fix)
            if place is None:
                continue
            keep = simplifier.add(*place)
            if not begun:
                begun = True
                kept.append(fix)
                continue
            if keep and waiting is not None:
                kept.append(waiting)
            waiting = fix
        yield kept
    if waiting is not None:
        yield [waiting]


async def everything(
    store: Store, thing: str, scope: VisibleScope, turn: Turn = at_once
) -> AsyncIterator[bytes]:
    """Return all that is kept of a thing, hidden points included, as lines of JSON.

    But for crossings of regions that ``scope`` does not see: those are somebody else's.
    """
    for sort in (*TRACKS, *sorted(EVENTS)):
        after = None
        while True:
            page = await store.page(Span(thing, sort, hidden=True), PAGE, after)
            for piece in pieces(page.entries, _size):
                await turn()
                some = [entry for entry in piece if shows(scope, entry)]
                said = [{"sort": sort, **fields(entry)} for entry in some]
                yield b"".join(_encode(one) + b"\n" for one in said)
            after = page.more
            if after is None:
                break


async def _crosses(pages: AsyncIterator[list[Fix]]) -> bool:
    """Tell whether a track goes over the antimeridian: how its line is begun depends on it."""
    last: Position | None = None
    async for found in pages:
        some = places(found)
        if any_across(some, last):
            return True
        last = some[-1] if some else last
    return False


async def written(
    store: Store,
    asked: Track,
    scope: VisibleScope = EVERYTHING,
    turn: Turn = at_once,
    placed: Placed | None = None,
) -> AsyncGenerator[bytes, None]:
    """Return the track as a file, in pieces; ``placed`` puts places beside its fixes."""
    writer: FormatWriter
    if asked.format == "json":
        head = _encode({"ok": True, "thing": asked.thing, "sort": asked.sort})[:-1]
        writer = JsonList(asked.fields, head + b',"data":[')
    elif asked.format == "linestring" and await _crosses(fixes(store, asked, scope, turn)):
        writer = CutLine(asked.fields)
    else:
        writer = FORMATS[asked.format].make(asked.fields)
    yield writer.begin()
    async for some in fixes(store, asked, scope, turn):
        yield writer.some(some if placed is None else await placed(some))
    yield writer.end()
