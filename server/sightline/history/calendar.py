"""Find the days on which there is anything of what a viewer may see: a few looks at an index.

Walking back, the last entry before a day's end of each thing (`Store.scene`, `Store.page`) tells
whether there is any on that day, and if not, which day is the next one that has any. So a month
takes at most 31 looks, whatever is in it. Hidden entries do not count; doubtful ones do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from sightline.history.store import INSTANT, Span, Store
from sightline.web.reads import Turn, pieces

_THINGS = 500  # asked of the store at a time


async def days_of_thing(store: Store, thing: str, sort: str, bounds: Sequence[float]) -> list[int]:
    """Return which parts between neighbouring bounds (epoch s) have an entry of this thing."""

    async def latest(at: float, since: float) -> float | None:
        page = await store.page(Span(thing, sort, since, at, newest_first=True), 1)
        return page.entries[0].tst if page.entries else None

    found: list[int] = []
    at = bounds[-1]
    while at > bounds[0] and (tst := await latest(at - INSTANT, bounds[0])) is not None:
        found.append(bisect_right(bounds, tst) - 1)
        at = bounds[found[-1]]
    return found[::-1]


async def days_of_all(
    store: Store,
    sorts: Sequence[str],
    bounds: Sequence[float],
    sees: Callable[[str], bool],
    turn: Turn,
) -> list[int]:
    """Return which parts have an entry of a thing that is seen, of any of these sorts."""
    found: set[int] = set()
    for sort in sorts:
        at = bounds[-1]
        while at > bounds[0]:
            since = bounds[bisect_right(bounds, at - INSTANT) - 1]
            tst = await _latest_seen(store, sort, at - INSTANT, since, sees, turn)
            if tst is None or tst < bounds[0]:
                break
            found.add(bisect_right(bounds, tst) - 1)
            at = bounds[bisect_right(bounds, tst) - 1]
    return sorted(found)


async def _latest_seen(
    store: Store,
    sort: str,
    at: float,
    since: float,
    sees: Callable[[str], bool],
    turn: Turn,
) -> float | None:
    """Return the time of the last entry up to ``at`` of all things that are seen, or of any since
    ``since``: more need not be known.
    """
    latest: float | None = None
    after = None
    while True:
        page = await store.scene(sort, at, _THINGS, after)
        for entries in pieces(page.entries, most=_THINGS // 5):
            await turn()
            times = [entry.tst for entry in entries if sees(entry.thing)]
            latest = max([*times, *([] if latest is None else [latest])], default=None)
            if latest is not None and latest >= since:
                return latest
        if (after := page.more) is None:
            return latest
