"""Regions, who watches them, and who is told: joined with accounts, brokers and browsers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sightline.accounts.keeper import Keeper
from sightline.core.access import covers
from sightline.core.call import Denied
from sightline.core.geofences import Rules
from sightline.core.turn import Duty, Turn
from sightline.helm import Helm, Refused
from sightline.hub import Hub
from sightline.journal.entries import Journal
from sightline.kinds.friends.readings import Marked
from sightline.kinds.regions.model import Crossing, told
from sightline.model.record import Record
from sightline.regions.announce import Announcer
from sightline.regions.keeper import Changed, Regions
from sightline.regions.lookout import Lookout
from sightline.regions.phones import Phones
from sightline.regions.store import BadRegions
from sightline.regions.verbs import Verbs
from sightline.settings import Settings
from sightline.webhooks.sender import Webhooks
from sightline.wiring.options import webhook_options
from sightline.wiring.start import CannotStart

reactor: Any = _reactor
_LOOK = 1.0  # s


class Places(MultiService):
    """``publish`` sends (broker's name, topic, payload) and says whether it was taken.

    ``phones`` is for whoever speaks with phones (`PhoneRegions`). Of several servers the one on
    ``duty`` tells others of crossings; with a ``journal`` the regions are those of all of them.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        hub: Hub,
        helm: Helm,
        keeper: Keeper,
        publish: Callable[[str, str, bytes], bool],
        duty: Duty | None = None,
        journal: Journal | None = None,
    ) -> None:
        super().__init__()
        wanted = settings.regions
        self._keeper = keeper
        self._owners_due = False
        self.regions = regions = Regions(reactor, time.time, state, hub, journal)
        self.phones = Phones(reactor, regions, self._accounts_of)
        rules = Rules(margin=wanted.margin, fixes=wanted.fixes, dwell=wanted.dwell)
        self.lookout = Lookout(reactor, time.time, hub, regions, self.phones, rules)
        self._announcer = announcer = Announcer(
            reactor, lambda topic, payload: publish(wanted.broker, topic, payload), wanted.publish
        )
        self._webhooks = webhooks = Webhooks(
            reactor,
            time.time,
            hub.show,
            [webhook_options(name, each) for name, each in settings.webhook.items()],
            state,
        )
        Verbs(helm, reactor, regions)
        hub.intake.tell(Marked, self.phones.heard)
        self._turn: Turn[Crossing] = Turn(duty or Duty())
        self._turns = LoopingCall(self._take_over)
        self._several = bool(settings.replicas.name)
        self.lookout.when_crossed(self._crossed)
        self.lookout.when_crossed(_crossings_remembered(hub))
        regions.when_changed(_regions_remembered(hub))
        regions.when_changed(self._owners_changed)
        keeper.when_changed(self._accounts_changed)
        # Stopped in this order, too: the file is closed after the last was written.
        for part in (self.lookout, announcer, webhooks):
            part.setServiceParent(self)

    def privilegedStartService(self) -> None:
        """Read the regions; a server that cannot does not start."""
        super().privilegedStartService()
        try:
            self.regions.privilegedStartService()
        except BadRegions as why:
            raise CannotStart(f"the regions cannot be read: {why}") from None

    def startService(self) -> None:
        """Begin."""
        self._keeper.own_regions(self.regions.owners())
        self.regions.startService()
        super().startService()
        for known in (self._keeper.ready, self.regions.ready):
            known.addCallback(lambda _: self._accounts_changed())
        if self._several:
            self._turns.start(_LOOK, now=False).addErrback(
                lambda failure: self._log.failure(
                    "Crossings of others are not told any more", failure
                )
            )

    def stopService(self) -> Deferred[Any]:
        """Write what waits, then close the file."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._turns.running:
            self._turns.stop()
        try:
            await super().stopService()
        finally:
            await self.regions.stopService()

    def _crossed(self, crossing: Crossing) -> None:
        if self._turn.ours(crossing, reactor.seconds()):
            self._tell(crossing)

    def _take_over(self) -> None:
        for crossing in self._turn.due(reactor.seconds()):
            self._tell(crossing)

    def _tell(self, crossing: Crossing) -> None:
        self._announcer.crossed(crossing)
        self._webhooks.crossed(crossing)

    async def erase(self, thing: str) -> None:
        """Somebody is to be forgotten. Raises `Denied` (``busy``) when that cannot be."""
        self._turn.forget(lambda crossing: crossing.thing == thing)
        self._webhooks.forget(thing)
        try:
            await self.lookout.erase(thing)
        except Refused as why:
            raise Denied(why.code, why.why, wait=5) from None

    def _accounts_of(self, thing: str) -> list[str]:
        accounts = self._keeper.roll.accounts.values()
        return [each.name for each in accounts if covers(each.grants.own, thing)]

    def _owners_changed(self, changed: Changed) -> None:
        # Later: who must come in anew since they have their first region is answered before.
        if self.running and not self._owners_due:
            self._owners_due = True
            reactor.callLater(0, self._tell_owners)

    def _tell_owners(self) -> None:
        self._owners_due = False
        self._keeper.own_regions(self.regions.owners())

    def _accounts_changed(self) -> None:
        # Before both are known as all servers have them, somebody may seem to be no more.
        if self.running and self._keeper.ready.called and self.regions.ready.called:
            Deferred.fromCoroutine(self._keep_to_accounts()).addErrback(
                lambda failure: self._log.failure(
                    "Could not remove regions of old accounts", failure
                )
            )

    async def _keep_to_accounts(self) -> None:
        keeper = self._keeper
        owners = {owner for owner in self.regions.owners() if "/" not in owner}
        if owners <= set(keeper.roll.accounts):
            return
        if keeper.follower is not None:  # the regions may be newer than the accounts we know
            await keeper.refresh()
            if keeper.follower.trouble:
                return
        await self.regions.remove_of(owners - set(keeper.roll.accounts))


def _crossings_remembered(hub: Hub) -> Callable[[Crossing], None]:
    """Has history keep each crossing."""

    def crossed(crossing: Crossing) -> None:
        hub.happened("crossing", crossing.thing, crossing.tst, crossing, told(crossing))

    return crossed


def _regions_remembered(hub: Hub) -> Callable[[Changed], None]:
    """Has history keep each version of a region, so that the past is shown with those of then.

    Not those of phones: they tell of one person, and go with them. Nor where one came from.
    """

    def changed(change: Changed) -> None:
        if change.id.startswith("friend/"):
            return
        body = b"null"
        if change.record is not None:
            body = msgspec.json.encode(replace(change.record.region, phone=None))
        hub.remember(Record(f"region/{change.id}", "region", change.at, body))

    return changed
