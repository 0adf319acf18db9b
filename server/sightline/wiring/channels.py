"""Join the channels with accounts, brokers, the database and the key that seals secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.accounts.service import AccountService
from sightline.auth.account import SignOut, session_id
from sightline.channels.access import ChannelAccess
from sightline.channels.devices import signed_out
from sightline.channels.options import ChannelOptions, ChannelType
from sightline.channels.sending import ChannelSender, MqttChannel, Poster, PushSender, WebhookSender
from sightline.channels.service import ChannelService
from sightline.channels.store import BadChannels
from sightline.channels.worker_process import AddressSender
from sightline.contract.errors import Refused
from sightline.model.addresses import SCHEMAS
from sightline.model.faults import Unavailable
from sightline.model.notification import DeliveryReport, Notification
from sightline.model.server import Telling
from sightline.settings import Settings
from sightline.settings.channels import ChannelsSettings
from sightline.wiring.errors import CannotStart
from sightline.wiring.sealing import key_file

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

reactor: Any = _reactor


def channel_options(wanted: ChannelsSettings) -> ChannelOptions:
    """Make the options of the channels."""
    return ChannelOptions(
        schemas=frozenset(wanted.schemas) or SCHEMAS,
        private=wanted.private,
        contact=wanted.contact,
        channels=wanted.per_account,
        hourly=wanted.hourly,
        queue=wanted.queue,
        timeout=wanted.timeout,
    )


def nobody_is_called(notification: Notification) -> str:
    """Return no telephone number, where none are known."""
    return ""


def nobody_hears(delivered: DeliveryReport) -> None:
    """Take what became of a notification where nobody asks for it."""


class ChannelParts(MultiService):
    """How people are told outside the page. ``wall`` gives epoch s.

    ``report`` hears how far each notification has got; ``badge`` counts what an account has to look
    at; ``telephone`` is whom one may call about what is told; ``publish`` sends (broker's name,
    topic, payload) and says whether it was taken. With a ``common`` store the channels are those of
    all servers, and each message is sent by one.
    """

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        wall: Callable[[], float],
        account_service: AccountService,
        publish: Callable[[str, str, bytes], bool],
        *,
        report: Callable[[DeliveryReport], None] = nobody_hears,
        badge: Callable[[str], int | None] = lambda account: None,
        telephone: Callable[[Notification], str] = nobody_is_called,
        common: CommonStore | None = None,
    ) -> None:
        super().__init__()
        options = channel_options(settings.channels)
        self._account_service = account_service
        self._common = common is not None
        self._sign_outs: tuple[SignOut, ...] = ()  # whose browsers are told nothing any more
        self.access = ChannelAccess(
            reactor,
            wall,
            state,
            options,
            key_file(settings, state),
            common=common,
            server=settings.replicas.name,
        )
        self._poster = poster = Poster(reactor, options, wall)
        self._addresses = AddressSender(reactor, options)
        broker = settings.regions.broker
        senders: dict[ChannelType, ChannelSender] = {
            "push": PushSender(poster, options, lambda: self.access.vapid, badge, telephone),
            "address": self._addresses,
            "webhook": WebhookSender(poster),
            "mqtt": MqttChannel(lambda topic, payload: publish(broker, topic, payload)),
        }
        self.service = ChannelService(
            reactor, wall, self.access, senders, report, look=common is not None
        )
        account_service.when_changed(self._accounts_changed)

    def tell(self, notification: Notification) -> None:
        """Tell somebody by all their channels."""
        self.service.tell(notification)

    def gauges(self) -> dict[str, Telling]:
        """Return further fields of ``server/sightline``; none while there are no channels."""
        found = self.service.figures()
        return {"telling": found} if found.channels or found.waiting or found.why else {}

    def privilegedStartService(self) -> None:
        """Open the channels; a server that cannot does not start."""
        super().privilegedStartService()
        try:
            self.access.privilegedStartService()
        except BadChannels as why:
            raise CannotStart(f"the channels cannot be read: {why}") from None

    def startService(self) -> None:
        super().startService()
        self.access.startService()
        for known in (self._account_service.ready, self.access.ready):
            known.addCallback(lambda _: self._accounts_changed())

    def stopService(self) -> Deferred[Any]:
        """Send nothing any more, write what is known, and close the file."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._addresses.stop()
        try:
            await self.service.stop()
            await self._poster.close()
            await super().stopService()
        finally:
            self.access.stopService()
            await self.access.close()

    async def erase(self, thing: str) -> None:
        """Forget somebody. Raise `Refused` (``busy``) when that cannot be done now."""
        try:
            await self.service.forget(thing)
        except Unavailable as why:
            raise Refused("busy", f"what was to be told cannot be erased: {why}", wait=5) from None

    def _accounts_changed(self) -> None:
        # Before both are known as all servers have them, somebody may seem to be no more.
        if self.running and self._account_service.ready.called and self.access.ready.called:
            Deferred.fromCoroutine(self._keep_to_accounts()).addErrback(
                lambda failure: self._log.failure(
                    "Could not remove channels of old accounts", failure
                )
            )

    async def _keep_to_accounts(self) -> None:
        service = self._account_service
        try:
            await self._end_signed_out()
            owners = await self.service.owners()
            if owners <= set(service.cache.accounts):
                return
            if self._common:  # the channels may be newer than the accounts we know
                await service.refresh()
                if service.away:
                    return
            for account in owners - set(service.cache.accounts):
                await self.service.forget_account(account)
        except Unavailable as why:
            self._log.warn("Channels of old accounts stay for now: {why}", why=str(why))

    async def _end_signed_out(self) -> None:
        """Tell nothing any more to browsers that somebody has signed out."""
        cache = self._account_service.cache
        if cache.sign_outs == self._sign_outs:
            return
        sessions = {session_id(key) for key in cache.sessions}
        channels = await self.access.transact(lambda store: store.subscribed())
        for channel in signed_out(channels, cache.sign_outs, sessions):
            await self.service.removed(channel, "its browser was signed out")
        self._sign_outs = cache.sign_outs
