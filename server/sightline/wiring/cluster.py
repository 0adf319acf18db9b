"""Join what the servers of `replicas.name` share: a database with accounts, regions and locks."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from sightline.accounts.service import AccountService
from sightline.kinds import OWNABLE
from sightline.live.world import World
from sightline.model.faults import CannotOpen
from sightline.model.kind import State, kind_of
from sightline.regions.service import RegionService
from sightline.settings import Settings
from sightline.wiring.errors import CannotStart
from sightline.wiring.locks import LockService
from sightline.wiring.store import common_store
from sightline.wiring.store_monitor import StoreMonitor, monitor_of

_MOST_REMOVED = 1000  # friends that are no more, whose names we remember
Eraser = Callable[[str], Awaitable[None] | None]


class Cluster(MultiService):
    """The way to what is shared; for a server with files of its own there is none of it.

    ``store`` is the database (None: files), ``locks`` are for those who drive, ``leadership`` says
    who does what only one server should.
    """

    _log = Logger()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._name = settings.replicas.name
        self.store = common_store(settings)
        self._locking = locking = LockService(settings, self.store)
        self._monitor: StoreMonitor | None = None
        if self.store is not None:
            self.store.setServiceParent(self)
            self._monitor = monitor_of(self.store)
            self._monitor.setServiceParent(self)
        locking.setServiceParent(self)
        self.locks, self.leadership = locking.locks, locking.leadership
        self._account_service: AccountService | None = None
        self._regions: RegionService | None = None

    def fingerprint(self) -> str:
        """Return what names the database that we share with others; empty: we share none."""
        return self.store.fingerprint if self.store is not None and self._name else ""

    def join(
        self,
        account_service: AccountService,
        regions: RegionService,
        world: World,
        erasers: Sequence[Eraser],
    ) -> None:
        """Erase here, too, a friend who was erased through another server.

        The log of erasures has pseudonyms only: they are read by the names that are, or lately
        were, in the ``world``.
        """
        self._account_service, self._regions = account_service, regions
        if self.store is None:
            return
        removed: deque[str] = deque(maxlen=_MOST_REMOVED)

        def moved(thing: str, before: State | None, after: State | None) -> None:
            if after is None:
                removed.append(thing)

        def erased(hidden: list[str]) -> None:
            friends = (key for key, _ in world if kind_of(key) in OWNABLE)
            former = (f"friend/{name}" for name in account_service.names.former)
            names = account_service.pseudonyms.names((*friends, *removed, *former))
            for thing in [names[each] for each in hidden if each in names]:
                erasing = Deferred.fromCoroutine(_erase(thing, erasers))
                erasing.addErrback(
                    lambda failure: self._log.failure("Could not erase what others did", failure)
                )

        for kind in OWNABLE:
            world.watch(kind, moved)
        account_service.when_erased(erased)

    def ready(self, *peers: Deferred[None]) -> Deferred[Any]:
        """Fire when ``peers`` have, and accounts and regions are as all servers have them."""
        assert self._account_service is not None
        assert self._regions is not None
        if self.store is None and len(peers) == 1:
            return peers[0]
        parts = (*peers, self._account_service.ready, self._regions.ready)
        return gatherResults([_shared(each) for each in parts])

    # -- the service

    def privilegedStartService(self) -> None:
        """Look whether the database can be used; while it is away nobody is let in."""
        try:
            super().privilegedStartService()
        except CannotOpen as why:
            raise CannotStart(str(why)) from None

    def gauges(self) -> Mapping[str, Any]:
        """Return further fields of ``server/sightline``; none for a server with files."""
        if self.store is None:
            return {}
        parts = (self._account_service, self._regions)
        unchanged = next((part.away for part in parts if part is not None and part.away), "")
        shown = {"shared_why": shared_why(self._locking.trouble, unchanged or self.store.trouble)}
        if self._monitor is not None:
            shown |= self._monitor.gauges()
        if not self._name:
            return shown
        return {"replica": self._name, "on_duty": self.leadership.leads, **shown}


def shared_why(undriven: str, unchanged: str) -> str | None:
    """Tell what cannot be done, and why: drive, change accounts and regions. None: all is well."""
    what = ("nobody drives", undriven), ("accounts and regions cannot be changed", unchanged)
    troubled = [(which, why) for which, why in what if why]
    if not troubled:
        return None
    return f"{', and '.join(which for which, _ in troubled)}: {troubled[0][1]}"


def _shared(fired: Deferred[None]) -> Deferred[None]:
    """Return a Deferred that fires with this one, so that many may wait for it."""
    mine: Deferred[None] = Deferred()
    fired.addCallback(lambda _: mine.callback(None))
    return mine


async def _erase(thing: str, erasers: Sequence[Eraser]) -> None:
    for eraser in erasers:
        erasing = eraser(thing)
        if erasing is not None:
            await erasing
