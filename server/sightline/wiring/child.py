"""Run `sightline` subcommands as children: the simulation and the guards."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.model.environment import for_child

reactor: Any = _reactor

_AGAIN = 1.0  # s until a child that died is started anew


class Child(Service, ProcessProtocol):
    """A `sightline` subcommand as a child that ends with us.

    ``again``: when it dies unasked it is started anew. ``once``: it ends by itself when its work is
    done. ``killed`` false: it looks after its own end
    when we are gone. ``secrets`` are the variables of our environment that it needs beyond what any
    program does.
    """

    transport: Any
    _log = Logger()

    def __init__(
        self,
        *arguments: str,
        again: bool = False,
        once: bool = False,
        killed: bool = True,
        secrets: Collection[str] = (),
    ) -> None:
        self._arguments = arguments
        self._again = again
        self._once = once
        self._killed = killed
        self._secrets = secrets
        self._ended: Deferred[None] | None = None

    def startService(self) -> None:
        super().startService()
        self._spawn()

    def _spawn(self) -> None:
        if not self.running:
            return
        command = [sys.executable, "-m", "sightline.cli.main", *self._arguments]
        if self._killed and (setpriv := shutil.which("setpriv")):
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        self._ended = Deferred()
        environ = for_child(os.environ, *self._secrets)
        reactor.spawnProcess(self, command[0], command, env=environ)

    def stopService(self) -> Deferred[None] | None:
        """Let it leave properly."""
        super().stopService()
        if self._ended is None:
            return None
        try:
            self.transport.signalProcess("TERM")
        except ProcessExitedAlready:
            return None
        kill = reactor.callLater(3.0, self._kill)
        self._ended.addCallback(lambda _: kill.active() and kill.cancel())
        return self._ended

    def _kill(self) -> None:
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass

    def outReceived(self, data: bytes) -> None:
        """Write its output into the log."""
        for line in data.decode("utf-8", "replace").splitlines():
            self._log.info("{name}: {line}", name=self._arguments[0], line=line)

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        """Start it again after a while, if it was not asked to end."""
        if self.running and not (self._once and reason.check(ProcessDone)):
            name, why = self._arguments[0], reason.getErrorMessage()
            self._log.error("The child {name} ended: {why}", name=name, why=why)
            if self._again:
                reactor.callLater(_AGAIN, self._spawn)
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.callback(None)
