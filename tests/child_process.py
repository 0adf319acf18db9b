"""A process that never outlives the tests; what it says is in a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from preloaded import Forked, can_be_forked
from waits import DEADLINE


class ChildProcess:
    """What it says is added to ``log`` (None: lost); ``environ`` is added to our environment.

    It reads from the descriptor ``stdin``, or nothing.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path | None = None,
        folder: Path | None = None,
        *,
        stdin: int | None = None,
        **environ: str,
    ) -> None:
        words = [str(word) for word in command]
        environ = {**os.environ, **environ}
        self.log = log or Path(os.devnull)
        self._process: subprocess.Popen[bytes] | Forked
        with self.log.open("ab") as out, open(os.devnull, "rb") as nothing:
            reads = nothing.fileno() if stdin is None else stdin
            if can_be_forked(words, environ):
                streams = [reads, out.fileno(), out.fileno()]
                self._process = Forked(words, folder, environ, streams)
                return
            if setpriv := shutil.which("setpriv"):  # it ends with us, whatever our end is
                words = [setpriv, "--pdeathsig", "KILL", "--", *words]
            self._process = subprocess.Popen(
                words, cwd=folder, stdin=reads, stdout=out, stderr=out, env=environ
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ended(self) -> int:
        """Wait until it ends by itself; its exit status."""
        return self._process.wait(DEADLINE)

    def sends(self, sign: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(self.pid, sign)

    def end(self, sign: signal.Signals = signal.SIGKILL) -> int:
        """Send it a signal and wait for its end; its exit status. Kill it after a minute."""
        if not self.has_ended:
            if sign != signal.SIGKILL:
                self.sends(signal.SIGCONT)  # a frozen one hears nothing
            self.sends(sign)
        try:
            return self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def processor_seconds(pid: int) -> float:
    """How long this process has worked so far, whatever else the machine does."""
    return sum(int(said.split()[0]) for said in _of_threads(pid, "schedstat")) / 1e9


def is_asleep(pid: int) -> bool:
    """Whether all of this process waits for something else than the processor or the disk."""
    return all(said.rpartition(")")[2].split()[0] == "S" for said in _of_threads(pid, "stat"))


def _of_threads(pid: int, file: str) -> list[str]:
    found = []
    with contextlib.suppress(OSError):  # all of it ended this moment
        for path in Path(f"/proc/{pid}/task").glob(f"*/{file}"):
            with contextlib.suppress(OSError):  # this one did
                found.append(path.read_text())
    return found
