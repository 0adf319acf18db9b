"""Find out who makes a request: by cookie, token or as guest; behind a proxy or not.

The session's secret is in a cookie that no script reads and no other site sends:
``__Host-sightline`` over HTTPS, else ``sightline-<port>`` (browsers share cookies among the ports
of a host). An ``Authorization: Bearer`` header goes before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from twisted.web.server import Request

from sightline.auth.session import Visitor
from sightline.web import origin
from sightline.web.proxies import UNIX, Proxies
from sightline.web.public_address import PublicAddress

_KNOWN = b"-known"
_KNOWN_LASTS = 180 * 86400  # s
_SAME = ("same-origin", "none")  # none: typed by the user


@dataclass(frozen=True, slots=True)
class ShortCookie:
    """A cookie beside the session's: the end of its name, and how many s it lasts."""

    name: bytes
    lasts: int


BROWSER = ShortCookie(b"-browser", 86_400)
"""By it a browser is known before anybody is signed in."""
FLOW = ShortCookie(b"-oidc", 600)
"""What a browser keeps of a sign-in elsewhere that it began."""


class Authenticator(Protocol):
    """What decides who may come in."""

    def session(self, secret: str) -> Visitor | None:
        """Return the visitor who holds this cookie."""

    def token(self, text: str) -> Visitor | None:
        """Return the visitor who holds this API token."""

    def guest(self) -> Visitor | None:
        """Return the visitor who did not sign in."""

    async def catch_up(self) -> None:
        """Know who came in elsewhere until now, where there are other servers."""

    def watch(self, visitor: Visitor, ended: Callable[[str], None]) -> Callable[[], None]:
        """Call ``ended`` with the reason when the visitor must go; returns how to stop that."""


class RequestContext:
    """What is believed of a request. ``trusted`` are origins besides our own address, which is
    ``public`` (or ``public_url``, if it never changes).
    """

    def __init__(
        self,
        authenticator: Authenticator,
        trusted: Sequence[str] = (),
        proxies: Proxies | None = None,
        public_url: str = "",
        public: PublicAddress | None = None,
    ) -> None:
        self.authenticator = authenticator
        self._trusted = trusted
        self._proxies = proxies or Proxies()
        self._address = public or PublicAddress(public_url)
        # Not what an admin chose: with https in it by mistake, no cookie would come in any more.
        self._public = urlsplit(self._address.settled)

    @property
    def _believed(self) -> Sequence[str]:
        chosen = self._address.origin
        return [*self._trusted, chosen] if chosen else self._trusted

    def address(self, request: Request) -> str:
        """Tell where the browser is: the peer, or whom a proxy of ours speaks for."""
        peer = getattr(request.getClientAddress(), "host", None) or UNIX
        lines = request.requestHeaders.getRawHeaders(b"x-forwarded-for", [])
        return self._proxies.client(peer, [line.decode("latin-1") for line in lines])

    def secure(self, request: Request) -> bool:
        """Tell whether the browser speaks HTTPS, with us or with a proxy of ours."""
        if request.isSecure():
            return True
        peer = getattr(request.getClientAddress(), "host", None) or UNIX
        if self._proxies.secure(peer, _header(request, b"x-forwarded-proto")):
            return True
        return self._public.scheme == "https" and _host(request) == self._public.netloc.lower()

    def base(self, request: Request) -> str:
        """Return the address under which people reach us, for links, without a slash at its end:
        ``https://map.example.org``, ``https://example.org/map``.
        """
        public = urlsplit(self._address.url)
        if public.netloc:
            return f"{public.scheme}://{public.netloc}{public.path.rstrip('/')}"
        return f"{'https' if self.secure(request) else 'http'}://{_host(request)}"

    def may_open(self, request: Request) -> bool:
        """Tell whether a page of the request's origin may open our WebSocket.

        A request without an origin is no browser's: it may, if it brings a token of its own.
        """
        origins = self._origins(request)
        if not origins and self._bearer(request) is not None:
            return True
        return origin.allowed(origins, _host(request) or None, self._believed)

    def trusted_origin(self, request: Request) -> str | None:
        """Return the origin of the page that asks, where the settings name it; else None."""
        origins = self._origins(request)
        named = [trusted.rstrip("/").lower() for trusted in self._believed]
        return origins[0] if len(origins) == 1 and origins[0].lower() in named else None

    def page_origin(self, request: Request) -> str:
        """Return the origin of our page that asks, as its browser says it; else where it was sent.

        A page of somebody else's is not believed: it gets what the request was sent to.
        """
        origins, host = self._origins(request), _host(request)
        if origin.allowed(origins, host or None, self._believed):
            return origins[0].lower()
        return f"{'https' if self.secure(request) else 'http'}://{host}"

    def same_site(self, request: Request) -> bool:
        """Tell whether a request that changes something comes from our own page (CSRF).

        A browser says where from by ``Origin`` or ``Sec-Fetch-Site``; what brings a token in a
        header is no page of somebody else's.
        """
        if self._bearer(request) is not None:
            return True
        site, origins = _header(request, b"sec-fetch-site"), self._origins(request)
        if site is not None and site not in _SAME:
            return False
        if origins:
            return origin.allowed(origins, _host(request) or None, self._believed)
        return site is not None

    def visitor(self, request: Request) -> Visitor | None:
        """Return the visitor who makes the request."""
        bearer = self._bearer(request)
        if bearer is not None:
            return self.authenticator.token(bearer)
        cookie = request.getCookie(self._cookie(request))
        if cookie is not None:
            found = self.authenticator.session(cookie.decode("latin-1"))
            if found is not None:
                return found
        # A page of another site whose name somebody points at us must not come in as a guest.
        if origin.trusted_host(_host(request), self._believed):
            return self.authenticator.guest()
        return None

    async def meet(self, request: Request) -> Visitor | None:
        """Return the visitor as `visitor` does; ask the other servers about an unknown one."""
        found = self.visitor(request)
        if (found is None or found.way == "guest") and self._brings_secret(request):
            await self.authenticator.catch_up()
            found = self.visitor(request)
        return found

    def _brings_secret(self, request: Request) -> bool:
        return bool(self._bearer(request) or request.getCookie(self._cookie(request)))

    def keep(self, request: Request, secret: str, lasts: float) -> None:
        """Let the browser keep the session's secret for so many s; "": forget it."""
        request.addCookie(
            self._cookie(request),
            secret.encode(),
            path=b"/",
            max_age=str(int(lasts) if secret else 0).encode(),
            secure=self.secure(request),
            httpOnly=True,
            sameSite=b"strict",
        )

    def known(self, request: Request) -> str:
        """Tell what the browser keeps since somebody signed in there; empty: nothing."""
        cookie: bytes = request.getCookie(self._cookie(request) + _KNOWN) or b""
        return cookie.decode("latin-1")

    def keep_known(self, request: Request, value: str) -> None:
        """Let the browser keep that, beyond the session. It opens nothing."""
        request.addCookie(
            self._cookie(request) + _KNOWN,
            value.encode(),
            path=b"/",
            max_age=b"%d" % _KNOWN_LASTS,
            secure=self.secure(request),
            httpOnly=True,
            sameSite=b"strict",
        )

    def beside(self, request: Request, cookie: ShortCookie) -> str:
        """Return a cookie that opens nothing and is kept for a while only; empty: none."""
        found: bytes = request.getCookie(self._cookie(request) + cookie.name) or b""
        return found.decode("latin-1")

    def keep_beside(self, request: Request, cookie: ShortCookie, value: str) -> None:
        """Let the browser keep that for a while; "": no longer."""
        request.addCookie(
            self._cookie(request) + cookie.name,
            value.encode(),
            path=b"/",
            max_age=b"%d" % (cookie.lasts if value else 0),
            secure=self.secure(request),
            httpOnly=True,
            sameSite=b"strict",
        )

    def _cookie(self, request: Request) -> bytes:
        if self.secure(request):
            return b"__Host-sightline"
        return b"sightline-%d" % getattr(request.getHost(), "port", 0)

    def _bearer(self, request: Request) -> str | None:
        """Return the token a request brings; "" for credentials of another sort, which open
        nothing.
        """
        given = _header(request, b"authorization")
        if given is None:
            return None
        sort, _, text = given.partition(" ")
        return text.strip() if sort.lower() == "bearer" else ""

    def _origins(self, request: Request) -> list[str]:
        lines = request.requestHeaders.getRawHeaders(b"origin", [])
        return [line.decode("latin-1") for line in lines]


def is_upgrade(request: Request) -> bool:
    """Tell whether it asks for a WebSocket. HTTP/1.0 knows no such thing (RFC 9110 §7.8)."""
    asked = (_header(request, b"upgrade") or "").lower() == "websocket"
    return asked and request.clientproto == b"HTTP/1.1"


def _header(request: Request, name: bytes) -> str | None:
    raw = request.getHeader(name)
    return None if raw is None else raw.decode("latin-1")


def _host(request: Request) -> str:
    return (_header(request, b"host") or "").lower()
