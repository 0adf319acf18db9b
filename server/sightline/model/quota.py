"""A sender that has used up what it may take, as admins see it."""

from __future__ import annotations

from sightline.model.kind import State


class Exceeded(State, frozen=True, omit_defaults=True, kw_only=True):
    """``quota/owntracks/jane``: messages of this sender are refused."""

    what: str
    """The quota: devices, bytes, new or rows."""
    why: str
    since: float
    """The first message that was refused, epoch s."""
    at: float
    """When the last message was refused, epoch s."""
    count: int
    """Messages refused so far."""
