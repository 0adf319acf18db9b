"""Ask the history in PostgreSQL: each question on a thread for questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twisted.internet.defer import Deferred

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.history.postgres import events, reading
from sightline.history.postgres.threads import StoreThreads
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import FOREVER, Act, HistoryPage, Span, StoreSize


class PostgresQuestions:
    """The part of the store that answers (`sightline.history.store.Store`)."""

    def __init__(self, threads: StoreThreads) -> None:
        self._threads = threads

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return self._threads.read(reading.page, span, limit, after)

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        return self._threads.read(reading.scene, sort, at, limit, after)

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
        return self._threads.read(events.events, tuple(sorts), *how)

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""
        return self._threads.read(reading.counts, thing, sort, bounds)

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        return self._threads.read(reading.acts, thing)

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""
        return self._threads.read(reading.around, things, sort, at, before, after)

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return self._threads.read(reading.things)

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""
        return self._threads.read(reading.last_states, limit, after)

    def figures(self) -> Deferred[StoreSize]:
        """Tell how large it is."""
        return self._threads.read(reading.figures)
