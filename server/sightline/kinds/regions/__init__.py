"""Regions: named circles and polygons, who is in them, who came and went.

No message is about them alone, so there is nothing to decode; they are kept by `sightline.regions`.
"""

from __future__ import annotations

from sightline.kinds.regions.model import Region
from sightline.model.kind import EventType, Kind, ThingType, Verb

KIND = Kind(
    name="regions",
    things=(
        ThingType(
            name="region",
            plural="regions",
            granted=frozenset(("see",)),
            seen_by="viewer",
            owner_in_key=True,
            reserve=True,
            state=Region,
            track="region",
            retention="ever",
        ),
        # ``stay/<thing>/<region's id>``, ``crossing/<number>/<thing>[/<region's id>]``
        ThingType(
            name="stay",
            plural="stays",
            seen_by="viewer",
            about=1,
            beside="region",
            always_beside=True,
        ),
        ThingType(name="crossing", plural="crossings", seen_by="viewer", about=2, beside="region"),
    ),
    events=(EventType("crossing", retention="positions", names="region", field="region"),),
    verbs=(
        Verb("region", by_key=True, only="region"),
        Verb("unregion", by_key=True, only="region"),
        Verb("adopt", "operator", only="region"),
    ),
)
