"""What long answers cost the others: a viewer's pings while somebody reads a lot.

    scripts/bench/reads.py                    all parts
    scripts/bench/reads.py --part xml         some of them, with commas

Each part asks for its answers all at once and takes them as fast as they come. Meanwhile a viewer
pings over its WebSocket, 25 times a second; the worst round trip is the figure to watch (promised:
50 ms on a quiet machine). The row `quiet` is the same without readers.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path

import processes
import table
from processes import LOAD_CORE, Mosquitto, Server

sys.path.insert(0, str(processes.ROOT / "server"))

from paho.mqtt import publish

from sightline.history import tables
from sightline.history.record import HistoryEntry, digest
from sightline.history.writing import StoreWriter

POINTS = 3_000  # of each friend
FRIENDS = 10
T0 = 1_795_000_000
EVERY = 0.04  # s between two pings
_SPAN = "from=2026-11-01T00:00:00&to=2026-12-31T00:00:00"


def parts() -> dict[str, list[str]]:
    """List the addresses that each part asks for at once."""
    friends = [f"u{n % FRIENDS}" for n in range(20)]
    return {
        "quiet": [],
        "xml": [f"/api/0/locations?user={u}&device=phone&{_SPAN}&format=xml" for u in friends],
        "csv": [f"/api/0/locations?user={u}&device=phone&{_SPAN}&format=csv" for u in friends],
        "json": [f"/api/0/locations?user={u}&device=phone&{_SPAN}" for u in friends],
        "gpx": [f"/api/1/history/friend/{u}/phone?format=gpx" for u in friends[:10]],
        "track": [f"/api/1/history/friend/{u}/phone" for u in friends],
        "zip": [f"/api/1/friends/{u}/phone/export" for u in friends[:10]],
        "scene": [f"/api/1/scene?at={T0 + n}" for n in range(10)],
        "things": ["/api/1/things"] * 10,
        "last": ["/api/0/last"] * 10 + ["/api/0/list"] * 10,
    }


def _fix(friend: str, n: int) -> HistoryEntry:
    said = {"_type": "location", "lat": 52 + n / 1e5, "lon": 13 + n / 1e5, "tst": T0 + 60 * n}
    said |= {"tid": "ab", "acc": 12, "alt": 34, "vac": 3, "vel": 17, "cog": 271, "batt": 81}
    said |= {"bs": 1, "p": 101.325, "m": 1, "t": "u", "conn": "w", "SSID": "a <network> & more"}
    body = json.dumps(said).encode()
    return HistoryEntry(
        f"friend/{friend}/phone", "fix", said["tst"], said["tst"], body, digest(body)
    )


def fill(server: Server, broker: Mosquitto, where: Path, crowd: int) -> None:
    """Put the friends into the world, and their points into the history of the running server."""
    now = int(time.time())
    payload = json.dumps({"_type": "location", "lat": 52, "lon": 13, "tst": now, "tid": "ab"})
    names = [f"u{n}" for n in range(FRIENDS)] + [f"crowd{n}" for n in range(crowd)]
    for first in range(0, len(names), 500):
        some = [
            {"topic": f"owntracks/{name}/phone", "payload": payload, "qos": 1}
            for name in names[first : first + 500]
        ]
        publish.multiple(some, hostname="127.0.0.1", port=broker.port)
    writer = StoreWriter(tables.connect(where / f"state-{server.port}" / tables.FILE))
    for n in range(FRIENDS):
        writer.write([_fix(f"u{n}", i) for i in range(POINTS)], [])
    writer.close()
    until = time.monotonic() + 60
    while server.metric("things") < len(names) or server.metric("history_backlog"):
        if time.monotonic() > until:
            raise SystemExit("the server does not show all friends within 60 s")
        time.sleep(0.2)


class Pinger:
    """A viewer that pings and keeps the round trips (s)."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection:"
            f" Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin:"
            f" http://127.0.0.1:{port}\r\nSec-WebSocket-Protocol: sightline.1\r\n\r\n".encode()
        )
        self._data = b""
        while b"\r\n\r\n" not in self._data:
            self._data += self._socket.recv(65536)
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        if b" 101 " not in head:
            raise SystemExit(f"no WebSocket: {head!r}")
        self._number = 0
        self._say({"t": "resume", "epoch": None, "seq": 0})
        self.ping()

    def ping(self) -> float:
        """Ping once; how long the answer took, s."""
        self._number += 1
        began = time.perf_counter()
        self._say({"id": self._number, "do": "ping"})
        mark = b'"id":%d,' % self._number
        while not any(mark in frame for frame in self._frames()):
            pass
        return time.perf_counter() - began

    def _say(self, said: object) -> None:
        data = json.dumps(said).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self._socket.sendall(bytes((0x81, 0x80 | len(data))) + mask + masked)

    def _frames(self) -> list[bytes]:
        """Return some frames, at least one."""
        found: list[bytes] = []
        while True:
            size = self._data[1] if len(self._data) > 1 else 127
            head = 2
            if size == 126:
                size, head = int.from_bytes(self._data[2:4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(self._data[2:10], "big"), 10
            if len(self._data) >= head + size and len(self._data) >= head:
                found.append(self._data[head : head + size])
                self._data = self._data[head + size :]
            elif found:
                return found
            else:
                some = self._socket.recv(65536)
                if not some:
                    raise SystemExit("the server closed the viewer's connection")
                self._data += some


def fetch(urls: list[str]) -> None:
    """Get all of them at once; to stdout: how each was answered, its size and time."""
    results: list[tuple[int, int, float]] = []

    def get(url: str) -> None:
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(url, timeout=120) as answer:
                size = 0
                while some := answer.read(65536):
                    size += len(some)
                results.append((answer.status, size, time.perf_counter() - began))
        except urllib.error.HTTPError as why:
            results.append((why.code, 0, time.perf_counter() - began))

    threads = [threading.Thread(target=get, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(results))


def measure(server: Server, paths: list[str]) -> list[object]:
    """Ping while these are read, for 3 s at least."""
    pinger = Pinger(server.port)
    urls = [f"http://127.0.0.1:{server.port}{path}" for path in paths]
    command = [sys.executable, __file__, "--fetch", *urls]
    memory, cpu = server.rss, server.cpu
    child = processes.subprocess.Popen(command, stdout=processes.subprocess.PIPE, text=True)
    os.sched_setaffinity(child.pid, {LOAD_CORE})
    trips: list[float] = []
    began = time.monotonic()
    most = memory
    while child.poll() is None or time.monotonic() - began < 3:
        trips.append(pinger.ping() * 1000)
        most = max(most, server.rss)
        time.sleep(EVERY)
    said = json.loads(child.stdout.read()) if child.stdout else []
    good = sum(status == 200 for status, _, _ in said)
    size = sum(size for _, size, _ in said) / 1e6
    slowest = max((took for _, _, took in said), default=0.0)
    trips.sort()
    middle, late = trips[len(trips) // 2], trips[int(len(trips) * 0.99)]
    answers = f"{good}/{len(paths)}"
    return [answers, size, slowest, middle, late, trips[-1], server.cpu - cpu, most - memory]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", default="", help="some of the parts, with commas")
    parser.add_argument("--crowd", type=int, default=2000, help="friends without a history")
    parser.add_argument("--fetch", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.fetch is not None:
        fetch(args.fetch)
        return
    wanted = parts()
    results = []
    with processes.folder() as folder:
        where = Path(folder)
        with (
            Mosquitto(where, LOAD_CORE) as broker,
            Server(where, broker.port, qos=1) as server,
        ):
            fill(server, broker, where, args.crowd)
            for name in args.part.split(",") if args.part else wanted:
                results.append([name, *measure(server, wanted[name])])
    table.show(
        f"Pings while others read ({FRIENDS} friends of {POINTS} points, {args.crowd} more)",
        ["part", "answers", "MB", "slowest s", "ping ms", "99 %", "worst", "CPU s", "MB more"],
        results,
    )


if __name__ == "__main__":
    main()
