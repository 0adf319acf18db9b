"""Bound the waits of one HTTP/1.1 connection: for a request, and for its answer to be taken.

Requests are refused from their heads where that can be told. What comes is worked off in small
steps, a client's share of each turn of the reactor. Answers wait here and go to the transport piece
by piece as the other side takes them: what is shared (the page's files) is never copied whole.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from sightline.web.http_heads import RefusingChannel

_STEP = 4096  # bytes that are parsed at a time
_DEAF = 1024 * 1024  # bytes that are read on after a refusal


class PatientChannel(RefusingChannel):
    """One connection. ``peer`` is its other end's address, ``client`` the one it is counted for."""

    _entered = False
    _dropped = 0
    _working = False  # some of `_incoming` is being worked off, now or in a later turn
    _postponed = False  # a request is complete, and waits for its client's share of a turn
    _answered = False  # the request is done, its answer not sent yet
    _closing = False  # so is this connection

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

    def _sent(self) -> None:
        """Go on with what waited for the other side to take everything."""
        if self._closing:
            self.loseConnection()
        elif self._answered:
            self._next_request()
        elif self._requestProducer is not None:
            self._requestProducer.resumeProducing()
        if not self._is_busy() and not self._incoming:
            self._read_on()
