"""A real mosquitto on a random free loopback port, for any test: plain subprocess, no reactor.

    with Broker("sys_interval 1") as broker:
        ...  # broker.port accepts connections
        broker.kill(); broker.restart()

``lines`` follow the listener in the configuration, so `protocol websockets` or `cafile` concern it.
Anonymous clients are let in unless the lines say otherwise. Persistence is off unless asked for.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from child_process import ChildProcess
from sightline.cli.mosquitto import passwords
from waits import DEADLINE, wait_until

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _moment() -> None:
    time.sleep(0.005)


def _ours() -> range:
    """The ports of this process among those that run tests side by side.

    Between being found free and being bound a port belongs to nobody: so no two of them look among
    the same. None of those that Linux gives to connections (from 32,768 on): a server that is down
    for a while finds its own again.
    """
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return range(10_240 + number, 32_768, count)


_given: set[int] = set()


def free_port() -> int:
    """A loopback port nobody listens on right now, and nobody else was given in this process."""
    ports = _ours()
    while True:
        port = ports[secrets.randbelow(len(ports))]
        if port in _given:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


def accepts(port: int) -> bool:
    """Whether somebody listens on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def publish(broker: Broker, topic: str, payload: str | bytes, *options: str) -> None:
    """As anybody would, with mosquitto_pub; these ``options`` of it besides."""
    command = ["mosquitto_pub", "-p", str(broker.port), "-t", topic, "-s", *options]
    said = payload.encode() if isinstance(payload, str) else payload
    subprocess.run(command, input=said, check=True, timeout=DEADLINE)


class Broker:
    """One mosquitto process; the same port and files over `restart`."""

    def __init__(self, *lines: str, folder: Path | None = None, port: int | None = None) -> None:
        self._made = None if folder else tempfile.TemporaryDirectory(prefix="broker-")
        self.folder = folder or Path(self._made.name if self._made else ".")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lines = lines
        self.port = port or 0
        self.log = self.folder / "mosquitto.log"
        self._process: ChildProcess | None = None

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    @property
    def logged(self) -> str:
        """Everything the broker wrote to its log, over all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> Broker:
        """Start and wait until the port accepts connections."""
        assert MOSQUITTO, "mosquitto is not installed (apt-get install mosquitto)"
        assert self._process is None, "already running"
        for _ in range(5):
            port = self.port or free_port()
            if self._launch(port):
                self.port = port
                return self
            if self.port:
                break
        raise RuntimeError(f"mosquitto does not start:\n{self.logged[-2000:]}")

    def configuration(self, port: int) -> str:
        """The text of its mosquitto.conf."""
        allow = () if any("allow_anonymous" in x for x in self.lines) else ("allow_anonymous true",)
        return "\n".join(
            (
                f"user {pwd.getpwuid(os.getuid()).pw_name}",
                "log_dest stderr",
                "set_tcp_nodelay true",
                f"persistence_location {self.folder}",
                f"listener {port} 127.0.0.1",
                "socket_domain ipv4",
                *allow,
                *self.lines,
                "",
            )
        )

    def _launch(self, port: int) -> bool:
        config = self.folder / "mosquitto.conf"
        config.write_text(self.configuration(port))
        process = ChildProcess([str(MOSQUITTO), "-c", str(config)], self.log)
        try:
            wait_until(lambda: process.has_ended or accepts(port), "a listener", pause=_moment)
        except AssertionError:
            process.end()
        if process.has_ended:
            return False
        self._process = process
        return True

    def _end(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.end(sign)

    def stop(self) -> None:
        """End it politely (TERM). Nothing happens when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once (KILL)."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen broker go on."""
        os.kill(self.pid, signal.SIGCONT)

    def restart(self) -> Broker:
        """Stop it if it runs and start it again on the same port."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """Stop it and remove its files, if they were of its own making."""
        self.stop()
        if self._made:
            self._made.cleanup()

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


SHIPPED = Path(__file__).parents[1] / "config" / "mosquitto"


class ShippedBroker(Broker):
    """A mosquitto with the configuration we ship; only its places and ports are the test's.

    ``users`` are the names and passwords of its password file; ``acl`` is put behind ours;
    ``tls`` holds the files (ca.pem, server.pem, server.key) that switch TLS on; ``more`` lines
    follow in its listener. ``robots``: with the listener for robots, at ``robots_port``.
    """

    def __init__(
        self,
        users: dict[str, str],
        acl: str = "",
        tls: Path | None = None,
        more: str = "",
        *,
        robots: bool = False,
    ) -> None:
        super().__init__()
        self.robots_port = free_port()
        self.websockets, self.websockets_too, self.tls_port = free_port(), free_port(), free_port()
        for user, password in users.items():
            passwords.add(self.folder / "passwd", user, password)
        (self.folder / "acl").write_text((SHIPPED / "acl").read_text() + acl)
        (self.folder / "conf.d").mkdir()
        if tls is not None:
            example = (SHIPPED / "conf.d" / "tls.conf.example").read_text()
            example = example.replace("/etc/mosquitto/certs", str(tls)).replace(
                "listener 8883", f"listener {self.tls_port} 127.0.0.1"
            )
            (self.folder / "conf.d" / "tls.conf").write_text(self._moved(example) + more)
        if robots:
            (self.folder / "acl.robots").write_text((SHIPPED / "acl.robots").read_text())
            example = (SHIPPED / "conf.d" / "robots.conf.example").read_text()
            example = example.replace("\nlistener 1883", f"\nlistener {self.robots_port}")
            example = example.replace("bind_interface wlan0", "bind_interface lo")
            (self.folder / "conf.d" / "robots.conf").write_text(self._moved(example))

    def start(self) -> ShippedBroker:
        """Start and wait until every port accepts connections: MQTT's is the first of them."""
        super().start()
        tls = [self.tls_port] if (self.folder / "conf.d" / "tls.conf").exists() else []
        if (self.folder / "conf.d" / "robots.conf").exists():
            tls.append(self.robots_port)
        for port in (self.websockets, self.websockets_too, *tls):
            what = f"a listener on {port}: {self.logged}"
            wait_until(lambda port=port: accepts(port), what, pause=_moment)
        return self

    def _moved(self, text: str) -> str:
        return text.replace("/etc/mosquitto", str(self.folder))

    def configuration(self, port: int) -> str:
        """The shipped text, moved."""
        text = (SHIPPED / "mosquitto.conf").read_text()
        for ours, here in (
            ("pid_file /run/mosquitto/mosquitto.pid", ""),
            ("user mosquitto", f"user {pwd.getpwuid(os.getuid()).pw_name}"),
            ("/etc/mosquitto", str(self.folder)),
            ("/var/lib/mosquitto/", f"{self.folder}/"),
            ("log_dest syslog", "log_dest stderr"),
            ("listener 1883", f"listener {port} 127.0.0.1"),
            ("listener 9001", f"listener {self.websockets}"),
            ("listener 9883", f"listener {self.websockets_too}"),
            ("sys_interval 10", "sys_interval 1"),
        ):
            assert ours in text, f"{ours!r} is not in the shipped mosquitto.conf"
            text = text.replace(ours, here)
        return text
