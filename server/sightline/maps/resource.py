"""Serve the files of maps: whole or a range of them, read on a thread in pieces."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web import http
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from sightline.contract.http import Reply
from sightline.maps.service import MapFile, MapsService
from sightline.model.token_bucket import TokenBuckets
from sightline.web.byte_ranges import part_of
from sightline.web.proxies import client_key
from sightline.web.reads import Busy, Reads
from sightline.web.request_context import RequestContext
from sightline.web.streaming import follow, is_disconnected, stream

PIECE = 131_072
"""Bytes that are read at once; most tiles are smaller."""
_TYPE = "application/vnd.pmtiles"
_RATE, _BURST = 100.0, 600.0
"""Requests of one address: a page that is panned fast asks for some 50 tiles a second."""
_EACH, _AT_ONCE = 12, 64
"""Requests of one address, and of all, that are answered at once; the next ones wait."""


class MapFiles(Resource):
    """The resource of ``/maps/<file>``, for everybody who may open the page."""

    isLeaf = True
    _log = Logger()

    def __init__(self, reactor: Any, context: RequestContext, maps: MapsService) -> None:
        super().__init__()
        self._clock = reactor
        self._context = context
        self._maps = maps
        self._asked = TokenBuckets(_RATE, _BURST)
        self._reads = Reads(
            reactor, each=_EACH, at_once=_AT_ONCE, waiting_each=4 * _EACH, waiting=8 * _AT_ONCE
        )

    def render_GET(self, request: Request) -> bytes | int:
        """Return the file or the range of it that is asked for."""
        # Chromium's cache fails on concurrent ranges of one file; the page keeps tiles itself.
        request.setHeader(b"cache-control", b"no-store")
        request.setHeader(b"vary", b"cookie, authorization")
        who = client_key(self._context.address(request))
        if not self._asked.take(who, self._clock.seconds()):
            return _later(request)
        if self._context.visitor(request) is None:
            return _plain(request, 401, b"Please sign in.\n")
        name = b"/".join(request.postpath or ()).decode("latin-1")
        found = self._maps.file(name)
        if found is None:
            return _missing(request)
        follow(request)
        answering = Deferred.fromCoroutine(self._answer(request, who, found))
        answering.addErrback(lambda failure: self._failed(request, failure))
        return NOT_DONE_YET

    def _failed(self, request: Request, failure: Any) -> None:
        self._log.failure("A map could not be read", failure)
        if not is_disconnected(request):
            request.loseConnection()

    async def _answer(self, request: Request, who: str, found: MapFile) -> None:
        try:
            read = await self._reads.begin(who)
        except Busy:
            _end(request, _later(request))
            return
        try:
            await self._send(request, found)
        finally:
            read.end()

    async def _send(self, request: Request, found: MapFile) -> None:
        if is_disconnected(request):
            return
        try:
            file, size = await self._maps.on_thread(_opened, found)
        except OSError:
            _end(request, _missing(request))
            return
        try:
            part = _head(request, found.etag, size)
            if part is None:
                _end(request, b"")
                return
            pieces = self._pieces(file, part)
            await stream(request, Reply(stream=pieces, status=request.code, type=_TYPE))
        finally:
            os.close(file)

    async def _pieces(self, file: int, part: range) -> AsyncGenerator[bytes, None]:
        for start in range(part.start, part.stop, PIECE):
            length = min(PIECE, part.stop - start)
            piece = await self._maps.on_thread(os.pread, file, length, start)
            if len(piece) < length:
                raise OSError("the file of the map became shorter")
            yield piece


def _opened(found: MapFile) -> tuple[int, int]:
    """Open the file; return it and its size. On a thread."""
    file = os.open(found.path, os.O_RDONLY | os.O_CLOEXEC)
    return file, os.fstat(file).st_size


def _head(request: Request, etag: bytes, size: int) -> range | None:
    """Set status and headers; return what to send, None for nothing."""
    request.setHeader(b"accept-ranges", b"bytes")
    request.setHeader(b"content-type", _TYPE.encode())
    wanted = request.getHeader(b"range")
    condition = request.getHeader(b"if-range")
    part = part_of(wanted if condition in (None, etag) else None, size)
    if request.setETag(etag) is http.CACHED:
        return None
    if part is None:
        part = range(size)
    elif not part:
        request.setResponseCode(http.REQUESTED_RANGE_NOT_SATISFIABLE)
        request.setHeader(b"content-range", b"bytes */%d" % size)
        return None
    else:
        request.setResponseCode(http.PARTIAL_CONTENT)
        span = (part.start, part.stop - 1, size)
        request.setHeader(b"content-range", b"bytes %d-%d/%d" % span)
    request.setHeader(b"content-length", b"%d" % len(part))
    return part


def _later(request: Request) -> bytes:
    request.setHeader(b"retry-after", b"1")
    return _plain(request, 429, b"Too many requests.\n")


def _missing(request: Request) -> bytes:
    return _plain(request, 404, b"There is no such map.\n")


def _plain(request: Request, status: int, text: bytes) -> bytes:
    request.setHeader(b"content-type", b"text/plain; charset=utf-8")
    request.setResponseCode(status)
    return text


def _end(request: Request, body: bytes) -> None:
    """End an answer that is short."""
    if is_disconnected(request):
        return
    if request.code != http.NOT_MODIFIED:
        request.setHeader(b"content-length", b"%d" % len(body))
    if request.method != b"HEAD":
        request.write(body)
    request.finish()
