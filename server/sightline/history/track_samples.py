"""Take a few samples out of a long track, evenly spaced, for charts of days."""

from __future__ import annotations

from typing import Any

from sightline.history.entry_fields import fields
from sightline.history.store import Span, Store

MOST = 240
"""Samples in one answer; each is one look into the store."""
SHORTEST = 60.0
"""s between two: figures are kept no more often."""


async def sampled(
    store: Store, thing: str, sort: str, since: float, until: float
) -> list[tuple[float, dict[str, Any]]]:
    """Return the first entry of each of at most `MOST` equal parts of this time (epoch s), and its
    time.

    Raises what the store raises.
    """
    step = max(SHORTEST, (until - since) / MOST)
    found: list[tuple[float, dict[str, Any]]] = []
    begin = since
    while begin < until:
        end = min(until, begin + step)
        page = await store.page(Span(thing, sort, begin, end), limit=1)
        if not page.entries:
            # Nothing here, and perhaps for long: what comes next is asked for at once.
            page = await store.page(Span(thing, sort, end, until), limit=1)
            if not page.entries:
                break
        (entry,) = page.entries[:1]
        found.append((entry.tst, fields(entry)))
        # The parts keep their places, or a late entry would shift all that follow.
        begin = since + (int((entry.tst - since) / step) + 1) * step
    return found
