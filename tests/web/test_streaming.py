"""An answer that is made while it is sent, with a transport of the test's."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from twisted.internet.defer import Deferred

from sightline.contract.http import Reply
from sightline.web.streaming import follow, is_disconnected, stream

PARTS, PART = 1000, 10_000
FULL = 65_536


class Reader:
    """As much of a request as a stream needs. It is full with so many bytes, until it reads."""

    def __init__(self) -> None:
        self.method = b"GET"
        self.written = self.waiting = 0
        self.finished = False
        self.producer: Any = None
        self._ends: list[Deferred[None]] = []

    def notifyFinish(self) -> Deferred[None]:
        self._ends.append(Deferred())
        return self._ends[-1]

    def goes(self) -> None:
        for each in self._ends:
            each.errback(ConnectionError("it went away"))

    def setResponseCode(self, code: int) -> None: ...

    def setHeader(self, name: bytes, value: bytes) -> None: ...

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self.waiting += len(data)
        if self.waiting >= FULL:
            self.producer.pauseProducing()

    def reads(self) -> None:
        self.waiting = 0
        self.producer.resumeProducing()

    def finish(self) -> None:
        self.finished = True


class Source:
    """What is sent: how much of it was made, and whether it was closed."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = False

    async def parts(self) -> AsyncGenerator[bytes, None]:
        try:
            for _ in range(PARTS):
                self.made += 1
                yield b"x" * PART
        finally:
            self.closed = True


def test_no_more_is_made_than_is_taken():
    reader: Any = Reader()
    source = Source()
    follow(reader)
    done = stream(reader, Reply(stream=source.parts(), type="x/y"))
    assert source.made == 7
    reader.reads()
    assert source.made == 14
    while reader.producer is not None:
        reader.reads()
    assert (reader.written, reader.finished, source.closed) == (PARTS * PART, True, True)
    assert done.called


def test_for_who_went_away_nothing_more_is_made():
    reader: Any = Reader()
    source = Source()
    follow(reader)
    done = stream(reader, Reply(stream=source.parts(), type="x/y"))
    reader.goes()
    assert is_disconnected(reader)
    assert source.made <= 8  # the one that was begun when it was gone
    assert (reader.written, source.closed, reader.finished) == (7 * PART, True, False)
    assert done.called
