"""Others at the server or the broker, as a process of their own: viewers, or one who floods.

    python crowd.py viewers PORT COUNT      so many who watch
    python crowd.py pings PORT SECONDS      one visitor: empty pings, as many as the socket takes
    python crowd.py messages PORT SECONDS   one visitor: requests
    python crowd.py commands PORT SECONDS   at the broker: commands for other robots, 2,000 a second

Loopback only. ``ready`` is printed when it has begun. A visitor who is thrown out comes again.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from sightline.mqtt.paho_client import stop_loop

_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: sightline.1\r\nOrigin: http://127.0.0.1:{port}\r\n\r\n"
)
_MASK = b"\0\0\0\0"
_RESUME = b'{"t":"resume","epoch":null,"seq":0}'
_REQUEST = b'{"id":1,"do":"ping"}'
_PINGS = (b"\x89\x80" + _MASK) * 10_922  # 64 KB
_MESSAGES = (b"\x81" + bytes([0x80 | len(_REQUEST)]) + _MASK + _REQUEST) * 2_500
_PAUSE = 0.02  # s between two visits, so that the crowd itself leaves the machine some time


def visit(port: int) -> socket.socket:
    """Connect and be let in. Raises OSError."""
    sock = socket.create_connection(("127.0.0.1", port), 30)
    sock.sendall(_HANDSHAKE.format(port=port).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        some = sock.recv(4096)
        if not some:
            raise ConnectionError("not let in")
        head += some
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(head[:60].decode("latin-1"))
    sock.sendall(b"\x81" + bytes([0x80 | len(_RESUME)]) + _MASK + _RESUME)
    return sock


def viewers(port: int, count: int) -> None:
    """Read and throw away, for ever."""
    chosen = selectors.DefaultSelector()
    for _ in range(count):
        sock = visit(port)
        sock.setblocking(False)
        chosen.register(sock, selectors.EVENT_READ)
        drain(chosen, 0)
    print("ready", flush=True)
    while True:
        drain(chosen, 1)


def drain(chosen: selectors.BaseSelector, seconds: float) -> None:
    """Read what there is."""
    for key, _ in chosen.select(seconds):
        sock = key.fileobj
        assert isinstance(sock, socket.socket)
        with contextlib.suppress(BlockingIOError):
            if not sock.recv(262_144):
                chosen.unregister(sock)


def flood(port: int, block: bytes, seconds: float) -> None:
    """Send ``block`` again and again, reading what is answered; come again when thrown out."""
    until = time.monotonic() + seconds
    print("ready", flush=True)
    while time.monotonic() < until:
        try:
            with visit(port) as sock:
                _pour(sock, block, until)
        except OSError:
            pass
        time.sleep(_PAUSE)


def _pour(sock: socket.socket, block: bytes, until: float) -> None:
    sock.setblocking(False)
    chosen = selectors.DefaultSelector()
    chosen.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
    at = 0
    while time.monotonic() < until:
        for _, events in chosen.select(1):
            if events & selectors.EVENT_READ and not sock.recv(262_144):
                return
            if events & selectors.EVENT_WRITE:
                at = (at + sock.send(block[at:])) % len(block)


def commands(port: int, seconds: float) -> None:
    """Command robots that somebody else drives."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    print("ready", flush=True)
    until = time.monotonic() + seconds
    n = 0
    while time.monotonic() < until:
        for _ in range(20):
            n += 1
            topic = ("keys/ProBot{}", "MainRoutine/ProBot{}", "keys/x{}")[n % 3].format(2 + n % 7)
            client.publish(topic, b"0.50 0.00 0.00 0.00", retain=n % 50 == 0)
        time.sleep(0.01)
    client.disconnect()
    stop_loop(client)


if __name__ == "__main__":
    what, at, much = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if what == "viewers":
        viewers(at, much)
    elif what == "commands":
        commands(at, much)
    else:
        flood(at, _PINGS if what == "pings" else _MESSAGES, much)
