"""Connect one actor by MQTT: paho and its thread, with the actor's own will.

paho's thread only puts what happened into the stage's inbox; the stage does the rest.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from sightline.cli.simulate.actor import Actor, Message
from sightline.mqtt.paho_client import stop_loop


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """The broker's address, and who we are there."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class LineConnected:
    """A line of an actor stands."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class LineLost:
    """A line is lost, or was refused."""

    actor: Actor
    why: str


@dataclass(frozen=True, slots=True)
class LineMessage:
    """A message came for an actor."""

    actor: Actor
    topic: str
    payload: bytes


Event = LineConnected | LineLost | LineMessage


class ActorConnection:
    """The connection of one actor; it comes back by itself until it is cut or closed."""

    def __init__(self, actor: Actor, address: BrokerAddress, inbox: SimpleQueue[Any]) -> None:
        self._actor = actor
        self._address = address
        self._inbox = inbox
        self._client: Client | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it is connected or trying to be."""
        return self._client is not None

    def open(self) -> None:
        """Begin to connect; never fails, never waits."""
        actor, address = self._actor, self._address
        client = Client(CallbackAPIVersion.VERSION2, actor.client_id, clean_session=True)
        if address.user:
            client.username_pw_set(address.user, address.password or None)
        client.will_set(
            actor.will.topic, actor.will.payload, qos=actor.will.qos, retain=actor.will.retain
        )
        client.reconnect_delay_set(1, 10)
        client.max_queued_messages_set(100)
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.connect_async(address.host, address.port, keepalive=actor.keepalive)
        client.loop_start()
        self._client = client

    def publish(self, message: Message) -> None:
        """Send it if the line stands. QoS 0 is not kept for later: nobody wants old telemetry."""
        client = self._client
        if client and (message.qos or client.is_connected()):
            client.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)

    def close(self) -> None:
        """Say goodbye as MQTT wants it: no will is published. Does not wait."""
        if self._client:
            self._client.disconnect()

    def end(self) -> None:
        """Wait for paho's thread to be done after `close`."""
        client, self._client = self._client, None
        if client:
            stop_loop(client)

    def cut(self) -> None:
        """Drop the socket without a word: the broker publishes the will."""
        client, self._client = self._client, None
        if client:
            client.on_disconnect = None
            stop_loop(client)
            sock = client.socket()
            if isinstance(sock, socket.socket):
                sock.shutdown(socket.SHUT_RDWR)
                sock.close()

    # paho's thread below

    def _on_connect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._inbox.put(LineLost(self._actor, f"the broker refuses: {reason}"))
            return
        for topic in self._actor.listens_to:
            client.subscribe(topic, qos=1)
        self._inbox.put(LineConnected(self._actor))

    def _on_connect_fail(self, client: Client, _: Any) -> None:
        self._inbox.put(LineLost(self._actor, "no answer"))

    def _on_disconnect(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        self._inbox.put(LineLost(self._actor, str(reason)))

    def _on_message(self, client: Client, _: Any, message: MQTTMessage) -> None:
        self._inbox.put(LineMessage(self._actor, message.topic, bytes(message.payload)))


def _send_at_once(client: Client, _: Any, sock: Any) -> None:
    """Switch Nagle's algorithm off: with delayed ACK a QoS 1 answer could wait 40 ms for the
    kernel.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
