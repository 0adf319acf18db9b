"""Be the store that all others see: write to the log, ask the store behind it.

A question waits until the store has what was appended before it, so everybody reads what they
wrote; within bounds, for the store may be away. Changes of what is there (hide, erase) reach what
the store does not have yet, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history.log.durable import HistoryLog
from sightline.history.log.erasure_notes import notes
from sightline.history.log.folding import POSITION
from sightline.history.log.indexer import Indexer
from sightline.history.log.store_first import StoreFirst
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import FOREVER, Act, HistoryPage, Span, Store, StoreSize
from sightline.model.faults import Unavailable

QUESTION_WAIT = 2.0
"""s that a question waits for what was appended before it."""
CHANGE = 20.0
"""s that a change waits for it: it must not miss anything."""
RESTORE = 60.0
"""s that questions wait for what was in the log at the start: the world comes of it, and what rules
missed."""

T = TypeVar("T")


class _LoggedQuestions:
    """What is asked: of the store, once it has what was appended before."""

    def __init__(self, inner: Store, log: HistoryLog, indexer: Indexer) -> None:
        self.inner = inner
        self.indexer = indexer
        self._log = log
        self.name = inner.name

    def _read(self, ask: Callable[[], Deferred[T]]) -> Deferred[T]:
        most = QUESTION_WAIT if self.indexer.has_former else RESTORE
        reached = self.indexer.reach(self._log.end.n, most)
        return reached.addCallback(lambda _: ask())

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return self._read(lambda: self.inner.page(span, limit, after))

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        return self._read(lambda: self.inner.scene(sort, at, limit, after))

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
        return self._read(
            lambda: self.inner.events(
                sorts,
                since,
                until,
                newest_first=newest_first,
                limit=limit,
                after=after,
                scope=scope,
            )
        )

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""
        return self._read(lambda: self.inner.counts(thing, sort, bounds))

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return self._read(lambda: self.inner.things())

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        return self.inner.acts(thing)

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""
        return self._read(lambda: self.inner.around(things, sort, at, before, after))

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states, without the positions of logs."""

        def ask() -> Deferred[tuple[Sequence[LastState], str | None]]:
            return self.inner.last_states(limit, after).addCallback(_without_positions)

        return ask() if after is not None else self._read(ask)

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large it is."""
        return self.inner.figures()


class LoggedStore(_LoggedQuestions):
    """``inner`` behind ``log``; ``indexer`` brings what is in the log into it."""

    def __init__(self, inner: Store, log: HistoryLog, indexer: Indexer) -> None:
        super().__init__(inner, log, indexer)
        self._first = StoreFirst(inner, log, indexer, self._append)

    @property
    def trouble(self) -> str:
        """Return why the store does not take what is in the log, or what else is wrong with it."""
        return self.indexer.why or self.inner.trouble

    # -- open, close

    def open(self) -> Deferred[None]:
        """Open the log, then the store, then begin to fold. Fails with `CannotOpen`."""
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._log.open()
        opening = self.inner.open()
        if opening.called and isinstance(opening.result, Failure):
            self._log.abandon()  # the start ends of it
        try:
            await opening
        finally:
            # One that fails later on is asked again; what comes meanwhile is safe in the log.
            if self._log.is_open:
                self.indexer.start()

    def close(self) -> Deferred[None]:
        """Fold what is left if that does not take long, then let go of everything."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        await self.indexer.finish()
        try:
            await self.inner.close()
        finally:  # a thread that is left would keep the process from ending
            await self.indexer.ended()
            await self._log.close()

    # -- writing

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Append entries and present states to the log; how many entries that are.

        When it fires they are on disk for good. What several servers share goes into the store
        first (`store_first`).
        """
        if self.indexer.shared:
            return Deferred.fromCoroutine(self._first.write(entries, last_states))
        return self._append(entries, last_states)

    def _append(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        def nudged(count: int) -> int:
            self.indexer.nudge()
            return count

        return self._log.append(entries, last_states).addCallback(nudged)

    # -- changing

    async def _sure(self) -> None:
        """Wait until the store has what was appended. Raises `Unavailable`."""
        end = self._log.end.n
        await self.indexer.reach(end, CHANGE)
        if not self.indexer.has(end):
            why = self.indexer.why or f"{self.indexer.behind} records are not in the store yet"
            raise Unavailable(why)

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

        async def hide() -> int:
            await self._sure()
            return await self.inner.hide(thing, sort, keys, undo, believed=believed)

        return Deferred.fromCoroutine(hide())

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return self.inner.unhide(thing, undo)

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget these things: in the log first, then in the store. Fails with `Unavailable`."""
        return Deferred.fromCoroutine(self.indexer.alone(lambda: self._erase(things)))

    async def _erase(self, things: Sequence[str]) -> int:
        before = await self._log.erase(frozenset(things), self.indexer.position)
        if self.indexer.shared:
            await self.inner.write([], notes(things, self._log.wall()))
        return before + await self.inner.erase(things)

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old from the store; from the log it goes within a day by itself."""
        return self.inner.purge(sort, before, own, most)


def _without_positions(
    found: tuple[Sequence[LastState], str | None],
) -> tuple[Sequence[LastState], str | None]:
    states, more = found
    return [each for each in states if not each.thing.startswith(POSITION)], more
