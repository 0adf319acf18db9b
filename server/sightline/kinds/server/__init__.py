"""The server itself: its figures, the messages it could not read, the senders it refuses."""

from __future__ import annotations

from sightline.model.kind import Kind, ThingType
from sightline.model.server import Server

KIND = Kind(
    name="server",
    things=(
        ThingType(
            name="server",
            plural="servers",
            seen_by="viewer",  # its figures tell every account why a picture is old
            reserve=True,
            state=Server,
            track="figures",
            sampled_every=60.0,
        ),
        # What could not be read may hold anybody's position.
        ThingType(name="quarantine", plural="unreadable messages", reserve=True),
        # It names a person.
        ThingType(name="quota", plural="used-up quotas", reserve=True),
    ),
)
