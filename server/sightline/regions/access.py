"""Reach the regions' database on its thread: a file, or what several servers share.

What several share is opened as soon as it can be, and looked at whenever others changed it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from sightline.database.trouble import Degraded, degraded
from sightline.model.faults import CannotOpen, Unavailable
from sightline.regions.store import RegionRow, RegionStore, StoredVisit

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_AGAIN = 1.0  # s until the database of all servers is tried again
Known = tuple[int, tuple[list[str], list[StoredVisit]], dict[str, tuple[int, RegionRow]]]
"""The last edition, who was where, and all regions."""
T = TypeVar("T")


class RegionAccess(Service):
    """The way to the database. ``wall`` gives epoch s; ``server`` is ours among several."""

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        common: CommonStore | None,
        server: str,
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known which regions there are."""
        self.away = ""
        """Reason why the database of several servers cannot be used just now; "" when it can."""
        self.trouble: Degraded | None = None
        """Why the file could not be used when that was last tried; None: it could."""
        self.wall = wall
        self._reactor = reactor
        self._folder = folder
        self._common = common
        self._server = server
        self._following = self._follow_again = False
        self._store: RegionStore | None = None
        self._writer = ThreadPool(1, 1, "regions")

    def begin(self, store: RegionStore, known: Known) -> None:
        """Take what is in the database at the start."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Take over what is in the database now."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the file, if it is one. Raises `BadRegions`."""
        if self._common is None:
            self._store = store = RegionStore(self._folder, self.wall)
            self.begin(store, _known(store))

    def startService(self) -> None:
        """Begin to take changes."""
        super().startService()
        self._writer.start()
        if self._common is None:
            self.ready.callback(None)
        else:
            self._common.hear("regions", self.look)
            self._common.when_back(self.look)
            self._join(self._common)

    def _join(self, common: CommonStore) -> None:
        """Open the database of all servers, as soon as that can be done."""
        joining = Deferred.fromCoroutine(self._joined(common))

        def away(failure: Failure) -> None:
            failure.trap(Unavailable)
            if self.running:
                self._reactor.callLater(_AGAIN, self._join, common)

        joining.addErrback(away)
        joining.addErrback(lambda failure: self._log.failure("No regions are known", failure))

    async def _joined(self, common: CommonStore) -> None:
        if self._store is not None or not self.running:
            return

        def opened() -> tuple[RegionStore, Known]:
            store = RegionStore(common, self.wall, self._server)
            return store, store.transact(lambda: _known(store))

        store, known = await self._do(opened)
        self._store = store
        self.begin(store, known)
        self.ready.callback(None)

    def stopService(self) -> Deferred[Any]:
        """Write what waits, and close."""
        super().stopService()
        stopped = deferToThread(self._writer.stop)

        def close(result: Any) -> None:
            if self._store is not None:
                self._store.close()
            if isinstance(result, Failure):
                result.raiseException()

        return stopped.addBoth(close)

    async def work(self, do: Callable[[RegionStore], T]) -> T:
        """Return what ``do`` reads or writes, on the writer's thread, in turn.

        Raises `Unavailable`, of a disk `Degraded`.
        """
        store = self._store
        if store is None and self._common is not None:
            raise Unavailable(self.away or "the regions of all servers are not known yet")
        assert store is not None, "the service was not started"
        return await self._do(lambda: do(store))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            done = await deferToThreadPool(self._reactor, self._writer, work)
        except (sqlite3.Error, OSError) as why:
            self.trouble = degraded(why)
            if self.trouble is None:
                raise
            raise self.trouble from why
        except (Unavailable, CannotOpen) as why:
            if self.away != str(why):
                self._log.warn("The regions cannot be changed just now: {why}", why=str(why))
            self.away = str(why)
            raise Unavailable(str(why)) from why
        self.trouble, self.away = None, ""
        return done

    def look(self) -> None:
        """Look at what other servers changed."""
        if not self.running:
            return
        if self._following:
            self._follow_again = True
            return
        self._following, self._follow_again = True, False
        followed = Deferred.fromCoroutine(self.refresh())
        followed.addErrback(
            lambda failure: self._log.failure("Could not follow the other servers", failure)
        )
        followed.addBoth(lambda _: self._looked())

    def _looked(self) -> None:
        self._following = False
        if self._follow_again and self.running:
            self.look()

    async def refresh(self) -> None:
        """Take over what other servers changed until now, if that can be known."""
        if self._store is None or not self.running:
            return
        try:
            await self.follow()
        except Unavailable:
            self._reactor.callLater(_AGAIN, self.look)


def _known(store: RegionStore) -> Known:
    """Return all that is to be known of the database at the start; on the thread."""
    return store.edition(), store.visits(), store.regions()
