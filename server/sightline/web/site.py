"""Build the tree of URLs, and what every answer has in common: headers, limits, plain errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.error import UnsupportedMethod
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from sightline.live.hub import Hub
from sightline.live.server_state import ServerState
from sightline.web import body_limits
from sightline.web.assets import Asset, PageResource
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.content_policy import ContentPolicy
from sightline.web.content_policy import policy as content_policy
from sightline.web.http_channel import PatientChannel
from sightline.web.http_heads import Check
from sightline.web.proxies import UNIX
from sightline.web.request_context import RequestContext

OWN_POLICY = content_policy().encode()
_HEADERS = {
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_HSTS = b"max-age=31536000"
_IDLE = 60  # s a kept-alive connection may wait between requests
_BEHIND = 5.0  # s by which the history may be late before that is told


class PlainRequest(Request):
    """A request whose answers carry our headers and give nothing away about the software."""

    _log = Logger()

    def __repr__(self) -> str:
        path = body_limits.without_token(self.uri.partition(b"?")[0])
        return f"<{type(self).__name__} {self.method!r} {path!r}>"

    def handleContentChunk(self, data: bytes) -> None:
        """Take a part of the body, within bounds."""
        channel: Any = self.channel
        if channel is None or channel.takes(len(data)):
            super().handleContentChunk(data)

    def process(self) -> None:
        """Find the resource and let it answer."""
        channel: Any = self.channel
        self.site = channel.site
        self.setHeader(b"date", http.datetimeToString())
        self.prepath = []
        self.postpath = [unquote_to_bytes(part) for part in self.path[1:].split(b"/")]
        try:
            self.render(self.site.getResourceFor(self))
        except Exception:
            self.processingFailed(Failure())

    def render(self, resrc: IResource) -> None:
        """Give every answer of every resource the same headers to start from."""
        for name, value in _HEADERS.items():
            self.setHeader(name, value)
        policy: ContentPolicy | None = getattr(self.site, "policy", None)
        self.setHeader(b"content-security-policy", OWN_POLICY if policy is None else policy.header)
        context: RequestContext | None = getattr(self.site, "context", None)
        if context is not None and context.secure(self):
            self.setHeader(b"strict-transport-security", _HSTS)
        self.setHeader(b"content-type", b"text/plain; charset=utf-8")
        try:
            body = resrc.render(self)
        except UnsupportedMethod as why:
            self.setResponseCode(http.NOT_ALLOWED)
            self.setHeader(b"allow", b", ".join(sorted(why.allowedMethods)))
            body = b"This cannot be done here.\n"
        if body is NOT_DONE_YET:
            return
        self.setHeader(b"content-length", b"%d" % len(body))
        self.write(b"" if self.method == b"HEAD" else body)
        self.finish()

    def processingFailed(self, reason: Any) -> Any:
        """Log a bug of ours; the asker learns only that it happened."""
        path = body_limits.without_token(self.path)
        self._log.failure("Failed to answer {method} {path}", reason, method=self.method, path=path)
        if self.startedWriting:
            self.loseConnection()
            return reason
        self.setResponseCode(http.INTERNAL_SERVER_ERROR)
        self.setHeader(b"content-type", b"text/plain; charset=utf-8")
        self.write(b"Something went wrong here. It is in the server's log.\n")
        self.finish()
        return reason


class HealthResource(Resource):
    """``/healthz``: the reactor turns. ``/readyz``: and a broker is connected.

    For everybody; only people who are signed in are told why not.
    """

    isLeaf = True

    def __init__(self, ready: Callable[[], dict[str, Any]], context: RequestContext) -> None:
        super().__init__()
        self._ready = ready
        self._context = context

    def render_GET(self, request: Request) -> bytes:
        """Answer 200 when ready, else 503."""
        said = self._ready()
        if self._context.visitor(request) is None:
            said = {"ok": said["ok"]}
        request.setResponseCode(200 if said["ok"] else 503)
        request.setHeader(b"content-type", b"application/json")
        request.setHeader(b"cache-control", b"no-store")
        return json.dumps(said).encode() + b"\n"


class Moved(Resource):
    """An old address that leads to the page."""

    isLeaf = True

    def __init__(self, to: bytes) -> None:
        super().__init__()
        self._to = to

    def render_GET(self, request: Request) -> bytes:
        """Redirect to the page."""
        request.redirect(self._to)
        return b""


class Root(Resource):
    """The resource of a port: the named resources, and the page's files for the rest."""

    def __init__(self, page: PageResource) -> None:
        super().__init__()
        self._page = page

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Return a file of the page, or nothing, for a name that is none of ours."""
        if request.prepath and request.postpath is not None:
            request.postpath.insert(0, request.prepath.pop())
        return self._page


class QuietSite(Site):
    """The HTTP side of our port. Without a ``context`` nobody is let in: pages only lead elsewhere.

    ``limits`` is the gate; ``stall_timeout`` is how many s somebody may take nothing of an answer.
    """

    noisy = False

    def __init__(
        self,
        root: Resource,
        clock: Any,
        context: RequestContext | None,
        *,
        request_seconds: float,
        limits: ConnectionLimits | None = None,
        stall_timeout: float = 10.0,
        policy: ContentPolicy | None = None,
    ) -> None:
        # Forms are nobody's here but the Recorder's, which reads its own.
        super().__init__(
            root,
            requestFactory=PlainRequest,
            timeout=_IDLE,
            reactor=clock,
            parsePOSTFormSubmission=False,
        )
        self.context = context
        self.policy = policy
        self.limits = ConnectionLimits(clock) if limits is None else limits
        self.displayTracebacks = False
        # Directly, not behind Twisted's chooser of HTTP versions: `h2` being installed must not
        # change what we speak, and `/ws` needs HTTP/1.1.
        self._request_seconds = request_seconds
        self._stall_timeout = stall_timeout

    def buildProtocol(self, addr: Any) -> Any:
        """Return a channel for a new connection, if there is room; None closes it at once."""
        peer: str = getattr(addr, "host", None) or UNIX
        if not self.limits.enter(peer):
            return None
        channel: Any = super().buildProtocol(addr)
        channel.entered(peer)
        return channel

    def protocol(self) -> PatientChannel:  # type: ignore[override]
        """Make a new connection's channel."""
        return PatientChannel(
            self.limits,
            self._check,
            request_seconds=self._request_seconds,
            stall_timeout=self._stall_timeout,
        )

    def _check(self, path: bytes) -> Check | None:
        """Return what the resource at this path refuses by the head of a request alone."""
        children = getattr(self.resource, "children", {})
        child = children.get(path[1:])
        if child is None:
            above = children.get(path[1:].partition(b"/")[0])
            child = above if getattr(above, "checks_below", False) else None
        found: Check | None = getattr(child, "check_head", None)
        return found

    def getContentFile(self, length: int | None) -> BytesIO:
        """Tell where a body goes: into memory, which its length, or the count of its chunks,
        bounds.
        """
        return BytesIO()

    def acceptableProtocols(self) -> list[bytes]:
        """Tell what we offer over TLS."""
        return [b"http/1.1"]

    def log(self, request: http.Request) -> None:
        """Write no access log: where people's browsers are is nobody's business. See /metrics."""


def readiness(hub: Hub, state: ServerState) -> dict[str, Any]:
    """Tell whether a broker is connected, and how each is; and why no history is kept, or what
    several servers share cannot be used, if so.
    """
    links = {name: link.state for name, link in hub.links.items()}
    said = {"ok": "connected" in links.values(), "brokers": links}
    # Live news go on without: anybody who sends people elsewhere for it would do them no good.
    if why := state.figures().get("history_why"):
        said["history"] = why
    if (age := state.figures().get("unindexed_age") or 0.0) > _BEHIND:
        said["history_behind"] = age
    if trouble := state.figures().get("degraded"):
        said["degraded"] = trouble.why
    if why := state.figures().get("shared_why"):
        said["shared"] = why
    if why := state.figures().get("clock_why"):
        said["clock"] = why
    return said


class Branch(Resource):
    """A fork of the tree: to the children put there, and else (``/api``, ``/ws``) to the usual."""

    def __init__(self, usual: Any) -> None:
        super().__init__()
        self._usual = usual

    def getChild(self, path: bytes, request: Request) -> Resource:
        """Return the usual one."""
        found: Resource = self._usual
        return found

    def render(self, request: Request) -> Any:
        """Return the usual one, too."""
        return self._usual.render(request)


def build(
    hub: Hub,
    state: ServerState,
    socket: IResource,
    metrics: Resource,
    api: Resource,
    assets: dict[str, Asset],
    context: RequestContext,
    further: Mapping[str, IResource] | None = None,
) -> Resource:
    """Return the tree of URLs. Without built pages, the root says how to build them.

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
    root.putChild(b"healthz", HealthResource(lambda: {"ok": True}, context))
    root.putChild(b"readyz", HealthResource(lambda: readiness(hub, state), context))
    root.putChild(b"metrics", metrics)
    root.putChild(b"client.html", Moved(b"./"))
    return root
