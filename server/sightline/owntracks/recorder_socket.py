"""Let clients of the Recorder's WebSocket in: ``/ws/last``, to those with the right."""

from __future__ import annotations

import json
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from twisted.logger import Logger
from twisted.web.server import NOT_DONE_YET, Request

from sightline.owntracks.ports import CHALLENGE, RequestContextPort, may_read, reader
from sightline.owntracks.recorder_ws import RecorderSockets

_HINTS = 20  # origins of which the log says that they were refused
_NOT_FROM_THERE = b"Pages of this origin may not open it: server.origins does not name them.\n"


class RecorderSocketResource(WebSocketResource):
    """The resource that turns an HTTP request into the WebSocket, for clients with the right."""

    _log = Logger()

    def __init__(self, live: RecorderSockets, context: RequestContextPort) -> None:
        super().__init__(live)
        self._live = live
        self._context = context
        self._refused: set[str] = set()

    def render(self, request: Request) -> bytes | int:
        """Hand the connection over, or say why not."""
        asked = (request.getHeader(b"upgrade") or b"").lower() == b"websocket"
        if not asked or request.clientproto != b"HTTP/1.1":  # 1.0 knows no upgrade
            request.setResponseCode(426)
            request.setHeader(b"upgrade", b"websocket")
            return b"This is a WebSocket.\n"
        origin = request.getHeader(b"origin")
        if origin and not self._context.may_open(request):
            self._hint(origin.decode("latin-1"))
            return self._refuse(request, 403, _NOT_FROM_THERE)
        visitor = reader(request, self._context, self._live.authenticator)
        if visitor is None:
            request.setHeader(b"www-authenticate", CHALLENGE)
            return self._refuse(request, 401, b"Please sign in.\n")
        # Basic credentials come along by themselves: they do not make up for an origin.
        if not origin and visitor.way != "token":
            return self._refuse(request, 403, b"Without an origin only a token opens it.\n")
        if not may_read(visitor):
            return self._refuse(request, 403, b"This token is for something else.\n")
        channel: Any = request.channel
        upgrade = super().render
        answer: bytes | int = self._live.arrive(
            visitor, self._context.address(request), lambda: upgrade(request)
        )
        if answer == NOT_DONE_YET:
            channel.upgraded()
        return answer

    def _hint(self, origin: str) -> None:
        """Tell the operator, once for each origin, what lets its pages in."""
        if origin not in self._refused and len(self._refused) < _HINTS:
            self._refused.add(origin)
            self._log.warn(
                "Pages of {origin} may not open /ws/last. If that is your OwnTracks Frontend, name"
                " it in the settings: server.origins = [{origin}]",
                origin=json.dumps(origin[:200]),
            )

    def _refuse(self, request: Request, status: int, why: bytes) -> bytes:
        request.setResponseCode(status)
        request.setHeader(b"cache-control", b"no-store")
        return why
