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
from pathlib import Path

import pytest

from certificates import Authority
from sightline.settings import load

UNITS = Path(__file__).parents[1] / "config" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
MOST_EXPOSED = 2.0
DEADLINE = 30.0

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


def test_it_serves_the_sockets_of_systemd_says_when_and_needs_no_executable_memory(tmp_path):
    authority = Authority()
    authority.issue(tmp_path)
    (tmp_path / "x.toml").write_text(
        """
        [server]
        listen = "systemd:domain=INET:name=https"
        [https]
        certificate = "credential:certificate"
        key = "credential:key"
        redirect = "systemd:domain=INET:name=http"
        [driving]
        guard = false
        """
    )
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "cert.pem").rename(credentials / "certificate")
    (tmp_path / "key.pem").rename(credentials / "key")
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(tmp_path / "notify"))
    notify.settimeout(DEADLINE)
    ports = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    # LISTEN_PID must be the server's own: a shell that becomes it knows.
    twistd = [str(Path(sys.executable).parent / "twistd"), "--nodaemon", "--pidfile="]
    server = [*twistd, "sightline", "--config", "x.toml", "--state", "state"]
    first, second = (port.fileno() for port in ports)
    shell = f'exec 3<&{first} 4<&{second}; LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"'
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *server],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(first, second),
            preexec_fn=_deny_write_execute,
            env={
                **os.environ,
                "LISTEN_FDS": "2",
                "LISTEN_FDNAMES": "https:http",
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
                "WATCHDOG_USEC": "600000",
                "CREDENTIALS_DIRECTORY": str(credentials),
            },
        )
    try:
        assert f"READY=1\nMAINPID={process.pid}" in notify.recv(4096).decode()
        assert notify.recv(4096) == b"WATCHDOG=1"
        https, plain = (port.getsockname()[1] for port in ports)
        trust = ssl.create_default_context(cadata=authority.pem.decode())
        page = http.client.HTTPSConnection("127.0.0.1", https, timeout=DEADLINE, context=trust)
        page.request("GET", "/healthz")
        assert page.getresponse().status == 200
        page.close()
        other = http.client.HTTPConnection("127.0.0.1", plain, timeout=DEADLINE)
        other.request("GET", "/x")
        assert other.getresponse().getheader("location") == f"https://127.0.0.1:{https}/x"
        other.close()
        process.terminate()
        while notify.recv(4096) != b"STOPPING=1":
            pass
        assert process.wait(DEADLINE) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait(DEADLINE)
        notify.close()
        for port in ports:
            port.close()
