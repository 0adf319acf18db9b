"""Serve ``/ws/last``: the Recorder's WebSocket, for its clients.

A client says ``LAST`` and gets one object for each device it may see; from then on it is told when
something happens. What the Frontend does with that is to ask ``/api/0/last`` anew, so that one
object in a second is enough: the newest position of the device heard last. It is the position now,
also when a late fix was heard: nobody is thrown back on anybody's map.

The connection is ours to keep: the Frontend does not come back by itself as it should. We end it
only with the session, or with a server that stops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import msgspec
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny, ConnectionRequest
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from sightline.auth.permissions import VisibleScope
from sightline.auth.session import Visitor
from sightline.kinds.friends.model import Waypoint
from sightline.kinds.friends.updates import PhoneTransition
from sightline.live.periodic import Periodic
from sightline.model.token_bucket import TokenBuckets
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.ports import (
    AuthenticatorPort,
)
from sightline.web.inflow import Allowance, Ends, Inflow
from sightline.web.turns import Turns

EVERY = 1.0
"""Seconds between two pushes to one client, and between two answers to ``LAST``."""
MOST = 200
"""Clients connected at once."""
MOST_OF_ONE = 20
"""Clients at once of one account, or of one address that did not sign in with one."""
MOST_LAST = 300
"""Devices in the answer to ``LAST``: those heard last."""
_PING = 30.0  # s
_MOST_HAPPENED = 500  # devices of which something is told in one tick
_ALLOWANCE = Allowance(frames=20, bytes=8192)  # it asks at most once a second
_log = Logger()
_encode = msgspec.json.encode


class Gate(Protocol):
    """The limits that all connections share (`sightline.web.connection_limits`)."""

    @property
    def turns(self) -> Turns:
        """Tell whose work is done when."""

    def key(self, address: str) -> str:
        """Return the name under which an address is counted."""

    def frames(self, client: str) -> TokenBuckets:
        """Return the budget of frames of all connections of ``client``."""


class _OpenGate:
    """A gate without limits."""

    def __init__(self, reactor: Any) -> None:
        self.turns = Turns(reactor)

    def key(self, address: str) -> str:
        """Return the address itself."""
        return address

    def frames(self, client: str) -> TokenBuckets:
        """Let as many frames through as one can send."""
        return TokenBuckets(1e9, 1e9)


@implementer(IPushProducer)
class RecorderConnection(WebSocketServerProtocol):
    """The connection of one client."""

    factory: RecorderSockets
    visitor: Visitor
    client: str  # under which name its address is counted
    owner: tuple[str, str]  # whose connections are counted together
    transport: Any
    _counted = False
    _full = False
    _lasts: Iterator[bytes] | None = None  # what is left to say of an answer to LAST
    _unwatch: Callable[[], None] | None = None

    def onConnect(self, request: ConnectionRequest) -> None:
        """Refuse the connection if there are too many."""
        factory = self.factory
        if len(factory.clients) >= MOST:
            raise ConnectionDeny(ConnectionDeny.SERVICE_UNAVAILABLE, "too many connections")
        if factory.owners[self.owner] >= MOST_OF_ONE:
            raise ConnectionDeny(
                ConnectionDeny.SERVICE_UNAVAILABLE, "too many connections of this account"
            )
        self._counted = True
        factory.clients.add(self)
        factory.owners[self.owner] += 1

    def connectionMade(self) -> None:
        """Take the connection over from the HTTP server.

        What comes is counted before it is parsed.
        """
        factory, transport = self.factory, self.transport
        self._in = Inflow(
            _ALLOWANCE,
            factory.gate.turns,
            self.client,
            Ends(
                self._feed,
                transport.pauseProducing,
                transport.resumeProducing,
                lambda why: self.sendCloseFrame(code=1008, reasonUtf8=why.encode()),
                lambda: self.dropConnection(abort=True),
            ),
            factory.clock.seconds(),
            factory.gate.frames(self.client),
        )
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        """Take bytes from the client."""
        if self.state == self.STATE_CONNECTING:
            self._dataReceived(data)  # the HTTP server has read it already
        else:
            self._in.received(data, self.factory.clock.seconds())

    def _feed(self, data: bytes) -> None:
        try:
            self._dataReceived(data)
        except Exception:
            _log.failure("Could not read a frame")
            self.dropConnection(abort=True)

    def onOpen(self) -> None:
        """Begin to send it news."""
        factory = self.factory
        self.seen = factory.number
        self._asked_at = -EVERY
        self.transport.unregisterProducer()  # the HTTP channel's
        self.transport.registerProducer(self, True)
        self._unwatch = factory.authenticator.watch(
            self.visitor, lambda why: self.sendClose(4001, why[:100])
        )

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Answer ``LAST``; anything else is neither answered nor an error."""
        now = self.factory.clock.seconds()
        if payload.strip() != b"LAST" or now - self._asked_at < EVERY or self._lasts is not None:
            return
        self._asked_at = now
        self._lasts = self.factory.last(self.visitor)
        self._go_on()

    def _go_on(self) -> None:
        """Send the rest of the answer to ``LAST``, as far as the client takes it."""
        while self._lasts is not None and not self._full and self.state == self.STATE_OPEN:
            said = next(self._lasts, None)
            if said is None:
                self._lasts = None
            else:
                self._say(said)

    def _say(self, text: bytes) -> None:
        """Send one message of any length.

        Autobahn's `sendMessage` holds what we send to the limit of what we take (1024 bytes), and
        ends the connection over it; a card with a picture is longer.
        """
        self.sendPreparedMessage(self.factory.prepareMessage(text))

    def tell(self) -> None:
        """Send what may have happened since the last time."""
        if self._full or self.state != self.STATE_OPEN:
            return
        said = self.factory.newest(self.visitor, self.seen)
        self.seen = self.factory.number
        if said is not None:
            self._say(said)

    def pauseProducing(self) -> None:
        """Wait: what happens while it does not read it learns at once when it does."""
        self._full = True

    def resumeProducing(self) -> None:
        """Send what happened meanwhile: it reads again."""
        self._full = False
        self._go_on()

    def stopProducing(self) -> None:
        """Do nothing: the transport is gone, and `connectionLost` follows."""

    def _closeConnection(self, abort: bool = False) -> None:
        # A transport with a producer waits for it for ever before it closes.
        self.transport.unregisterProducer()
        super()._closeConnection(abort)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget the client that is gone."""
        self._lasts = None
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
        self._in.stop()
        if self._counted:
            self._counted = False
            self.factory.clients.discard(self)
            self.factory.owners[self.owner] -= 1
            if not self.factory.owners[self.owner]:
                del self.factory.owners[self.owner]
        super().connectionLost(reason)


class RecorderSockets(WebSocketServerFactory):
    """The connections of all clients, and what happened lately."""

    protocol: Any = RecorderConnection

    def __init__(
        self,
        reactor: Any,
        authenticator: AuthenticatorPort,
        people: LatestPositions,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(server="", reactor=reactor)
        self.gate: Gate = _OpenGate(reactor) if gate is None else gate
        self.owners: Counter[tuple[str, str]] = Counter()
        self.clock = reactor
        self.authenticator = authenticator
        self.number = 0  # of what happened last
        self.clients: set[RecorderConnection] = set()
        self._people = people
        self._happened: dict[str, tuple[int, Mapping[str, Any] | None]] = {}
        self._encoded: dict[tuple[VisibleScope, int], bytes | None] = {}  # in this tick
        self._arriving: tuple[Visitor, str] | None = None
        self._tick = Periodic(reactor, EVERY, self._tell, "the news for Recorder clients")
        self.setProtocolOptions(
            versions=[13],
            webStatus=False,
            maxFramePayloadSize=1024,
            maxMessagePayloadSize=1024,
            autoPingInterval=_PING,
            autoPingTimeout=_PING,
            autoPingRestartOnAnyTraffic=True,
            closeHandshakeTimeout=2.0,
            tcpNoDelay=True,
        )

    def start(self) -> None:
        """Begin to send news to clients."""
        self.startFactory()
        self._tick.start(now=False)

    def stop(self) -> None:
        """Close every connection: the server is going away."""
        self._tick.stop()
        for client in list(self.clients):
            client.sendClose(1001, "the server is stopping")

    def happened(self, thing: str, event: Mapping[str, Any] | None = None) -> None:
        """Note news of ``friend/user/device``: a fix, or an ``event`` of another type."""
        if not self.clients:
            return
        self.number += 1
        self._happened.pop(thing, None)
        self._happened[thing] = self.number, event
        if len(self._happened) > _MOST_HAPPENED:
            del self._happened[next(iter(self._happened))]

    def crossed(self, reading: PhoneTransition) -> None:
        """Note that a phone says it entered or left a region."""
        if not reading.retained:
            said = {"_type": "transition", "event": reading.event, "desc": reading.region}
            self.happened(reading.thing, said | {"tst": int(reading.when)})

    def marked(self, thing: str, one: Waypoint) -> None:
        """Note that a phone tells one waypoint of its."""
        said = {"_type": "waypoint", "desc": one.desc, "lat": one.lat, "lon": one.lon}
        self.happened(thing, said | {"rad": one.rad, "tst": one.tst})

    def _tell(self) -> None:
        self._encoded.clear()
        for client in list(self.clients):
            client.tell()
        waits = {client.seen for client in self.clients if client.state == client.STATE_OPEN}
        least = min(waits, default=self.number)
        while self._happened:
            oldest = next(iter(self._happened))
            if self._happened[oldest][0] > least:
                break
            del self._happened[oldest]

    def newest(self, visitor: Visitor, seen: int) -> bytes | None:
        """Return the newest that this visitor may see and has not been told of."""
        key = visitor.user.scope, seen
        if key not in self._encoded:
            self._encoded[key] = self._newest(*key)
        return self._encoded[key]

    def _newest(self, scope: VisibleScope, seen: int) -> bytes | None:
        for thing, (number, event) in reversed(self._happened.items()):
            if number <= seen:
                break
            friend = self._people.friend(thing, scope)
            if friend is None:
                continue
            said = self._people.position(thing, friend)
            # What a phone says of a region is for those who see regions of that phone.
            if event is not None and scope.sees(f"region/{thing}/{event['desc']}"):
                said = {**said, **event}
            if said:
                return _encode(said | {"_label": "OwnTracks"} | self._people.card(thing, friend))
        return None

    def last(self, visitor: Visitor) -> Iterator[bytes]:
        """Yield what a client that says ``LAST`` gets, each made when it is asked for."""
        people, scope = self._people, visitor.user.scope
        for key, _ in people.latest(scope, MOST_LAST, self.clock.seconds()):
            friend = people.friend(key, scope)  # as it is by then: it may have been erased
            if friend is not None and (position := people.position(key, friend)):
                yield _encode(position | people.card(key, friend) | {"_label": "OwnTracks"})

    def arrive(self, visitor: Visitor, address: str, upgrade: Callable[[], Any]) -> Any:
        """Let ``upgrade`` make the connection of this visitor, who is at this address."""
        self._arriving = visitor, self.gate.key(address)
        try:
            return upgrade()
        finally:
            self._arriving = None

    def buildProtocol(self, addr: Any) -> Any:
        """Make a connection for the client who is arriving; nobody else gets one."""
        if self._arriving is None:
            return None
        client: Any = super().buildProtocol(addr)
        client.visitor, client.client = self._arriving
        client.owner = _owner(client.visitor, client.client)
        return client


def _owner(visitor: Visitor, client: str) -> tuple[str, str]:
    """Tell whose connections are counted together."""
    match visitor.way:
        case "account" | "token":
            return "account", visitor.user.name
        case way:  # each visitor of a link makes as many sessions as they like
            return way, client
