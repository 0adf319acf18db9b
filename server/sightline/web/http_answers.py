"""Send the answers of one HTTP/1.1 connection, no faster than the other side takes them.

Answers wait here and go to the transport piece by piece: what is shared (the page's files) is never
copied whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.web import http

from sightline.web.connection_limits import ConnectionLimits

_PIECE = 64 * 1024 + 1  # bytes for the transport: one more than it holds without saying it is full
_UNHEARD = 15.0  # s an idle connection may take to go
_CLOSING = 300.0  # s until a connection that we closed is cut off, whatever is still on its way


class AnsweringChannel(http.HTTPChannel):
    """The way out of a connection, and its end.

    The other side may take nothing of an answer for ``stall_timeout``, s.
    """

    _log = Logger()
    client = ""
    _cut: IDelayedCall | None = None
    _watch: IDelayedCall | None = None
    _begun: tuple[str, int, bool] | None = None  # a request that counts: client, size, by proxy
    _written = 0
    _held = 0  # bytes that are counted as unsent
    _stuck = 0  # of these, what lies in a full transport

    def __init__(self, limits: ConnectionLimits, stall_timeout: float) -> None:
        super().__init__()
        self.limits = limits
        self.stall_timeout = stall_timeout
        self._outgoing: deque[tuple[bytes | memoryview, bool]] = deque()  # …, whether it is shared

    def _sent(self) -> None:
        """Go on with what waited for the other side to take everything."""
        raise NotImplementedError

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Any) -> None:
        """Send the head of an answer."""
        head = [version, b" ", code, b" ", reason, b"\r\n"]
        for name, values in headers.getAllRawHeaders():
            for value in values:
                head += (name, b": ", value, b"\r\n")
        self.write(b"".join((*head, b"\r\n")))

    def write(self, data: bytes | memoryview) -> None:
        """Send a part of an answer.

        A memoryview is of bytes that are there anyhow: it costs nothing.
        """
        if self.transport is None or not data:
            return
        shared = isinstance(data, memoryview)
        self._outgoing.append((data if len(data) <= _PIECE else memoryview(data), shared))
        if not shared:
            self._hold(len(data))
            if self.limits.unsent.held > self.limits.unsent.most:
                self.limits.refused["unsent"] += 1
                return self._cut_off()
        self._pump()

    def writeSequence(self, iovec: Iterable[bytes]) -> None:
        """Send a part of an answer that comes in pieces."""
        self.write(b"".join(iovec))

    def _hold(self, size: int) -> None:
        """Count bytes that wait for the other side, for the client that asked for them."""
        self._held += size
        self.limits.unsent.hold(self.client if self._begun is None else self._begun[0], size)

    def _pump(self) -> None:
        """Give the transport pieces of what waits, until it is full."""
        queue = self._outgoing
        while queue and not self._waitingForTransport and self.transport is not None:
            data, shared = queue.popleft()
            if len(data) > _PIECE:
                queue.appendleft((data[_PIECE:], shared))
            piece = bytes(data[:_PIECE])
            self._written += len(piece)
            if not shared:
                self._hold(-len(piece))
            self.transport.write(piece)

    def pauseProducing(self) -> None:
        """Begin to wait for the other side to take something: the transport is full."""
        super().pauseProducing()
        if self.transport is None:
            return  # it is a WebSocket's by now
        self._hold(_PIECE - self._stuck)
        self._stuck = _PIECE
        self._watch_progress()

    def resumeProducing(self) -> None:
        """Send the next piece, now that the transport is empty, or do what waited for that."""
        self._waitingForTransport = False
        if self.transport is None:
            return
        self._hold(-self._stuck)
        self._stuck = 0
        self._pump()
        if self._waitingForTransport or self.transport is None:
            return
        self._unwatch()
        self._sent()

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Take a producer of an answer; not before there is room for it."""
        super().registerProducer(producer, streaming)
        if self._waitingForTransport and self._requestProducer is not None:
            self._requestProducer.pauseProducing()

    def _progress(self) -> tuple[int, int]:
        """Tell how much was given to the transport in all, and how much of it lies there."""
        transport: Any = self.transport
        while transport is not None:  # TLS over TCP
            if "dataBuffer" in dir(type(transport)):
                lies = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
                return self._written, lies
            transport = getattr(transport, "transport", None)
        return self._written, 0

    def _look(self, before: tuple[int, int]) -> None:
        """End the connection if the other side has taken nothing since."""
        self._watch = None
        now = self._progress()
        if now[0] == before[0] and now[1] >= before[1] > 0:
            return self._cut_off()
        if now[1]:
            self._watch = self.callLater(self.stall_timeout, lambda: self._look(now))

    def _watch_progress(self) -> None:
        if self._watch is None:
            before = self._progress()
            self._watch = self.callLater(self.stall_timeout, lambda: self._look(before))

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def loseConnection(self) -> None:
        """Close when everything is sent; but not whenever it pleases the other side.

        Over TLS a connection that never shook hands, or does not answer our goodbye, would stay.
        """
        if self.transport is None:
            return  # it is a WebSocket's by now
        self._cut_off_in(_CLOSING)
        self._watch_progress()
        super().loseConnection()

    def _cut_off_in(self, seconds: float) -> None:
        if self._cut is not None:
            self._cut.cancel()
        self._cut = self.callLater(seconds, self._cut_off)

    def _cut_off(self) -> None:
        if self._cut is not None and self._cut.active():
            self._cut.cancel()
        self._cut = None
        transport: Any = self.transport  # TCP, a socket file, or TLS over either
        if transport is not None:
            transport.abortConnection()

    def timeoutConnection(self) -> None:
        """Close a connection that was idle for too long.

        Twisted's own would write the browser's address into the log.
        """
        self.loseConnection()
        self._cut_off_in(_UNHEARD)
