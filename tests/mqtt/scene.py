"""A scene for the bridge: a real broker, a bridge to it, what it told us, and a raw publisher."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor

from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge
from sightline.mqtt.connection_events import Receipt
from sightline.mqtt.options import BrokerOptions
from waits import DEADLINE, until


def publish_packet(topic: bytes, payload: bytes, qos: int = 0, retain: bool = False) -> bytes:
    """One MQTT 3.1.1 PUBLISH; every QoS 1 message has the id 1."""
    body = struct.pack("!H", len(topic)) + topic + (b"\0\1" if qos else b"") + payload
    return bytes([0x30 | qos << 1 | retain]) + varint(len(body)) + body


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


class Publisher:
    """A client of few words: when `send` returns, the broker has taken every message."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self._socket.sendall(b"\x10\x10\0\4MQTT\4\2\0\x3c\0\4test")
        assert self._socket.recv(4) == b"\x20\2\0\0"

    def send(
        self, topic: str, payload: bytes = b"", qos: int = 0, retain: bool = False, times: int = 1
    ) -> None:
        packet = publish_packet(topic.encode(), payload, qos, retain)
        for first in range(0, times, 500):
            count = min(500, times - first)
            self._socket.sendall(packet * count + b"\xc0\0")
            left = 4 * count * bool(qos) + 2
            while left:
                heard = self._socket.recv(left)
                assert heard, "the broker hung up"
                left -= len(heard)

    def close(self) -> None:
        self._socket.close()


class Scene:
    """A bridge and everything it said."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.links: list[Link] = []
        self.bridges: list[Bridge] = []
        self.arrived: Callable[[list[Arrival]], None] = self.arrivals.extend
        self.now: Callable[[], float] = time.time
        self.received: Callable[[Receipt], None] = Receipt.acknowledge

    def bridge(self, *filters: str, qos: int = 0, **options: Any) -> Bridge:
        """Start a bridge; its waits are short unless the test says otherwise.

        But for the keepalive: a busy machine takes its time to answer a ping.
        """
        options.setdefault("keepalive", 60)
        options.setdefault("reconnect_min", 0.05)
        options.setdefault("reconnect_max", 0.2)
        bridge = Bridge(
            reactor,
            BrokerOptions(qos=qos, **options),
            [(name, qos) for name in filters],
            lambda arrivals: self.arrived(arrivals),
            self.links.append,
            lambda: self.now(),
            jitter=lambda: 0.0,
            received=lambda receipt: self.received(receipt),
        )
        self.bridges.append(bridge)
        bridge.startService()
        return bridge

    async def until(self, fact: Callable[[], Any], seconds: float = DEADLINE) -> None:
        """Wait for a fact, with a deadline."""
        how_it_is = lambda: f"it: {self.links[-3:]} {self.arrivals[-3:]}"  # noqa: E731
        await until(fact, how_it_is, seconds, every=0.005)

    async def connected(self) -> None:
        await self.until(lambda: self.links and self.links[-1].state == "connected")

    async def lost(self) -> Link:
        """Wait until the newest state is a lost connection, and return it."""
        await self.until(lambda: self.links and self.links[-1].state == "lost")
        return self.links[-1]

    def forget(self) -> None:
        self.arrivals.clear()
        self.links.clear()
