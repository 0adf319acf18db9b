"""Make one connection to a broker, from the attempt to its end.

Its thread belongs to paho (`paho_thread`): here, on the reactor thread, jobs are only left for it.
A connection is never used twice, so nothing of an old one can leak into the next.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from sightline.mqtt.connection_events import Event
from sightline.mqtt.fastread import FastClient
from sightline.mqtt.inbox import Inbox
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.orders import Orders
from sightline.mqtt.paho_thread import PahoThread

_PUBACK_SIZE = 4


class MqttConnection:
    """One attempt, and one connection if it succeeds. `start` it once; it ends with one `Down`.

    ``now`` gives wall time (epoch s) and is called on paho's thread.
    """

    def __init__(
        self,
        options: BrokerOptions,
        filters: Sequence[tuple[str, int]],
        inbox: Inbox[Event],
        now: Callable[[], float],
    ) -> None:
        self._orders = Orders(options.send_limit)
        self._paho = PahoThread(self, self._orders, options, filters, inbox, now)
        self._thread = threading.Thread(
            target=self._paho.run, name=f"mqtt-{options.name}", daemon=True
        )

    @property
    def faults(self) -> int:
        """Count the mistakes of ours that were caught on the thread."""
        return self._orders.faults

    @property
    def unsent(self) -> int:
        """Count the messages that were taken and then dropped."""
        return self._orders.unsent

    @property
    def connecting(self) -> bool:
        """Tell whether the thread waits for the network and hears nothing of ours meanwhile."""
        return self._orders.connecting

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether the thread runs."""
        return self._thread.is_alive()

    def idle(self) -> float:
        """Tell how long the thread has not come round (s); it does so several times a second."""
        return time.monotonic() - self._orders.turned

    @property
    def waiting(self) -> int:
        """Tell how many jobs wait for the thread: more than a few mean that the broker is slow."""
        return len(self._orders.outbox)

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        retain: bool,
        *,
        urgent: bool = False,
        wanted: Callable[[], bool] | None = None,
        expiry: int | None = None,
    ) -> bool:
        """Leave a message for the broker; False when too many wait already.

        What is ``urgent`` overtakes all that waits, and there is always room for it. ``wanted`` is
        asked on paho's thread, as the last thing before the message is written. ``expiry`` (s,
        MQTT 5 only) is how long the broker keeps it.
        """

        def send(client: Client) -> None:
            if wanted is not None and not wanted():
                return
            properties = None
            if expiry is not None:
                properties = Properties(PacketTypes.PUBLISH)
                properties.MessageExpiryInterval = expiry
            if client.publish(topic, payload, qos, retain, properties).rc:
                self._orders.unsent += 1

        if urgent:
            self._orders.outbox.appendleft(send)
            self._orders.ring()
            return True
        return self._orders.leave(send)

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        """Ask for more; a refusal comes back as `Rejected`."""
        self._orders.leave(lambda client: self._paho.subscribe(client, filters))

    def unsubscribe(self, filters: Sequence[str]) -> None:
        self._orders.leave(lambda client: client.unsubscribe(list(filters)) and None)

    def acknowledge(self, acks: bytes) -> None:
        """Let the broker forget messages; ``acks`` are of a `Receipt`."""

        def send(client: Client) -> None:
            if isinstance(client, FastClient):
                client.acknowledge(acks)
                return
            for at in range(0, len(acks), _PUBACK_SIZE):
                client.ack(int.from_bytes(acks[at + 2 : at + 4]), 1)

        # There is always room: the broker sends only so many that are not acknowledged.
        self._orders.outbox.append(send)
        self._orders.ring()

    def give_up(self, why: str) -> None:
        """End the connection, as if it were lost."""
        self._orders.give_up(why)

    def stop(self) -> None:
        """Send what is waiting, then DISCONNECT, and end the thread. Returns at once."""
        self._orders.stopping = True
        self._orders.ring()

    def hush(self) -> None:
        """Stop reading and writing until `stop`, as a process that hangs does."""
        self._orders.hushed = True
        self._orders.ring()

    def abandon(self) -> None:
        """Ignore the connection from now on: nothing it still brings is taken."""
        self._orders.abandoned = True
        self.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; not to be called on the reactor thread."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()
