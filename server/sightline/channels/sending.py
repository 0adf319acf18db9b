"""Send to push services, webhooks and brokers. Nothing here waits on the reactor's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import msgspec
import treq
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.python.failure import Failure
from twisted.web.client import Agent, RequestTransmissionFailed, ResponseNeverReceived
from twisted.web.http_headers import Headers
from twisted.web.iweb import IPolicyForHTTPS

from sightline.channels import payload, retries, webpush
from sightline.channels.address import origin_of
from sightline.channels.options import DONE, GIVE_UP, ChannelOptions, Outcome
from sightline.channels.push_pool import PushPools
from sightline.channels.records import Channel
from sightline.channels.webpush import PushTarget, Vapid
from sightline.model.notification import Notification
from sightline.model.text import clean
from sightline.web.outgoing import CheckedEndpoints, UndecodedAgent
from sightline.web.webhook_signature import signing_key, standard_headers

_ENOUGH = 300
"""Bytes of what the other side says that are read."""
_EXPIRED = (404, 410)
"""A push service knows the subscription no more (RFC 8030 §7.3)."""
_CUT = (RequestTransmissionFailed, ResponseNeverReceived)


class WebhookSecret(msgspec.Struct, frozen=True):
    """Where a webhook goes, and what signs it."""

    url: str
    secret: str


class ChannelSender(Protocol):
    """One way of telling somebody."""

    def send(
        self, channel: Channel, secret: bytes, notification: Notification
    ) -> Awaitable[Outcome]:
        """Send it once; return what came of it. ``secret`` is unsealed."""


class _Beginning(TwistedProtocol):
    """Take the beginning of a body; the rest is of no use."""

    def __init__(self) -> None:
        self._data = b""
        self.done: Deferred[bytes] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        self._data += data
        if len(self._data) >= _ENOUGH and self.transport is not None:
            self.transport.loseConnection()

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008
        if not self.done.called:
            self.done.callback(self._data[:_ENOUGH])


class Poster:
    """Post by HTTP. Each new connection goes to an address that is judged just before.

    ``policy`` says which certificates are trusted; None: those of this system.
    """

    def __init__(
        self,
        reactor: Any,
        options: ChannelOptions,
        wall: Callable[[], float],
        *,
        policy: IPolicyForHTTPS | None = None,
    ) -> None:
        self._reactor = reactor
        self._timeout = options.timeout
        self.wall = wall
        endpoints = CheckedEndpoints(
            reactor, private=options.private, timeout=options.timeout / 2, policy=policy
        )
        self._agent = Agent.usingEndpointFactory(reactor, endpoints)
        self._pools = PushPools(reactor, endpoints)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Outcome]:
        """Post over a connection for this message alone.

        Return the status and what it means; 0: nobody answered.
        """
        return await self._in_time(self._post(self._agent, url, body, headers))

    async def post_again(
        self, origin: str, url: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Outcome]:
        """Post over a connection that is kept for what goes to this origin next.

        Return the status and what it means; 0: nobody answered.
        """
        return await self._in_time(self._post_pooled(origin, url, body, headers))

    def close(self) -> Deferred[Any]:
        """Close the connections that are kept."""
        return self._pools.close()

    async def _in_time(
        self, asking: Coroutine[Any, Any, tuple[int, Outcome]]
    ) -> tuple[int, Outcome]:
        asked = Deferred.fromCoroutine(asking)
        asked.addTimeout(self._timeout, self._reactor)
        try:
            return await asked
        except CancelledError:  # nobody wants it any more
            raise
        except Exception as error:
            return 0, Outcome("later", plain(error))

    async def _post_pooled(
        self, origin: str, url: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Outcome]:
        agent, noted = self._pools.agent(origin)
        try:
            return await self._post(agent, url, body, headers)
        except _CUT as why:
            # The other side may close an idle connection in the moment in which we use it. A push
            # that it had taken all the same takes the place of itself on the phone.
            if noted.connected or any(each.check(CancelledError) for each in why.reasons):
                raise
            return await self._post(self._agent, url, body, headers)

    async def _post(
        self, agent: Agent, url: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Outcome]:
        response = await treq.request(
            "POST",
            url,
            data=body,
            headers=Headers({"User-Agent": ["Sightline"], **{k: [v] for k, v in headers.items()}}),
            agent=UndecodedAgent(agent),
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,
        )
        beginning = _Beginning()
        response.deliverBody(beginning)
        text = (await beginning.done).decode("utf-8", "replace")
        lines = response.headers.getRawHeaders("retry-after", [""])
        words = clean(" ".join(text.split()), 200)
        return response.code, retries.outcome(response.code, words, lines[0], self.wall())


class PushSender:
    """Send to the browsers that subscribed.

    ``badge`` counts what an account has to look at; ``telephone`` is whom it may call about a
    notification, asked at the moment of sending: "" for nobody.
    """

    def __init__(
        self,
        poster: Poster,
        options: ChannelOptions,
        vapid: Callable[[], Vapid | None],
        badge: Callable[[str], int | None],
        telephone: Callable[[Notification], str],
    ) -> None:
        self._poster = poster
        self._options = options
        self._vapid = vapid
        self._badge = badge
        self._telephone = telephone

    async def send(self, channel: Channel, secret: bytes, notification: Notification) -> Outcome:
        """Send it once (`ChannelSender`)."""
        vapid = self._vapid()
        if vapid is None:
            return Outcome("later", "the server does not have its keys yet")
        to = msgspec.msgpack.decode(secret, type=PushTarget)
        origin, _ = origin_of(to.endpoint, private=True)
        now = self._poster.wall()
        badge, telephone = self._badge(notification.account), self._telephone(notification)
        data = payload.push_payload(notification, channel, badge, telephone)
        headers = webpush.headers(notification, GIVE_UP - max(0.0, now - notification.at))
        contact = self._options.contact
        if not contact and channel.base.startswith("https://"):
            contact = channel.base
        headers["Authorization"] = vapid.header(origin, contact, now)
        status, outcome = await self._poster.post_again(
            origin, to.endpoint, webpush.encrypt(data, to), headers
        )
        if status in _EXPIRED:
            return Outcome("gone", "this browser takes no notifications any more")
        return outcome


class WebhookSender:
    """Post to webhooks, with the headers of Standard Webhooks."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    async def send(self, channel: Channel, secret: bytes, notification: Notification) -> Outcome:
        """Send it once (`ChannelSender`). A receiver that answers 410 is no more (the standard)."""
        to = msgspec.msgpack.decode(secret, type=WebhookSecret)
        body = payload.machine_payload(notification, channel)
        signed = standard_headers(
            notification.id, self._poster.wall(), body, signing_key(to.secret)
        )
        headers = {"Content-Type": "application/json", **signed}
        _, outcome = await self._poster.post(to.url, body, headers)
        return outcome


class MqttChannel:
    """Publish to ``sightline/notify/<account>`` at a broker. ``publish`` says if it was taken."""

    def __init__(self, publish: Callable[[str, bytes], bool]) -> None:
        self._publish = publish

    async def send(self, channel: Channel, secret: bytes, notification: Notification) -> Outcome:
        """Send it once (`ChannelSender`)."""
        if self._publish(topic_of(channel.account), payload.machine_payload(notification, channel)):
            return DONE
        return Outcome("later", "the broker cannot be reached just now")


def topic_of(account: str) -> str:
    """Return the topic by which an account is told over MQTT."""
    return f"sightline/notify/{account}"


def plain(error: Exception) -> str:
    """Return a failure in a few words, for people; without the address it was about."""
    reasons = getattr(error, "reasons", None)
    if reasons:  # twisted.web wraps what went wrong on the connection
        error = reasons[0].value
    if isinstance(error, TimeoutError) or type(error).__name__ in (
        "TimeoutError",
        "CancelledError",
    ):
        return "there was no answer in time"
    words = clean(str(error), 200)
    return words or type(error).__name__
