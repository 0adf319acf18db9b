"""Limit the costs of one client and of all, counted before anything of it is parsed.

A client is an IPv4 address or an IPv6 /64: of the peer, or of whom a trusted proxy speaks for. The
same budgets hold for HTTP, ``/ws``, ``/ws/last`` and ``/pub``. This machine itself is one client,
too, but a generous one: a proxy that the settings do not name may stand there, and speak for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sightline.model.token_bucket import TokenBuckets
from sightline.web.origin import is_loopback
from sightline.web.proxies import Proxies, client_key
from sightline.web.turns import TurnClock, Turns

LOCAL = "local"
"""The key of this machine itself."""
_MANY = 1_000_000
_GENEROUS = 10  # times as much for this machine
_ARRIVALS = (100.0, 1000.0)  # connections a client may open: per s, and at once
_REQUESTS = (100.0, 500.0)  # HTTP requests likewise
_FRAMES = (1000.0, 2000.0)  # WebSocket frames likewise, over all its connections
_UNSENT = 64 * 1024 * 1024  # bytes
_BODIES = 32 * 1024 * 1024  # bytes
_REPORTED = ("connections", "requests", "unsent", "bodies")


class Pool:
    """Bytes that are held for all clients: ``most`` in all, ``share`` for one."""

    def __init__(self, most: int, share: int) -> None:
        self.most = most
        self._share = share
        self.held = 0
        self._of: Counter[str] = Counter()

    def has_room(self, client: str, size: int = 0) -> bool:
        """Tell whether ``size`` bytes more are within the budget of ``client`` and of all."""
        share = self.most if client == LOCAL else self._share
        return self.held + size <= self.most and self._of[client] + size <= share

    def of(self, client: str) -> int:
        """Tell how many bytes are held for ``client``."""
        return self._of[client]

    def hold(self, client: str, size: int) -> None:
        """Count ``size`` bytes more, or fewer."""
        self.held += size
        self._of[client] += size
        if not self._of[client]:
            del self._of[client]


class ConnectionLimits:
    """Count what all clients use. WebSockets are counted elsewhere: see `count`.

    ``most`` connections of both sorts; ``per_client`` that are no WebSockets, or, behind a proxy,
    requests at once (0: no limit); ``unsent`` bytes of answers that clients do not take.
    """

    def __init__(
        self,
        clock: TurnClock,
        *,
        most: int = _MANY,
        per_client: int = 0,
        proxies: Proxies | None = None,
        unsent: int = _UNSENT,
    ) -> None:
        self.most = most
        self._elsewhere: list[Callable[[], int]] = []
        self.proxies = proxies or Proxies()
        self.turns = Turns(clock)
        self.unsent = Pool(unsent, unsent // 2)
        self.bodies = Pool(_BODIES, _BODIES // 8)
        self.refused: Counter[str] = Counter(dict.fromkeys(_REPORTED, 0))
        self._clock = clock
        self._per_client = per_client
        self._here: Counter[str] = Counter()
        self._total = 0
        self._arrivals = TokenBuckets(*_ARRIVALS)
        self._requests = TokenBuckets(*_REQUESTS)
        self._frames = TokenBuckets(*_FRAMES)
        self._local_requests = TokenBuckets(*(_GENEROUS * figure for figure in _REQUESTS))
        self._local_frames = TokenBuckets(*(_GENEROUS * figure for figure in _FRAMES))

    def count(self, connections: Callable[[], int]) -> None:
        """Count among all connections those that ``connections`` gives, too: WebSockets."""
        self._elsewhere.append(connections)

    def __len__(self) -> int:
        return self._total

    def key(self, address: str) -> str:
        """Return the name under which the client at ``address`` is counted."""
        return LOCAL if is_loopback(address) else client_key(address)

    # -- connections

    def enter(self, peer: str) -> bool:
        """Count a connection from ``peer``; return False if there is no room for it.

        A proxy speaks for many: its connections count among all only.
        """
        total = self._total + sum(count() for count in self._elsewhere)
        if total >= self.most or not self._may_enter(peer):
            self.refused["connections"] += 1
            return False
        self._total += 1
        if self._counts(peer):
            self._here[self.key(peer)] += 1
        return True

    def _may_enter(self, peer: str) -> bool:
        if not self._counts(peer):
            return True
        client = self.key(peer)
        if 0 < self._per_client <= self._here[client]:
            return False
        return self._arrivals.take(client, self._clock.seconds())

    def _counts(self, peer: str) -> bool:
        return not is_loopback(peer) and peer not in self.proxies

    def leave(self, peer: str) -> None:
        """Count out a connection that had entered and is gone, or is a WebSocket now."""
        self._total -= 1
        if self._counts(peer):
            self._go(self.key(peer))

    def _go(self, client: str) -> None:
        self._here[client] -= 1
        if not self._here[client]:
            del self._here[client]

    # -- requests

    def begin(self, client: str, size: int, *, by_proxy: bool) -> str | None:
        """Count a request with a body of ``size`` bytes, or say which budget it exceeds."""
        requests = self._local_requests if client == LOCAL else self._requests
        why = None
        if by_proxy and client != LOCAL and 0 < self._per_client <= self._here[client]:
            why = "connections"
        elif not requests.take(client, self._clock.seconds()):
            why = "requests"
        elif not self.unsent.has_room(client):
            why = "unsent"
        elif not self.bodies.has_room(client, size):
            why = "bodies"
        if why is not None:
            self.refused[why] += 1
            return why
        self.bodies.hold(client, size)
        if by_proxy:
            self._here[client] += 1
        return None

    def end(self, client: str, size: int, *, by_proxy: bool) -> None:
        """Count out a request that is answered, or whose connection is gone."""
        self.bodies.hold(client, -size)
        if by_proxy:
            self._go(client)

    # -- WebSockets

    def frames(self, client: str) -> TokenBuckets:
        """Return the budget of frames of all connections of ``client``."""
        return self._local_frames if client == LOCAL else self._frames
