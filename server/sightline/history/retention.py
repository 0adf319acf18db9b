"""Delete what is old: positions after so many days, or as many as their owner says; logs after
their own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sightline.history.named_store import day_store
from sightline.history.store import FOREVER, Store
from sightline.kinds import RETENTION

DAY = 86400.0
POSITIONS = tuple(sort for sort, how in RETENTION.items() if how == "positions")
LOGS = tuple(sort for sort, how in RETENTION.items() if how == "logs")

Own = Callable[[list[str]], Awaitable[Mapping[str, int]]]
"""Of these things, for how many days those are kept for which somebody said so."""


@dataclass(frozen=True, slots=True)
class RetentionDays:
    """The days for which entries are kept; 0: for good."""

    positions: int = 90
    logs: int = 90


async def purge(store: Store, days: RetentionDays, own: Own, now: float) -> int:
    """Remove what is older; says how many entries. ``now`` in epoch s."""
    said = await own(list(await store.things()))
    whole = day_store(store)

    def time_of(count: int) -> float:
        at = now - count * DAY
        return at // DAY * DAY if whole is not None else at

    times = {thing: time_of(count) for thing, count in said.items()}
    before = {
        sort: time_of(count) if count else -FOREVER
        for sorts, count in ((POSITIONS, days.positions), (LOGS, days.logs))
        for sort in sorts
    }
    total = 0
    if whole is not None:
        total += await whole.drop(before, dict.fromkeys(POSITIONS, times))
    for sort, at in before.items():
        by_thing = times if sort in POSITIONS else {}
        while removed := await store.purge(sort, at, by_thing):
            total += removed
    return total
