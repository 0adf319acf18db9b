"""Refuse requests from their heads, where that can be told, and bound the wait for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall

from sightline.web import body_limits, request_head
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.http_answers import AnsweringChannel
from sightline.web.refusal import Refusal

_MAX_CHUNKS = 4096  # of one body
_LINGER = 1.0  # s a connection is read on after a refusal
Check = Callable[[Any], Refusal | None]
"""Looks at a request whose head has come: a refusal ends it there."""


class RefusingChannel(AnsweringChannel):
    """The heads of requests, and what is refused by them.

    ``check`` finds what looks at the head of a request for a path. ``request_seconds`` are from a
    request's first byte to its last.
    """

    peer = "local"
    _by_proxy = False
    _late: IDelayedCall | None = None
    _refused = False
    _body = 0
    _chunks = 0

    def __init__(
        self,
        limits: ConnectionLimits,
        check: Callable[[bytes], Check | None],
        *,
        request_seconds: float,
        stall_timeout: float,
    ) -> None:
        super().__init__(limits, stall_timeout)
        self.check = check
        self.request_seconds = request_seconds
        self._incoming = b""

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
            return request_head.over_budget(exceeded, post=self._is_post())
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

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a URL or a header that is too long."""
        self._refuse(request_head.TOO_LONG)

    def _expect(self) -> None:
        self._late = self.callLater(self.request_seconds, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        self._refuse(request_head.too_slow(post=self._is_post()))

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
        # Anybody who is still sending must be read on, or the reset would take our answer with it.
        self._networkProducer.resumeProducing()
        self._late = self.callLater(_LINGER, self._hang_up)

    def _hang_up(self) -> None:
        self._late = None
        self.loseConnection()
        self._cut_off_in(_LINGER)

    def _most(self) -> int:
        return body_limits.most(self._path.partition(b"?")[0])

    def _is_post(self) -> bool:
        path = getattr(self, "_path", b"")  # between two requests there is none
        return body_limits.is_post(path.partition(b"?")[0])


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
