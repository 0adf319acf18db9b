"""Append to the log on a thread of its own, and say when it is safe there.

An append waits for one write and one fdatasync, whatever the store behind the log does.
Everything that changes a file runs on that thread, one piece at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.database.trouble import degraded
from sightline.history.log import erasing, former_spill
from sightline.history.log.line import of_batch
from sightline.history.log.segments import LogEnd, LogPosition, SegmentWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.model.faults import CannotOpen, Unavailable

KEEP = 86_400.0
"""s that a file stays although the store has all of it, for `sightline store rebuild`."""
DISK_BOUND = 268_435_456
"""Bytes beyond which the oldest of those files go earlier."""
_TIDY = 60.0  # s
_GRAIN = 65_536  # bytes of the log of which it is noted where they end

P = ParamSpec("P")
T = TypeVar("T")


class HistoryLog:
    """The log in ``folder``. ``wall`` gives epoch s; ``clock`` (the reactor) is never stepped.

    ``most``: bytes that may wait for the store, which people know as ``store``; None: no bound but
    the disk. ``left`` is the folder in which an older version left what waited.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        folder: Path,
        wall: Callable[[], float],
        *,
        most: int | None = None,
        store: str = "the store",
        left: Path | None = None,
        writer: SegmentWriter | None = None,
    ) -> None:
        self._reactor = reactor
        self.wall = wall
        """Gives the time by which files are old and erasures are noted, epoch s."""
        self._most = most
        self._store = store
        self._left = left
        self._writer = writer or SegmentWriter(folder, wall)
        self._thread = ThreadPool(0, 1, name="history-log")
        self._appended: deque[tuple[int, int]] = deque()
        """(line, bytes of all files up to it), of what the store does not have yet."""
        self._bytes = self._stored = 0
        self._tidied = 0.0
        self.is_open = False
        """Whether anything can be appended."""

    @property
    def folder(self) -> Path:
        """Return where the files are."""
        return self._writer.folder

    @property
    def end(self) -> LogEnd:
        """Return the end of what is safe."""
        return self._writer.end

    @property
    def waiting(self) -> int:
        """Return the bytes that the store does not have yet, about."""
        return self._bytes - self._stored

    def open(self) -> None:
        """Find the files or make them, with what an older version left. Raises `CannotOpen`.

        It is done when this returns, so that a start can fail of it.
        """
        self._writer.open()
        if self._left is not None:
            self._bring(self._left)
        # A start that fails after this never runs, and a thread would keep it from ending.
        self._reactor.callWhenRunning(self._thread.start)
        self.is_open = True

    def _bring(self, left: Path) -> None:
        try:
            for path in former_spill.files(left):
                count = 0
                for batch in former_spill.batches(path):
                    if isinstance(batch, str):
                        self._log.warn("Left out: {why}", why=batch)
                    else:
                        self._write(batch.entries, batch.last_states)
                        count += len(batch.entries)
                path.unlink()
                self._log.info("{count} entries of {file} are in the log", count=count, file=path)
        except OSError as why:
            raise CannotOpen(
                f"{left}: what waits there cannot be brought into the log: {why}"
            ) from why

    # -- writing

    def append(self, entries: Sequence[HistoryEntry], states: Sequence[LastState]) -> Deferred[int]:
        """Append entries and present states; fires with the number of entries, once they are safe.

        Fails with `Unavailable`: the disk does not take them, or too much waits for the store.
        """
        if self._most is not None and self.waiting > self._most:
            room = f"({self._most // 1_000_000} MB)"
            why = f"what waits for {self._store} fills its place on disk {room}"
            return fail(Unavailable(why))
        return self._call(self._write, entries, states).addCallback(self._note, len(entries))

    def _write(self, entries: Sequence[HistoryEntry], states: Sequence[LastState]) -> int:
        """Append on the thread; return the bytes."""
        first = self._writer.end.n + 1
        lines = of_batch(first, entries, states)
        if lines:
            self._writer.append(lines, first + len(lines) - 1)
        return sum(map(len, lines))

    def _note(self, size: int, count: int) -> int:
        self._bytes += size
        appended = self._appended
        if len(appended) > 1 and self._bytes - appended[-2][1] < _GRAIN:
            appended.pop()  # a store that is away for a day must not fill the memory
        appended.append((self._writer.end.n, self._bytes))
        return count

    # -- what the store has

    def begin(self, position: LogPosition | None) -> None:
        """Note where the store was at the start."""
        self._bytes = self._writer.size_from(position.segment if position else "")
        self._appended = deque([(self._writer.end.n, self._bytes)])
        self._stored = 0

    def stored(self, n: int) -> None:
        """Note that the store has everything up to line ``n``."""
        appended = self._appended
        while appended and appended[0][0] <= n:
            self._stored = max(self._stored, appended.popleft()[1])

    def tidy(self, position: LogPosition, n: int) -> Deferred[int] | None:
        """Remove, now and then, old files that the store has.

        It is at ``position``, and has all up to line ``n``.
        """
        now = self._reactor.seconds()
        if self._tidied and now - self._tidied < _TIDY:
            return None
        self._tidied = now
        return self._call(self._drop, position.segment, n)

    def _drop(self, segment: str, n: int) -> int:
        now = self.wall()
        whole = self._writer.end.n <= n  # here, where nothing is appended meanwhile
        self._writer.rotate_old()
        return self._writer.drop(segment, lambda at: abs(now - at) > KEEP, DISK_BOUND, whole=whole)

    # -- erasing

    async def erase(self, things: Container[str], stored: LogPosition | None) -> int:
        """Take everything about these things out of all files.

        Returns how many entries went that are behind ``stored``, which no store has yet. One file
        at a time, so that nothing that is appended waits long. Raises `Unavailable`.
        """
        await self._call(self._writer.rotate)
        removed = 0
        for name in self._writer.closed():
            removed += await self._call(self._erase, name, things, stored.n if stored else 0)
        return removed

    def _erase(self, name: str, things: Container[str], stored: int) -> int:
        path = self.folder / name
        if not path.exists():  # it was let go meanwhile
            return 0
        removed = erasing.erase(path, things, stored)
        self._writer.rewritten(name)
        return removed

    # -- the end

    def abandon(self) -> None:
        """Let go of the files at once, before anything was appended."""
        self.is_open = False
        self._writer.close()

    async def close(self) -> None:
        """Finish what was begun, and let go of the files."""
        if not self.is_open:
            return
        self.is_open = False
        await deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._thread.stop)
        self._writer.close()

    def _call(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> Deferred[T]:
        if not self.is_open:
            return fail(Unavailable("the log of the history is closed"))

        def worded() -> T:
            try:
                return work(*args, **more)
            except OSError as why:
                raise degraded(why) or Unavailable(str(why)) from why

        return deferToThreadPool(self._reactor, self._thread, worded)
