"""Publish through the connections to the brokers, whichever takes it."""

from __future__ import annotations

from collections.abc import Callable

from sightline.contract.errors import Refused
from sightline.kinds.friends import commands
from sightline.kinds.friends.address import topics
from sightline.kinds.friends.bases import BaseTopics
from sightline.kinds.friends.names import DeviceNames
from sightline.live.hub import Hub
from sightline.model.kind import id_of
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting


class Publishers:
    """The connections to all brokers, in the order of the settings.

    ``hub`` knows at which broker somebody was heard, ``names`` how devices spell themselves,
    ``bases`` on which topics they were heard.
    """

    def __init__(self, hub: Hub, names: DeviceNames, bases: BaseTopics | None = None) -> None:
        self._hub = hub
        self._names = names
        self._bases = bases or BaseTopics()
        self._bridges: list[Bridge] = []
        self._listeners: list[Callable[[Bridge], None]] = []

    def add(self, bridge: Bridge) -> None:
        """Publish through ``bridge``, too."""
        self._bridges.append(bridge)
        for listener in self._listeners:
            listener(bridge)

    def when_added(self, listener: Callable[[Bridge], None]) -> None:
        """Call ``listener`` with each connection that is added."""
        self._listeners.append(listener)

    @property
    def bridges(self) -> tuple[Bridge, ...]:
        """Return all that were added."""
        return tuple(self._bridges)

    def overflow(self) -> int:
        """Count the messages lost because our own queues were full."""
        return sum(bridge.overflowed for bridge in self._bridges)

    def figures(self) -> dict[str, int]:
        """Tell how the queues between us and the brokers are: fields of `Server`."""
        return {
            "overflow": self.overflow(),
            "queue": sum(bridge.queued for bridge in self._bridges),
            "unsent": sum(bridge.unsent for bridge in self._bridges),
        }

    def faults(self) -> int:
        """Count the mistakes of ours that the bridges caught."""
        return sum(bridge.faults for bridge in self._bridges)

    def clear_retained(self, thing: str) -> None:
        """Have the brokers forget what they would say of this friend to new subscribers.

        Raises `Refused` (``busy``) when a broker cannot be told now.
        """
        try:
            for bridge in self._bridges:
                if not bridge.options.profile.retains:
                    continue  # nothing of ours is kept there, and phones are set up so
                for home in self._homes(id_of(thing)):
                    for topic in topics(home):
                        bridge.publish(topic, b"", qos=1, retain=True)
        except (NotConnected, TooManyWaiting) as why:
            raise Refused("busy", f"The broker cannot forget it just now: {why}", wait=5) from None
        for name in self._names.all(id_of(thing)):
            self._bases.forget(name)

    def _homes(self, device: str) -> list[str]:
        names = self._names.all(device)
        return [home for name in names for home in self._bases.all_homes(name)]

    def tell_phone(self, device: str, payload: bytes) -> str:
        """Publish a command to ``user/device``; say why not, empty when it went.

        To the broker where the phone was heard (to all, when that is long ago), on the base topics
        of the name by which it speaks, which may be another of its names.
        """
        source = self._hub.source(f"friend/{device}")
        near = [bridge for bridge in self._bridges if bridge.broker == source] or self._bridges
        sent, why = 0, "there is no broker"
        for bridge in near:
            try:
                for home in self._bases.homes(self._names.listens(device)):
                    bridge.publish(commands.topic(home), payload, qos=1)
                sent += 1
            except (NotConnected, TooManyWaiting, ValueError) as error:
                why = str(error)
        return "" if sent else why

    def publish(self, name: str, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish at this broker (empty: the first one), QoS 1; return whether it was taken."""
        for bridge in self._bridges:
            if name in ("", bridge.broker):
                try:
                    bridge.publish(topic, payload, qos=1, retain=retain)
                except (NotConnected, TooManyWaiting, ValueError):
                    return False
                return True
        return False

    def publish_anywhere(self, topic: str, payload: bytes, qos: int) -> bool:
        """Publish at the first broker that takes it; return whether one did, or none ever will."""
        fit = False
        for bridge in self._bridges:
            try:
                bridge.publish(topic, payload, qos)
            except (NotConnected, TooManyWaiting):
                fit = True
            except ValueError:
                continue
            else:
                return True
        return not fit
