"""Answer the calls about channels: each account has its own, and nobody reads a secret again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from sightline.auth.account import AuditEvent, session_id
from sightline.channels import contract, making, payload, quiet, wording
from sightline.channels.making import new_id
from sightline.channels.records import Channel, ChannelStatus
from sightline.channels.service import ChannelService
from sightline.channels.store import ChannelStore
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing
from sightline.contract.http import Call, Reply, Route
from sightline.model.faults import CannotOpen, Unavailable
from sightline.model.notification import DeliveryReport
from sightline.model.token_bucket import TokenBuckets

_AWAY = "Channels cannot be looked at or changed just now: {why}. Try again in a moment."
_REMOVED = "the channel was removed"
_OFF = "the channel was switched off"
T = TypeVar("T")


class ChannelsApi:
    """``note`` writes down what was done; ``seconds`` is a clock that is never stepped."""

    def __init__(
        self,
        channels: ChannelService,
        note: Callable[[AuditEvent], None],
        seconds: Callable[[], float],
    ) -> None:
        self._channels = channels
        self._note = note
        self._seconds = seconds
        self._tests = TokenBuckets(0.2, 5)
        self._made = TokenBuckets(0.2, 20)

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [*self._own(), *self._further()]

    def _own(self) -> list[Route[Any]]:
        return [
            Route(
                "GET",
                "/channels",
                "account",
                self.channels,
                summary="List the channels by which one is told outside the page",
                reply=contract.Channels,
            ),
            Route(
                "POST",
                "/channels",
                "account",
                self.make,
                summary="Make a channel; the same browser's subscription is one channel",
                body=contract.NewChannel,
                reply=contract.OneChannel,
                status=201,
                errors=("taken",),
                example={"type": "address", "name": "ntfy", "address": "ntfys://ntfy.sh/mine"},
            ),
            Route(
                "PUT",
                "/channels/{id}",
                "account",
                self.change,
                summary="Change a channel's name, language, quiet hours, or whether it is used",
                body=contract.ChannelChange,
                reply=contract.OneChannel,
                example={"quiet": {"begin": "22:00", "end": "07:00"}},
            ),
            Route(
                "DELETE",
                "/channels/{id}",
                "account",
                self.remove,
                summary="Remove a channel, and what waits for it",
            ),
            Route(
                "POST",
                "/channels/{id}/test",
                "account",
                self.test,
                summary="Send a real notification by a channel, and tell what it said",
                body=contract.TestChannel,
                reply=contract.Tested,
                example={},
            ),
        ]

    def _further(self) -> list[Route[Any]]:
        return [
            Route(
                "GET",
                "/channels/dead",
                "account",
                self.dead,
                summary="List what one's channels never took, and why",
                reply=contract.DeadNotifications,
            ),
            Route(
                "POST",
                "/channels/{id}/dead",
                "account",
                self.settle,
                summary="Try again what a channel never took, or throw it away",
                body=contract.DeadLetterDecision,
                example={"id": "test", "do": "discard"},
            ),
            Route(
                "GET",
                "/push/key",
                "account",
                self.key,
                summary="Tell the public key that a page subscribes to pushes with",
                reply=contract.PushKey,
            ),
            Route(
                "GET",
                "/admin/channels",
                "admin",
                self.all,
                summary="Tell how everybody's channels stand, without names and addresses",
                reply=contract.ChannelOverview,
            ),
        ]

    # -- one's own

    async def channels(self, call: Call[Nothing]) -> Reply:
        """Return the asker's channels."""
        statuses = await self._work(lambda store: store.statuses(_account(call)))
        options = self._channels.options
        return Reply(
            contract.Channels(
                channels=[_shown(each) for each in statuses],
                addresses=sorted(options.schemas),
                most=options.channels,
            )
        )

    async def make(self, call: Call[contract.NewChannel]) -> Reply:
        """Make a channel, or renew the one of a browser that subscribed before."""
        if not self._made.take(_account(call), self._seconds()):
            raise Refused("wait", "Too many channels at once. Try again in a moment.", wait=5)
        options, now = self._channels.options, self._channels.wall()
        made = making.make(call.asked, _account(call), call.base, options, now, _session(call))
        try:
            found = await self._work(lambda store: self._put(store, made))
        except CannotOpen as why:
            raise Refused("degraded", f"A secret cannot be sealed just now: {why}") from None
        self._audit(call, "make channel", found.channel, made.channel.type)
        return Reply(contract.OneChannel(channel=_shown(found), secret=made.revealed), status=201)

    def _put(self, store: ChannelStore, made: making.Made) -> ChannelStatus:
        """Write a new channel; on the thread. A browser is one channel, of who used it last."""
        channel = made.channel
        former = store.marked(channel.mark) if channel.mark else None
        if former is not None and former.account == channel.account:
            channel = msgspec.structs.replace(
                channel, id=former.id, made=former.made, quiet=former.quiet, passes=former.passes
            )
        elif former is not None:
            store.remove(former.id, _REMOVED)
        most = self._channels.options.channels
        others = [each for each in store.of(channel.account) if each.id != channel.id]
        if len(others) >= most:
            raise Refused("taken", f"There are {most} channels already, and no room for another.")
        store.put(channel, self._channels.access.seal(made.secret, channel.id))
        return _status_of(store, channel)

    async def change(self, call: Call[contract.ChannelChange]) -> Reply:
        """Change what is given of a channel."""
        asked = call.asked
        given = {
            name: value
            for name in ("name", "language", "zone", "passes", "enabled")
            if (value := getattr(asked, name)) is not None
        }
        if asked.quiet is not UNSET:
            given["quiet"] = asked.quiet
            if asked.quiet is not None and (fault := quiet.fault(asked.quiet)):
                raise Refused("malformed", f"{fault}.")
        making.check_words(given.get("language", "en"), given.get("zone", ""))

        seen = {"session": _session(call), "renewed": round(self._channels.wall(), 3)}

        def put(store: ChannelStore) -> tuple[ChannelStatus, list[DeliveryReport]]:
            channel, _ = _own(store, call)
            here = seen if asked.here and channel.type == "push" else {}
            changed = msgspec.structs.replace(channel, **given, **here)
            store.put(changed, None)
            store.queue.reconsider(changed, self._channels.wall())
            ended = [] if changed.enabled else store.queue.end(changed.id)
            return _status_of(store, changed), list(store.queue.over(ended, _OFF))

        found, over = await self._work(put)
        self._channels.heard(over)
        if given:
            self._audit(call, "change channel", found.channel, ", ".join(sorted(given)))
        return Reply(contract.OneChannel(channel=_shown(found)))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Remove a channel and what waits for it."""
        channel, _ = await self._work(lambda store: _own(store, call))
        try:
            await self._channels.removed(channel, _REMOVED)
        except Unavailable as why:
            raise _away(why) from None
        self._audit(call, "remove channel", channel, channel.type)
        return Reply()

    async def test(self, call: Call[contract.TestChannel]) -> Reply:
        """Send the test notification now, whatever hour it is, and tell what came of it."""
        channel, sealed = await self._work(lambda store: _own(store, call))
        if not self._tests.take(_account(call), self._seconds()):
            raise Refused("wait", "Too many tests. Try again in a few seconds.", wait=5)
        notification = wording.trial(f"test-{new_id()}", channel.account, self._channels.wall())
        try:
            outcome = await self._channels.try_now(channel, sealed, notification)
        except Unavailable as why:
            raise _away(why) from None
        found = await self._work(
            lambda store: _status_of(store, channel) if store.get(channel.id) else None
        )
        taken = outcome.result == "done"
        self._audit(call, "test channel", channel, "taken" if taken else "not taken")
        answer = None if found is None else _shown(found)
        said = None if taken else outcome.why
        return Reply(contract.Tested(taken=taken, why=said, channel=answer))

    # -- what nobody took

    async def dead(self, call: Call[Nothing]) -> Reply:
        """Return what the asker's channels never took."""

        def read(store: ChannelStore) -> list[contract.DeadShown]:
            languages = {each.id: each.language for each in store.of(_account(call))}
            found = []
            for letter in store.letters.of(_account(call)):
                notification = letter.notification
                title, body = payload.text_of(notification, languages.get(letter.channel, "en"))
                found.append(
                    contract.DeadShown(
                        id=notification.id,
                        channel=letter.channel,
                        title=title,
                        body=body,
                        at=notification.at,
                        urgent=notification.urgent,
                        alert=notification.alert,
                        why=letter.why,
                        attempts=letter.attempts,
                        ended=letter.ended,
                    )
                )
            return found

        return Reply(contract.DeadNotifications(dead=await self._work(read)))

    async def settle(self, call: Call[contract.DeadLetterDecision]) -> Reply:
        """Try a dead one again, or throw it away."""
        now, asked = self._channels.wall(), call.asked

        def settle(store: ChannelStore) -> Channel:
            channel, _ = _own(store, call)
            letter = store.letters.take(channel.id, asked.id)
            if letter is None:
                raise Refused("unknown", UNKNOWN)
            if asked.do == "again":
                store.queue.insert(channel, letter, "waiting", now, now)
            return channel

        channel = await self._work(settle)
        self._audit(call, f"{asked.do} dead notification", channel)
        return Reply()

    # -- for all

    async def key(self, call: Call[Nothing]) -> Reply:
        """Return the public key of this server, or of all that share its database."""
        vapid = self._channels.access.vapid
        if vapid is None:
            raise Refused("busy", "The server does not have its keys for pushes yet.", wait=5)
        return Reply(contract.PushKey(key=vapid.public))

    async def all(self, call: Call[Nothing]) -> Reply:
        """Return how the channels of all accounts stand."""
        statuses = await self._work(lambda store: store.statuses())
        return Reply(
            contract.ChannelOverview(
                channels=[
                    contract.ChannelSummary(
                        id=each.channel.id,
                        account=each.channel.account,
                        type=each.channel.type,
                        host=each.channel.host,
                        enabled=each.channel.enabled,
                        last=each.last,
                        why=each.why,
                        waiting=each.waiting,
                        dead=each.dead,
                    )
                    for each in statuses
                ],
                trouble=self._channels.figures().why or "",
            )
        )

    async def _work(self, do: Callable[[ChannelStore], T]) -> T:
        try:
            return await self._channels.change(do)
        except Unavailable as why:
            raise _away(why) from None

    def _audit(self, call: Call[Any], what: str, channel: Channel, more: str = "") -> None:
        thing = f"channel/{channel.id}"
        self._note(AuditEvent(call.who.user.name, call.address, what, thing, more=more))


def _account(call: Call[Any]) -> str:
    return call.who.user.name


def _session(call: Call[Any]) -> str:
    """Return the id of the session that the asker came with; "" for another way."""
    return session_id(call.who.key) if call.who.way == "account" else ""


def _own(store: ChannelStore, call: Call[Any]) -> tuple[Channel, str]:
    """Return the asker's channel of the path and its sealed secret. Raises `Refused`."""
    found = store.get(call.parts["id"])
    if found is None or found[0].account != _account(call):
        raise Refused("unknown", UNKNOWN)
    return found


def _status_of(store: ChannelStore, channel: Channel) -> ChannelStatus:
    found = store.statuses(channel.account)
    return next(each for each in found if each.channel.id == channel.id)


def _shown(each: ChannelStatus) -> contract.ChannelShown:
    channel = each.channel
    return contract.ChannelShown(
        id=channel.id,
        type=channel.type,
        name=channel.name,
        host=channel.host,
        language=channel.language,
        zone=channel.zone,
        quiet=channel.quiet,
        passes=channel.passes,
        enabled=channel.enabled,
        last=each.last,
        why=each.why,
        waiting=each.waiting,
        dead=each.dead,
    )


def _away(why: Unavailable) -> Refused:
    return Refused("busy", _AWAY.format(why=why), wait=5)
