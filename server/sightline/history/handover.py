"""Find which kept records nobody has written, when this server becomes the leader.

Each server gives them a time of its own, so the same one is looked for by what it says, some
seconds around.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sightline.history.record import digest
from sightline.history.store import Span, Store
from sightline.model.record import Record

SLACK = 5.0
"""s by which two servers may differ about when it was."""

Received = tuple[Record, float]
"""A record and when we received it, epoch s."""


async def times_there(
    store: Store, wanted: Iterable[tuple[str, str, float]]
) -> dict[tuple[str, str, int], list[float]]:
    """Return when the store has what is near these: times by thing, sort and digest.

    ``wanted`` are things, sorts and times. Raises what the store raises.
    """
    tracks: dict[tuple[str, str], list[float]] = defaultdict(list)
    for thing, sort, tst in wanted:
        tracks[thing, sort].append(tst)
    there: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for (thing, sort), times in tracks.items():
        span = Span(thing, sort, min(times) - SLACK, max(times) + SLACK, hidden=True)
        after: str | None = None
        while True:
            page = await store.page(span, after=after)
            for entry in page.entries:
                there[thing, sort, entry.digest].append(entry.tst)
            if (after := page.more) is None:
                break
    return there


async def missing(store: Store, received: Sequence[Received]) -> list[Received]:
    """Return those that are not in the store, in their order. Raises what the store raises."""
    there = await times_there(store, ((each.thing, each.sort, each.tst) for each, _ in received))
    left = []
    for record, at in received:
        times = there[record.thing, record.sort, digest(record.alike or record.body)]
        same = next((tst for tst in times if abs(tst - record.tst) <= SLACK), None)
        if same is None:
            left.append((record, at))
        else:
            times.remove(same)  # said twice, it has to be there twice
    return left
