"""``/ws/last``: the Recorder's WebSocket, for its clients.

A client says ``LAST`` and gets one object for each device it may see; from then on it is told when
something happens. What the Frontend does with that is to ask ``/api/0/last`` anew, so that one
object in a second is enough: the newest position of whoever was heard last. It is the position now,
also when a late fix was heard: nobody is thrown back on anybody's map.

The connection is ours to keep: the Frontend does not come back by itself as it should. We end it
only with the session, or with a server that stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny, ConnectionRequest
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from sightline.auth.permissions import VisibleScope
from sightline.auth.session import Visitor
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.ports import (
    CHALLENGE,
    AuthenticatorPort,
    RequestContextPort,
    may_read,
    reader,
)

EVERY = 1.0
"""Seconds between two pushes to one client, and between two answers to ``LAST``."""
MOST = 200
"""Clients at once."""
MOST_LAST = 300
"""Devices in the answer to ``LAST``: those heard last."""
_PING = 30.0  # s
_MOST_HAPPENED = 500  # devices of which something is told in one tick
_encode = msgspec.json.encode


@implementer(IPushProducer)
class RecorderConnection(WebSocketServerProtocol):
    """One client."""

    factory: RecorderSockets
    visitor: Visitor
    transport: Any
    _counted = False
    _full = False
    _last: Iterator[bytes] = iter(())
    _unwatch: Callable[[], None] | None = None

    def onConnect(self, request: ConnectionRequest) -> None:
        """There may be too many."""
        if len(self.factory.clients) >= MOST:
            raise ConnectionDeny(ConnectionDeny.SERVICE_UNAVAILABLE, "too many connections")
        self._counted = True
        self.factory.clients.add(self)

    def onOpen(self) -> None:
        """From now on it is told."""
        factory = self.factory
        self.seen = factory.number
        self._asked_at = -EVERY
        self.transport.unregisterProducer()  # the HTTP channel's
        self.transport.registerProducer(self, True)
        self._unwatch = factory.door.watch(
            self.visitor, lambda why: self.sendClose(4001, why[:100])
        )

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """``LAST``; anything else is neither answered nor an error."""
        now = self.factory.clock.seconds()
        if payload.strip() != b"LAST" or now - self._asked_at < EVERY or self._full:
            return
        self._asked_at = now
        self._last = self.factory.last(self.visitor)
        self._send_last()

    def _send_last(self) -> None:
        """The rest of the answer to ``LAST``, as far as it is taken: with faces it may be long."""
        while not self._full and self.state == self.STATE_OPEN:
            said = next(self._last, None)
            if said is None:
                return
            self._say(said)

    def _say(self, said: bytes) -> None:
        # `sendMessage` refuses what is longer than what we take from a client.
        self.sendFrame(opcode=1, payload=said)

    def tell(self) -> None:
        """Something may have happened since the last time."""
        if self._full or self.state != self.STATE_OPEN:
            return
        said = self.factory.newest(self.visitor, self.seen)
        self.seen = self.factory.number
        if said is not None:
            self._say(said)

    def pauseProducing(self) -> None:
        """It does not read: what happens meanwhile it learns at once when it does."""
        self._full = True

    def resumeProducing(self) -> None:
        """It reads again."""
        self._full = False
        self._send_last()

    def stopProducing(self) -> None:
        """The transport is gone; `connectionLost` follows."""

    def _closeConnection(self, abort: bool = False) -> None:
        # A transport with a producer waits for it for ever before it closes.
        self.transport.unregisterProducer()
        super()._closeConnection(abort)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Gone."""
        self._last = iter(())
        unwatch, self._unwatch = self._unwatch, None
        if unwatch is not None:
            unwatch()
        if self._counted:
            self._counted = False
            self.factory.clients.discard(self)
        super().connectionLost(reason)


class RecorderSockets(WebSocketServerFactory):
    """All clients, and what happened lately."""

    protocol: Any = RecorderConnection

    def __init__(self, reactor: Any, door: AuthenticatorPort, people: LatestPositions) -> None:
        super().__init__(server="", reactor=reactor)
        self.clock = reactor
        self.door = door
        self.number = 0  # of what happened last
        self.clients: set[RecorderConnection] = set()
        self._people = people
        self._happened: dict[str, tuple[int, Mapping[str, Any] | None]] = {}
        self._said: dict[tuple[VisibleScope, int], bytes | None] = {}  # in this tick
        self._arriving: Visitor | None = None
        self._tick = LoopingCall(self._tell)
        self._tick.clock = reactor
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
        """Begin to tell."""
        self.startFactory()
        self._tick.start(EVERY, now=False)

    def stop(self) -> None:
        """The server is going away."""
        if self._tick.running:
            self._tick.stop()
        for client in list(self.clients):
            client.sendClose(1001, "the server is stopping")

    def happened(self, thing: str, event: Mapping[str, Any] | None = None) -> None:
        """Something was heard of ``friend/user/device``: a fix, or an ``event`` of another type."""
        if not self.clients:
            return
        self.number += 1
        self._happened.pop(thing, None)
        self._happened[thing] = self.number, event
        if len(self._happened) > _MOST_HAPPENED:
            del self._happened[next(iter(self._happened))]

    def _tell(self) -> None:
        self._said.clear()
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
        """The newest that this visitor may see and has not been told of."""
        key = visitor.user.sight, seen
        if key not in self._said:
            self._said[key] = self._newest(*key)
        return self._said[key]

    def _newest(self, sight: VisibleScope, seen: int) -> bytes | None:
        for thing, (number, event) in reversed(self._happened.items()):
            if number <= seen:
                break
            friend = self._people.friend(thing, sight)
            if friend is None:
                continue
            position = self._people.position(thing, friend)
            said = position if event is None else {**position, **event}
            if said:
                return _encode(said | {"_label": "OwnTracks"} | self._people.card(thing, friend))
        return None

    def last(self, visitor: Visitor) -> Iterator[bytes]:
        """What a client that says ``LAST`` gets; each is made when it is wanted."""
        now = self.clock.seconds()
        for key, friend in self._people.latest(visitor.user.sight, MOST_LAST, now):
            if position := self._people.position(key, friend):
                card = self._people.card(key, friend)
                yield _encode(position | card | {"_label": "OwnTracks"})

    def arrive(self, visitor: Visitor, upgrade: Callable[[], Any]) -> Any:
        """Let ``upgrade`` make the connection of this visitor."""
        self._arriving = visitor
        try:
            return upgrade()
        finally:
            self._arriving = None

    def buildProtocol(self, addr: Any) -> Any:
        """A connection of whoever is arriving; nobody else gets one."""
        if self._arriving is None:
            return None
        client: Any = super().buildProtocol(addr)
        client.visitor = self._arriving
        return client


class RecorderSocketResource(WebSocketResource):
    """From an HTTP request to the WebSocket, for whom it is."""

    def __init__(self, live: RecorderSockets, front: RequestContextPort) -> None:
        super().__init__(live)
        self._live = live
        self._front = front

    def render(self, request: Request) -> bytes | int:
        """Hand the connection over, or say why not."""
        if (request.getHeader(b"upgrade") or b"").lower() != b"websocket":
            request.setResponseCode(426)
            request.setHeader(b"upgrade", b"websocket")
            return b"This is a WebSocket.\n"
        visitor = reader(request, self._front, self._live.door)
        if visitor is None:
            request.setHeader(b"www-authenticate", CHALLENGE)
            return self._refuse(request, 401, b"Please sign in.\n")
        # Basic credentials come along by themselves: they do not make up for an origin.
        origin_less = not request.getHeader(b"origin") and visitor.way == "token"
        if not origin_less and not self._front.may_open(request):
            return self._refuse(request, 403, b"Not from this page.\n")
        if not may_read(visitor):
            return self._refuse(request, 403, b"This token is for something else.\n")
        channel: Any = request.channel
        upgrade = super().render
        answer: bytes | int = self._live.arrive(visitor, lambda: upgrade(request))
        if answer == NOT_DONE_YET:
            channel.requests.clear()
        return answer

    def _refuse(self, request: Request, status: int, why: bytes) -> bytes:
        request.setResponseCode(status)
        request.setHeader(b"cache-control", b"no-store")
        return why
