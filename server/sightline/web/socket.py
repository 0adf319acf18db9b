"""Keep the WebSockets of all browsers: who may connect, how many, and the end of all.

Autobahn speaks the protocol (handshake, frames in, control frames, closing); `BrowserConnection` is
one connection, the fan-out sends the news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept
from twisted.internet.defer import Deferred
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import User
from sightline.auth.session import Visitor
from sightline.live import protocol as wire
from sightline.live.periodic import Periodic
from sightline.live.requests import Requests
from sightline.web.browser_connection import BrowserConnection
from sightline.web.connection_limits import LOCAL, ConnectionLimits
from sightline.web.fanout import FanOut
from sightline.web.request_context import Authenticator, RequestContext, is_upgrade
from sightline.web.socket_limits import SocketLimits

_CLOSING = 2.0  # s a browser may take to answer our close


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
