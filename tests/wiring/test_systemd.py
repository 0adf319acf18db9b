"""What systemd hears of us, at a real socket."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.task import Clock

from sightline.wiring.systemd import Supervised, Supervisor
from waits import until


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


class Turning(Clock):
    """A reactor that turns when the test says so."""

    def callWhenRunning(self, call: Callable[[], None]) -> None:
        call()

    def callFromThread(self, call: Callable[[], None]) -> None:
        self.callLater(0, call)


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
    turning = Turning()
    supervised = Supervised(turning, supervisor, lambda: told.append("again"))
    assert systemd.heard() == []
    supervised.startService()
    ready = f"READY=1\nMAINPID={os.getpid()}\nSTATUS=serving"
    assert systemd.heard() == [ready, "WATCHDOG=1"]
    turning.advance(0.05)
    assert systemd.heard() == ["WATCHDOG=1"]
    assert systemd.heard() == []  # nothing but the reactor's turns makes it speak
    turning.advance(0.05)
    assert systemd.heard() == ["WATCHDOG=1"]
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: turning.getDelayedCalls()[1:], "the signal")
    turning.advance(0)
    assert told == ["again"]
    supervised.stopService()
    assert systemd.heard() == ["STOPPING=1"]
    assert not supervised._alive.running
