"""``/api/1/…``: calls over HTTP. JSON in, JSON out, every refusal in one shape.

Yes: ``{"ok":true,…}``. No: ``{"ok":false,"code":"wrong","why":"…"}`` with the code's status
(`sightline.contract.errors`); with ``"wait":s`` and ``Retry-After`` when trying later helps.
What changes something must come from our own page (``Origin`` or ``Sec-Fetch-Site``) or bring a
token, and its body must be declared as JSON, which no other site's form can do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import may
from sightline.auth.session import Visitor
from sightline.contract import fields
from sightline.contract.errors import UNKNOWN, Refused, status
from sightline.contract.http import BODIED, Call, Needs, Reply, Route
from sightline.model.token_bucket import TokenBuckets
from sightline.web.proxies import client_key
from sightline.web.request_context import BROWSER, FLOW, RequestContext
from sightline.web.streaming import follow, is_disconnected, stream

_SAFE = (b"GET", b"HEAD")
_SIGN_IN = "Please sign in."
_FOREIGN = (
    "Only Sightline's own page may ask for this. If this is its page, the name in its address has"
    " to be in server.public_url or server.origins."
)
_ROLE = "This is not for you."
_PRESENT = "Neither a shared link nor a token without the scope see is told what was."


class Api(Resource):
    """Finds the route of a call, checks who calls, carries the answer.

    ``rate`` calls per second from one address are answered, three times that at once.
    """

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        context: RequestContext,
        clock: IReactorTime,
        routes: Sequence[Route[Any]],
        *,
        rate: float = 20.0,
        named: Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self._named = named
        self._context = context
        self._clock = clock
        self._calls = TokenBuckets(rate, 3 * rate)
        self._routes = [(_pattern(route.path), route) for route in routes]

    def render(self, request: Request) -> int:
        """Answer, now or when the answer is known."""
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"vary", b"cookie, authorization")
        answering = Deferred.fromCoroutine(self._answer(request))
        answering.addCallbacks(
            lambda reply: self._reply(request, reply),
            lambda failure: self._failed(request, failure),
        )
        answering.addErrback(lambda failure: self._log.failure("Could not send an answer", failure))
        # Anybody who is gone gets no answer; what was asked for is done all the same.
        follow(request)
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> Reply:
        context = self._context
        address = context.address(request)
        if not self._calls.take(client_key(address), self._clock.seconds()):
            raise Refused("wait", "Too many requests. Try again in a second.", wait=1)
        visitor = await context.meet(request)
        route, parts = self._route(request, visitor)
        _check_needs(route.needs, visitor)
        if request.method not in _SAFE and not context.same_site(request):
            raise Refused("foreign", _FOREIGN)
        given = _given(request, route)
        thing = self._named(route.thing.format_map(parts))
        if route.right and not (visitor and may(visitor.user, route.right, thing)):
            raise Refused("unknown", UNKNOWN)
        call = Call(
            asked=_asked(route, given),
            visitor=visitor,
            address=address,
            agent=(request.getHeader(b"user-agent") or b"").decode("latin-1"),
            base=context.base(request),
            origin=context.page_origin(request),
            browser=context.beside(request, BROWSER),
            known=context.known(request),
            flow=context.beside(request, FLOW),
            parts=parts,
            thing=thing,
            left=lambda: is_disconnected(request),
        )
        return await route.do(call)

    def _route(
        self, request: Request, visitor: Visitor | None
    ) -> tuple[Route[Any], dict[str, str]]:
        # From the path as it came, so that a %2F within a part stays within it.
        path = (request.path or b"").decode("latin-1").removeprefix("/api/1")
        method = "GET" if request.method == b"HEAD" else request.method.decode("latin-1")
        other = False
        for pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if route.method == method:
                return route, {name: _text(part) for name, part in found.groupdict().items()}
            other = True
        if visitor is None:  # nobody learns what there is
            raise Refused("signed_out", _SIGN_IN)
        raise (
            Refused("method", "This cannot be done here.") if other else Refused("unknown", UNKNOWN)
        )

    # -- answers

    def _reply(self, request: Request, reply: Reply) -> Deferred[None] | None:
        if reply.cookie is not None:
            self._context.keep(request, reply.cookie, reply.lasts)
        if reply.known is not None:
            self._context.keep_known(request, reply.known)
        if reply.browser is not None:
            self._context.keep_beside(request, BROWSER, reply.browser)
        if reply.flow is not None:
            self._context.keep_beside(request, FLOW, reply.flow)
        if reply.stream is not None:
            return stream(request, reply)
        if reply.file is not None:
            request.setHeader(b"content-type", reply.type.encode())
            request.setHeader(
                b"content-disposition", b'attachment; filename="%b"' % reply.name.encode("ascii")
            )
            _finish(request, reply.status, reply.file)
            return None
        _finish(request, reply.status, _encoded(reply.answer))
        return None

    def _failed(self, request: Request, failure: Failure) -> None:
        error = failure.value
        if not isinstance(error, Refused):
            if not isinstance(error, CancelledError):
                self._log.failure(
                    "Failed to answer {method} {path}",
                    failure,
                    method=request.method,
                    path=request.path,
                )
            error = Refused("failed", "Something went wrong here. It is in the server's log.")
        said: dict[str, Any] = {"ok": False, "code": error.code, "why": error.why}
        if error.wait:
            wait = math.ceil(error.wait)
            said["wait"] = wait
            request.setHeader(b"retry-after", str(wait).encode())
        _finish(request, status(error.code), msgspec.json.encode(said))


def _finish(request: Request, status: int, body: bytes) -> None:
    if is_disconnected(request):
        return
    request.setResponseCode(status)
    if not request.responseHeaders.hasHeader(b"content-disposition"):
        request.setHeader(b"content-type", b"application/json")
    request.setHeader(b"content-length", str(len(body)).encode())
    if request.method != b"HEAD":
        request.write(body)
    request.finish()


def _check_needs(needs: Needs, visitor: Visitor | None) -> None:
    if needs == "nobody":
        return
    if visitor is None:
        raise Refused("signed_out", _SIGN_IN)
    if needs == "visitor":
        return
    if needs == "past":
        if not visitor.looks_back:
            raise Refused("forbidden", _PRESENT)
        return
    if visitor.way != "account":
        # Neither tokens nor links nor guests have an account to look after.
        raise Refused("forbidden", "This needs an account: please sign in.")
    if needs == "admin" and visitor.user.role != "admin":
        raise Refused("forbidden", _ROLE)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _text(part: str) -> str:
    return unquote(part, errors="replace")


def _encoded(answer: fields.Answer) -> bytes:
    """Return the answer with ``ok`` before its fields."""
    body = msgspec.json.encode(answer)
    return b'{"ok":true' + (b"," + body[1:] if len(body) > 2 else b"}")


def _asked(route: Route[Any], given: dict[str, Any]) -> Any:
    """Return the fields of a call as its route declares them. Raises `Refused`."""
    try:
        return fields.read(given, route.fields, text=route.body is None)
    except Refused as why:
        raise Refused(why.code, f"{why.why}.") from None


def _given(request: Request, route: Route[Any]) -> dict[str, Any]:
    """Return the fields as they came: the query, or a body of one JSON object."""
    if route.method not in BODIED:
        return {
            name.decode("utf-8", "replace"): values[-1].decode("utf-8", "replace")
            for name, values in (request.args or {}).items()
        }
    sort = (request.getHeader(b"content-type") or b"").partition(b";")[0].strip().lower()
    if sort != b"application/json":
        raise Refused("not_json", "The body must be JSON, and be declared as application/json.")
    body = request.content.read() if request.content else b""
    try:
        given: dict[str, Any] = msgspec.json.decode(body or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("malformed", "The body must be one JSON object.") from None
    return given
