"""What the servers of `replicas.name` share: a table, and the journals of accounts and regions."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from sightline.accounts.keeper import Keeper
from sightline.core.world import World
from sightline.journal.entries import Journal
from sightline.journal.follower import Follower
from sightline.model.faults import CannotOpen
from sightline.model.kind import State, kind_of
from sightline.regions.keeper import Regions
from sightline.settings import Settings
from sightline.wiring.start import CannotStart

if TYPE_CHECKING:
    from sightline.aws.endpoint import Endpoint
    from sightline.aws.table import Table

reactor: Any = _reactor
_GONE = 1000  # friends that are no more, whose names we remember
_PATIENCE = 3.0  # s that somebody who changes something may wait for AWS
Eraser = Callable[[str], Awaitable[None] | None]


def shared_table(settings: Settings) -> tuple[Endpoint, Table]:
    """The table that all servers share, and the way to it: one of its own, for quick answers."""
    # Its HTTP client is slow to load, and few want it.
    from sightline.aws.endpoint import Endpoint
    from sightline.aws.table import Table

    told = settings.dynamodb
    endpoint = Endpoint(
        reactor,
        told.region,
        os.environ,
        told.endpoint,
        patience=_PATIENCE,
        answer=_PATIENCE,
    )
    table = Table(reactor, endpoint.dynamo, told.table, patience=_PATIENCE, writing=_PATIENCE)
    return endpoint, table


class Replicas(Service):
    """The way to what is shared. Where the settings name no replica there is nothing of all this.

    ``accounts`` and ``regions`` are the journals to be handed to whoever keeps those.
    """

    _log = Logger()

    def __init__(self, settings: Settings) -> None:
        self.accounts: Journal | None = None
        self.regions: Journal | None = None
        self._endpoint: Endpoint | None = None
        self._keeper: Keeper | None = None
        self._regions: Regions | None = None
        self._appended: list[Callable[[], None]] = []
        if not settings.replicas.name:
            return
        from sightline.replicas.journal import DynamoJournal

        self._endpoint, table = shared_table(settings)
        self.accounts = DynamoJournal(reactor, table, "accounts")
        self.regions = DynamoJournal(reactor, table, "regions")

    def join(
        self,
        keeper: Keeper,
        regions: Regions,
        world: World,
        erasers: Sequence[Eraser],
    ) -> None:
        """These two are given the journals. Who is erased elsewhere is erased here, too.

        The log of erasures has pseudonyms only: they are read by the names that are, or lately
        were, in the ``world``.
        """
        self._keeper, self._regions = keeper, regions
        if self._endpoint is None:
            return
        gone: deque[str] = deque(maxlen=_GONE)

        def moved(thing: str, before: State | None, after: State | None) -> None:
            if after is None:
                gone.append(thing)

        def erased(hidden: list[str]) -> None:
            friends = (key for key, _ in world if kind_of(key) == "friend")
            names = keeper.veil.names((*friends, *gone))
            for thing in [names[each] for each in hidden if each in names]:
                erasing = Deferred.fromCoroutine(_erase(thing, erasers))
                erasing.addErrback(
                    lambda failure: self._log.failure("Could not erase what others did", failure)
                )

        world.watch("friend", moved)
        keeper.when_erased(erased)

    def ready(self, *others: Deferred[None]) -> Deferred[Any]:
        """Fires when ``others`` have, and accounts and regions are as all servers have them."""
        assert self._keeper is not None
        assert self._regions is not None
        if self._endpoint is None and len(others) == 1:
            return others[0]
        parts = (*others, self._keeper.ready, self._regions.ready)
        return gatherResults([_shared(each) for each in parts])

    # -- the service

    def privilegedStartService(self) -> None:
        """Find out who we are at AWS; asks nobody yet."""
        super().privilegedStartService()
        try:
            if self._endpoint is not None:
                self._endpoint.prepare()
        except CannotOpen as why:
            raise CannotStart(f"what the servers share cannot be used: {why}") from None

    def startService(self) -> None:
        """Hear of what we add to the journals."""
        super().startService()
        for follower in self._followers():
            follower.when_appended(self._tell)

    def stopService(self) -> Deferred[None]:
        """Ask nothing again; let go of the connections when nothing is under way."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._endpoint is not None:
            self._endpoint.hush()
            for follower in self._followers():
                await follower.stop()
            await self._endpoint.close()

    def _followers(self) -> list[Follower]:
        parts = (self._keeper, self._regions)
        return [part.follower for part in parts if part is not None and part.follower is not None]

    # -- between the servers

    def when_appended(self, appended: Callable[[], None]) -> None:
        """Call ``appended`` when the other servers should `look`."""
        self._appended.append(appended)

    def _tell(self) -> None:
        for appended in self._appended:
            appended()

    def look(self) -> None:
        """Another server has changed something. Without this word we see it half a second later."""
        for follower in self._followers():
            follower.look()

    def gauges(self) -> Mapping[str, Any]:
        """Further fields of ``server/sightline``; none where there is nothing to share."""
        if self._endpoint is None:
            return {}
        troubles = [follower.trouble for follower in self._followers()]
        return {"shared_why": next((why for why in troubles if why), None)}


def _shared(fired: Deferred[None]) -> Deferred[None]:
    """Another that fires with this one, so that many may wait for it."""
    mine: Deferred[None] = Deferred()
    fired.addCallback(lambda _: mine.callback(None))
    return mine


async def _erase(thing: str, erasers: Sequence[Eraser]) -> None:
    for eraser in erasers:
        erasing = eraser(thing)
        if erasing is not None:
            await erasing
