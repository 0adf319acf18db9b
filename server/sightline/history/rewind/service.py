"""Have questions about the past of topics answered on a thread of their own, in turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.contract.errors import Refused
from sightline.history.rewind.answers import DownloadQuery, Recorded
from sightline.history.rewind.budget import Abandoned, TimeBudget, TimeUp
from sightline.history.rewind.messages import ArchivePosition, BadPosition
from sightline.history.rewind.questions import Questions, Viewpoint
from sightline.history.rewind.reader import ArchiveReader, Changed
from sightline.history.rewind.recording import Recording, recorded
from sightline.web.reads import Busy, LongRead, Reads

SECONDS = 2.0
"""s that one answer takes: what is longer goes on with the next question."""
_INDEXING = 8.0
"""s that an answer may take where nothing is found without it, as when an index is missing."""
_THREADS = 2
_TRIES = 3  # a segment may be compressed or rewritten while it is read
_FORGET = 300.0  # s after the last question

T = TypeVar("T")


class RewindService(Service):
    """The past of the topics in the archive that ``reader`` reads.

    ``reads`` lets askers in by turns; ``recording`` is what the settings ask for.
    """

    _log = Logger()
    name = "rewind"

    def __init__(
        self, reactor: Any, reader: ArchiveReader, reads: Reads, recording: Recording
    ) -> None:
        self._reactor = reactor
        self._reader = reader
        self._reads = reads
        self.recording = recording
        self._questions = Questions(reader)
        self._pool = ThreadPool(0, _THREADS, "rewind")
        self._stopping = False
        self._forgetting: IDelayedCall | None = None

    def startService(self) -> None:
        super().startService()
        self._stopping = False
        self._pool = ThreadPool(0, _THREADS, "rewind")  # one that was stopped cannot start again
        self._pool.start()

    def stopService(self) -> Deferred[None] | None:
        """End the threads; what they are at is given up."""
        super().stopService()
        self._stopping = True
        if self._forgetting is not None:
            self._forgetting.cancel()
            self._forgetting = None
        if not self._pool.started:
            return None
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._end)

    def _end(self) -> None:
        self._pool.stop()
        self._questions.forget()

    async def ask(
        self, who: str, left: Callable[[], bool], work: Callable[[Questions, TimeBudget], T]
    ) -> T:
        """Have ``work`` done for a reader of this name, until it has ``left``.

        Raises `Refused`: ``busy``, ``malformed``, ``degraded``.
        """
        read = await self._begin(who)
        try:
            return await self._do(left, lambda budget: work(self._questions, budget))
        finally:
            read.end()

    async def recorded(
        self, who: str, left: Callable[[], bool], sees: Callable[[str], bool]
    ) -> Recorded:
        """Return what is recorded. Raises `Refused` as `ask` does."""
        read = await self._begin(who)
        try:
            return await self._do(
                left,
                lambda budget: recorded(self._reader, self.recording, sees, budget),
            )
        finally:
            read.end()

    async def download(
        self, who: str, asked: DownloadQuery, viewpoint: Viewpoint
    ) -> AsyncGenerator[bytes, None]:
        """Return the lines of a span, made as fast as they are taken. Raises `Refused`."""
        read = await self._begin(who)
        lines = self._lines(asked, viewpoint, read)
        try:
            # What is refused is refused before the head of the answer is sent.
            first = await anext(lines)
        except BaseException:
            read.end()
            raise
        return _Download(first, lines, read)

    async def _lines(
        self, asked: DownloadQuery, viewpoint: Viewpoint, read: LongRead
    ) -> AsyncGenerator[bytes, None]:
        after: ArchivePosition | None = None
        while True:

            def some(
                budget: TimeBudget, after: ArchivePosition | None = after
            ) -> tuple[ArchivePosition | None, bytes]:
                found = bytearray()
                begun = after
                try:
                    for at, lines in self._questions.lines(asked, viewpoint, after, budget):
                        after = at
                        found += lines
                        if len(found) >= _PIECE:
                            return after, bytes(found)
                except TimeUp:
                    if after == begun:
                        raise
                    return after, bytes(found)
                return None, bytes(found)

            await read.turn()
            after, data = await self._do(lambda: False, some)
            yield data
            if after is None:
                return

    async def _begin(self, who: str) -> LongRead:
        try:
            return await self._reads.begin(who)
        except Busy:
            why = "Too many long answers at once. Try again in a moment."
            raise Refused("busy", why, wait=2) from None

    async def _do(self, left: Callable[[], bool], work: Callable[[TimeBudget], T]) -> T:
        if not self.running or self._stopping:
            raise Refused("busy", "The server is starting or stopping. Try again.", wait=2)
        self._remember_to_forget()
        try:
            return await deferToThreadPool(self._reactor, self._pool, self._tried, left, work)
        except (TimeUp, Changed, Abandoned):
            why = "The archive is still being indexed. Try again in a moment."
            raise Refused("busy", why, wait=2) from None
        except BadPosition:
            raise Refused("malformed", "after is no mark of a page of ours.") from None
        except OSError as why:
            text = why.strerror or str(why)
            raise Refused(
                "degraded", f"The archive cannot be read just now: {text}", wait=2
            ) from why

    def _tried(self, left: Callable[[], bool], work: Callable[[TimeBudget], T]) -> T:
        """Do the work on this thread; anew when a segment was changed meanwhile."""
        for tries in range(_TRIES):
            budget = TimeBudget(SECONDS, _INDEXING, lambda: left() or self._stopping)
            try:
                return work(budget)
            except Changed:
                if tries == _TRIES - 1:
                    raise
        raise AssertionError  # not come to

    def _remember_to_forget(self) -> None:
        """Let go of the memory when nobody asks any more."""
        if self._forgetting is not None:
            self._forgetting.reset(_FORGET)
        else:
            self._forgetting = self._reactor.callLater(_FORGET, self._forget)

    def _forget(self) -> None:
        self._forgetting = None
        if self._pool.started:
            # Not on this thread: a question holds the files, for as long as a disk hangs.
            forgetting = deferToThreadPool(self._reactor, self._pool, self._questions.forget)
            forgetting.addErrback(lambda failure: self._log.failure("Could not forget", failure))


_PIECE = 262_144
"""Bytes of a download that are made at once."""


class _Download(AsyncGenerator[bytes, None]):
    """A download, which ends with its stream: at its end, or when nobody wants it."""

    def __init__(self, first: bytes, lines: AsyncGenerator[bytes, None], read: LongRead) -> None:
        self._first: bytes | None = first
        self._lines = lines
        self._read = read

    async def asend(self, value: None) -> bytes:
        """Return the next piece."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            return await self._lines.asend(value)
        except BaseException:
            self._read.end()
            raise

    async def athrow(self, *error: Any) -> bytes:
        self._read.end()
        return await self._lines.athrow(*error)

    async def aclose(self) -> None:
        self._read.end()
        await self._lines.aclose()
