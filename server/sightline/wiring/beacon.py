"""Announce this server at one broker, and hear of others (see `driving.peers`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred

from sightline.driving.peers import EVERY, TOPIC, OtherServers
from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions, Will
from sightline.wiring.clock import now

reactor: Any = _reactor
_QUEUE = 200
_LEFT = b"gone"


class Beacon(MultiService):
    """Announce this server. ``changed`` is called when others came or the connection changed;
    ``made`` with our id.
    """

    def __init__(
        self,
        options: BrokerOptions,
        other_servers: OtherServers,
        changed: Callable[[], None],
        made: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._other_servers = other_servers
        self._changed = changed
        other_servers.listens = True
        own = replace(
            options,
            client_id=f"sl-{secrets.token_hex(8)}",
            clean=True,
            late_ack=False,
            queue_limit=_QUEUE,
            send_limit=_QUEUE,
            reconnect_min=min(options.reconnect_min, 1.0),
            reconnect_max=min(options.reconnect_max, 5.0),
            will=Will(other_servers.topic, _LEFT),
            unshared=True,
        )
        made(own.client_id)
        self._bridge = Bridge(reactor, own, [(TOPIC + "+", 0)], self._arrived, self._linked, now)
        self._bridge.setServiceParent(self)
        self._beat = Periodic(
            reactor,
            EVERY,
            lambda: self._say(other_servers.payload.encode()),
            "the beacon for other servers",
        )

    def startService(self) -> None:
        """Connect, and announce this server."""
        super().startService()
        self._beat.start()

    def stopService(self) -> Deferred[Any]:
        """Announce that this server goes."""
        self._beat.stop()
        self._say(_LEFT)
        stopped: Deferred[Any] = super().stopService()
        return stopped

    def _say(self, word: bytes) -> None:
        try:
            self._bridge.publish(self._other_servers.topic, word, urgent=True)
        except (NotConnected, TooManyWaiting):
            pass  # it is said again at once, or by our will

    def _arrived(self, arrivals: list[Arrival]) -> None:
        new = False
        for arrival in arrivals:
            if isinstance(arrival.topic, str) and not arrival.retain:
                new |= self._other_servers.receive(arrival.topic, arrival.payload)
        if new:
            self._say(self._other_servers.payload.encode())
            self._changed()

    def _linked(self, link: Link) -> None:
        self._other_servers.linked(link.state == "connected")
        if link.state == "connected":
            self._say(self._other_servers.payload.encode())
        self._changed()
