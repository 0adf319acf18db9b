"""Hand the reactor's orders to paho's thread: jobs in an outbox, and a bell that wakes it."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable

from paho.mqtt.client import Client


class Orders:
    """What the reactor wants of paho's thread, and what the thread lets it know without a word.

    ``limit`` is how many jobs may wait.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.outbox: deque[Callable[[Client], None]] = deque()
        self.stopping = False
        self.hushed = False
        self.given_up = ""
        self.abandoned = False
        self.ear, self.bell = socket.socketpair()
        self.ear.setblocking(False)
        self.bell.setblocking(False)
        # Written by the thread.
        self.faults = 0
        self.unsent = 0
        self.connecting = False
        """The thread waits for the network and hears nothing of ours meanwhile."""
        self.turned = time.monotonic()
        """When the thread came round last, monotonic s."""

    def leave(self, job: Callable[[Client], None]) -> bool:
        """Leave a job for the thread; False when too many wait already."""
        if len(self.outbox) >= self._limit:
            return False
        self.outbox.append(job)
        self.ring()
        return True

    def give_up(self, why: str) -> None:
        """Have the connection ended, as if it were lost."""
        self.given_up = why
        self.ring()

    def ring(self) -> None:
        """Wake the thread, which looks at the orders then."""
        try:
            self.bell.send(b"!")
        except OSError:  # full: it rings already; closed: nobody listens any more
            pass
