"""Serve one browser's WebSocket: the handshake, its limits, frames in; the fan-out sends the news.

Who may connect is settled before anything is upgraded; a connection whose visitor's standing ends
(signed out, expired, closed, other rights) is closed at once with 4001 and the reason.

Autobahn speaks the protocol (handshake, frames in, control frames, closing); the fan-out writes
the regular news straight to the socket while nothing is buffered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from autobahn.websocket.types import ConnectionDeny, ConnectionRequest
from twisted.internet import tcp
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from sightline.auth.permissions import User
from sightline.auth.session import Visitor
from sightline.live import protocol as wire
from sightline.live.periodic import Periodic
from sightline.live.protocol import Malformed, Resume
from sightline.live.requests import Requests
from sightline.model.token_bucket import TokenBucket
from sightline.web.connection_limits import LOCAL, ConnectionLimits
from sightline.web.fanout import FanOut
from sightline.web.framing import frame
from sightline.web.inflow import Allowance, Ends, Inflow
from sightline.web.outflow import PIECE_PUSHED, Outflow
from sightline.web.request_context import Authenticator, RequestContext, is_upgrade
from sightline.web.viewers import Viewer

_log = Logger()
_CLOSING = 2.0  # s a browser may take to answer our close
_REASON = 123  # bytes a close frame has for it
# Requests with a rate of their own: whoever drives sends many, and must be able to stop besides.
_DRIVING = frozenset(("drive", "stop", "halt"))
# Requests that may be as large as `Limits.large`, of those who may ask them at all.
_LARGE = frozenset(("publish",))


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """The limits of one browser.

    Times in s, ``message`` in bytes, and ``large`` in the same for what is published by hand.
    ``connections_per_address`` does not count this machine's own, behind which a proxy may stand
    (0: no limit), ``connections_per_user`` everybody's who has an account; ``rate`` is messages/s,
    with a burst of twice that, and ``driving`` the same for driving frames and stops, which are not
    counted otherwise; ``handshake`` is for the way from connecting to the resume frame; ``ping`` is
    how long a browser may be silent before it is pinged.
    """

    connections: int = 10_000
    connections_per_address: int = 1000
    connections_per_user: int = 50
    message: int = 4096
    large: int = 4096
    rate: float = 30
    driving: float = 60
    handshake: float = 10
    ping: float = 30


@implementer(IPushProducer)
class BrowserConnection(WebSocketServerProtocol):
    """The browser's end of the fan-out, and the way its requests come in."""

    # Autobahn copies these options to every connection and formats them for a debug line nobody
    # reads: half of the handshake's time. `Sockets` puts them on a class instead.
    CONFIG_ATTRS = []  # noqa: RUF012  # Autobahn's, and never changed

    factory: Sockets
    transport: Any  # TCP or TLS: what the two have in common is in no one interface
    _viewer: Viewer | None = None
    _late: IDelayedCall | None = None
    _counted = False
    _direct = False
    visitor: Visitor
    address: str
    _unwatch: Callable[[], None] | None = None
    send: Callable[[bytes], int]

    # -- the handshake

    def connectionMade(self) -> None:
        """Take the connection over from the HTTP server, which watched the transport until now."""
        self.last_received = self.factory.clock.seconds()
        self._pinged = False
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
        self._direct = isinstance(transport, tcp.Connection) and not transport.TLS
        self._out = Outflow(
            transport.write, self._not_taken, gate.unsent, client, asks=self._direct
        )
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
        """Refuse whom we do not serve, before anything is upgraded."""
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
            return  # we said goodbye: whoever was here may be nobody by now
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

    def say(self, message: bytes) -> None:
        """Send this browser a message of its own."""
        if self.state == self.STATE_OPEN:
            # Not by Autobahn's sendMessage(): it would end the connection over a message longer
            # than those we take from browsers. And never compressed: its compressor knows nothing
            # of the frames of the fan-out, and would refer back to what is long out of the window.
            self.sendData(frame(message))

    @property
    def busy(self) -> bool:
        """Tell whether its socket takes no more just now: what can wait should."""
        return self._viewer is None or self._viewer.stuck_since is not None

    def _join(self, resume: Resume) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self._viewer = self.factory.fanout.join(
            self,
            self.user.scope,
            resume.epoch,
            resume.seq,
            deflate=self._perMessageCompress is not None,
        )

    # -- the fan-out speaks

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Write for Autobahn, in the one way by which it does: answers, pings, close frames."""
        if self._direct and self._viewer is not None:
            # News written straight to the socket would overtake what the transport holds.
            self.factory.fanout.write(self._viewer, data)
        elif self._out.empty:
            self.transport.write(data)
        else:
            self._out.add(data)

    def _send_through(self, data: bytes) -> int:
        # TLS: the bytes must pass the transport. If it gets full, it says so by pauseProducing.
        if len(data) > PIECE_PUSHED:
            self.transport.write(data[:PIECE_PUSHED])
            return PIECE_PUSHED
        self.transport.write(data)
        return len(data)

    def send_later(self, data: bytes | memoryview) -> None:
        """Write when the transport has room."""
        self._out.add(data)

    def _not_taken(self) -> None:
        """End the connection: too much waits for this browser, or for its address, or for all."""
        self.factory.fanout.too_slow += 1
        self.dropConnection(abort=True)

    def too_slow(self) -> None:
        """End the connection: the fan-out gave up on this browser."""
        self.bye(wire.TOO_SLOW, "this browser does not keep up")

    def pauseProducing(self) -> None:
        """Note that the TLS transport is full."""
        self._out.full()
        if self._viewer is not None:
            self.factory.fanout.full(self._viewer)

    def resumeProducing(self) -> None:
        """Send more: the transport's buffer is empty again."""
        if self._out.drained() and self._viewer is not None:
            self.factory.fanout.drained(self._viewer)

    def stopProducing(self) -> None:
        """Do nothing: the transport is gone, and `connectionLost` follows."""

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
            self.factory.fanout.leave(viewer)
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


class Sockets(WebSocketServerFactory):
    """The WebSocket connections of all browsers."""

    protocol: Any  # our own `BrowserConnection`, with the options on it

    def __init__(
        self,
        reactor: Any,
        fanout: FanOut,
        requests: Requests,
        hello: Callable[[Visitor], bytes],
        authenticator: Authenticator,
        limits: SocketLimits,
        *,
        compression: bool = True,
        publishes: Callable[[User], bool] = lambda user: False,
        gate: ConnectionLimits | None = None,
    ) -> None:
        super().__init__(protocols=[wire.SUBPROTOCOL], server="", reactor=reactor)
        self.clock = reactor
        self.fanout = fanout
        self.requests = requests
        self.hello = hello
        self.authenticator = authenticator
        self.limits = limits
        self.gate = ConnectionLimits(reactor) if gate is None else gate
        self._publishes = publishes
        self.malformed = 0
        self.refused = 0
        self.connections: set[BrowserConnection] = set()
        self._per_address: Counter[str] = Counter()
        self._per_user: Counter[str] = Counter()
        self._arriving: tuple[Visitor, str] | None = None
        self._emptied: Deferred[None] | None = None
        self._watch = Periodic(
            reactor,
            max(1.0, limits.ping / 6),
            self._ping_the_silent,
            "the watch over silent browsers",
        )
        self.setProtocolOptions(
            versions=[13],
            webStatus=False,
            failByDrop=False,  # a page that went wrong is told why
            maxFramePayloadSize=limits.message,
            maxMessagePayloadSize=limits.message,
            openHandshakeTimeout=limits.handshake,
            closeHandshakeTimeout=_CLOSING,
            tcpNoDelay=True,
            perMessageCompressionAccept=self._accept if compression else lambda offers: None,
        )
        # A function would turn into a method there.
        options = {
            name: staticmethod(option) if callable(option) else option
            for name in WebSocketServerProtocol.CONFIG_ATTRS
            for option in [getattr(self, name)]
        }
        self.protocol = type("BrowserConnection", (BrowserConnection,), options)

    def _accept(self, offers: Sequence[object]) -> PerMessageDeflateOfferAccept | None:
        for offer in offers:
            # Our shared stream uses the whole window and keeps its context.
            if (
                isinstance(offer, PerMessageDeflateOffer)
                and not offer.request_no_context_takeover
                and not offer.request_max_window_bits
            ):
                return PerMessageDeflateOfferAccept(
                    offer,
                    request_no_context_takeover=offer.accept_no_context_takeover,
                    max_message_size=(
                        self.limits.message
                        if self._arriving is None
                        else self.longest(self._arriving[0])
                    ),
                )
        return None

    def sends_large(self, visitor: Visitor) -> bool:
        """Tell whether this visitor's messages may be large."""
        return self._publishes(visitor.user)

    def longest(self, visitor: Visitor) -> int:
        """Return the longest message of this visitor that we take."""
        return self.limits.large if self.sends_large(visitor) else self.limits.message

    def arrive(self, visitor: Visitor, address: str, upgrade: Callable[[], Any]) -> Any:
        """Let ``upgrade`` make the connection of this visitor, who is at this address."""
        self._arriving = (visitor, address)
        try:
            return upgrade()
        finally:
            self._arriving = None

    def buildProtocol(self, addr: Any) -> Any:
        """Make a connection for the visitor who is arriving; nobody else gets one."""
        if self._arriving is None:
            return None
        connection: Any = super().buildProtocol(addr)
        connection.visitor, connection.address = self._arriving
        return connection

    def start(self) -> None:
        """Begin to look after the connections."""
        self.startFactory()
        self._watch.start(now=False)

    def stop(self) -> Deferred[None]:
        """Close every connection: the server is going away. Fires when they are closed."""
        self._watch.stop()
        self.stopFactory()
        self._emptied = Deferred()
        for connection in list(self.connections):
            connection.bye(wire.GOING_AWAY, "the server is stopping")
        if not self.connections:
            self._emptied.callback(None)
        # Who does not answer our close in time is dropped by Autobahn.
        return self._emptied

    def count_in(self, connection: BrowserConnection) -> str | None:
        """Count a new connection, or return why there is no room for it."""
        limits, address = self.limits, connection.client
        why = None
        if len(self.connections) >= limits.connections:
            why = "too many connections"
        elif 0 < limits.connections_per_address <= self._per_address[address] and (
            address != LOCAL
        ):
            why = "too many connections from this address"
        elif (
            connection.visitor.way in ("account", "token")
            and self._per_user[connection.user.name] >= limits.connections_per_user
        ):
            why = "too many connections of this account"
        if why is not None:
            self.refused += 1
            return why
        self.connections.add(connection)
        self._per_address[address] += 1
        self._per_user[connection.user.name] += 1
        return None

    def count_out(self, connection: BrowserConnection) -> None:
        """Count a connection out."""
        self.connections.discard(connection)
        for counter, key in (
            (self._per_address, connection.client),
            (self._per_user, connection.user.name),
        ):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        if not self.connections and self._emptied is not None and not self._emptied.called:
            self._emptied.callback(None)

    def _ping_the_silent(self) -> None:
        now = self.clock.seconds()
        for connection in list(self.connections):
            connection.ping_if_silent(now)


class SocketResource(WebSocketResource):
    """``/ws``: from an HTTP request to a WebSocket, for pages of the right origin, for visitors."""

    def __init__(self, sockets: Sockets, context: RequestContext) -> None:
        super().__init__(sockets)
        self._sockets = sockets
        self._context = context

    def render(self, request: Request) -> bytes | int:
        """Hand the connection over, or say why not."""
        if not is_upgrade(request):
            request.setResponseCode(426)
            request.setHeader(b"upgrade", b"websocket")
            return b"This is a WebSocket.\n"
        context = self._context
        if not context.may_open(request):
            return self._refuse(request, 403, b"Not from this page.\n")
        visitor = context.visitor(request)
        if visitor is None:
            return self._refuse(request, 401, b"Please sign in.\n")
        if visitor.way == "token" and not visitor.scopes & {"see", "drive"}:
            return self._refuse(request, 403, b"This token is for something else.\n")
        channel: Any = request.channel
        upgrade = super().render
        answer: bytes | int = self._sockets.arrive(
            visitor, context.address(request), lambda: upgrade(request)
        )
        if answer == NOT_DONE_YET:
            channel.upgraded()
        return answer

    def _refuse(self, request: Request, status: int, why: bytes) -> bytes:
        self._sockets.refused += 1
        request.setResponseCode(status)
        request.setHeader(b"cache-control", b"no-store")
        return why
