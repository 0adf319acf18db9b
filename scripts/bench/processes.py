"""The processes of a measurement, on random loopback ports, each on its core; all end with us.

The server under test gets the first core for itself; the broker that feeds it, the publisher and
the viewers share the second. With one core only, or without `taskset`, they share what there is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from cell import Cell

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DEADLINE = 20.0  # s for anything to start
# Let all that we start go before all other work (for root only), so that measurements are of use
# on a busy machine. Not a real-time class: the server's two threads must share their core fairly.
ahead = False
# The servers under test get no more memory than this (MB); 0: as much as there is.
limit = 0
_ONE_SENDER = """
[limits]
memory_mb = 4096
devices_per_sender = 1000000
sender_kb = 1000000
new_things_per_day = 1000000
rows_per_day = 1000000000
requests_per_second = 1000
"""
_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = _CORES[0]
LOAD_CORE = _CORES[-1]


def _end(*_: object) -> None:
    raise SystemExit(143)


# So that what was started is stopped when we are told to stop.
signal.signal(signal.SIGTERM, _end)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[Any], log: Path) -> None:
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
    raise SystemExit(f"{process.args!r} does not listen on port {port}:\n{tail}")


def go_ahead(pid: int) -> None:
    """Put a process, and where the kernel groups by session its session, before others."""
    os.setpriority(os.PRIO_PROCESS, pid, -19)
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():
        group.write_text("-19")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _name(pid: int) -> str:
    """Say what a child of ours is: the subcommand of `sightline`, or else its program."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    if "sightline.cli.main" in words:
        return words[words.index("sightline.cli.main") + 1]
    return Path(words[0]).name or "?"


class Child:
    """One process on one core, stopped on leaving the `with`."""

    def __init__(
        self, command: list[str], core: int, log: Path, cell: Cell | None = None, **how: Any
    ) -> None:
        self.cell = cell
        if cell is not None:
            command = [*cell.command, *command]
        if taskset := shutil.which("taskset"):
            command = [taskset, "-c", str(core), *command]
        self.log = log
        with log.open("ab") as out:
            how.setdefault("stdout", out)
            self.process = subprocess.Popen(
                command, stderr=out, cwd=ROOT, start_new_session=ahead, **how
            )
        if ahead:
            go_ahead(self.process.pid)

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.cell is not None:
            self.cell.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def cpu(self) -> float:
        """CPU seconds used so far, by all threads."""
        return _cpu(self.pid)

    @property
    def cpus(self) -> dict[str, float]:
        """Return the same of it ("main") and of each process below it, by what that is."""
        found = {"main": self.cpu}
        waiting = _children(self.pid)
        while waiting:
            pid = waiting.pop()
            try:
                name = _name(pid)
                found[name] = found.get(name, 0.0) + _cpu(pid)
                waiting += _children(pid)
            except OSError:  # it ended meanwhile
                pass
        return found

    @property
    def rss(self) -> float:
        """Tell how much memory is resident, MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


class Mosquitto(Child):
    """Debian's mosquitto with an MQTT and a websocket listener."""

    def __init__(self, folder: Path, core: int) -> None:
        found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        if not found:
            raise SystemExit("mosquitto is not installed: sudo apt-get install mosquitto")
        self.port, self.web_port = free_port(), free_port()
        config = folder / f"mosquitto-{self.port}.conf"
        config.write_text(
            "\n".join(
                (
                    f"listener {self.port} 127.0.0.1",
                    f"listener {self.web_port} 127.0.0.1",
                    "protocol websockets",
                    "allow_anonymous true",
                    "set_tcp_nodelay true",
                    "max_queued_messages 0",
                    "max_inflight_messages 1000",
                    "log_type error",
                    "",
                )
            )
        )
        log = folder / f"mosquitto-{self.port}.log"
        super().__init__([found, "-c", str(config)], core, log)
        wait_for_port(self.port, self.process, log)
        wait_for_port(self.web_port, self.process, log)


class Server(Child):
    """Our server as people run it: `twistd sightline` with a settings file."""

    def __init__(
        self,
        folder: Path,
        broker: int,
        *,
        qos: int = 0,
        settings: str = "",
        shipped: bool = False,
        state: Path | None = None,
    ) -> None:
        self.port = free_port()
        if not shipped:  # all devices of the measurements are of one sender
            settings = f"{_ONE_SENDER}{settings}"
        config = folder / f"sightline-{self.port}.toml"
        config.write_text(
            f'[broker.main]\nhost = "127.0.0.1"\nport = {broker}\nqos = {qos}\n{settings}'
            '\n[accounts]\nguest = "admin"\n'
        )
        twistd = Path(sys.executable).with_name("twistd")
        log = folder / f"sightline-{self.port}.log"
        command = [str(twistd), "-n", "--pidfile=", "sightline", "--port", str(self.port)]
        command += ["--state", str(state or folder / f"state-{self.port}"), "--config", str(config)]
        if profile := os.environ.get("BENCH_PROFILE"):
            command[1:1] = [f"--profile={profile}", "--profiler=cprofile", "--savestats"]
        super().__init__(command, SERVER_CORE, log, Cell(limit) if limit else None)
        wait_for_port(self.port, self.process, log)
        until = time.monotonic() + DEADLINE
        while not self.metric("broker_connected"):
            if time.monotonic() > until:
                raise SystemExit(f"the server does not connect to the broker; see {log}")
            time.sleep(0.05)

    def metrics(self) -> dict[str, float]:
        """Return its figures, summed over labels."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        found: dict[str, float] = {}
        with urllib.request.urlopen(url, timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("sightline_"):
                    name, _, value = line.rpartition(" ")
                    name = name.partition("{")[0].removeprefix("sightline_").removesuffix("_total")
                    found[name] = found.get(name, 0.0) + float(value)
        return found

    def metric(self, name: str) -> float:
        return self.metrics().get(name, 0.0)


class Remote(Child):
    """One of our own scripts, taking orders."""

    def __init__(self, folder: Path, script: str, *arguments: object) -> None:
        log = folder / f"{script}.log"
        command = [sys.executable, str(HERE / script), *map(str, arguments)]
        super().__init__(
            command, LOAD_CORE, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, do: str, **arguments: Any) -> None:
        """Give an order; `hear` its answer later."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.log.name}:\n{self.log.read_text()[-2000:]}")
        said = json.loads(line)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["ok"]

    def ask(self, do: str, **arguments: Any) -> Any:
        self.tell(do, **arguments)
        return self.hear()


def folder() -> tempfile.TemporaryDirectory[str]:
    """For settings, logs and state; removed afterwards."""
    return tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)
