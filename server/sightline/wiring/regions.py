"""Join regions, their monitor and those who hear of transitions with accounts, brokers and
browsers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace
from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.accounts.service import AccountService
from sightline.auth.permissions import covers
from sightline.cluster.leader import Leadership, LeaderWork
from sightline.cluster.messages import PeerBus
from sightline.contract.errors import Refused
from sightline.geometry.geofences import Rules
from sightline.kinds.friends.updates import PhoneWaypoint
from sightline.kinds.regions.model import Transition, shared_body
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.live.requests import Requests
from sightline.model.record import Record
from sightline.regions.monitor import GeofenceMonitor
from sightline.regions.mqtt_events import MqttEvents
from sightline.regions.phones import PhoneRegionService
from sightline.regions.requests import RegionRequests
from sightline.regions.service import RegionChange, RegionService
from sightline.regions.store import BadRegions
from sightline.settings import Settings
from sightline.webhooks.exchange import DeliveryExchange, tell_taken
from sightline.webhooks.sender import Webhooks
from sightline.wiring.clock import now
from sightline.wiring.errors import CannotStart
from sightline.wiring.options import webhook_options

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

reactor: Any = _reactor
_LOOK = 1.0  # s


class Geofencing(MultiService):
    """``publish`` sends (broker's name, topic, payload) and says whether it was taken.

    ``phones`` is for what speaks with phones (`PhoneRegions`). Of several servers the one on
    ``leadership`` tells others of crossings; with a ``common`` store the regions are those of all
    of them.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        hub: Hub,
        requests: Requests,
        account_service: AccountService,
        publish: Callable[[str, str, bytes], bool],
        *,
        recorded: Callable[[], Deferred[None]],
        leadership: Leadership | None = None,
        common: CommonStore | None = None,
        peers: PeerBus | None = None,
    ) -> None:
        super().__init__()
        wanted = settings.regions
        self._account_service = account_service
        self._owners_due = False
        self.regions = regions = RegionService(
            reactor, now, state, hub, common, settings.replicas.name
        )
        self.phones = PhoneRegionService(reactor, regions, self._accounts_of)
        rules = Rules(margin=wanted.margin, fixes=wanted.fixes, dwell=wanted.dwell)
        self.geofence_monitor = GeofenceMonitor(
            reactor, now, hub, regions, self.phones, rules, recorded
        )
        self._announcer = announcer = _make_announcer(settings, publish)
        self._webhooks = webhooks = _make_webhooks(settings, state, hub, peers)
        self._exchange(hub, peers)
        RegionRequests(requests, reactor, regions)
        self._leader_work: LeaderWork[Transition] = LeaderWork(leadership or Leadership())
        self._take_over_loop = Periodic(
            reactor, _LOOK, self._take_over, "the transitions that another server should tell"
        )
        self._common, self._several = common is not None, bool(settings.replicas.name)
        # Stopped in this order, too: the file is closed after the last was written.
        for part in (self.geofence_monitor, announcer, webhooks):
            part.setServiceParent(self)
        self._listen(hub)

    def _exchange(self, hub: Hub, peers: PeerBus | None) -> None:
        """Tell other servers which deliveries are taken, and hear it of them."""
        if peers is not None:
            exchange = DeliveryExchange(reactor, peers, self._webhooks)
            exchange.setServiceParent(self)
            hub.world.watch("broker", exchange.moved)

    def _listen(self, hub: Hub) -> None:
        hub.ingest.tell(PhoneWaypoint, self.phones.received)
        self.geofence_monitor.transitions.listen(self._crossed)
        self.geofence_monitor.transitions.listen(_transitions_remembered(hub))
        self.regions.when_changed(_regions_remembered(hub))
        self.regions.when_changed(self._owners_changed)
        self._account_service.when_changed(self._accounts_changed)

    def privilegedStartService(self) -> None:
        """Read the regions; a server that cannot does not start."""
        super().privilegedStartService()
        try:
            self.regions.privilegedStartService()
        except BadRegions as why:
            raise CannotStart(f"the regions cannot be read: {why}") from None

    def startService(self) -> None:
        self._account_service.visitors.own_regions(self.regions.owners())
        self.regions.startService()
        super().startService()
        for known in (self._account_service.ready, self.regions.ready):
            known.addCallback(lambda _: self._accounts_changed())
        if self._several:
            self._take_over_loop.start(now=False)

    def stopService(self) -> Deferred[Any]:
        """Write what waits, then close the file."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._take_over_loop.stop()
        try:
            await super().stopService()
        finally:
            await self.regions.stopService()

    def _crossed(self, transition: Transition) -> None:
        if self._leader_work.do_now(transition, reactor.seconds()):
            self._tell(transition)

    def _take_over(self) -> None:
        for transition in self._leader_work.due(reactor.seconds()):
            self._tell(transition)

    def _tell(self, transition: Transition) -> None:
        self._announcer.crossed(transition)
        self._webhooks.crossed(transition)

    async def erase(self, thing: str) -> None:
        """Forget somebody. Raise `Refused` (``busy``) when that cannot be done now."""
        self._leader_work.forget(lambda transition: transition.thing == thing)
        self._webhooks.forget(thing)
        try:
            await self.geofence_monitor.erase(thing)
        except Refused as why:
            raise Refused(why.code, why.why, wait=5) from None

    def _accounts_of(self, thing: str) -> list[str]:
        accounts = self._account_service.cache.accounts.values()
        names = self._account_service.names
        return [each.name for each in accounts if covers(names.grant(each.grants.own), thing)]

    def _owners_changed(self, changed: RegionChange) -> None:
        # Later: who must come in anew since they have their first region is answered before.
        if self.running and not self._owners_due:
            self._owners_due = True
            reactor.callLater(0, self._tell_owners)

    def _tell_owners(self) -> None:
        self._owners_due = False
        self._account_service.visitors.own_regions(self.regions.owners())

    def _accounts_changed(self) -> None:
        # Before both are known as all servers have them, somebody may seem to be no more.
        if self.running and self._account_service.ready.called and self.regions.ready.called:
            Deferred.fromCoroutine(self._keep_to_accounts()).addErrback(
                lambda failure: self._log.failure(
                    "Could not remove regions of old accounts", failure
                )
            )

    async def _keep_to_accounts(self) -> None:
        account_service = self._account_service
        owners = {owner for owner in self.regions.owners() if "/" not in owner}
        if owners <= set(account_service.cache.accounts):
            return
        if self._common:  # the regions may be newer than the accounts we know
            await account_service.refresh()
            if account_service.away:
                return
        await self.regions.remove_of(owners - set(account_service.cache.accounts))


def _make_announcer(settings: Settings, publish: Callable[[str, str, bytes], bool]) -> MqttEvents:
    wanted = settings.regions
    return MqttEvents(
        reactor, lambda topic, payload: publish(wanted.broker, topic, payload), wanted.publish
    )


def _make_webhooks(settings: Settings, state: Path, hub: Hub, peers: PeerBus | None) -> Webhooks:
    webhooks = [webhook_options(name, each) for name, each in settings.webhook.items()]
    return Webhooks(reactor, now, hub.show, webhooks, state, tell_taken(peers))


def _transitions_remembered(hub: Hub) -> Callable[[Transition], None]:
    """Make a listener that records each transition."""

    def crossed(transition: Transition) -> None:
        thing, tst, alike = transition.thing, transition.tst, shared_body(transition)
        # Phones count whole seconds; a time that we corrected, or of receipt, is ours alone.
        shared_time = float(tst).is_integer()
        hub.happened("crossing", thing, tst, transition, alike, shared_time=shared_time)

    return crossed


def _regions_remembered(hub: Hub) -> Callable[[RegionChange], None]:
    """Make a listener that records each version of a region, to show the past with its own.

    Not those of phones: they tell of one person, and go with them. Nor where one came from.
    """

    def changed(change: RegionChange) -> None:
        if change.id.startswith("friend/"):
            return
        body = b"null"
        if change.record is not None:
            body = msgspec.json.encode(replace(change.record.region, phone=None))
        hub.remember(Record(f"region/{change.id}", "region", change.at, body))

    return changed
