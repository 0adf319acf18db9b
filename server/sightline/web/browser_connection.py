"""Serve one browser's WebSocket: the handshake, its limits, and the frames that come in.

Who may connect is settled before anything is upgraded; a connection whose visitor must go
(signed out, expired, closed, other rights) is closed at once with 4001 and the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from autobahn.websocket.types import ConnectionDeny, ConnectionRequest
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.auth.permissions import User
from sightline.auth.session import Visitor
from sightline.live import protocol as wire
from sightline.live.protocol import Malformed, Resume
from sightline.live.requests import Requests
from sightline.model.token_bucket import TokenBucket
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.fanout import FanOut
from sightline.web.inflow import Allowance, Ends, Inflow
from sightline.web.request_context import Authenticator
from sightline.web.socket_limits import SocketLimits
from sightline.web.socket_output import SocketOutput

_log = Logger()
_REASON = 123  # bytes a close frame has for it
# Requests with a rate of their own: anybody who drives sends many, and must be able to stop
# besides.
_DRIVING = frozenset(("drive", "stop", "halt"))
# Requests that may be as large as `SocketLimits.large`, of those who may ask them at all.
_LARGE = frozenset(("publish",))


class ConnectionFactory(Protocol):
    """What a connection needs of the factory that made it (`sightline.web.socket.Sockets`)."""

    clock: Any
    fanout: FanOut
    requests: Requests
    hello: Callable[[Visitor], bytes]
    authenticator: Authenticator
    limits: SocketLimits
    gate: ConnectionLimits
    malformed: int

    def sends_large(self, visitor: Visitor) -> bool:
        """Tell whether this visitor's messages may be large."""

    def longest(self, visitor: Visitor) -> int:
        """Return the longest message of this visitor that we take."""

    def count_in(self, connection: BrowserConnection) -> str | None:
        """Count a new connection, or return why there is no room for it."""

    def count_out(self, connection: BrowserConnection) -> None:
        """Count a connection out."""


class BrowserConnection(SocketOutput):
    """The browser's end of the fan-out, and the way its requests come in."""

    # Autobahn copies these options to every connection and formats them for a debug line nobody
    # reads: half of the handshake's time. `Sockets` puts them on a class instead.
    CONFIG_ATTRS = []  # noqa: RUF012  # Autobahn's, and never changed

    factory: ConnectionFactory
    _late: IDelayedCall | None = None
    _counted = False
    visitor: Visitor
    address: str
    _unwatch: Callable[[], None] | None = None
    send: Callable[[bytes], int]

    # -- the handshake

    def connectionMade(self) -> None:
        """Take the connection over from the HTTP server, which watched the transport until now."""
        self.last_received = self.factory.clock.seconds()
        self._pinged = False
        self.fanout = self.factory.fanout
        limits = self.factory.limits
        self._budget = TokenBucket(limits.rate, 2 * limits.rate, self.last_received)
        self._driving_budget = TokenBucket(limits.driving, 2 * limits.driving, self.last_received)
        if self.factory.sends_large(self.visitor):
            self.maxFramePayloadSize = self.maxMessagePayloadSize = limits.large
        self._open_flows(limits)
        super().connectionMade()

    def _open_flows(self, limits: SocketLimits) -> None:
        """Count what comes before it is parsed; let what goes wait outside of the transport."""
        transport, gate, client = self.transport, self.factory.gate, self.client
        self._open_outflow(gate, client)
        # Messages, as many control frames or fragments, and all of them as long as they may be.
        frames = 2 * (limits.rate + limits.driving)
        allowance = Allowance(frames, limits.rate * self.factory.longest(self.visitor))
        self._in = Inflow(
            allowance,
            gate.turns,
            client,
            Ends(
                self._feed,
                transport.pauseProducing,
                transport.resumeProducing,
                lambda why: self.bye(wire.POLICY, why),
                lambda: self.dropConnection(abort=True),
            ),
            self.last_received,
            gate.frames(client),
        )

    def onConnect(self, request: ConnectionRequest) -> str:
        """Refuse visitors we do not serve, before anything is upgraded."""
        if wire.SUBPROTOCOL not in request.protocols:
            raise ConnectionDeny(400, f"this server speaks {wire.SUBPROTOCOL}")
        if (why := self.factory.count_in(self)) is not None:
            raise ConnectionDeny(ConnectionDeny.SERVICE_UNAVAILABLE, why)
        self._counted = True
        return wire.SUBPROTOCOL

    def onOpen(self) -> None:
        """Begin to wait for the browser to say where its picture stands."""
        transport, factory = self.transport, self.factory
        transport.unregisterProducer()  # the HTTP channel's
        self.send = transport.socket.send if self._direct else self._send_through
        # A pull producer hears each time the transport's buffer is empty again. That it is not,
        # we know by ourselves: everything is written either by the fan-out or by `sendData`.
        # TLS has room of its own, and tells when that is full, too.
        transport.registerProducer(self, not self._direct)
        self._late = factory.clock.callLater(
            factory.limits.handshake, self.bye, wire.POLICY, "said nothing after connecting"
        )
        self._unwatch = factory.authenticator.watch(self.visitor, self._session_ended)
        self.say(factory.hello(self.visitor))

    # -- the browser speaks

    def dataReceived(self, data: bytes) -> None:
        """Take bytes: a sign of life of the browser's network, not of the page."""
        self.last_received = self.factory.clock.seconds()
        self._pinged = False
        if self.state == self.STATE_CONNECTING:
            self._dataReceived(data)  # the HTTP server has read it already
        else:
            self._in.received(data, self.last_received)

    def _feed(self, data: bytes) -> None:
        try:
            self._dataReceived(data)
        except Exception:
            _log.failure("Could not read a frame")
            self.dropConnection(abort=True)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Take a resume or a request."""
        factory = self.factory
        if self.state != self.STATE_OPEN:
            return  # we said goodbye: anybody who was here may be nobody by now
        try:
            if isBinary:
                raise Malformed("frames are JSON text")
            said = wire.parse(payload)
            if len(payload) > factory.limits.message and (
                isinstance(said, Resume) or said.do not in _LARGE
            ):
                return self.bye(wire.TOO_BIG, "too large a message")
            driving = not isinstance(said, Resume) and said.do in _DRIVING
            if not (self._driving_budget if driving else self._budget).take(self.last_received):
                return self.bye(wire.POLICY, "too many messages")
            if isinstance(said, Resume):
                if self._viewer is not None:
                    raise Malformed("a second resume")
                return self._join(said)
            if self._viewer is None:
                raise Malformed("resume comes first")
        except Malformed as why:
            factory.malformed += 1
            return self.bye(wire.MALFORMED, str(why))
        factory.requests.ask(self, said)

    def _join(self, resume: Resume) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self._viewer = self.fanout.join(
            self,
            self.user.scope,
            resume.epoch,
            resume.seq,
            deflate=self._perMessageCompress is not None,
        )

    # -- the end

    def ping_if_silent(self, now: float) -> None:
        """Ask a silent browser's network whether it is there; drop it when it is not."""
        silence = now - self.last_received
        if silence < self.factory.limits.ping:
            return
        if self._pinged and silence > 1.5 * self.factory.limits.ping:
            self.dropConnection(abort=True)
        elif not self._pinged:
            self._pinged = True
            self.sendPing()

    def bye(self, code: int, why: str) -> None:
        """Close with a code and a reason the page can explain (RFC 6455 §5.5.1)."""
        # Not sendClose(), which leaves the codes 1001 to 1015 to Autobahn alone.
        if self.state == self.STATE_OPEN:
            reason = why.encode()[:_REASON].decode("utf-8", "ignore")
            self.sendCloseFrame(code=code, reasonUtf8=reason.encode())

    def _session_ended(self, why: str) -> None:
        self.factory.requests.dismissed(self, why)
        self.bye(wire.SESSION_ENDED, why)

    def _leave(self) -> None:
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
        if self._late is not None and self._late.active():
            self._late.cancel()
        self._late = None
        viewer, self._viewer = self._viewer, None
        if viewer is not None:
            self.fanout.leave(viewer)
            self.factory.requests.left(self)

    def sendCloseFrame(self, *args: Any, **kwargs: Any) -> None:
        """Send a close frame, and no news after it."""
        self._leave()
        super().sendCloseFrame(*args, **kwargs)

    def _closeConnection(self, abort: bool = False) -> None:
        # A transport with a producer waits for it for ever before it closes.
        self._leave()
        self.transport.unregisterProducer()
        super()._closeConnection(abort)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the connection and all that it held."""
        self._leave()
        self._in.stop()
        self._out.end()
        if self._counted:
            self._counted = False
            self.factory.count_out(self)
        super().connectionLost(reason)

    @property
    def client(self) -> str:
        """Return the name under which its address is counted."""
        return self.factory.gate.key(self.address)

    @property
    def user(self) -> User:
        """Return the user of this connection."""
        return self.visitor.user
