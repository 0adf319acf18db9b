"""Cut a connection that does not answer: libpq would wait for ever for a frozen server."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Watchdog:
    """One thread for all connections; it ends when nothing was watched for a while."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._due: dict[int, tuple[float, Callable[[], int]]] = {}
        self._next = 0
        self._running = False

    @contextmanager
    def watching(self, fileno: Callable[[], int], seconds: float) -> Iterator[None]:
        """Shut the socket down if what is done within takes longer than that."""
        with self._condition:
            key = self._next = self._next + 1
            self._due[key] = time.monotonic() + seconds, fileno
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="watchdog", daemon=True).start()
        try:
            yield
        finally:
            with self._condition:
                self._due.pop(key, None)

    def _run(self) -> None:
        with self._condition:
            idle = 0
            while idle < _IDLE:
                self._condition.wait(_LOOK)
                now = time.monotonic()
                for key, (due, fileno) in list(self._due.items()):
                    if due <= now:
                        del self._due[key]
                        _shut(fileno)
                idle = 0 if self._due else idle + 1
            self._running = False


_LOOK = 0.1  # s between looks
_IDLE = 50  # looks


def _shut(fileno: Callable[[], int]) -> None:
    """Shut a socket down: a thread that waits for it goes on with an error."""
    with suppress(Exception):  # closed this moment, by its own thread
        found = socket.socket(fileno=os.dup(fileno()))
        try:
            found.shutdown(socket.SHUT_RDWR)
        finally:
            found.close()
