"""The limits of one browser's WebSocket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The limits of one browser.

    Times in s, ``message`` in bytes, and ``large`` in the same for what is published by hand.
    ``connections_per_address`` does not count this machine's own, behind which a proxy may stand
    (0: no limit), ``connections_per_user`` everybody's who has an account; ``rate`` is messages/s,
    with a burst of twice that, and ``driving`` the same for driving frames and stops, which are not
    counted otherwise; ``handshake`` is for the way from connecting to the resume frame; ``ping`` is
    how long a browser may be silent before it is pinged.
    """

    connections: int = 10_000
    connections_per_address: int = 1000
    connections_per_user: int = 50
    message: int = 4096
    large: int = 4096
    rate: float = 30
    driving: float = 60
    handshake: float = 10
    ping: float = 30
