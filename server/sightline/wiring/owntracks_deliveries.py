"""Count what comes of every device's messages, where they are taken in."""

from __future__ import annotations

from sightline.kinds.friends.bases import BaseTopics
from sightline.kinds.friends.deliveries import REPORTS, Deliveries
from sightline.kinds.friends.updates import Located
from sightline.live.ingest import Ingest
from sightline.live.world import World
from sightline.wiring.clock import now


def count_deliveries(ingest: Ingest, world: World, bases: BaseTopics) -> Deliveries:
    """Return the counts, which hear of every message from now on."""
    counts = Deliveries(world.lookup, bases.address)
    ingest.tell(Located, counts.located)
    for sort in REPORTS:
        ingest.tell(sort, lambda report: counts.reported(report, now()))
    ingest.when_refused(counts.refused)
    return counts
