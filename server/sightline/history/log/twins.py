"""Leave out what another server has written in this one's place while it was away.

Of several servers with one store the leader alone writes what each would say in its own way, with a
time of its own (`sightline.model.record.Record.alike`). When it died, or was cut off from the
store, before such a record was there, the next leader wrote it; folded later, it would be there
twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.history.handover import SLACK, times_there
from sightline.history.record import HistoryEntry, digest
from sightline.history.store import Store


async def without_twins(store: Store, entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Return the entries, in order, without those that ``store`` has at another time nearby.

    Raises what the store raises.
    """
    there = await times_there(
        store, ((each.thing, each.sort, each.tst) for each in entries if is_shared(each))
    )
    left = []
    for each in entries:
        times = there.get((each.thing, each.sort, each.digest), [])
        twin = next((tst for tst in times if 0 < abs(tst - each.tst) <= SLACK), None)
        if twin is None or each.tst in times or not is_shared(each):
            left.append(each)
        else:
            times.remove(twin)  # said twice, it has to be there twice
    return left


def is_shared(entry: HistoryEntry) -> bool:
    """Tell whether other servers say the same in their own way (`Record.alike`)."""
    return entry.digest != digest(entry.body)
