"""What somebody with a broker account may try, against a server as shipped: memory and disk.

Each part floods a server of its own, through a real mosquitto, and looks at what it takes at most:

    faces      6,000 devices of one user, each with a face of 16 KB; then four clients that ask for
               /api/0/last and read nothing
    devices    100,000 devices of one user
    fields     fixes of one device, each with an unknown field of 60 KB, for 10 s
    strangers  170,000 devices of as many users; then the same server once more, started anew
    basemap    150 connections without an account that ask for the map and read nothing
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import messages
import table
from processes import LOAD_CORE, Mosquitto, Server

DEVICES = 100_000
STRANGERS = 170_000
PICTURED = 6_000
READERS = 4
FLOOD = 10.0  # s
LAZY = 150
_CHUNK = 200  # messages
_TIMEOUT = 120.0  # s


def packet(topic: str, payload: bytes) -> bytes:
    body = messages.string(topic.encode()) + payload
    return b"\x30" + messages.size(len(body)) + body


def fix(n: int, **more: Any) -> bytes:
    said = {
        "_type": "location",
        "lat": n % 90,
        "lon": n % 180,
        "tst": int(time.time()),
        "tid": "xx",
    }
    return json.dumps(said | more).encode()


def publishes(port: int, packets: Iterable[bytes]) -> int:
    """Publish all of these; how many. The broker takes them at its own pace."""
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(messages.connect(b"attacker"))
        line.recv(4)
        some: list[bytes] = []
        for one in packets:
            some.append(one)
            count += 1
            if len(some) == _CHUNK:
                line.sendall(b"".join(some))
                some.clear()
        line.sendall(b"".join(some))
        # An answer to a ping comes when all before it is read.
        line.sendall(b"\xc0\x00")
        line.settimeout(_TIMEOUT)
        line.recv(2)
    return count


def settled(server: Server) -> dict[str, float]:
    """Return its figures, when nothing more comes."""
    until = time.monotonic() + _TIMEOUT
    before, quiet = -1.0, 0
    while time.monotonic() < until and quiet < 4:
        now = server.metric("received")
        quiet = quiet + 1 if now == before else 0
        before = now
        time.sleep(0.5)
    return server.metrics()


def note(what: str, figures: dict[str, float]) -> None:
    table.note(
        f"{what}: {figures['received']:,.0f} received, {figures.get('rejected', 0):,.0f} refused,"
        f" {figures['things']:,.0f} things, overflow {figures['overflow']:,.0f}"
    )


def faces(broker: int, server: Server) -> None:
    picture = base64.b64encode(b"\xff\xd8\xff" + os.urandom(16_000)).decode()

    def cards() -> Iterator[bytes]:
        for n in range(PICTURED):
            yield packet(f"owntracks/jane/d{n}", fix(n))
            card = {"_type": "card", "name": f"n{n}", "face": f"{picture[:-6]}{n:06}"}
            yield packet(f"owntracks/jane/d{n}/info", json.dumps(card).encode())

    publishes(broker, cards())
    settled(server)
    with contextlib.ExitStack() as stack:
        for _ in range(READERS):
            stack.enter_context(_asks(server, "/api/0/last"))
        time.sleep(5)


def devices(broker: int, server: Server) -> None:
    publishes(broker, (packet(f"owntracks/jane/d{n}", fix(n)) for n in range(DEVICES)))


def fields(broker: int, server: Server) -> None:
    ends, junk = time.monotonic() + FLOOD, "x" * 60_000

    def fixes() -> Iterator[bytes]:
        n = 0
        while time.monotonic() < ends:
            n += 1
            yield packet("owntracks/jane/phone", fix(n, junk=f"{junk}{n}"))

    publishes(broker, fixes())


def strangers(broker: int, server: Server) -> None:
    publishes(broker, (packet(f"owntracks/u{n}/phone", fix(n)) for n in range(STRANGERS)))


def basemap(broker: int, server: Server) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(LAZY):
            stack.enter_context(_asks(server, "/basemap/world.pmtiles"))
        time.sleep(5)


@contextlib.contextmanager
def _asks(server: Server, path: str) -> Iterator[socket.socket]:
    """Ask for this, and read nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    try:
        yield line
    finally:
        line.close()


PARTS = {
    "faces": faces,
    "devices": devices,
    "fields": fields,
    "strangers": strangers,
    "basemap": basemap,
}


def attack(where: Path, watched: Callable[[Server], Any], wanted: Iterable[str]) -> list[Any]:
    """Do each of these; a row for each. ``watched`` looks at a server's memory meanwhile."""
    rows = []
    for name in wanted:
        with Mosquitto(where, LOAD_CORE) as broker:
            with Server(where, broker.port, shipped=True) as server:
                with watched(server) as seen:
                    PARTS[name](broker.port, server)
                    note(name, settled(server))
                disk = _disk(where / f"state-{server.port}") / 1e6
                rows.append(seen.row(f"attack: {name} ({disk:.0f} MB of disk)"))
                state = where / f"state-{server.port}"
            if name == "strangers":
                with Server(where, broker.port, shipped=True, state=state) as again:
                    with watched(again) as seen:
                        time.sleep(5)
                        note(f"{name}, started anew", settled(again))
                    rows.append(seen.row(f"attack: {name}, started anew"))
            shutil.rmtree(state, ignore_errors=True)
    return rows


def _disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
