"""What systemd hears of us, at a real socket."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

from sightline.wiring.systemd import Supervised, Supervisor
from waits import until

reactor: Any = _reactor


class Systemd:
    """The socket whose name is in ``NOTIFY_SOCKET``."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(address)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found

    async def hears(self, wanted: str) -> list[str]:
        """All up to and with ``wanted``."""
        found: list[str] = []

        def heard() -> bool:
            found.extend(self.heard())
            return wanted in found

        await until(heard, lambda: f"{wanted}: {found}")
        return found


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd(str(tmp_path / "notify"))
    yield systemd
    systemd.socket.close()


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def environ(systemd: Systemd, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": systemd.socket.getsockname(), "PATH": "/bin", **more}


def test_our_children_are_not_told_whom_to_notify(systemd):
    said = environ(systemd, WATCHDOG_USEC="1", WATCHDOG_PID=str(os.getpid()))
    Supervisor(said, os.getpid())
    assert said == {"PATH": "/bin"}


def test_a_watchdog_for_another_process_is_none_of_ours(systemd):
    assert Supervisor(environ(systemd, WATCHDOG_USEC="500000"), 7).watchdog == 0.5
    assert Supervisor(environ(systemd, WATCHDOG_USEC="500000", WATCHDOG_PID="7"), 7).watchdog == 0.5
    assert Supervisor(environ(systemd, WATCHDOG_USEC="500000", WATCHDOG_PID="8"), 7).watchdog == 0
    assert Supervisor(environ(systemd, WATCHDOG_USEC="soon"), 7).watchdog == 0


def test_a_socket_without_a_file_is_understood():
    name = f"\0sightline-test-{os.getpid()}"
    systemd = Systemd(name)
    Supervisor({"NOTIFY_SOCKET": "@" + name[1:]}, 1).tell("READY=1", "STATUS=x")
    assert systemd.heard() == ["READY=1\nSTATUS=x"]
    systemd.socket.close()


def test_without_a_supervisor_or_with_one_that_is_gone_nothing_happens(tmp_path):
    Supervisor({}, 1).tell("READY=1")
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 1).tell("READY=1")


@pytest_twisted.ensureDeferred
async def test_it_hears_that_we_are_ready_alive_and_going_and_nothing_while_we_hang(systemd):
    told = []
    supervisor = Supervisor(environ(systemd, WATCHDOG_USEC="150000"), os.getpid())
    supervised = Supervised(reactor, supervisor, lambda: told.append("again"))
    assert systemd.heard() == []
    supervised.startService()
    heard = await systemd.hears("WATCHDOG=1")
    assert heard[0] == f"READY=1\nMAINPID={os.getpid()}\nSTATUS=serving"
    await systemd.hears("WATCHDOG=1")
    systemd.heard()
    time.sleep(0.3)  # the reactor hangs, for longer than the watchdog waits
    assert systemd.heard() == []
    await systemd.hears("WATCHDOG=1")
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: told, "the signal")
    assert told == ["again"]
    supervised.stopService()
    await systemd.hears("STOPPING=1")
    systemd.heard()
    assert not supervised._alive.running
