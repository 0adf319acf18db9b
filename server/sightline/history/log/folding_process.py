"""Run the program that folds the log (`folding`) while there is much to fold, and end it after."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from sightline.history.log.folding import FoldJob, FoldResult
from sightline.live.line_program import LineProgram
from sightline.model.environment import for_child
from sightline.model.faults import Unavailable

IDLE = 10.0
"""s after the last job that the program stays: it takes 40 MB."""
HUNG = 60.0
"""s after which a job is given up, and the program ended."""
_decode = msgspec.json.Decoder(FoldResult).decode


def folding_command(folder: Path, path: Path) -> list[str]:
    """Return how the program is started; it ends with us."""
    command = [sys.executable, "-m", "sightline.history.log.folding", str(folder), str(path)]
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    return command


class FoldingProcess:
    """Fold by a program that ``command`` starts, one job at a time.

    ``idle`` and ``hung`` (s) as `IDLE` and `HUNG`.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        command: Sequence[str],
        *,
        idle: float = IDLE,
        hung: float = HUNG,
    ) -> None:
        self._reactor = reactor
        self._command = list(command)
        self._idle_seconds = idle
        self._hung_seconds = hung
        self._program: LineProgram | None = None
        self._asked: Deferred[FoldResult] | None = None
        self._timer: IDelayedCall | None = None

    @property
    def pid(self) -> int | None:
        """Return the program's process id; None: it does not run."""
        return None if self._program is None else self._program.transport.pid

    def fold(self, job: FoldJob) -> Deferred[FoldResult]:
        """Have a job done. Fails with `Unavailable` when the program ends or hangs."""
        assert self._asked is None, "one job at a time"
        if self._program is None:
            self._program = LineProgram(self._heard, self._ended)
            command, environ = self._command, for_child(os.environ)
            self._reactor.spawnProcess(self._program, command[0], command, env=environ)
        self._wait(self._hung_seconds)
        done: Deferred[FoldResult] = Deferred()
        self._asked = done
        self._program.ask(msgspec.json.encode(job) + b"\n")
        return done

    def end(self, why: str = "the program that folds the log was ended") -> None:
        """End the program; what it is at is done again."""
        program, self._program = self._program, None
        if program is not None:
            program.kill()
        self._wait(None)
        self._answer(Unavailable(why))

    def _wait(self, seconds: float | None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            why = "the program that folds the log did not answer"
            self._timer = self._reactor.callLater(seconds, self.end, why)

    def _heard(self, program: LineProgram, line: bytes) -> None:
        if program is not self._program:
            return  # it was given up, and this is no answer to what another one does
        try:
            found: FoldResult | Unavailable = _decode(line)
        except msgspec.DecodeError:
            found = Unavailable("the program that folds the log said something unreadable")
        self._wait(self._idle_seconds)
        self._answer(found)

    def _answer(self, found: FoldResult | Unavailable) -> None:
        asked, self._asked = self._asked, None
        if asked is None:
            return
        if isinstance(found, Unavailable):
            asked.errback(found)
        else:
            asked.callback(found)

    def _ended(self, program: LineProgram, last_line: str) -> None:
        if program is self._program:  # we did not end it
            self._log.warn(
                "The program that folds the log ended: {said}", said=last_line or "nothing"
            )
            self.end(f"the program that folds the log ended {last_line}".rstrip())
