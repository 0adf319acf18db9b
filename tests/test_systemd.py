"""config/systemd: how hard the units are, and that the server can live with it."""

from __future__ import annotations

import configparser
import ctypes
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates import Authority
from sightline.settings import load

AUTHORITY = Authority()
UNITS = Path(__file__).parents[1] / "config" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
MOST_EXPOSED = 2.0
DEADLINE = 60.0

analyze = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(UNITS / name)
    return found


@analyze
@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_hardened(name):
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(UNITS / name)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    ).stdout
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert level, said
    assert float(level[1]) <= MOST_EXPOSED


@analyze
def test_systemd_understands_every_line(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("twistd", "sightline"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for path in UNITS.iterdir():
        text = path.read_text().replace("/opt/sightline/current/bin", str(programs))
        (tmp_path / path.name).write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.glob("sightline*"))],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    ours = [line for line in said.stderr.splitlines() if "sightline" in line]
    assert (said.returncode, ours) == (0, [])


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_holds_no_secret_and_comes_back_by_itself(name):
    service = unit(name)["Service"]
    assert service["Restart"] in ("on-failure", "always")
    assert "MemoryMax" in service
    assert "assword" not in (UNITS / name).read_text().replace("password_file", "")


def test_the_settings_named_in_the_socket_units_are_understood(tmp_path):
    for name, key in (("sightline-https.socket", "listen"), ("sightline-http.socket", "redirect")):
        text = (UNITS / name).read_text()
        line = re.search(rf'#   ({key} = "systemd:[^"]+")', text)
        assert line, name
        called = unit(name)["Socket"]["FileDescriptorName"]
        assert line[1].endswith(f':name={called}"')
        where = "server" if key == "listen" else "https"
        pair = 'certificate = "c"\nkey = "k"\n' if where == "https" else ""
        for file in "ck":
            (tmp_path / file).write_text("-")
            (tmp_path / file).chmod(0o600)
        config = tmp_path / "x.toml"
        config.write_text(f"[{where}]\n{pair}{line[1]}\n")
        load(config, {})


# What follows is done with a server as systemd would start it: two sockets are handed over, it may
# make no memory executable (MemoryDenyWriteExecute), and it has someone to notify.

_REFUSE_EXEC_GAIN = 1
_PR_SET_MDWE = 65


def _deny_write_execute() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0)


class AsUnit:
    """`twistd sightline` in ``folder``, started as systemd does it, sockets and all."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.folder = folder
        (folder / "x.toml").write_text(settings)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.notify.settimeout(DEADLINE)
        self.sockets = [socket.create_server(("127.0.0.1", 0), backlog=100) for _ in range(2)]
        self.https, self.plain = (each.getsockname()[1] for each in self.sockets)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # LISTEN_PID must be the server's own: a shell that becomes it knows.
        twistd = [str(Path(sys.executable).parent / "twistd"), "--nodaemon", "--pidfile="]
        server = [*twistd, "sightline", "--config", "x.toml", "--state", "state"]
        first, second = (each.fileno() for each in self.sockets)
        shell = f'exec 3<&{first} 4<&{second}; LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"'
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", shell, "bash", *server],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(first, second),
                preexec_fn=_deny_write_execute,
                env={
                    **os.environ,
                    "LISTEN_FDS": "2",
                    "LISTEN_FDNAMES": "https:http",
                    "NOTIFY_SOCKET": str(self.folder / "notify"),
                    "WATCHDOG_USEC": "600000",
                    "CREDENTIALS_DIRECTORY": str(self.folder / "credentials"),
                },
            )

    def hears(self, wanted: str) -> None:
        while wanted not in self.notify.recv(4096).decode():
            pass

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self.hears("STOPPING=1")
        assert self.process.wait(DEADLINE) in (0, -signal.SIGTERM)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE)
        for each in (self.notify, *self.sockets):
            each.close()


@pytest.fixture
def as_unit(tmp_path: Path) -> Iterator[AsUnit]:
    AUTHORITY.issue(tmp_path)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "cert.pem").rename(credentials / "certificate")
    (tmp_path / "key.pem").rename(credentials / "key")
    settings = """
        [server]
        listen = "systemd:domain=INET:name=https"
        [https]
        certificate = "credential:certificate"
        key = "credential:key"
        redirect = "systemd:domain=INET:name=http"
        [driving]
        guard = false
    """
    as_unit = AsUnit(tmp_path, settings)
    yield as_unit
    as_unit.close()


def test_as_a_unit_it_serves_systemds_sockets_says_when_and_refuses_nobody_at_a_restart(as_unit):
    as_unit.start()
    as_unit.hears(f"READY=1\nMAINPID={as_unit.process.pid}")
    as_unit.hears("WATCHDOG=1")
    trust = ssl.create_default_context(cadata=AUTHORITY.pem.decode())
    page = http.client.HTTPSConnection("127.0.0.1", as_unit.https, timeout=DEADLINE, context=trust)
    page.request("GET", "/healthz")
    assert page.getresponse().status == 200
    page.close()
    other = http.client.HTTPConnection("127.0.0.1", as_unit.plain, timeout=DEADLINE)
    other.request("GET", "/x")
    location = other.getresponse().getheader("location")
    assert location == f"https://127.0.0.1:{as_unit.https}/x"
    other.close()
    as_unit.stop()
    # Nobody is there; who comes now waits, and is answered by the next.
    early = http.client.HTTPConnection("127.0.0.1", as_unit.plain, timeout=DEADLINE)
    early.request("GET", "/y")
    as_unit.start()
    assert early.getresponse().status == 301
    early.close()
    as_unit.hears("READY=1")
    as_unit.stop()


def test_a_socket_that_systemd_did_not_open_is_said_to_be_missing(tmp_path):
    (tmp_path / "x.toml").write_text('[server]\nlisten = "systemd:domain=INET:name=https"\n')
    twistd = [str(Path(sys.executable).parent / "twistd"), "--nodaemon", "--pidfile="]
    ended = subprocess.run(
        [*twistd, "sightline", "--config", "x.toml", "--state", "state"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert ended.returncode != 0
    assert "systemd gave us no such socket" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
