"""Run the program that sends to addresses (`worker`), and end it when it hangs or idles."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from sightline.channels import payload
from sightline.channels.options import ChannelOptions, Outcome
from sightline.channels.records import Channel
from sightline.channels.retries import meaning
from sightline.channels.worker import SendDone, SendJob
from sightline.live.line_program import LineProgram
from sightline.model.notification import Notification

IDLE = 600.0
"""s after the last message that the program stays: it takes 60 MB."""
HUNG = 6
"""Jobs that may hang in it before it is ended and begun anew: each keeps a thread."""
STARTING = 120.0
"""s that the program may take to load: it takes 1 s alone, more than 10 s on a busy machine."""
_STOPPED = "the server was stopped"
_encode = msgspec.json.encode
_done = msgspec.json.Decoder(SendDone).decode


def worker_command(private: bool) -> list[str]:
    """Return how the program is started; it ends with us."""
    command = [sys.executable, "-m", "sightline.channels.worker"]
    command += ["--private"] if private else []
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    return command


def worker_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what of our environment the program gets: no password, no proxy, no home."""
    wanted = "PATH LANG LC_ALL TZ PYTHONPATH PYTHONPYCACHEPREFIX SSL_CERT_FILE REQUESTS_CA_BUNDLE"
    found = {name: environ[name] for name in wanted.split() if name in environ}
    return {**found, "HOME": os.devnull, "PYTHONUNBUFFERED": "1"}


@dataclass(slots=True)
class _PendingCall:
    done: Deferred[Outcome]
    late: IDelayedCall | None
    """The time limit; None until the program is ready."""


class AddressSender:
    """Send to addresses by the program; one at a time for each channel is the caller's matter."""

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        options: ChannelOptions,
        command: Sequence[str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._reactor = reactor
        self._timeout = options.timeout
        self._command = list(command or worker_command(options.private))
        self._folder = folder
        self._program: LineProgram | None = None
        self._starting: IDelayedCall | None = None  # while the program is not ready
        self._numbers = itertools.count(1)
        self._asked: dict[int, _PendingCall] = {}
        self._hung: set[int] = set()
        self._idle: IDelayedCall | None = None

    async def send(self, channel: Channel, secret: bytes, notification: Notification) -> Outcome:
        """Send it once (`Sender`)."""
        title, body = payload.plain_text(notification, channel)
        n = next(self._numbers)
        job = SendJob(
            n=n,
            address=secret.decode(),
            schema=channel.schema,
            title=title,
            body=body,
            urgent=notification.urgent,
        )
        program = self._running()
        done: Deferred[Outcome] = Deferred()
        self._asked[n] = _PendingCall(done, self._limit(n) if self._starting is None else None)
        program.ask(_encode(job) + b"\n")
        return await done

    @property
    def pid(self) -> int | None:
        """Return the program's process id; None: it does not run."""
        return None if self._program is None else self._program.transport.pid

    def stop(self) -> None:
        """End the program; what it did was not done."""
        self._end(_STOPPED)

    def _running(self) -> LineProgram:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._program is None:
            self._program = program = LineProgram(self._heard, self._ended)
            self._starting = self._reactor.callLater(STARTING, self._does_not_start)
            environ = worker_environment(os.environ)
            self._reactor.spawnProcess(
                program, self._command[0], self._command, env=environ, path=self._folder
            )
        return self._program

    def _heard(self, program: LineProgram, line: bytes) -> None:
        try:
            found = _done(line)
        except msgspec.DecodeError:
            self._log.warn("The program that sends to addresses said something unreadable")
            return
        if found.n == 0:
            if program is self._program:
                self._is_ready()
            return
        self._hung.discard(found.n)
        self._answer(found.n, _outcome(found))

    def _is_ready(self) -> None:
        """Begin the time limit of each job that waits: its receiver did not delay the start."""
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
            for n, asked in self._asked.items():
                asked.late = self._limit(n)

    def _limit(self, n: int) -> IDelayedCall:
        late: IDelayedCall = self._reactor.callLater(self._timeout, self._late, n)
        return late

    def _does_not_start(self) -> None:
        why = f"the program that sends to addresses did not start within {STARTING:.0f} s"
        self._log.warn("{why}", why=why)
        self._end(why)

    def _answer(self, n: int, outcome: Outcome) -> None:
        asked = self._asked.pop(n, None)
        if asked is None:
            return  # it came late
        if asked.late is not None and asked.late.active():
            asked.late.cancel()
        if not self._asked and self._idle is None and self._program is not None:
            self._idle = self._reactor.callLater(IDLE, self._end, "nobody was to be told")
        asked.done.callback(outcome)

    def _late(self, n: int) -> None:
        self._hung.add(n)
        self._answer(n, Outcome("later", f"there was no answer within {self._timeout:.0f} s"))
        if len(self._hung) >= HUNG:
            self._log.warn("The program that sends to addresses hangs: it is begun anew")
            self._end("the program that sends was begun anew")

    def _end(self, why: str) -> None:
        program, self._program = self._program, None
        self._hung.clear()
        if self._starting is not None and self._starting.active():
            self._starting.cancel()
        self._starting = None
        if program is not None:
            program.kill()
        for n in list(self._asked):
            self._answer(n, Outcome("later", why))
        if self._idle is not None and self._idle.active():
            self._idle.cancel()
        self._idle = None

    def _ended(self, program: LineProgram, last_line: str) -> None:
        if program is not self._program:
            return  # we ended it
        # What Python names as its end; the rest of that line may quote an address.
        said = last_line.partition(":")[0] or "nothing"
        self._log.warn("The program that sends to addresses ended: {said}", said=said)
        self._end("the program that sends to addresses ended")


def _outcome(found: SendDone) -> Outcome:
    if found.ok:
        return Outcome("done")
    if found.bad:
        return Outcome("never", found.why)
    result = meaning(found.status) if found.status else "later"
    return Outcome("later" if result == "done" else result, found.why, found.wait)
