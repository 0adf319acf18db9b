"""Join what the servers of `replicas.name` share: a table, and the journals of accounts and
regions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from sightline.accounts.service import AccountService
from sightline.cluster.messages import Peers
from sightline.journal.entries import Journal
from sightline.journal.follower import Follower
from sightline.kinds import OWNABLE
from sightline.live.world import World
from sightline.model.faults import CannotOpen
from sightline.model.kind import State, kind_of
from sightline.regions.service import RegionService
from sightline.settings import Settings
from sightline.wiring.dynamodb import shared_table
from sightline.wiring.errors import CannotStart
from sightline.wiring.locks import LockService

if TYPE_CHECKING:
    from sightline.aws.endpoint import Endpoint

reactor: Any = _reactor
_MOST_REMOVED = 1000  # friends that are no more, whose names we remember
_RETRY_FOR = 3.0  # s that somebody who changes something may wait for AWS
Eraser = Callable[[str], Awaitable[None] | None]


class Cluster(MultiService):
    """The way to what is shared. For a server alone there is none of it.

    ``accounts`` and ``regions`` are the journals to be handed to whoever keeps those, ``claims``
    are for whoever drives, ``duty`` says who does what only one server should.
    """

    _log = Logger()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._name = settings.replicas.name
        self._claiming = claiming = LockService(settings)
        claiming.setServiceParent(self)
        self.locks, self.leadership = claiming.locks, claiming.leadership
        self.accounts: Journal | None = None
        self.regions: Journal | None = None
        self._endpoint: Endpoint | None = None
        self._account_service: AccountService | None = None
        self._regions: RegionService | None = None
        self._hint: Callable[[], None] = lambda: None
        if not self._name:
            return
        from sightline.replicas.journal import DynamoJournal

        self._endpoint, table = shared_table(settings, retry_for=_RETRY_FOR, answer=_RETRY_FOR)
        self.accounts = DynamoJournal(reactor, table, "accounts")
        self.regions = DynamoJournal(reactor, table, "regions")

    def join(
        self,
        account_service: AccountService,
        regions: RegionService,
        world: World,
        erasers: Sequence[Eraser],
    ) -> None:
        """Give the accounts and regions their journals.

        A friend erased elsewhere is erased here, too.

        The log of erasures has pseudonyms only: they are read by the names that are, or lately
        were, in the ``world``.
        """
        self._account_service, self._regions = account_service, regions
        if self._endpoint is None:
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
        if self._endpoint is None and len(peers) == 1:
            return peers[0]
        parts = (*peers, self._account_service.ready, self._regions.ready)
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
        """Begin to hear of what is added to the journals."""
        super().startService()
        for follower in self._followers():
            follower.when_appended(lambda: self._hint())

    def stopService(self) -> Deferred[Any]:
        """Ask nothing again; let go of the connections when nothing is under way."""
        stopped: Deferred[Any] = super().stopService()
        return stopped.addCallback(lambda _: Deferred.fromCoroutine(self._stop()))

    async def _stop(self) -> None:
        if self._endpoint is not None:
            self._endpoint.hush()
            for follower in self._followers():
                await follower.stop()
            await self._endpoint.close()

    def _followers(self) -> list[Follower]:
        parts = (self._account_service, self._regions)
        return [part.follower for part in parts if part is not None and part.follower is not None]

    # -- between the servers

    def speak(self, peers: Peers) -> None:
        """Have the others look when we change something, and look when they do.

        Without a word they see it within a second.
        """
        self._hint = peers.hint
        self._claiming.when_changed(peers.hint)
        peers.hear("look", lambda about, payload, at: self.look())

    def look(self) -> None:
        """Read the journals: another server has changed something."""
        self._claiming.look()
        for follower in self._followers():
            follower.look()

    def gauges(self) -> Mapping[str, Any]:
        """Return further fields of ``server/sightline``; none for a server alone."""
        if self._endpoint is None:
            return {}
        troubles = (follower.trouble for follower in self._followers())
        unchanged = next((why for why in troubles if why), "")
        return {
            "replica": self._name,
            "on_duty": self.leadership.leads,
            "shared_why": shared_why(self._claiming.trouble, unchanged),
        }


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
