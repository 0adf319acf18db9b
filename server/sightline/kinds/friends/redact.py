"""Hide what must not be shown of a phone's message: its settings hold passwords."""

from __future__ import annotations

import msgspec

from sightline.model.kind import Arrival

_HIDDEN = b"(not shown: it may hold a password)"


def redacted(arrival: Arrival) -> Arrival:
    """Return the message as it may be shown: nothing of a phone's settings is."""
    topic = arrival.topic
    if not isinstance(topic, str):
        return arrival
    payload = arrival.payload
    # Phones may publish below another base, which is not known here: there its look tells.
    if (b'onfiguration"' in payload or topic.endswith("/dump")) and (
        topic.lstrip("/").startswith("owntracks/") or b'"_type"' in payload
    ):
        return msgspec.structs.replace(arrival, payload=_HIDDEN)
    return arrival
