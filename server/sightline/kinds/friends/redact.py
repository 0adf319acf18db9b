"""Hide what must not be shown of a phone's message: its settings hold passwords."""

from __future__ import annotations

import msgspec

from sightline.model.kind import Arrival

_HIDDEN = b"(not shown: it may hold a password)"


def redacted(arrival: Arrival) -> Arrival:
    """Return the message as it may be shown: nothing of a phone's settings is."""
    topic = arrival.topic
    if not isinstance(topic, str) or not topic.lstrip("/").startswith("owntracks/"):
        return arrival
    if topic.endswith("/dump") or b'onfiguration"' in arrival.payload:
        return msgspec.structs.replace(arrival, payload=_HIDDEN)
    return arrival
