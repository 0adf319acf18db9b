"""Send an answer while it is made, no faster than the other side takes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.web.server import Request
from zope.interface import implementer

from sightline.contract.http import Reply

_log = Logger()


def follow(request: Request) -> None:
    """Note when nobody waits for the answer any more; `is_disconnected` tells it."""
    request.notifyFinish().addErrback(lambda _: setattr(request, "_gone", True))


def is_disconnected(request: Request) -> bool:
    """Tell whether nobody waits for the answer any more, of a request that is followed."""
    return getattr(request, "_gone", False)


def stream(request: Request, reply: Reply) -> Deferred[None]:
    """Send ``reply.stream`` through a request that is followed.

    Fires when that is done or nobody listens any more.
    """
    assert reply.stream is not None
    request.setResponseCode(reply.status)
    request.setHeader(b"content-type", reply.type.encode())
    if reply.name:
        request.setHeader(
            b"content-disposition", b'attachment; filename="%b"' % reply.name.encode("ascii")
        )
    return Deferred.fromCoroutine(_Sending(request, reply.stream).send())


@implementer(IPushProducer)
class _Sending:
    def __init__(self, request: Request, pieces: AsyncGenerator[bytes, None]) -> None:
        self._request = request
        self._pieces = pieces
        self._full: Deferred[None] | None = None

    async def send(self) -> None:
        request = self._request
        if not is_disconnected(request):
            request.notifyFinish().addErrback(lambda _: self.stopProducing())
            request.registerProducer(self, True)
        try:
            if request.method != b"HEAD":
                async for piece in self._pieces:
                    if is_disconnected(request):
                        return
                    if piece:
                        request.write(piece)
                    if self._full is not None:
                        await self._full
        except Exception:
            # The head is sent, so the only way left to say that this is not all is to hang up.
            _log.failure("An answer was cut off")
            if not is_disconnected(request):
                request.loseConnection()
            return
        finally:
            await self._pieces.aclose()
        if not is_disconnected(request):
            request.unregisterProducer()
            request.finish()

    def pauseProducing(self) -> None:
        """Wait: the other side is behind."""
        if self._full is None:
            self._full = Deferred()

    def resumeProducing(self) -> None:
        """Make the next piece: the other side has caught up."""
        full, self._full = self._full, None
        if full is not None:
            full.callback(None)

    def stopProducing(self) -> None:
        """End the answer: the other side is gone."""
        self.resumeProducing()
