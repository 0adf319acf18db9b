"""Serve ``/photos/<user>/<device>/<hash>``: a photo of a point of interest.

It is a part of a friend's past: told to whoever may be told of that, and to everybody else as if it
were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import may_recall
from sightline.model.token_bucket import TokenBuckets
from sightline.owntracks.ports import RequestContextPort

Get = Callable[[str, str], "Deferred[bytes | None]"]
"""Reads a photo of a friend by its hash, on a thread."""


class Photos(Resource):
    """The resource. ``rate`` requests/s of one address, ``burst`` when a page opens."""

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        context: RequestContextPort,
        get: Get,
        *,
        rate: float = 20.0,
        burst: float = 200.0,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._context = context
        self._get = get
        self._asked = TokenBuckets(rate, burst)

    def render_GET(self, request: Request) -> bytes | int:
        """Return the photo; 404 also for one that is not for whoever asks."""
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
            return _missing(request)
        user, device, found = (unquote(part, errors="replace") for part in parts)
        thing = f"friend/{user}/{device}"
        if not visitor.looks_back or not may_recall(visitor.user, thing, "photo"):
            return _missing(request)
        gone: list[Any] = []
        request.notifyFinish().addErrback(gone.append)

        def answer(data: bytes | None) -> None:
            if gone:
                return
            if data is None:
                body = _missing(request)
            else:
                body = data
                request.setHeader(b"cache-control", b"private, max-age=31536000, immutable")
                png = data.startswith(b"\x89PNG")
                request.setHeader(b"content-type", b"image/png" if png else b"image/jpeg")
            request.setHeader(b"content-length", b"%d" % len(body))
            if request.method != b"HEAD":
                request.write(body)
            request.finish()

        def failed(failure: Failure) -> None:
            self._log.failure("Could not answer with a photo", failure)
            if not gone:
                request.loseConnection()

        self._get(thing, found).addCallback(answer).addErrback(failed)
        return NOT_DONE_YET


def _missing(request: Request) -> bytes:
    return _plain(request, 404, b"There is no such thing, or it is not for you.\n")


def _plain(request: Request, status: int, text: bytes) -> bytes:
    request.setResponseCode(status)
    return text
