"""Send the deliveries of each webhook one after the other, in order, without haste.

Nothing here waits on the reactor's thread. What is not taken is tried again after ever longer
pauses; what nobody will ever take is put away (`deadletters`), and said in ``webhook/<name>``. What
waits when the server is stopped is put away, too.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Collection, Container, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import treq
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Protocol
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import Agent

from sightline.kinds.regions.model import Transition, published_id
from sightline.model.kind import State
from sightline.model.text import clean
from sightline.web.outgoing import CheckedEndpoints, UndecodedAgent
from sightline.webhooks import delivery as rules
from sightline.webhooks.deadletters import DeadLetters
from sightline.webhooks.delivery import Delivery
from sightline.webhooks.delivery_log import Delivered
from sightline.webhooks.options import WebhookOptions


class WebhookState(State, frozen=True, omit_defaults=True, kw_only=True):
    """``webhook/<name>``: the state of a receiver. For admins."""

    url: str
    """Its host only: the rest may be a secret."""
    queued: int
    sent: int
    dead: int
    """Given up, or dropped since too many waited."""
    last: float | None = None
    """The last success, epoch s."""
    why: str | None = None
    """The last failure; absent after a success."""
    next: float | None = None
    """When it is tried again, epoch s."""


class _Enough(Protocol):
    """Take no body: the status says it all."""

    def connectionMade(self) -> None:
        """Close the connection: the body begins."""
        assert self.transport is not None
        self.transport.loseConnection()


class Receiver:
    """One webhook and the deliveries that wait for it."""

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        show: Callable[[str, State | None], None],
        options: WebhookOptions,
        letters: DeadLetters,
        delivered: Delivered,
        taken: Callable[[str, str], None],
    ) -> None:
        self.options = options
        self._reactor = reactor
        self._wall = wall
        self._show = show
        self._letters = letters
        self._delivered = delivered
        self._taken = taken
        self._waiting: deque[Delivery] = deque()
        self._call: IDelayedCall | None = None
        self._attempt: Deferred[None] | None = None
        self._sent = self._dead = 0
        self._last: float | None = None
        self._why: str | None = None
        self._next: float | None = None
        self._stopped = False
        self._host = urlsplit(options.url).hostname or ""
        # No pool: a connection is for one message, so that each is judged anew.
        self._agent = Agent.usingEndpointFactory(
            reactor,
            CheckedEndpoints(reactor, private=options.private, timeout=options.timeout),
        )

    def tell(self, transition: Transition) -> None:
        """Queue the transition for this receiver, if it wants it."""
        if self._stopped or not rules.wants(self.options, transition):
            return
        id = published_id(transition)
        if self._delivered.knows(self.options.name, id) or any(id == w.id for w in self._waiting):
            return
        self._waiting.append(
            Delivery(id, transition.thing, transition.event, rules.body(id, transition))
        )
        if len(self._waiting) > self.options.queue:
            # The first of them may be under way.
            dropped = self._waiting[1] if self._attempt is not None else self._waiting[0]
            self._waiting.remove(dropped)
            self._bury(dropped, "too many were waiting")
        self._go_on()

    def forget(self, thing: str) -> None:
        """Drop every delivery about this thing; one under way may still arrive."""
        first = 0 if self._attempt is None else 1
        kept = [each for each in list(self._waiting)[first:] if each.thing != thing]
        self._waiting = deque([*list(self._waiting)[:first], *kept])
        self._go_on()

    def delivered(self, ids: Container[str]) -> None:
        """Drop deliveries that another server made; one under way may arrive twice."""
        first = 0 if self._attempt is None else 1
        kept = [each for each in list(self._waiting)[first:] if each.id not in ids]
        self._waiting = deque([*list(self._waiting)[:first], *kept])
        self.present()

    def stop(self) -> Deferred[None]:
        """Send nothing any more; what waits is put away."""
        self._stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None
        if self._attempt is not None:
            self._attempt.cancel()
        for each in self._waiting:
            self._letters.put(self.options.name, each, "the server was stopped", self._wall())
        self._waiting.clear()
        return self._letters.written()

    def present(self) -> None:
        """Show the state of this receiver to admins."""
        self._show(
            f"webhook/{self.options.name}",
            WebhookState(
                url=self._host,
                queued=len(self._waiting),
                sent=self._sent,
                dead=self._dead,
                last=self._last,
                why=self._why,
                next=self._next,
            ),
        )

    def _go_on(self) -> None:
        if self._waiting and self._attempt is None and self._call is None and not self._stopped:
            self._attempt = Deferred.fromCoroutine(self._try(self._waiting[0]))
            self._attempt.addErrback(self._failed)
            if self._attempt.called:
                self._attempt = None
        self.present()

    def _failed(self, failure: Failure) -> None:
        if not self._stopped:
            self._log.failure("A webhook's attempt failed as we did not foresee", failure)

    async def _try(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        try:
            status = await self._post(delivery)
            meaning, why = rules.meaning(status), f"answered {status}"
        except Exception as error:
            if self._stopped:
                return
            meaning, why = "later", _plain(error)
        if meaning == "done":
            await self._remember(delivery)
        self._attempt = None
        if self._stopped:
            return
        if meaning == "done":
            self._sent += 1
            self._last, self._why = round(self._wall(), 3), None
            self._waiting.popleft()
        else:
            self._why = why
            if meaning == "never" or delivery.attempts >= self.options.attempts:
                self._waiting.popleft()
                self._bury(delivery, why)
            else:
                wait = rules.pause(self.options, delivery.attempts, random.random())
                self._next = round(self._wall() + wait, 3)
                self._call = self._reactor.callLater(wait, self._again)
        self._reactor.callLater(0, self._go_on)

    async def _remember(self, delivery: Delivery) -> None:
        """Remember a delivery that was taken: whatever happens now, it is not repeated."""
        name = self.options.name
        try:
            if (written := self._delivered.add(name, delivery.id)) is not None:
                self._taken(name, delivery.id)
                await written
        except OSError as why:  # after a crash it may be posted once more, under the same id
            self._log.warn(
                "Webhook {name}: cannot write down what was delivered: {why}", name=name, why=why
            )

    def _again(self) -> None:
        self._call = self._next = None
        self._go_on()

    async def _post(self, delivery: Delivery) -> int:
        response = await treq.request(
            "POST",
            self.options.url,
            data=delivery.body,
            headers=rules.headers(delivery, self.options.secret, self._wall()),
            agent=UndecodedAgent(self._agent),
            allow_redirects=False,
            unbuffered=True,
            timeout=self.options.timeout,
            reactor=self._reactor,
        )
        response.deliverBody(_Enough())
        return int(response.code)

    def _bury(self, delivery: Delivery, why: str) -> None:
        self._dead += 1
        self._why = why
        self._log.warn("Webhook {name}: gave one up: {why}", name=self.options.name, why=why)
        self._letters.put(self.options.name, delivery, why, self._wall())


class Webhooks(Service):
    """All receivers. ``show`` puts a thing into the world; dead letters go to ``folder``."""

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        show: Callable[[str, State | None], None],
        options: Sequence[WebhookOptions],
        folder: Path,
        taken: Callable[[str, str], None] = lambda name, id: None,
    ) -> None:
        self._letters = letters = DeadLetters(folder, deferToThread)
        self._delivered = delivered = Delivered(folder, deferToThread)
        self.receivers = [
            Receiver(
                reactor,
                wall,
                show,
                each,
                letters,
                delivered,
                taken,
            )
            for each in options
        ]

    def startService(self) -> None:
        """Show the state of all receivers."""
        super().startService()
        if self.receivers:
            self._load()
        for receiver in self.receivers:
            receiver.present()

    def _load(self) -> None:
        try:
            self._delivered.load()
        except OSError as why:
            self._log.warn("What webhooks have delivered cannot be read: {why}", why=why)

    @property
    def names(self) -> list[str]:
        """List the names of the webhooks in the settings."""
        return [each.options.name for each in self.receivers]

    def newest(self, name: str, most: int) -> list[str]:
        """List the newest deliveries that the webhook of this name has taken, oldest first."""
        return self._delivered.newest(name, most)

    def taken_elsewhere(self, name: str, ids: Collection[str]) -> None:
        """Note deliveries that another server made to the webhook of this name."""
        written = self._delivered.add_all(name, ids)
        if written is not None:
            written.addErrback(
                lambda failure: self._log.warn(
                    "Cannot write down what was delivered: {why}", why=failure.getErrorMessage()
                )
            )
        for receiver in self.receivers:
            if receiver.options.name == name:
                receiver.delivered(frozenset(ids))

    def stopService(self) -> Deferred[None]:
        """Send nothing any more."""
        super().stopService()

        async def stop() -> None:
            for receiver in self.receivers:
                await receiver.stop()

        return Deferred.fromCoroutine(stop())

    def crossed(self, transition: Transition) -> None:
        """Hand the transition to each webhook that wants it."""
        for receiver in self.receivers:
            receiver.tell(transition)

    def forget(self, thing: str) -> None:
        """Drop and delete everything about somebody."""
        for receiver in self.receivers:
            receiver.forget(thing)
        self._letters.forget(thing)


def _plain(error: Exception) -> str:
    """Return a failure in a few words, for people; without the address it was about."""
    reasons = getattr(error, "reasons", None)
    if reasons:  # twisted.web wraps what went wrong on the connection
        error = reasons[0].value
    words = clean(str(error), 200)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
