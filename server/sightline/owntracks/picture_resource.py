"""Answer who asks for a picture of a friend: the part that faces and photos have in common."""

from __future__ import annotations

from urllib.parse import unquote

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import Request

from sightline.auth.session import Visitor
from sightline.model.token_bucket import TokenBuckets
from sightline.owntracks.ports import RequestContextPort


class PictureResource(Resource):
    """The resource of ``…/user/device/picture``.

    ``rate`` requests/s of one address, ``burst`` when a page opens.
    """

    isLeaf = True

    def __init__(
        self, clock: IReactorTime, context: RequestContextPort, rate: float, burst: float
    ) -> None:
        super().__init__()
        self._clock = clock
        self._context = context
        self._asked = TokenBuckets(rate, burst)

    def render_GET(self, request: Request) -> bytes | int:
        """Return the picture; 404 also for one that is no more, or that the asker may not see."""
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"vary", b"cookie, authorization")
        if not self._asked.take(self._context.address(request), self._clock.seconds()):
            request.setHeader(b"retry-after", b"1")
            return _plain(request, 429, b"Too many requests.\n")
        visitor = self._context.visitor(request)
        if visitor is None:
            return _plain(request, 401, b"Please sign in.\n")
        # From the path as it came, so that a %2F within a level stays within it.
        parts = (request.path or b"").decode("latin-1").split("/")[2:]
        if len(parts) != 3:
            return missing(request)
        user, device, picture = (unquote(part, errors="replace") for part in parts)
        return self.show(request, visitor, f"{user}/{device}", picture)

    def show(self, request: Request, visitor: Visitor, device: str, picture: str) -> bytes | int:
        """Return the picture of ``user/device`` with this hash, or `missing`."""
        raise NotImplementedError


def missing(request: Request) -> bytes:
    """Say that there is no such picture, or that the asker may not see it."""
    return _plain(request, 404, b"There is no such thing, or it is not for you.\n")


def shown(request: Request, mime: bytes, data: bytes) -> bytes:
    """Return a picture that a browser may keep: its address has its hash; none for HEAD."""
    request.setHeader(b"cache-control", b"private, max-age=31536000, immutable")
    request.setHeader(b"content-type", mime)
    request.setHeader(b"content-length", b"%d" % len(data))
    return b"" if request.method == b"HEAD" else data


def _plain(request: Request, status: int, text: bytes) -> bytes:
    request.setResponseCode(status)
    return text
