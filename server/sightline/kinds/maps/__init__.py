"""Maps: what the page draws below everything else. `sightline.maps` says which there are.

No message is about them, history keeps nothing of them, and everybody who sees a map sees them:
the visitor of a shared link, too.
"""

from __future__ import annotations

from sightline.kinds.maps.model import MapSource
from sightline.model.kind import Kind, ThingType

KIND = Kind(
    name="maps",
    things=(
        ThingType(
            name="map",
            plural="maps",
            seen_by="viewer",
            public=True,
            reserve=True,
            state=MapSource,
        ),
    ),
)
