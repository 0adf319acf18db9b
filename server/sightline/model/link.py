"""The state of our connection to one MQTT broker, as a value."""

from __future__ import annotations

from typing import Literal

import msgspec


class Link(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The state of one broker connection.

    ``since`` is when this state began and ``next`` when the next attempt is made (epoch s, ours).
    ``why`` says in words why it was lost or refused. ``tries`` counts attempts since it last stood.
    ``state`` has no default, so that it always appears on the wire.
    """

    state: Literal["connecting", "connected", "lost"]
    since: float
    why: str | None = None
    next: float | None = None
    tries: int = 0
    address: str = ""
    protocol: str = ""
    tls: bool = False
    heard: float | None = None
    """While it is lost or ``mute``: our receipt of the newest message that came over it."""
    mute: bool = False
    """It stands again after it was lost, but nothing came over it yet; ``since`` is of the loss."""
