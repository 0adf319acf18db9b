"""Serve ``/photos/<user>/<device>/<hash>``: a photo of a point of interest.

It is a part of a friend's past: told to anybody who may be told of that, and to everybody else as
if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import NOT_DONE_YET, Request

from sightline.auth.permissions import may_recall
from sightline.auth.session import Visitor
from sightline.owntracks.picture_resource import PictureResource, missing, shown
from sightline.owntracks.ports import RequestContextPort

Get = Callable[[str, str], "Deferred[bytes | None]"]
"""Reads a photo of a friend by its hash, on a thread."""


class Photos(PictureResource):
    """The resource of photos."""

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
        super().__init__(clock, context, rate, burst)
        self._get = get

    def show(self, request: Request, visitor: Visitor, device: str, picture: str) -> bytes | int:
        """Answer with a photo of the friend's past once it is read."""
        thing = f"friend/{device}"
        if not visitor.looks_back or not may_recall(visitor.user, thing, "photo"):
            return missing(request)
        gone: list[Any] = []
        request.notifyFinish().addErrback(gone.append)

        def answer(data: bytes | None) -> None:
            if gone:
                return
            if data is None:
                body = missing(request)
                request.setHeader(b"content-length", b"%d" % len(body))
            else:
                png = data.startswith(b"\x89PNG")
                body = shown(request, b"image/png" if png else b"image/jpeg", data)
            if request.method != b"HEAD":
                request.write(body)
            request.finish()

        def failed(failure: Failure) -> None:
            self._log.failure("Could not answer with a photo", failure)
            if not gone:
                request.loseConnection()

        self._get(thing, picture).addCallback(answer).addErrback(failed)
        return NOT_DONE_YET
