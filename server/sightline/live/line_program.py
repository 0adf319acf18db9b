"""Speak in lines with a program of ours that runs beside the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

_MOST = 2_000  # bytes of its errors that are kept


class LineProgram(ProcessProtocol):
    """``heard`` is called with each line of its output, ``ended`` with the last of its errors.

    Both get the program, too: one that was ended may still be heard, and answers nobody.
    """

    transport: Any

    def __init__(
        self,
        heard: Callable[[LineProgram, bytes], None],
        ended: Callable[[LineProgram, str], None],
    ) -> None:
        self._heard = heard
        self._on_end = ended
        self._rest = b""
        self._err = b""

    def ask(self, line: bytes) -> None:
        """Hand it a job."""
        self.transport.write(line)

    def kill(self) -> None:
        """End it by force."""
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._heard(self, line)

    def errReceived(self, data: bytes) -> None:
        self._err = (self._err + data)[-_MOST:]

    def processEnded(self, reason: Failure) -> None:
        lines = self._err.decode("utf-8", "replace").strip().splitlines()
        self._on_end(self, lines[-1] if lines else "")
