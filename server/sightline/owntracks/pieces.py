"""An answer that is made while it is sent, no faster than the other side takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twisted.internet.interfaces import IPullProducer
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

PIECE = 65_536
"""Bytes that are made at once, about."""


@implementer(IPullProducer)
class Pieces:
    """Sends ``parts`` through ``request``, and ends it. Others have their turns between pieces."""

    def __init__(self, request: Request, parts: Iterable[bytes]) -> None:
        self._request = request
        self._parts: Iterator[bytes] = iter(parts)

    def start(self) -> int:
        """Begin. What fails from now on cuts the answer off."""
        self._request.notifyFinish().addErrback(lambda _: self.stopProducing())
        self._request.registerProducer(self, False)
        return NOT_DONE_YET

    def resumeProducing(self) -> None:
        """There is room for a piece."""
        made, size = [], 0
        for part in self._parts:
            made.append(part)
            size += len(part)
            if size >= PIECE:
                break
        if made:
            self._request.write(b"".join(made))
        else:
            self._request.unregisterProducer()
            self._request.finish()

    def stopProducing(self) -> None:
        """Nobody listens any more."""
        self._parts = iter(())
