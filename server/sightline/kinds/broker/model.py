"""The state of an MQTT broker: our connection to it, and the figures it tells of itself."""

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
    rates: dict[str, float] | None = None
    """What the counters grow by, per second, over the last two times the broker told them."""
    sys_why: tuple[str, ...] | None = None
    """Why there are no figures, when there should be some by now: what may be wrong, likeliest
    first."""
    log_since: float | None = None
    """From when on we have heard its log without a gap, epoch s: the clients that nothing has been
    said about were there before."""
    log_lines: int | None = None
    """Lines of its log heard so far. None: never one (mosquitto needs ``log_dest topic``)."""
    log_missed: int | None = None
    """Lines that came too fast to be shown."""
    refusals: int | None = None
    """Sign-ins it refused, as far as its log tells."""
    unseen: int | None = None
    """Clients that are connected, by its own count, but of whom its log has not spoken yet."""
