"""A bridge as the way to a broker's robots (see `sightline.driving.broker_ports`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.inbox import InboxReactor
from sightline.mqtt.will_connection import WillConnection, overwrite_retained


class BridgePort:
    """The way to a broker's robots.

    ``no_driving`` says why nobody drives there; empty when one may.

    ``made`` is told the id of each client that we make besides the bridge's own.
    """

    def __init__(
        self,
        reactor: InboxReactor,
        bridge: Bridge,
        no_driving: str,
        now: Callable[[], float],
        made: Callable[[str], None] = lambda client: None,
    ) -> None:
        self._reactor = reactor
        self._bridge = bridge
        self._now = now
        self._made = made
        self._no_driving = no_driving

    @property
    def no_driving(self) -> str:
        """Tell why nobody drives there; empty when one may."""
        return self._no_driving or self._bridge.contested

    @property
    def name(self) -> str:
        """Return the name of the broker in the settings."""
        return self._bridge.broker

    @property
    def broken(self) -> str:
        """Tell why the broker cannot be reached just now; empty when it can."""
        link = self._bridge.link
        return "" if link.state == "connected" else link.why or "not connected yet"

    @property
    def waiting(self) -> int:
        """Tell how many of our messages wait for the broker."""
        return self._bridge.waiting

    def send(
        self, topic: str, payload: bytes, *, urgent: bool = False, retain: bool = False
    ) -> bool:
        """Publish now or never; False: it could not be sent."""
        try:
            self._bridge.publish(topic, payload, retain=retain, urgent=urgent)
        except (NotConnected, TooManyWaiting):
            return False
        return True

    def will_connection(
        self, topic: str, stop: bytes, lost: Callable[[str], None]
    ) -> WillConnection:
        """Make a connection for one lease, not yet opened; ``lost`` hears why it ended unasked."""
        line = WillConnection(self._reactor, self._bridge.options, topic, stop, self._now, lost)
        self._made(line.client_id)
        return line

    @property
    def lost(self) -> int:
        """Tell how many messages came and found no place with us."""
        return self._bridge.overflowed

    def look_up(self, filters: Sequence[tuple[str, int]]) -> None:
        """Subscribe anew, so that the broker says again what is retained there.

        [MQTT-3.8.4-3] of 3.1.1: an identical filter replaces the one before, without a gap, and
        what is retained must be sent again. MQTT 5 says the same of the retain handling we ask for.
        """
        self._bridge.subscribe(filters)

    def overwrite(self, topics: Sequence[str], payload: bytes) -> None:
        """Replace what is retained on ``topics`` by ``payload``, which the broker drops after 1 s.

        Needs MQTT 5; at a broker without it nothing happens.
        """
        options = self._bridge.options
        client = overwrite_retained(self._reactor, options, topics, payload, self._now)
        self._made(client)
