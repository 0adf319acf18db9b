"""Write to one browser's WebSocket: the fan-out's news, and what is for this browser alone.

The fan-out writes straight to the socket while nothing is buffered; Autobahn's own frames go the
same way, so that none overtakes another.
"""

from __future__ import annotations

from typing import Any

from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.internet import tcp
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from sightline.live import protocol as wire
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.fanout import FanOut
from sightline.web.framing import frame
from sightline.web.outflow import PIECE_PUSHED, Outflow
from sightline.web.viewers import Viewer


@implementer(IPushProducer)
class SocketOutput(WebSocketServerProtocol):
    """The way out of a WebSocket, and its place in the fan-out."""

    transport: Any  # TCP or TLS: what the two have in common is in no one interface
    fanout: FanOut
    _viewer: Viewer | None = None
    _direct = False

    def bye(self, code: int, why: str) -> None:
        """Close with a code and a reason the page can explain."""
        raise NotImplementedError

    def _open_outflow(self, gate: ConnectionLimits, client: str) -> None:
        transport = self.transport
        self._direct = isinstance(transport, tcp.Connection) and not transport.TLS
        self._out = Outflow(
            transport.write, self._not_taken, gate.unsent, client, asks=self._direct
        )

    @property
    def busy(self) -> bool:
        """Tell whether its socket takes no more just now: what can wait should."""
        return self._viewer is None or self._viewer.stuck_since is not None

    def say(self, message: bytes) -> None:
        """Send this browser a message of its own."""
        if self.state == self.STATE_OPEN:
            # Not by Autobahn's sendMessage(): it would end the connection over a message longer
            # than those we take from browsers. And never compressed: its compressor knows nothing
            # of the frames of the fan-out, and would refer back to what is long out of the window.
            self.sendData(frame(message))

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Write for Autobahn, in the one way by which it does: answers, pings, close frames."""
        if self._direct and self._viewer is not None:
            # News written straight to the socket would overtake what the transport holds.
            self.fanout.write(self._viewer, data)
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
        self.fanout.too_slow += 1
        self.dropConnection(abort=True)

    def too_slow(self) -> None:
        """End the connection: the fan-out gave up on this browser."""
        self.bye(wire.TOO_SLOW, "this browser does not keep up")

    def pauseProducing(self) -> None:
        """Note that the TLS transport is full."""
        self._out.full()
        if self._viewer is not None:
            self.fanout.full(self._viewer)

    def resumeProducing(self) -> None:
        """Send more: the transport's buffer is empty again."""
        if self._out.drained() and self._viewer is not None:
            self.fanout.drained(self._viewer)

    def stopProducing(self) -> None:
        """Do nothing: the transport is gone, and `connectionLost` follows."""
