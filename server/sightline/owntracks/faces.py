"""Serve ``/faces/<user>/<device>/<hash>``: the picture on a friend's card.

Frames hold only this address. It names one picture for ever, so a browser may keep what it got; it
is answered to those who may see that friend, and to everybody else as if it were not there.
"""

from __future__ import annotations

from urllib.parse import unquote

from twisted.internet.interfaces import IReactorTime
from twisted.web.resource import Resource
from twisted.web.server import Request

from sightline.model.token_bucket import TokenBuckets
from sightline.owntracks.latest import LatestPositions
from sightline.owntracks.ports import RequestContextPort, may_read


class Faces(Resource):
    """The resource. ``rate`` requests/s of one address, ``burst`` when a page opens."""

    isLeaf = True

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContextPort,
        people: LatestPositions,
        *,
        rate: float = 100.0,
        burst: float = 2000.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._context = context
        self._people = people
        self._asked = TokenBuckets(rate, burst)

    def render_GET(self, request: Request) -> bytes:
        """Return the picture; 404 also for one that is no more, or not for whoever asks."""
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
        if len(parts) != 3 or not may_read(visitor):
            return _plain(request, 404, b"There is no such thing, or it is not for you.\n")
        user, device, picture = (unquote(part, errors="replace") for part in parts)
        face = self._people.face(f"{user}/{device}")
        seen = visitor.user.scope.sees(f"face/{user}/{device}")
        if face is None or not seen or face.hash != picture:
            return _plain(request, 404, b"There is no such thing, or it is not for you.\n")
        request.setHeader(b"cache-control", b"private, max-age=31536000, immutable")
        request.setHeader(b"content-type", face.mime.encode())
        request.setHeader(b"content-length", b"%d" % len(face.data))
        return b"" if request.method == b"HEAD" else face.data


def _plain(request: Request, status: int, text: bytes) -> bytes:
    request.setResponseCode(status)
    return text
