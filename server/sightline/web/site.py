"""Which URL is what, and what every answer has in common: headers, limits, plain errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request, Site

from sightline.web.origin import is_loopback
from sightline.web.proxies import Proxies
from sightline.live.hub import Hub
from sightline.web.assets import Asset, PageResource
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.request_context import RequestContext

# S25 of the security requirements. img-src data: is for the map's controls and friends' faces.
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_HSTS = b"max-age=31536000"
_MAX_BODY = 64 * 1024  # bytes
# A phone would send a message that is too large for us again and again if it were refused here; so
# these are read, and put aside as what they are.
_MAX_POST = 256 * 1024  # bytes, /pub
_LINGER = 1.0  # s a connection is read on after a refusal
_UNHEARD = 15.0  # s an idle connection may take to go
_CLOSING = 300.0  # s until a connection that we closed is cut off, whatever is still on its way
_IDLE = 60  # s a kept-alive connection may wait between requests


class PlainRequest(Request):
    """A request whose answers carry our headers and give nothing away about the software."""

    _log = Logger()

    def render(self, resrc: IResource) -> None:
        """Every answer of every resource starts from the same headers."""
        self.responseHeaders.removeHeader(b"server")
        for name, value in _HEADERS.items():
            self.setHeader(name, value)
        front: RequestContext | None = getattr(self.site, "front", None)
        if front is not None and front.secure(self):
            self.setHeader(b"strict-transport-security", _HSTS)
        self.setHeader(b"content-type", b"text/plain; charset=utf-8")
        super().render(resrc)

    def processingFailed(self, reason: Any) -> Any:
        """A bug of ours: it goes to the log; the asker learns only that it happened."""
        self._log.failure(
            "Failed to answer {method} {path}", reason, method=self.method, path=self.path
        )
        if self.startedWriting:
            self.loseConnection()
            return reason
        self.setResponseCode(http.INTERNAL_SERVER_ERROR)
        self.responseHeaders.removeHeader(b"server")
        self.setHeader(b"content-type", b"text/plain; charset=utf-8")
        self.write(b"Something went wrong here. It is in the server's log.\n")
        self.finish()
        return reason


class PatientChannel(http.HTTPChannel):
    """An HTTP/1.1 connection that waits for a request, but not for ever (slow loris)."""

    request_seconds = 10.0  # s from a request's first byte to its last
    leaves: Callable[[], None] | None = None  # the crowd of connections that are HTTP
    _late: IDelayedCall | None = None
    _cut: IDelayedCall | None = None
    _refused = False

    def connectionMade(self) -> None:
        """The first request is due now."""
        super().connectionMade()
        self._expect()

    def dataReceived(self, data: bytes) -> None:
        """Part of a request: the rest is due soon."""
        if self._late is None and not self._handlingRequest:
            self._expect()
        super().dataReceived(data)

    def _expect(self) -> None:
        self._late = self.callLater(self.request_seconds, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        self._refuse(408, b"Request Timeout")

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def allHeadersReceived(self) -> None:
        """Refuse a body we would never want."""
        path = getattr(self, "_path", b"").partition(b"?")[0]
        most = _MAX_POST if path == b"/pub" else _MAX_BODY
        if self.length is None or self.length > most:
            # The body is not read; what has come of it is dropped.
            return self._refuse(413, b"Content Too Large")
        super().allHeadersReceived()

    def rawDataReceived(self, data: bytes) -> None:
        """Part of a body, unless it is of one we refused."""
        if not self._refused:
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        """The request is complete; answering may take its time."""
        if not self._refused:
            self._in_time()
            super().allContentReceived()

    def lineLengthExceeded(self, line: bytes) -> None:
        """A URL or a header beyond all measure."""
        self._refuse(431, b"Request Header Fields Too Large")

    def _refuse(self, code: int, reason: bytes) -> None:
        if self._refused or self.transport is None:
            return
        self._refused = True
        self._in_time()
        self.dataReceived = lambda data: None  # type: ignore[method-assign]
        self.transport.write(
            b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % (code, reason)
        )
        # Whoever is still sending must be read on, or the reset would take our answer with it.
        self._late = self.callLater(_LINGER, self._hang_up)

    def _hang_up(self) -> None:
        self._late = None
        self.loseConnection()
        self._cut_off_in(_LINGER)

    def loseConnection(self) -> None:
        """Close when everything is sent; but not whenever it pleases the other side.

        Over TLS a connection that never shook hands, or does not answer our goodbye, would stay.
        """
        if self.transport is None:
            return  # it is a WebSocket's by now
        self._cut_off_in(_CLOSING)
        super().loseConnection()

    def _cut_off_in(self, seconds: float) -> None:
        if self._cut is not None:
            self._cut.cancel()
        self._cut = self.callLater(seconds, self._cut_off)

    def _cut_off(self) -> None:
        self._cut = None
        transport: Any = self.transport  # TCP, a socket file, or TLS over either
        transport.abortConnection()

    def timeoutConnection(self) -> None:
        """Idle for too long. Twisted's own would write the browser's address into the log."""
        self.loseConnection()
        self._cut_off_in(_UNHEARD)

    def upgraded(self) -> None:
        """The connection is a WebSocket from now on, and none of ours."""
        # The HTTP side has done its part; what it still holds would stay for hours.
        self.requests.clear()
        self._leave()

    def _leave(self) -> None:
        leaves, self.leaves = self.leaves, None
        if leaves is not None:
            leaves()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Gone, with whatever was due."""
        self._in_time()
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
        self._leave()
        super().connectionLost(reason)


class Health(Resource):
    """``/healthz``: the reactor turns. ``/readyz``: and a broker is connected.

    For everybody; why not is told only to who is signed in.
    """

    isLeaf = True

    def __init__(self, ready: Callable[[], dict[str, Any]], front: RequestContext) -> None:
        super().__init__()
        self._ready = ready
        self._front = front

    def render_GET(self, request: Request) -> bytes:
        """200 when ready, else 503."""
        said = self._ready()
        if self._front.visitor(request) is None:
            said = {"ok": said["ok"]}
        request.setResponseCode(200 if said["ok"] else 503)
        request.setHeader(b"content-type", b"application/json")
        request.setHeader(b"cache-control", b"no-store")
        return json.dumps(said).encode() + b"\n"


class Moved(Resource):
    """An address of old that leads to the page."""

    isLeaf = True

    def __init__(self, to: bytes) -> None:
        super().__init__()
        self._to = to

    def render_GET(self, request: Request) -> bytes:
        """There."""
        request.redirect(self._to)
        return b""


class Root(Resource):
    """Everything under one port: the named resources, and the page's files for the rest."""

    def __init__(self, page: PageResource) -> None:
        super().__init__()
        self._page = page

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Not one of ours by name: then a file of the page, or nothing."""
        if request.prepath and request.postpath is not None:
            request.postpath.insert(0, request.prepath.pop())
        return self._page


class QuietSite(Site):
    """The HTTP side of our port. ``front`` None: nobody is let in here, pages only lead elsewhere.

    ``crowd``: who is counted; the addresses of ``proxies`` and this machine's own speak for many.
    """

    noisy = False

    def __init__(
        self,
        root: Resource,
        clock: IReactorTime,
        front: RequestContext | None,
        *,
        request_seconds: float,
        connection_limits: ConnectionLimits | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        super().__init__(root, requestFactory=PlainRequest, timeout=_IDLE, reactor=clock)
        self.front = front
        self._connection_limits = connection_limits
        self._proxies = proxies or Proxies()
        self.displayTracebacks = False
        # Directly, not behind Twisted's chooser of HTTP versions: `h2` being installed must not
        # change what we speak, and `/ws` needs HTTP/1.1.
        self._request_seconds = request_seconds

    def buildProtocol(self, addr: Any) -> Any:
        """A channel for whoever comes, if there is room; None closes the connection at once."""
        connection_limits = self._connection_limits
        if connection_limits is None:
            return super().buildProtocol(addr)
        address: str | None = getattr(addr, "host", None)
        if address is not None and (is_loopback(address) or address in self._proxies):
            address = None
        if not connection_limits.enter(address):
            return None
        channel: Any = super().buildProtocol(addr)
        channel.leaves = lambda: connection_limits.leave(address)
        return channel

    def protocol(self) -> PatientChannel:  # type: ignore[override]
        """A new connection's channel."""
        channel = PatientChannel()
        channel.request_seconds = self._request_seconds
        return channel

    def acceptableProtocols(self) -> list[bytes]:
        """What we offer over TLS."""
        return [b"http/1.1"]

    def log(self, request: http.Request) -> None:
        """No access log: where people's browsers are is nobody's business. See /metrics."""


def readiness(hub: Hub) -> dict[str, Any]:
    """Whether a broker is connected, and how each is; and why no history is kept, or what several
    servers share cannot be used, if so."""
    links = {name: link.state for name, link in hub.links.items()}
    said = {"ok": "connected" in links.values(), "brokers": links}
    # Live news go on without: whoever sends people elsewhere for it would do them no good.
    if why := hub.gauges().get("history_why"):
        said["history"] = why
    if why := hub.gauges().get("shared_why"):
        said["shared"] = why
    if why := hub.gauges().get("clock_why"):
        said["clock"] = why
    return said


class Branch(Resource):
    """A fork of the tree: to the children put there, and else (``/api``, ``/ws``) to the usual."""

    def __init__(self, usual: Any) -> None:
        super().__init__()
        self._usual = usual

    def getChild(self, path: bytes, request: Request) -> Resource:
        """The usual one."""
        found: Resource = self._usual
        return found

    def render(self, request: Request) -> Any:
        """The usual one, too."""
        return self._usual.render(request)


def build(
    hub: Hub,
    socket: IResource,
    metrics: Resource,
    api: Resource,
    assets: dict[str, Asset],
    front: RequestContext,
    further: Mapping[str, IResource] | None = None,
) -> Resource:
    """The tree of URLs. Without built pages, the root says how to build them.

    ``further`` resources are by their path: one level, or one below ``api`` or ``ws``.
    """
    page: Any = PageResource(assets)
    root = Root(page)
    branches = {"ws": Branch(socket), "api": Branch(api)}
    for name, branch in branches.items():
        root.putChild(name.encode(), branch)
    for path, resource in (further or {}).items():
        first, _, second = path.partition("/")
        if second:
            branches[first].putChild(second.encode(), resource)
        else:
            root.putChild(path.encode(), resource)
    root.putChild(b"healthz", Health(lambda: {"ok": True}, front))
    root.putChild(b"readyz", Health(lambda: readiness(hub), front))
    root.putChild(b"metrics", metrics)
    root.putChild(b"client.html", Moved(b"/"))
    return root
