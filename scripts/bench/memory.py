"""What the server takes of a small machine: memory and CPU, with the demo, viewers and things.

    scripts/bench/memory.py [--part demo,viewers,things,both,tls] [--limit MB] [--json FILE]
    scripts/bench/memory.py --attack [faces,devices,fields,strangers,basemap]   (see attacks.py)

Memory is that of the server's process (RSS), and of all that its unit holds: with its children (the
guard; in the demo also mosquitto and the simulation), shared pages counted once (PSS). That is what
``MemoryMax`` counts, but for what the kernel keeps for the sockets. *most* is the highest of all
seconds. With ``--limit`` (root) the kernel holds the server to it, as ``MemoryMax`` does; *charged*
is what it counted at most, sockets and cached files included, and *hit* how often more was wanted.
"""

from __future__ import annotations

import argparse
import resource
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import attacks
import fanout
import processes
import table
from cell import Cell
from fanout import Scene
from processes import SERVER_CORE, Child, folder, free_port, wait_for_port

THINGS = 20_000
VIEWERS = 1000
SECONDS = 10.0
_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: sightline.1\r\nOrigin: https://127.0.0.1:{port}\r\n\r\n"
)
_RESUME = b'{"t":"resume","epoch":null,"seq":0}'


def family(pid: int) -> float:
    """Memory of a process and all below it, MB; shared pages are counted once."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(stat.parent.name))
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        waiting += below.get(one, [])
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
        except OSError:
            pass
    return total


class Watched:
    """The highest memory, and the CPU used, while it is looked at."""

    def __init__(self, server: Child) -> None:
        self._server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most = self.most_family = 0.0

    def _look(self) -> None:
        while True:
            self.most = max(self.most, self._server.rss)
            self.most_family = max(self.most_family, family(self._server.pid))
            if self._done.wait(0.5):
                return

    def __enter__(self) -> Watched:
        self._began, self._cpu = time.monotonic(), self._server.cpu
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        took = time.monotonic() - self._began
        self.cpu = (self._server.cpu - self._cpu) / took * 100

    def row(self, what: str) -> dict[str, Any]:
        return {
            "what": what,
            "rss": self._server.rss,
            "family": family(self._server.pid),
            "most": self.most,
            "most_family": self.most_family,
            "cpu": self.cpu,
            "charged": self._server.cell.most if self._server.cell else None,
            "hit": self._server.cell.hit if self._server.cell else None,
        }


class Twistd(Child):
    """`twistd sightline` as users run it."""

    def __init__(self, where: Path, *options: str, settings: str = "") -> None:
        self.port = free_port()
        config = where / f"alone-{self.port}.toml"
        config.write_text(f'{settings}\n[accounts]\nguest = "admin"\n')
        log = where / f"alone-{self.port}.log"
        command = [str(Path(sys.executable).with_name("twistd")), "-n", "--pidfile=", "sightline"]
        command += ["--port", str(self.port), "--state", str(where / f"state-{self.port}")]
        command += ["--config", str(config), *options]
        cell = Cell(processes.limit) if processes.limit else None
        super().__init__(command, SERVER_CORE, log, cell)
        wait_for_port(self.port, self.process, log)


def demo(where: Path) -> list[dict[str, Any]]:
    """Measure the server with its own broker: nothing going on, then the demonstration."""
    rows = []
    for what, options in (("nothing, own broker", ()), ("the demo, own broker", ("--demo",))):
        with Twistd(where, *options) as server:
            time.sleep(4)
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=10) as answer:
                answer.read()
            with Watched(server) as seen:
                time.sleep(SECONDS)
            rows.append(seen.row(what))
    return rows


def viewers(where: Path) -> list[dict[str, Any]]:
    """1,000 browsers and 20 messages a second."""
    with Scene(where, "sightline", VIEWERS, deflate=True) as scene:
        scene.publisher.ask("fill", count=100)
        scene.open()
        with Watched(scene.server) as seen:
            scene.at(20, SECONDS)
        return [seen.row(f"{VIEWERS:,} viewers, 20 messages/s")]


def things(where: Path) -> list[dict[str, Any]]:
    """20,000 things, each heard; then 200 messages a second to one browser."""
    fanout.POOL = THINGS
    with Scene(where, "sightline", 1, deflate=True) as scene:
        scene.open()
        filled = scene.publisher.ask("fill", count=THINGS)
        scene._drain(filled["sent"])
        with Watched(scene.server) as seen:
            scene.at(200, SECONDS)
        return [seen.row(f"{THINGS:,} things, 200 messages/s, 1 viewer")]


def both(where: Path) -> list[dict[str, Any]]:
    """Measure all of it at once: what the ceiling must hold."""
    fanout.POOL = THINGS
    rows = []
    for count in (VIEWERS, 5 * VIEWERS):
        with Scene(where, "sightline", count, deflate=True) as scene:
            with Watched(scene.server) as seen:
                scene.open()
                filled = scene.publisher.ask("fill", count=THINGS)
                scene._drain(filled["sent"])
                scene.at(1000, SECONDS / 2)
            rows.append(seen.row(f"{THINGS:,} things, {count:,} viewers, 1,000 messages/s"))
    return rows


def tls(where: Path) -> list[dict[str, Any]]:
    """Browsers over HTTPS: each costs OpenSSL's buffers besides."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "9", "-subj", "/CN=bench", "-keyout", str(where / "key.pem")),
            *("-out", str(where / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    pair = '[https]\ncertificate = "cert.pem"\nkey = "key.pem"\n'
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Twistd(where, settings=pair) as server:
        time.sleep(4)
        fresh, cpu = server.rss, server.cpu
        connections = [_secured(context, server.port) for _ in range(VIEWERS)]
        each = (server.cpu - cpu) / VIEWERS * 1000
        with Watched(server) as seen:
            time.sleep(SECONDS)
        kilobytes = (server.rss - fresh) * 1024 / VIEWERS
        table.note(f"HTTPS: {kilobytes:.1f} KB and {each:.2f} ms of CPU for each viewer")
        rows = [seen.row(f"{VIEWERS:,} viewers over HTTPS, own broker")]
        for connection in connections:
            connection.close()
    return rows


def _secured(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    secured = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20))
    secured.sendall(_HANDSHAKE.format(port=port).encode())
    if not secured.recv(4096).startswith(b"HTTP/1.1 101"):
        raise SystemExit("the WebSocket was refused")
    mask = bytes(4)
    secured.sendall(bytes((0x81, 0x80 | len(_RESUME))) + mask + _RESUME)
    return secured


PARTS = {"demo": demo, "viewers": viewers, "things": things, "both": both, "tls": tls}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", default=",".join(PARTS))
    every = ",".join(attacks.PARTS)
    parser.add_argument("--attack", nargs="?", const=every, default="", metavar="PARTS")
    parser.add_argument("--ahead", action="store_true", help="before all other work (root only)")
    parser.add_argument("--limit", type=int, default=0, metavar="MB", help="(root only)")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    processes.ahead = args.ahead
    processes.limit = args.limit
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows: list[dict[str, Any]] = []
    with folder() as name:
        if args.attack:
            rows += attacks.attack(Path(name), Watched, args.attack.split(","))
        else:
            for part in args.part.split(","):
                rows += PARTS[part](Path(name))
    table.note(f"machine: {table.machine()}")
    table.show(
        "Memory in MB, CPU in % of one core",
        ["", "RSS", "unit", "RSS, most", "unit, most", "CPU", "charged", "hit"],
        [
            [r["what"]]
            + [r[key] for key in ("rss", "family", "most", "most_family", "cpu", "charged", "hit")]
            for r in rows
        ],
    )
    table.write(args.json, {"memory": rows})


if __name__ == "__main__":
    main()
