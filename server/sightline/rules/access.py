"""Reach the rules' database on its thread: a file, or what several servers share.

What several share is opened as soon as it can be, and looked at whenever others changed it. Every
change goes to the database first, and takes effect when it is read back from there.
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

from sightline.contract.errors import Refused
from sightline.database.trouble import Degraded, degraded
from sightline.model.faults import CannotOpen, Unavailable
from sightline.rules.store import Editions, RuleStore, StaleRule, StoredRules

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_AGAIN = 1.0  # s until the database of all servers is tried again
_AWAY = (
    "rules cannot be changed just now: the server cannot reach its database. Try again in a moment"
)
T = TypeVar("T")
Taker = Callable[[StoredRules], None]


class RuleDatabase(Service):
    """The way to the database; ``server`` is ours among several, that have ``common``."""

    _log = Logger()

    def __init__(
        self, reactor: Any, folder: Path, common: CommonStore | None = None, server: str = ""
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known which rules there are."""
        self.away = ""
        """Reason why the database of several servers cannot be used just now; "" when it can."""
        self.trouble: Degraded | None = None
        """Why the file could not be used when that was last tried; None: it could."""
        self._reactor = reactor
        self._folder = folder
        self._common = common
        self._server = server
        self._takers: list[Taker] = []
        self._editions = Editions()
        self._following = self._follow_again = False
        self._store: RuleStore | None = None
        self._writer = ThreadPool(1, 1, "rules")

    def tell(self, taker: Taker) -> None:
        """Call ``taker`` with what there is in the database, at the start and after each change.

        In the order of these calls: alerts after their rules.
        """
        self._takers.append(taker)

    @property
    def several(self) -> bool:
        """Tell whether other servers have the same rules."""
        return self._common is not None

    # -- start and stop

    def privilegedStartService(self) -> None:
        """Open the file, if it is one. Raises `BadRules`."""
        super().privilegedStartService()
        if self._common is None:
            self._store = store = RuleStore(self._folder, self._server)
            self._take(store.known(self._editions))

    def startService(self) -> None:
        """Begin to take changes."""
        super().startService()
        self._writer.start()
        if self._common is None:
            self.ready.callback(None)
        else:
            self._common.hear("rules", self.look)
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
        joining.addErrback(lambda failure: self._log.failure("No rules are known", failure))

    async def _joined(self, common: CommonStore) -> None:
        if self._store is not None or not self.running:
            return
        self._store = await self._do(lambda: RuleStore(common, self._server))
        try:
            await self.follow()
        except Unavailable:
            self._store = None
            raise
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

    # -- work

    async def work(self, do: Callable[[RuleStore], T]) -> T:
        """Return what ``do`` reads or writes, on the writer's thread, in turn.

        Raises `Unavailable`, of a disk `Degraded`.
        """
        store = self._store
        if store is None and self._common is not None:
            raise Unavailable(self.away or "the rules of all servers are not known yet")
        assert store is not None, "the service was not started"
        return await self._do(lambda: do(store))

    async def write(self, do: Callable[[RuleStore], T], *, scrub: bool = False) -> T:
        """Return what ``do`` changes, all or nothing, once that has taken effect.

        Raises as `work` does, and `StaleRule`.
        """
        done = await self.work(lambda store: store.transact(lambda: do(store), scrub=scrub))
        await self.follow()
        return done

    async def change(self, do: Callable[[RuleStore], T], *, scrub: bool = False) -> T:
        """Do as `write` does what a person asked for. Raises `Refused`."""
        try:
            return await self.write(do, scrub=scrub)
        except StaleRule as stale:
            raise _stale(stale) from None
        except Degraded as why:
            raise Refused("degraded", f"rules cannot be changed just now: {why}") from None
        except Unavailable:
            raise Refused("busy", _AWAY) from None

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
                self._log.warn("The rules cannot be changed just now: {why}", why=str(why))
            self.away = str(why)
            raise Unavailable(str(why)) from why
        self.trouble, self.away = None, ""
        return done

    # -- what there is

    async def follow(self) -> None:
        """Tell everybody what is in the database now, also what other servers changed."""
        before = self._editions
        known = await self.work(lambda store: store.transact(lambda: store.known(before)))
        # Two may have asked at once: what the later one was told counts from what it knew.
        if self._editions is before:
            self._take(known)
        else:
            await self.follow()

    def _take(self, known: StoredRules) -> None:
        self._editions = known.there
        for taker in self._takers:
            taker(known)

    def look(self) -> None:
        """Look at what other servers changed."""
        if not self.running or self._store is None:
            return
        if self._following:
            self._follow_again = True
            return
        self._following, self._follow_again = True, False
        followed = Deferred.fromCoroutine(self._looking())
        followed.addErrback(
            lambda failure: self._log.failure("Could not follow the other servers", failure)
        )
        followed.addBoth(lambda _: self._looked())

    async def _looking(self) -> None:
        try:
            await self.follow()
        except Unavailable:
            self._reactor.callLater(_AGAIN, self.look)

    def _looked(self) -> None:
        self._following = False
        if self._follow_again and self.running:
            self.look()


def _stale(stale: StaleRule) -> Refused:
    if stale.version == 0:
        return Refused("unknown", "there is no such rule any more")
    return Refused("stale", f"somebody else changed it meanwhile: it is version {stale.version}")
