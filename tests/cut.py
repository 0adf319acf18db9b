"""A network between a server and its database that a test may cut, or have swallow everything.

with Network(cluster().port) as network:
    …                       # connect to network.port
    network.cut()           # connections break, new ones are refused
    network.swallow()       # nothing arrives, and nobody is told
    network.heal()
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from types import TracebackType


class Network:
    """A port of its own, behind which is ``port``."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._whole = threading.Event()
        self._whole.set()
        self._refuses = False
        self._ended = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def leads_to(self, port: int) -> None:
        """Lead new connections to another port, as a name that changes its address."""
        self._to = port

    def cut(self) -> None:
        """Break what there is, and refuse what comes."""
        self._refuses = True
        self._break()

    def swallow(self) -> None:
        """Let nothing arrive any more, in either direction."""
        self._whole.clear()

    def heal(self) -> None:
        """Let everything through again."""
        self._refuses = False
        self._whole.set()

    def _break(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refuses or self._ended:
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._to), 10)
        except OSError:
            near.close()
            return
        with near, far, contextlib.suppress(OSError):
            with self._lock:
                self._pairs.append((near, far))
            while True:
                ready, _, _ = select.select((near, far), (), ())
                self._whole.wait()
                for end in ready:
                    data = end.recv(65_536)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)

    def __enter__(self) -> Network:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.heal()
        self._break()
