"""Run `sightline check` as a child for the page: with a deadline, and what it says as bytes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from sightline.console.checkup import CannotCheck, Checkup
from sightline.settings import Settings
from sightline.wiring.clock import now
from sightline.wiring.part_groups import Start

reactor: Any = _reactor
DEADLINE = 90.0  # s; five brokers that do not answer are done by then
_MOST = 1 << 20
"""Bytes of its output that are read; a hundred steps are some kilobytes."""


def build_checkup(start: Start) -> Checkup:
    """Make what checks the set-up of this server."""
    # The settings are read as the server read them: by no file, where it had none.
    command = [sys.executable, "-m", "sightline.cli.main", "check", "--json", "--no-burst"]
    command += ["--config", start.config or os.devnull]
    if setpriv := shutil.which("setpriv"):  # it ends with us
        command = [setpriv, "--pdeathsig", "TERM", "--", *command]
    # The very environment of the server, which is where passwords may stand. None of it is said.
    child = CheckChild(reactor, command, os.environ)
    return Checkup(child.run, now, secrets_of(start.settings))


def secrets_of(settings: Settings) -> list[str]:
    """List what nobody may read in an answer."""
    brokers = [each.password for each in settings.broker.values()]
    hooks = [each.secret for each in settings.webhook.values()]
    elsewhere = [each.secret for each in settings.oidc.values()]
    return [each.reveal() for each in (*brokers, *hooks, *elsewhere) if each is not None]


class CheckChild:
    """A program that is run to its end, or to the deadline."""

    def __init__(
        self,
        clock: IReactorTime,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._clock: Any = clock
        self._command = list(command)
        self._environ = dict(environ)
        self._deadline = deadline

    def run(self) -> Deferred[bytes]:
        """Return what it prints; raise `CannotCheck` when it does not end, or ends without."""
        output = _Output()
        try:
            self._clock.spawnProcess(output, self._command[0], self._command, env=self._environ)
        except OSError as why:
            output.done.errback(CannotCheck(f"The checks cannot be run: {why.strerror or why}."))
            return output.done
        late = self._clock.callLater(self._deadline, output.stop, self._deadline)

        def over(result: Any) -> Any:
            if late.active():
                late.cancel()
            return result

        return output.done.addBoth(over)


class _Output(ProcessProtocol):
    transport: Any

    def __init__(self) -> None:
        self.done: Deferred[bytes] = Deferred()
        self._out = b""
        self._err = b""
        self._late = 0.0

    def outReceived(self, data: bytes) -> None:
        self._out = (self._out + data)[:_MOST]

    def errReceived(self, data: bytes) -> None:
        self._err = (self._err + data)[-4096:]

    def stop(self, after: float) -> None:
        """End it by force: it had its time."""
        self._late = after
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass

    def processEnded(self, reason: Failure) -> None:
        """Give what it said. Its status is 1 where something is wrong: that is an answer, too."""
        if self._late:
            self.done.errback(CannotCheck(f"The checks were not done within {self._late:.0f} s."))
        elif self._out.strip():
            self.done.callback(self._out)
        else:
            lines = self._err.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1].removeprefix("sightline: ") if lines else "they said nothing"
            self.done.errback(CannotCheck(f"The checks did not run: {why}"))
