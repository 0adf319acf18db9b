"""Bound the waits of one HTTP/1.1 connection: for a request, and for its answer to be taken.

Requests are refused from their heads where that can be told. What comes is worked off in small
steps, a client's share of each turn of the reactor. Answers wait here and go to the transport piece
by piece as the other side takes them: what is shared (the page's files) is never copied whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http

from sightline.web import body_limits, request_head
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.refusal import Refusal
from sightline.web.request_head import OVER_BUDGET

_MAX_CHUNKS = 4096  # of one body
_STEP = 4096  # bytes that are parsed at a time
_PIECE = 64 * 1024 + 1  # bytes for the transport: one more than it holds without saying it is full
_LINGER = 1.0  # s a connection is read on after a refusal
_DEAF = 1024 * 1024  # bytes that are read on after a refusal
_UNHEARD = 15.0  # s an idle connection may take to go
_CLOSING = 300.0  # s until a connection that we closed is cut off, whatever is still on its way

Check = Callable[[Any], Refusal | None]
"""Looks at a request whose head has come: a refusal ends it there."""


class PatientChannel(http.HTTPChannel):
    """One connection. ``peer`` is its other end's address, ``client`` the one it is counted for.

    ``check`` finds what looks at the head of a request for a path. ``request_seconds`` are from a
    request's first byte to its last; the other side may take nothing of an answer for
    ``stall_timeout``, s.
    """

    _log = Logger()
    peer = "local"
    client = ""
    _entered = False
    _late: IDelayedCall | None = None
    _cut: IDelayedCall | None = None
    _watch: IDelayedCall | None = None
    _refused = False
    _dropped = 0
    _working = False  # some of `_incoming` is being worked off, now or in a later turn
    _postponed = False  # a request is complete, and waits for its client's share of a turn
    _answered = False  # the request is done, its answer not sent yet
    _closing = False  # so is this connection
    _begun: tuple[str, int, bool] | None = None  # a request that counts: client, size, by proxy
    _body = 0
    _chunks = 0
    _written = 0
    _held = 0  # bytes that are counted as unsent
    _stuck = 0  # of these, what lies in a full transport

    def __init__(
        self,
        limits: ConnectionLimits,
        check: Callable[[bytes], Check | None],
        *,
        request_seconds: float,
        stall_timeout: float,
    ) -> None:
        super().__init__()
        self.limits = limits
        self.check = check
        self.request_seconds = request_seconds
        self.stall_timeout = stall_timeout
        self._incoming = b""
        self._outgoing: deque[tuple[bytes | memoryview, bool]] = deque()  # …, whether it is shared

    def entered(self, peer: str) -> None:
        """Note that the connection limits have let it in."""
        self._entered = True
        self.peer = peer
        self._by_proxy = peer in self.limits.proxies
        # What the visitors of a proxy share is counted by request, when it is known whose it is.
        self.client = f"proxy {id(self)}" if self._by_proxy else self.limits.key(peer)

    def connectionMade(self) -> None:
        """Begin to wait for the first request."""
        super().connectionMade()
        self._expect()

    # -- what comes

    def dataReceived(self, data: bytes) -> None:
        """Take a part of a request: the rest is due soon."""
        if self._refused:
            self._dropped += len(data)
            if self._dropped > _DEAF:
                self._cut_off()
            return
        if self._late is None and not self._handlingRequest and not self._postponed:
            self._expect()
        self.resetTimeout()
        self._incoming += data
        self._work_off()

    def _work_off(self) -> None:
        if not self._working and not self._is_busy():
            self._working = True
            self.limits.turns.run(self.client, self._step)
        if self._incoming and self.transport is not None:
            self._networkProducer.pauseProducing()  # until that is worked off

    def _is_busy(self) -> bool:
        return bool(self._handlingRequest or self._postponed or self._refused)

    def _step(self) -> bool:
        """Parse a little; return whether there is more to parse."""
        if not self._is_busy() and self.transport is not None:
            piece, self._incoming = self._incoming[:_STEP], self._incoming[_STEP:]
            try:
                super().dataReceived(piece)
            except Exception:
                self._log.failure("Could not read a request")
                self._cut_off()
        if self._incoming and not self._is_busy() and self.transport is not None:
            return True
        self._working = False
        if not self._incoming:
            self._read_on()
        return False

    def _read_on(self) -> None:
        if self.transport is not None and not self._waitingForTransport:
            self._networkProducer.resumeProducing()

    def lineReceived(self, line: bytes) -> None:
        """Take a line of a head. Folded ones (RFC 9112 §5.2) are refused: no client of today sends
        them.
        """
        if self._refused:
            return
        if line[:1] in (b" ", b"\t"):
            return self._refuse(request_head.BAD_REQUEST)
        super().lineReceived(line)

    def headerReceived(self, line: bytes) -> bool:
        """Take a whole header; return whether it was good."""
        if self._refused:
            return False
        name, _, value = line.partition(b":")
        if (
            name.lower() == b"content-length"
            and (why := request_head.length_refusal(value.strip(b" \t"))) is not None
        ):
            self._refuse(why)
            return False
        return bool(super().headerReceived(line))

    def allHeadersReceived(self) -> None:
        """Refuse what the head shows we would never want."""
        if self._refused:
            return
        request = self.requests[-1]
        if (why := self._why_not(request)) is not None:
            # The body is not read; what has come of it is dropped.
            return self._refuse(why)
        self._body = self._chunks = 0
        super().allHeadersReceived()

    def _why_not(self, request: Any) -> Refusal | None:
        raw = request.requestHeaders.getRawHeaders
        hosts, codings = raw(b"host", []), raw(b"transfer-encoding", [])
        why = request_head.refusal(self._command, self._path, self._version, hosts, codings)
        if why is not None:
            return why
        # Only phones send bodies without a length, by no choice of theirs.
        size = self._most() if self.length is None else self.length
        if size > self._most() or (self.length is None and not self._is_post()):
            return request_head.TOO_LARGE
        client = self._client_of(request)
        exceeded = self.limits.begin(client, size, by_proxy=self._by_proxy)
        if exceeded is not None:
            return OVER_BUDGET[exceeded]
        self._begun = client, size, self._by_proxy
        request.method, request.uri = self._command, self._path
        check = self.check(self._path.partition(b"?")[0])
        return None if check is None else check(request)

    def _client_of(self, request: Any) -> str:
        if not self._by_proxy:
            return self.client
        lines = request.requestHeaders.getRawHeaders(b"x-forwarded-for", [])
        found = self.limits.proxies.client(self.peer, [line.decode("latin-1") for line in lines])
        return self.limits.key(found)

    def _most(self) -> int:
        return body_limits.most(self._path.partition(b"?")[0])

    def _is_post(self) -> bool:
        return body_limits.is_post(self._path.partition(b"?")[0])

    def rawDataReceived(self, data: bytes) -> None:
        """Take a part of a body, unless its request was refused."""
        if not self._refused:
            super().rawDataReceived(data)

    def takes(self, size: int) -> bool:
        """Count a piece of a body, which may be longer than its head told (chunks)."""
        self._body += size
        self._chunks += 1
        if self._refused:
            return False
        if self._body > self._most() or self._chunks > _MAX_CHUNKS:
            self._refuse(request_head.TOO_LARGE)
            return False
        return True

    def allContentReceived(self) -> None:
        """End the wait: the request is complete, and answering may take its time."""
        if self._refused:
            return
        self._in_time()
        # What follows is the next request, for another step.
        self._incoming = self.clearLineBuffer() + self._incoming
        if not self._by_proxy or self._begun is None:
            super().allContentReceived()
            return
        self._postponed = True
        self.limits.turns.run(self._begun[0], self._answer)

    def _answer(self) -> bool:
        """Answer in the turn of the client that asks, of all behind this proxy."""
        self._postponed = False
        if self.transport is not None and not self._refused:
            try:
                super().allContentReceived()
            except Exception:
                self._log.failure("Could not answer a request")
                self._cut_off()
        return False

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a URL or a header that is too long."""
        self._refuse(request_head.TOO_LONG)

    # -- what goes

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
        if self._closing:
            self.loseConnection()
        elif self._answered:
            self._next_request()
        elif self._requestProducer is not None:
            self._requestProducer.resumeProducing()
        if not self._is_busy() and not self._incoming:
            self._read_on()

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

    # -- one request after the other

    def requestDone(self, request: Any) -> None:
        """Read the next request, but not before the other side has taken this answer."""
        if request is not self.requests[0]:
            raise TypeError
        del self.requests[0]
        if not self.persistent:
            self._closing = True
        self._answered = True
        if self._outgoing or self._waitingForTransport:
            return
        if self._closing:
            self.loseConnection()
        else:
            self._next_request()

    def _next_request(self) -> None:
        self._answered = False
        self._end_request()
        self._handlingRequest = False
        if self._savedTimeOut:
            self.setTimeout(self._savedTimeOut)
        self._incoming = b"".join(self._dataBuffer) + self._incoming
        self._dataBuffer = []
        self.line_mode = 1
        if self._incoming:
            if self._late is None:
                self._expect()
            self._work_off()
        else:
            self._read_on()

    def _end_request(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            client, size, by_proxy = begun
            self.limits.end(client, size, by_proxy=by_proxy)

    # -- the end

    def _expect(self) -> None:
        self._late = self.callLater(self.request_seconds, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        self._refuse(request_head.TOO_SLOW)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _respondToBadRequestAndDisconnect(self) -> None:
        self._refuse(request_head.BAD_REQUEST)

    def _refuse(self, why: Refusal) -> None:
        if self._refused or self.transport is None:
            return
        self._refused = True
        self._in_time()
        self.clearLineBuffer()
        self._incoming = b""
        self.transport.write(_answer(why, with_body=getattr(self, "_command", b"") != b"HEAD"))
        # Whoever is still sending must be read on, or the reset would take our answer with it.
        self._networkProducer.resumeProducing()
        self._late = self.callLater(_LINGER, self._hang_up)

    def _hang_up(self) -> None:
        self._late = None
        self.loseConnection()
        self._cut_off_in(_LINGER)

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

    def upgraded(self) -> None:
        """Give the connection away: it is a WebSocket from now on."""
        # The HTTP side has done its part; what it still holds would stay for hours.
        self.requests.clear()
        self._leave()

    def _leave(self) -> None:
        self._unwatch()
        self._incoming = b""
        self._outgoing.clear()
        self._hold(-self._held)
        self._stuck = 0
        self._end_request()
        if self._entered:
            self._entered = False
            self.limits.leave(self.peer)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End everything that was due."""
        self._in_time()
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
        self._leave()
        super().connectionLost(reason)
        self._refused = True  # a step of ours may be due in the next turn


def _answer(why: Refusal, *, with_body: bool) -> bytes:
    head = b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-type: %b\r\ncontent-length: %d\r\n" % (
        why.status,
        why.reason,
        why.type,
        len(why.words),
    )
    more = b"".join(b"%b: %b\r\n" % header for header in why.headers)
    safe = b"x-content-type-options: nosniff\r\n\r\n"
    return head + more + safe + (why.words if with_body else b"")
