"""Read MQTT messages straight out of large chunks of the socket, where paho reads byte by byte.

`FastClient` is a paho client that differs in one thing: it reads the socket in chunks and takes
whole PUBLISH packets of QoS 0 and 1 out of them itself. Every other packet, and one that is cut off
by the end of the chunk, is left to paho's own reader, which is served from the chunk first.

This leans on private details of paho, so it is used only with the versions it was tested with
(`fits`); with any other, plain paho does the same work more slowly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import paho.mqtt
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion

from sightline.model.kind import Arrival
from sightline.mqtt.options import Transport

# One read. What the broker has beyond it stays in the kernel, and so, in the end, with the broker.
CHUNK = 131_072

_PUBACK = 0x40


def fits(transport: Transport, version: str = paho.mqtt.__version__) -> bool:
    """Tell whether the fast reader knows this paho and this transport."""
    return version.startswith("2.2.") and transport == "tcp"


class FastClient(Client):
    """A paho client that appends what arrives to ``arrivals``.

    ``now`` gives the receipt time (epoch s), taken once per chunk. QoS 1 is acknowledged here, or,
    with a list of ``unacked``, its PUBACKs are left there; messages that go through paho's own
    reader still come to its ``on_message``.
    """

    def __init__(
        self,
        arrivals: list[Arrival],
        source: str,
        now: Callable[[], float],
        unacked: list[bytes] | None = None,
        **paho: Any,
    ) -> None:
        self._arrivals = arrivals
        self._unacked = unacked
        self._source = source
        self._now = now
        self._chunk = b""
        self._chunk_at = 0
        super().__init__(**paho)

    def _sock_recv(self, bufsize: int) -> bytes:
        """Serve paho's reader from the chunk while it lasts, then from the socket."""
        at = self._chunk_at
        if at < len(self._chunk):
            piece = self._chunk[at : at + bufsize]
            self._chunk_at = at + len(piece)
            return piece
        return super()._sock_recv(min(bufsize, CHUNK))

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read one chunk and handle every packet in it."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if self._in_packet["command"]:  # paho is in the middle of a packet: it goes first
            failed = self._by_paho()
            if failed or self._sock is None or self._in_packet["command"]:
                return failed
        try:
            chunk = super()._sock_recv(CHUNK)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        if not chunk:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        # Any packet proves that the broker is there. The answer to our ping may be far behind in a
        # long queue, so it is not insisted on.
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._ping_t = 0.0
        self._chunk = chunk
        self._chunk_at = 0
        try:
            while self._chunk_at < len(chunk):
                self._take_messages()
                if self._chunk_at < len(chunk):
                    failed = self._by_paho()
                    if failed or self._sock is None:
                        return failed
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        finally:
            self._chunk = b""
            self._chunk_at = 0

    def _by_paho(self) -> MQTTErrorCode:
        """Let paho read one packet, or as much of it as there is."""
        result = self._packet_read()
        if result > 0:
            return self._loop_rc_handle(result)
        return MQTTErrorCode.MQTT_ERR_SUCCESS  # done, or AGAIN (-1): more to come

    def _take_messages(self) -> None:
        """Take messages from the chunk up to the first packet that is not a plain, whole one."""
        chunk = self._chunk
        at = self._chunk_at
        end = len(chunk)
        append = self._arrivals.append
        source = self._source
        stamp = self._now()
        with_properties = self._protocol == MQTTProtocolVersion.MQTTv5
        acks = bytearray()
        while end - at > 3:
            head = chunk[at]
            if head & 0xF4 != 0x30:  # not PUBLISH, or QoS 2
                break
            size = chunk[at + 1]
            body = at + 2
            if size > 0x7F:
                size, body = _varint(chunk, at + 1)
            stop = body + size
            if stop > end or size < 3 or body < 0:
                break
            first = body + 2
            last = first + (chunk[body] << 8 | chunk[body + 1])
            start = last
            if head & 0x02:
                start += 2
            if start > stop or last == first:
                break
            if with_properties:
                length, start = _varint(chunk, start)
                start += length
                if start > stop or length < 0:
                    break
            topic: str | bytes = chunk[first:last]
            try:
                topic = topic.decode()  # type: ignore[union-attr]  # bytes until here
            except UnicodeDecodeError:
                pass
            if head & 0x02:
                append(Arrival(topic, chunk[start:stop], head & 1 == 1, 1, stamp, source))
                acks += b"\x40\x02" + chunk[last : last + 2]
            else:
                append(Arrival(topic, chunk[start:stop], head & 1 == 1, 0, stamp, source))
            at = stop
        self._chunk_at = at
        if not acks:
            return
        if self._unacked is not None:
            self._unacked.append(bytes(acks))
        else:
            self.acknowledge(bytes(acks))

    def acknowledge(self, acks: bytes) -> None:
        """Send many PUBACKs in one write.

        On receipt it is done before paho sees the next packet, and later in the order in which
        they came: acknowledgements go out in the order of the messages [MQTT-4.6.0-2].
        """
        self._packet_queue(_PUBACK, acks, 0, 1)


def _varint(chunk: bytes, at: int) -> tuple[int, int]:
    """Return the variable byte integer at ``at`` and the place after it; (-1, -1) when cut or too
    long.
    """
    value = 0
    for count in range(4):
        if at + count >= len(chunk):
            break
        byte = chunk[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    return -1, -1
