"""The store of history in DynamoDB. The table's design is in the package's docstring.

While AWS cannot be reached, throttles us or refuses us, a write fails with `Unavailable` and is to
be asked again: what is to be kept waits in the log (`sightline.history.log`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.auth.permissions import EVERYTHING, VisibleScope
from sightline.aws.credentials import METADATA
from sightline.aws.endpoint import Endpoint
from sightline.aws.table import Table
from sightline.history.dynamodb.reading import DynamoReader
from sightline.history.dynamodb.writing import DynamoWriter
from sightline.history.record import HistoryEntry, LastState
from sightline.history.store import FOREVER, Act, HistoryPage, Span, StoreSize
from sightline.model.faults import Unavailable


class DynamoStore:
    """History in the table ``name`` of a region; an empty ``region`` is that of ``environ``.

    ``endpoint`` is a URL where it is not AWS. ``keep`` (s): how long after its time an entry ends
    by itself. ``environ`` may hold credentials. ``retry_for`` (s) is how long a question is tried,
    ``writing`` how long a write is before it fails.
    """

    name = "dynamodb"
    trouble = ""
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        name: str,
        region: str,
        environ: Mapping[str, str],
        *,
        endpoint: str = "",
        metadata: str = METADATA,
        keep: float | None = None,
        wall: Callable[[], float] = time.time,
        retry_for: float = 10.0,
        writing: float = 3.0,
    ) -> None:
        self._reactor = reactor
        self._endpoint = Endpoint(
            reactor, region, environ, endpoint, metadata=metadata, wall=wall, retry_for=retry_for
        )
        self._table = Table(
            reactor, self._endpoint.dynamo, name, retry_for=retry_for, writing=writing
        )
        self._reading = DynamoReader(self._table, wall)
        self._writing = DynamoWriter(self._table, self._reading, keep)

    # -- open, close

    def open(self) -> Deferred[None]:
        """Find the table or make it; while AWS is away, later on. Fails with `CannotOpen`."""
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._endpoint.prepare()
        await self._endpoint.sign_in()
        try:
            await self._writing.prepare()
        except Unavailable as why:
            self._log.warn("DynamoDB is not there yet: {why}", why=str(why))

    def close(self) -> Deferred[None]:
        """Let go of the connections."""
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        self._endpoint.hush()
        await self._endpoint.close()

    # -- writing

    def write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> Deferred[int]:
        """Keep entries and present states. Not all or none: see the package's note."""
        return Deferred.fromCoroutine(self._write(entries, last_states))

    async def _write(
        self, entries: Sequence[HistoryEntry], last_states: Sequence[LastState]
    ) -> int:
        await self._writing.ready()
        return await self._writing.bring(entries, last_states)

    # -- questions and changes

    def page(
        self, span: Span, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return some of one thing's entries."""
        return Deferred.fromCoroutine(self._reading.page(span, limit, after))

    def scene(
        self, sort: str, at: float, limit: int = 1000, after: str | None = None
    ) -> Deferred[HistoryPage]:
        """Return each thing's last entry at that time."""
        return Deferred.fromCoroutine(self._reading.scene(sort, at, limit, after))

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
        return Deferred.fromCoroutine(
            self._reading.events(sorts, since, until, newest_first, limit, after, scope)
        )

    def counts(self, thing: str, sort: str, bounds: Sequence[float]) -> Deferred[Sequence[int]]:
        """Tell how many entries lie between neighbouring bounds."""
        return Deferred.fromCoroutine(self._reading.counts(thing, sort, bounds))

    def acts(self, thing: str) -> Deferred[Sequence[Act]]:
        """List the acts of hiding."""
        return Deferred.fromCoroutine(self._reading.acts(thing))

    def around(
        self, things: Sequence[str], sort: str, at: float, before: int, after: int
    ) -> Deferred[Sequence[Sequence[HistoryEntry]]]:
        """Return the entries on both sides of a time."""
        return Deferred.fromCoroutine(self._reading.around(things, sort, at, before, after))

    def things(self) -> Deferred[Sequence[str]]:
        """Return the keys of all things that have entries."""
        return Deferred.fromCoroutine(self._reading.things())

    def last_states(
        self, limit: int = 1000, after: str | None = None
    ) -> Deferred[tuple[Sequence[LastState], str | None]]:
        """Return the present states."""

        async def ask() -> tuple[Sequence[LastState], str | None]:
            await self._writing.ready()
            return await self._reading.last_states(limit, after)

        return Deferred.fromCoroutine(ask())

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
        return Deferred.fromCoroutine(self._writing.hide(thing, sort, keys, undo, believed))

    def unhide(self, thing: str, undo: str) -> Deferred[int]:
        """Show hidden entries again."""
        return Deferred.fromCoroutine(self._writing.unhide(thing, undo))

    def erase(self, things: Sequence[str]) -> Deferred[int]:
        """Forget everything about these things."""
        return Deferred.fromCoroutine(self._writing.erase_stored(things))

    def purge(
        self, sort: str, before: float, own: Mapping[str, float] | None = None, most: int = 10_000
    ) -> Deferred[int]:
        """Remove what is old."""
        return Deferred.fromCoroutine(self._writing.purge(sort, before, own or {}, most))

    def figures(self) -> Deferred[StoreSize]:
        """Return its size as of some hours ago; DynamoDB tells no more without a read of all of
        it.
        """
        size: Deferred[Any] = Deferred.fromCoroutine(self._table.size())
        return size.addCallback(lambda found: StoreSize(bytes=found))
