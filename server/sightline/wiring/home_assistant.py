"""Connect to Home Assistant's broker, over a connection of its own that has a will.

A connection has one will. The main one may have messages waiting for it at the broker, and is made
by each of several servers; this one is the leader's alone, and its will says that nothing is told
any more: ``sightline/ha/status`` is ``offline``, retained, when the server is killed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.cluster.leader import Leadership
from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions, Will
from sightline.rules.alerts import AlertService
from sightline.rules.announcing import HomeAssistant
from sightline.rules.home_assistant import OFFLINE, STATUS
from sightline.rules.service import RuleService
from sightline.wiring.clock import now
from sightline.wiring.publishers import Publishers
from sightline.wiring.rule_needs import RuleNeeds

reactor: Any = _reactor
_LOOK = 1.0  # s
_QUEUE = 10_000


class HomeAssistantConnection(MultiService):
    """The connection to the broker of this name (empty: the first one), while we lead.

    ``mine`` hears of our client id, by the broker's name.
    """

    _log = Logger()

    def __init__(
        self,
        name: str,
        publishers: Publishers,
        leadership: Leadership,
        mine: Callable[[str, str], None],
    ) -> None:
        super().__init__()
        self._name = name
        self._leadership = leadership
        self._mine = mine
        self._options: BrokerOptions | None = None
        self._bridge: Bridge | None = None
        self._served: list[HomeAssistant] = []
        self._loop = Periodic(reactor, _LOOK, self._look, "the connection for Home Assistant")
        for bridge in publishers.bridges:
            self._found(bridge)
        publishers.when_added(self._found)

    def serve(self, discovery: HomeAssistant) -> None:
        """Tell this one how the connection is and what comes by it."""
        self._served.append(discovery)

    def publish(self, topic: str, payload: bytes, retain: bool) -> bool:
        """Publish, QoS 1; return whether it was taken."""
        if self._bridge is None:
            return False
        try:
            self._bridge.publish(topic, payload, qos=1, retain=retain)
        except (NotConnected, TooManyWaiting, ValueError):
            return False
        return True

    def startService(self) -> None:
        """Connect, if it is ours to tell."""
        super().startService()
        self._loop.start()

    def stopService(self) -> Deferred[Any]:
        """Send what waits, then leave; the broker then keeps the will to itself."""
        self._loop.stop()
        stopped: Deferred[Any] = super().stopService()
        return stopped

    def _found(self, bridge: Bridge) -> None:
        if self._options is not None or self._name not in ("", bridge.broker):
            return
        options = bridge.options
        if not options.profile.retains:
            self._log.warn(
                "Home Assistant is told nothing: nothing is retained at broker {name}",
                name=options.name,
            )
            return
        self._options = replace(
            options,
            name=f"{options.name} (Home Assistant)",
            client_id=f"sl-{secrets.token_hex(8)}",
            clean=True,
            late_ack=False,
            queue_limit=_QUEUE,
            will=Will(STATUS, OFFLINE, retain=True),
            unshared=True,
        )
        self._mine(options.name, self._options.client_id)

    def _look(self) -> None:
        if self._options is None:
            return
        if self._leadership.leads and self._bridge is None:
            filters = [(name, 0) for discovery in self._served for name in discovery.filters]
            self._bridge = bridge = Bridge(
                reactor, self._options, filters, self._arrived, self._linked, now
            )
            bridge.setServiceParent(self)
        elif not self._leadership.leads and self._bridge is not None:
            bridge, self._bridge = self._bridge, None
            leaving: Any = bridge.disownServiceParent()
            leaving.addErrback(lambda failure: self._log.failure("Could not leave", failure))
            for discovery in self._served:
                discovery.disconnected()

    def _arrived(self, arrivals: list[Arrival]) -> None:
        for arrival in arrivals:
            if isinstance(arrival.topic, str):
                for discovery in self._served:
                    discovery.heard(arrival.topic, arrival.payload, arrival.retain)

    def _linked(self, link: Link) -> None:
        for discovery in self._served:
            if link.state != "connected":
                discovery.disconnected()
            else:
                discovery.connected()


def tell_home_assistant(
    parent: MultiService, needs: RuleNeeds, rules: RuleService, alerts: AlertService
) -> HomeAssistant | None:
    """Make what tells Home Assistant, as services of ``parent``; None: nobody wants it."""
    wanted = needs.settings.homeassistant
    if not wanted.enabled:
        return None
    leadership = needs.leadership or Leadership()
    connection = HomeAssistantConnection(wanted.broker, needs.publishers, leadership, needs.mine)
    discovery = HomeAssistant(
        reactor,
        needs.hub,
        rules,
        alerts,
        connection.publish,
        prefix=wanted.prefix,
        presence=wanted.presence,
        accounts=wanted.alerts,
        remembers=needs.settings.history.store != "memory",
    )
    connection.serve(discovery)
    connection.setServiceParent(parent)
    discovery.setServiceParent(parent)  # behind the connection, and so stopped before it
    return discovery
