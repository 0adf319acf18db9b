"""Speak with a supervisor: tell it what it wants to hear (systemd's sd_notify(3)), obey SIGHUP.

The watchdog is fed by the reactor itself: one that is stuck feeds nobody, and is ended.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, MutableMapping
from typing import Any

from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.live.periodic import Periodic

_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Supervisor:
    """The process that started us, if it wants to hear anything.

    Takes what it says out of ``environ``: our children (mosquitto among them) must not answer it.
    """

    _log = Logger()

    def __init__(self, environ: MutableMapping[str, str], pid: int) -> None:
        said = {name: environ.pop(name, "") for name in _VARIABLES}
        address = said["NOTIFY_SOCKET"]
        self._address = "\0" + address[1:] if address.startswith("@") else address
        micros, whose = said["WATCHDOG_USEC"], said["WATCHDOG_PID"]
        ours = micros.isdigit() and whose in ("", str(pid))
        self.watchdog = int(micros) / 1e6 if ours else 0.0
        """Seconds of silence after which it ends us; 0: never."""

    def tell(self, *lines: str) -> None:
        """Say something: ``READY=1``, ``WATCHDOG=1``, ``STATUS=...``."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            try:
                sender.sendto("\n".join(lines).encode(), self._address)
            except OSError as why:
                self._log.warn("The supervisor cannot be told: {why}", why=why.strerror)


class Supervised(Service):
    """Tell the supervisor when we are ready, that we live, and when we go.

    Must be the last part to start. ``again`` is done when it sends us SIGHUP.
    """

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, supervisor: Supervisor, again: Callable[[], object]
    ) -> None:
        self._clock: Any = clock
        self._supervisor = supervisor
        self._again = again
        self._alive = Periodic(
            clock,
            supervisor.watchdog / 3,
            lambda: supervisor.tell("WATCHDOG=1"),
            "the watchdog of systemd",
        )

    def startService(self) -> None:
        """Tell the supervisor as soon as the reactor turns: everything listens by then."""
        super().startService()
        self._clock.callWhenRunning(self._ready)

    def stopService(self) -> None:
        """Tell the supervisor that we stop."""
        super().stopService()
        self._alive.stop()
        self._supervisor.tell("STOPPING=1")

    def _ready(self) -> None:
        if not self.running:
            return
        signal.signal(signal.SIGHUP, lambda *_: self._clock.callFromThread(self._hang_up))
        self._supervisor.tell("READY=1", f"MAINPID={os.getpid()}", "STATUS=serving")
        if self._supervisor.watchdog:
            self._alive.start()

    def _hang_up(self) -> None:
        self._log.info("SIGHUP: looking at the certificate; settings are read at start only")
        self._again()
