"""A ProBot as it comes, byte for byte: MQTT 3.1.1, no user, a will, everything at QoS 0."""

from __future__ import annotations

import socket
import struct
import time


def _text(text: str) -> bytes:
    return struct.pack("!H", len(text)) + text.encode()


def _packet(kind: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes((kind, len(body))) + body


class Robot:
    """``answer`` is the code of the broker's CONNACK: 0 let in, 5 not authorised."""

    def __init__(
        self,
        port: int,
        name: str = "ProBot1",
        host: str = "127.0.0.1",
        client_id: str = "paho/5E6C4E1B8D0F3A2C71",
        user: str = "",
    ) -> None:
        self.name = name
        self._socket = socket.create_connection((host, port), 10)
        flags = 0x06 | (0xC0 if user else 0)  # a clean session and a will at QoS 0, not retained
        head = _text("MQTT") + bytes((4, flags)) + struct.pack("!H", 5)
        who = _text(client_id) + _text("ClientStatus") + _text(f"{name}/Offline")
        who += _text(user) + _text("x") if user else b""
        self._socket.sendall(_packet(0x10, head + who))
        said = self._socket.recv(4)
        self.answer = said[3] if len(said) == 4 else -1
        self.heard = b""
        if self.answer:
            self._socket.close()

    def subscribes(self, *topics: str) -> bytes:
        """The answer: a QoS for each, 128 for refused."""
        wanted = b"".join(_text(topic) + b"\0" for topic in topics)
        self._socket.sendall(_packet(0x82, b"\0\1" + wanted))
        self.until(b"\x90" + bytes((2 + len(topics),)) + b"\0\1")
        return self.heard[-len(topics) :]

    def says(self, topic: str, payload: str) -> None:
        """Publish, and wait until the broker has taken it."""
        self._socket.sendall(_packet(0x30, _text(topic) + payload.encode()) + b"\xc0\0")
        self.until(b"\xd0\0")

    def until(self, part: bytes, seconds: float = 60.0) -> None:
        """Read until this was heard; what came before is kept in ``heard``."""
        end = time.monotonic() + seconds
        self._socket.settimeout(0.2)
        self.heard = b""
        while part not in self.heard:
            assert time.monotonic() < end, (part, self.heard)
            try:
                more = self._socket.recv(4096)
            except TimeoutError:
                continue
            assert more, f"the broker hung up: {self.heard!r}"
            self.heard += more

    def close(self) -> None:
        """Without a goodbye."""
        self._socket.close()
