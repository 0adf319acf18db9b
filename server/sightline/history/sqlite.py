"""Keep history in one SQLite file: one thread writes, a few read, none of them the reactor's.

Writes wait for their turn in the one writer thread; readers see what was committed when their
statement began and wait for nobody (WAL).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, execute
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.database.trouble import Degraded, degraded
from sightline.history import reading, tables
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import FOREVER, Act, HistoryPage, Span, StoreSize
from sightline.history.writing import StoreWriter
from sightline.model.faults import Unavailable

reactor: Any = _reactor
READERS = 2
"""Threads, and so questions at once; on a small machine more only get in each other's way."""
_CHECKPOINT = 4_000
"""Pages (of 4 KB) in the log of changes before they go into the file: a batch of 2,000 messages
changes so many, and with SQLite's 1,000 each batch wrote its pages twice."""

P = ParamSpec("P")
T = TypeVar("T")


class SqliteStore:
    """The file ``history.db`` in ``folder``."""

    name = "sqlite"
    trouble = ""

    def __init__(self, folder: Path, *, busy: float = tables.BUSY) -> None:
        self.path = folder / tables.FILE
        self._busy = busy
        self._writer: StoreWriter | None = None
        # Without threads until there is work: a start that fails after `open` can end.
        self._writing = ThreadPool(0, 1, name="history-writer")
        self._reading = ThreadPool(0, READERS, name="history-reader")
        self._own = threading.local()
        self._readers: list[sqlite3.Connection] = []

    def open(self) -> Deferred[None]:
        """Open, make or upgrade the file; done when this returns, so that a start can fail of it.

        Fails with `CannotOpen`.
        """

        def begin() -> None:
            sql = tables.opened(self.path)
            sql.execute(f"PRAGMA busy_timeout = {round(self._busy * 1000)}")
            sql.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
            self._writer = StoreWriter(sql)
            self._writing.start()
            self._reading.start()

        return execute(begin)

    def close(self) -> Deferred[None]:
        """Finish what waits and close the file."""
        if self._writer is None:
            return execute(lambda: None)
        writer, self._writer = self._writer, None

        def close() -> None:
            for sql in self._readers:
                sql.close()
            writer.close()

        def stop(_: object) -> None:
            self._writing.stop()

        # Readers are done within a statement; the writer has its queue to go through.
        read = deferToThreadPool(reactor, self._writing, self._reading.stop)
        read.addCallback(lambda _: deferToThreadPool(reactor, self._writing, close))
        return read.addCallback(stop)

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states in one transaction."""
        return self._write(StoreWriter.write, entries, last_states)

    def hide(
        self,
        thing: str,
        sort: str,
        keys: Sequence[tuple[float, int]],
        undo: str,
        *,
        believed: bool = False,
    ) -> Deferred[int]:
        """Mark entries as wrong, or as right."""
        return self._write(StoreWriter.hide, thing, sort, keys, undo, believed)

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return self._write(StoreWriter.unhide, thing, undo)

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget these things; the freed bytes are overwritten."""
        return self._write(StoreWriter.erase, things)

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old."""
        return self._write(StoreWriter.purge, sort, before, own or {}, most)

    def scrub(self) -> Deferred[None]:
        """Let what was removed be gone from the log of changes, too."""
        return self._write(StoreWriter.scrub)

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return self._read(reading.page, span, limit, after)

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        return self._read(reading.scene, sort, at, limit, after)

    def events(
        self,
        sorts: Iterable[str],
        since: float = -FOREVER,
        until: float = FOREVER,
        *,
        newest_first: bool = True,
        limit: int = 1000,
        after: str | None = None,
        scope: VisibleScope = EVERYTHING,
    ) -> Deferred[HistoryPage]:
        """Return events of all things that are seen."""
        how = (since, until, newest_first, limit, after, scope)
        return self._read(reading.events, tuple(sorts), *how)

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""
        return self._read(reading.counts, thing, sort, bounds)

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        return self._read(reading.acts, thing)

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""
        return self._read(reading.around, things, sort, at, before, after)

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return self._read(reading.things)

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""
        return self._read(reading.last_states, limit, after)

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large it is."""
        return self._read(reading.figures)

    # -- across the threads

    def _write(
        self, act: Callable[Concatenate[StoreWriter, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        def work() -> T:
            writer = self._writer
            if writer is None:
                raise Unavailable("the history is closed")
            return _translating(act, writer, *args, **kwargs)

        return deferToThreadPool(reactor, self._writing, work)

    def _read(
        self,
        ask: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        def look() -> T:
            found: sqlite3.Connection | None = getattr(self._own, "sql", None)
            if found is None:  # this reader thread's own connection
                found = tables.connect(self.path, busy=self._busy)
                found.execute("PRAGMA query_only = ON")
                self._own.sql = found
                self._readers.append(found)
            return ask(found, *args, **kwargs)

        return deferToThreadPool(reactor, self._reading, lambda: _translating(look))


def _translating(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Tell what SQLite fails with, in the words of a store."""
    try:
        return act(*args, **kwargs)
    except sqlite3.Error as why:
        state = degraded(why)
        told = Unavailable(str(why)) if state is None else Degraded(state.reason, str(why))
        raise told from why
