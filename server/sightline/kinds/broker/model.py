"""What we keep of an MQTT broker: our connection to it, and the figures it tells of itself."""

from __future__ import annotations

from sightline.model.kind import State
from sightline.model.link import Link


class Broker(State, frozen=True, omit_defaults=True, kw_only=True):
    """One broker, id: its name in the settings. The figures of a lost broker stay."""

    link: Link | None = None
    version: str | None = None
    """Name and version of its program, as it says."""
    uptime: int | None = None
    """Seconds since it started."""
    sys: dict[str, int | float] | None = None
    """Its figures by their topic below ``$SYS/broker/``. Never changed in place."""
    sys_at: float | None = None
    """Our receipt of the newest figure, epoch s."""
    trip: float | None = None
    """How long a message of ours takes to it and back, ms; told once a second or so."""
