"""A browser without a screen: a real WebSocket client that keeps a picture of the world.

Every wait has a deadline, and says what it waited for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)
from twisted.internet import reactor as _reactor
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectionClosed
from twisted.internet.ssl import Certificate, optionsForClientTLS

from picture import Picture
from sightline.live import protocol as wire
from waits import DEADLINE, Watch

reactor: Any = _reactor
SOON = DEADLINE


class Closed(Exception):
    """The connection ended. ``code`` and ``reason`` as the server gave them."""

    def __init__(self, code: int | None, reason: str | None) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class _Protocol(WebSocketClientProtocol):
    factory: _Factory

    def onConnect(self, response: Any) -> None:
        self.factory.browser.subprotocol = response.protocol

    def onOpen(self) -> None:
        self.factory.browser._opened(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.factory.browser._heard(payload)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.factory.browser._closed(code, reason)


class _Factory(WebSocketClientFactory):
    protocol = _Protocol
    browser: Browser


class Browser:
    """Connects to a Sightline at ``port`` of this machine; by TLS, if it trusts ``authority``."""

    def __init__(self, port: int, authority: bytes | None = None) -> None:
        self.port = port
        self.authority = authority
        self.picture = Picture()
        self.hello: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.beats: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []  # frames outside the numbering: heard, sub, topics
        self.subprotocol: str | None = None
        self.closed: Closed | None = None
        self._answers: dict[int, dict[str, Any]] = {}
        self._last_id = 0
        self._protocol: Any = None
        self._watch = Watch()

    async def enters(
        self,
        *,
        origin: str | None = "same",
        protocols: tuple[str, ...] = (wire.SUBPROTOCOL,),
        deflate: bool = False,
        resume: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Browser:
        """Connect, and resume from the picture kept. Raises `Closed` when refused."""
        self.closed = None
        self._protocol = None
        self.hello = {}
        self.frames = []
        http, ws = ("http", "ws") if self.authority is None else ("https", "wss")
        if origin == "same":
            origin = f"{http}://127.0.0.1:{self.port}"
        factory = _Factory(
            f"{ws}://127.0.0.1:{self.port}/ws",
            origin=origin,
            protocols=list(protocols),
            headers=headers or {},
            reactor=reactor,
        )
        factory.browser = self
        factory.setProtocolOptions(openHandshakeTimeout=SOON, closeHandshakeTimeout=1)
        if deflate:
            factory.setProtocolOptions(
                perMessageCompressionOffers=[PerMessageDeflateOffer()],
                perMessageCompressionAccept=lambda response: (
                    PerMessageDeflateResponseAccept(response)
                    if isinstance(response, PerMessageDeflateResponse)
                    else None
                ),
            )
        endpoint: Any = HostnameEndpoint(reactor, "127.0.0.1", self.port)
        if self.authority is not None:
            trust = Certificate.loadPEM(self.authority)
            endpoint = wrapClientTLS(optionsForClientTLS("127.0.0.1", trust), endpoint)
        await endpoint.connect(factory)
        await self.until(lambda: bool(self.hello), "hello")
        if resume:
            self.resumes()
            await self.until(lambda: bool(self.frames), "news")
        return self

    def resumes(self) -> None:
        """Say where the picture stands."""
        self.says({"t": "resume", "epoch": self.picture.epoch, "seq": self.picture.seq})
        if self.picture.epoch != self.hello["epoch"]:
            self.picture.epoch, self.picture.seq = self.hello["epoch"], 0

    def says(self, message: object) -> None:
        """Send a frame: JSON of anything, or bytes as they are."""
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._protocol.sendMessage(data)

    async def asks(self, do: str, **fields: Any) -> dict[str, Any]:
        """Ask for something; the answer."""
        self._last_id = number = self._last_id + 1
        self.says({"id": number, "do": do, **fields})
        await self.until(lambda: number in self._answers, f"the answer to {do}")
        return self._answers.pop(number)

    async def sees(self, what: Callable[[dict[str, dict[str, Any]]], Any], name: str = "") -> None:
        """Wait until the picture satisfies ``what``."""
        await self.until(lambda: bool(what(self.picture.things)), name or "the picture")

    async def until(self, fact: Callable[[], bool], name: str, seconds: float = SOON) -> None:
        """Wait for a fact. Raises `Closed` if the connection ends first, TimeoutError if late."""
        if self.closed is not None and not fact():
            raise self.closed
        await self._watch.until(fact, lambda: f"{name}; things: {self.picture.things}", seconds)

    async def is_closed(self, seconds: float = SOON) -> Closed:
        """Wait for the end of the connection."""
        await self.until(lambda: self.closed is not None, "the close", seconds)
        assert self.closed is not None
        return self.closed

    def stops_reading(self) -> None:
        """The network takes nothing more."""
        self._protocol.transport.pauseProducing()

    def reads_again(self) -> None:
        """It does again."""
        self._protocol.transport.resumeProducing()

    async def leaves(self) -> None:
        """Close properly."""
        if self._protocol is not None and self.closed is None:
            self._protocol.sendClose(1000)
            await self.is_closed()

    def is_cut(self) -> None:
        """The connection ends without a word."""
        self._protocol.transport.abortConnection()

    # -- called by the protocol

    def _opened(self, protocol: Any) -> None:
        self._protocol = protocol

    def _heard(self, payload: bytes) -> None:
        frame = json.loads(payload)
        match frame["t"]:
            case "hello":
                self.hello = frame
            case "news":
                self.frames.append(frame)
                self.picture.see(payload)
            case "answer":
                self._answers[frame["id"]] = frame
            case "beat":
                self.beats.append(frame)
            case other:
                self.others.append(frame | {"t": other})
        self._watch.look()

    def _closed(self, code: int | None, reason: str | None) -> None:
        self.closed = Closed(code, reason)
        self._watch.fail(self.closed)


__all__ = ["Browser", "Closed", "ConnectionClosed"]
