"""Keep a connection to one MQTT broker up, and hand on what arrives.

All of this runs on the reactor thread. The connection itself lives on a thread of its own
(`connection`), and what it brings comes through one bounded queue (`inbox`).

    state        moves on                      to
    ----------   ---------------------------   ------------------------------
    connecting   accepted and subscribed       connected
    connecting   refused, failed, timed out    lost, next try after a wait
    connected    connection ended              lost, next try after a wait
    lost         the wait is over              connecting
    any          stopService                   (none)

Waits grow while connections fail or do not last, are jittered, and never end the trying: see
`retries`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from twisted.application import service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt import reasons
from sightline.mqtt.bridge_log import BridgeLog
from sightline.mqtt.connection import MqttConnection
from sightline.mqtt.connection_events import Down, Event, Receipt, Rejected, Up
from sightline.mqtt.inbox import Inbox, InboxReactor, rare
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.profile import check_topic
from sightline.mqtt.retries import FLAP_SECONDS, Ending, Retries, SecondConnectionPort
from sightline.mqtt.subscriptions import Subscriptions

# How often the thread is looked at (s), and how long it may stand still: a name server may be slow.
WATCH_SECONDS = 1.0
STUCK_SECONDS = 60.0
# How long stopService waits for the thread (s).
STOP_SECONDS = 3.0


class NotConnected(Exception):
    """No connection stands, so a message was not sent. It is not kept for later."""


class TooManyWaiting(Exception):
    """Too many messages wait for a slow broker, so one was not sent."""


class Bridge(service.Service):
    """The connection to one broker, made again whenever it is lost.

    ``arrived`` gets lists of arrivals, ``linked`` the state of the connection whenever it changes.
    ``now`` is the wall clock (epoch s); it is also called on paho's thread. ``jitter`` gives a
    number from 0 to 1 for each wait. ``received`` gets the receipts for what arrived before each,
    where the options ask for late acknowledgement. With a ``second_connection`` a broker that
    restarts is told from another client with our id. A ``quiet`` bridge writes no log: another one
    speaks for it.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: InboxReactor,
        options: BrokerOptions,
        filters: Sequence[tuple[str, int]],
        arrived: Callable[[list[Arrival]], None],
        linked: Callable[[Link], None],
        now: Callable[[], float],
        jitter: Callable[[], float] = random.random,
        received: Callable[[Receipt], None] = Receipt.acknowledge,
        *,
        second_connection: SecondConnectionPort | None = None,
        quiet: bool = False,
    ) -> None:
        self._reactor = reactor
        self._options = options
        self._second_connection = second_connection
        self._subscriptions = Subscriptions(options.profile, filters)
        self._news = BridgeLog(reactor, options.name, quiet=quiet)
        self._linked = linked
        self._received = received
        self._now = now
        self._retries = Retries(options, jitter, second_connection)
        self._inbox: Inbox[Event] = Inbox(reactor, options.queue_limit, arrived, self._event)
        self._connection: MqttConnection | None = None
        self._retry: Any = None
        self._watch = Periodic(
            reactor,  # type: ignore[arg-type]  # all that it needs of IReactorTime
            WATCH_SECONDS,
            self._look,
            f"the watch over the thread of {options.name}",
        )
        self._tries = 0
        self._session: bool | None = None
        self._up_at = 0.0
        self._dropped = 0
        self._faults = 0
        self._unsent = 0
        self.link = self._state("connecting", now())

    # ---- what others see

    @property
    def broker(self) -> str:
        """Return the broker's name in the settings."""
        return self._options.name

    @property
    def received(self) -> int:
        """Count the messages handed over so far."""
        return self._inbox.received

    @property
    def overflowed(self) -> int:
        """Count the messages dropped because our own queue was full."""
        return self._inbox.overflowed

    @property
    def queued(self) -> int:
        """Count the messages that have come and are not yet handed over."""
        return self._inbox.waiting

    @property
    def client_id(self) -> str:
        """Return the id by which the broker knows us."""
        return self._options.client_id

    @property
    def filters(self) -> list[str]:
        """Tell what it subscribes, on this connection and on every later one."""
        return list(self._subscriptions.filters)

    @property
    def rejected(self) -> frozenset[str]:
        """Return those of our filters that the broker refuses on this connection."""
        return self._subscriptions.refused

    @property
    def unsent(self) -> int:
        """Count the messages of ours that were taken and then dropped."""
        return self._unsent + (self._connection.unsent if self._connection else 0)

    @property
    def faults(self) -> int:
        """Count the mistakes of ours that were caught: in a listener or in a callback of paho's."""
        here = self._connection.faults if self._connection else 0
        return self._inbox.failed + self._faults + here

    @property
    def rejected_subscriptions(self) -> int:
        """Tell how many of our filters the broker refuses on this connection."""
        return len(self.rejected)

    @property
    def contested(self) -> str:
        """Return why this client may not be alone with its id; empty without a sign of that."""
        if not self._retries.contested(self._reactor.seconds()):
            return ""
        return reasons.contested(self._options)

    def dispute(self) -> None:
        """Note that another client signed in with our id: `contested` says so for a while."""
        self._retries.dispute(self._reactor.seconds())

    @property
    def session(self) -> bool | None:
        """Tell whether the broker knew our session when we came; None: not connected."""
        return self._session

    @property
    def options(self) -> BrokerOptions:
        """Tell how the broker is reached."""
        return self._options

    @property
    def waiting(self) -> int:
        """Tell how many of our messages wait for the broker."""
        return self._connection.waiting if self._connection else 0

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int = 0,
        retain: bool = False,
        *,
        urgent: bool = False,
    ) -> None:
        """Send a message now. Raises `NotConnected`, `TooManyWaiting` or ValueError; never waits.

        ValueError is for what no broker would take, or not this one.

        A message that could not be written before the connection is lost is lost with it. What is
        ``urgent`` goes before all that waits.
        """
        check_topic(topic)
        if qos not in (0, 1):
            raise ValueError(f"qos {qos} is not 0 or 1")
        if fault := self._options.profile.publish_fault(topic, payload, retain):
            raise ValueError(fault)
        if self._connection is None or self.link.state != "connected":
            raise NotConnected(
                f"no connection to broker {self.broker}: {self.link.why or 'not yet'}"
            )
        if not self._connection.publish(topic, payload, qos, retain, urgent=urgent):
            raise TooManyWaiting(f"broker {self.broker} does not keep up")

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        """Subscribe to more, now and on every later connection.

        What this broker does not take by its profile is among the `rejected`.
        """
        fit = self._subscriptions.add(filters)
        if self._connection and self.link.state == "connected":
            if len(fit) < len(filters):
                self._show(msgspec.structs.replace(self.link, why=self._subscriptions.shortfall()))
            if fit:
                self._connection.subscribe(fit)

    def follows(self, topic: str) -> bool:
        """Tell whether messages of this topic come by what is subscribed to already."""
        return self._subscriptions.follows(topic)

    def unsubscribe(self, filters: Sequence[str]) -> None:
        """Subscribe to less, now and on every later connection."""
        known = self._subscriptions.remove(filters)
        if known and self._connection and self.link.state == "connected":
            self._connection.unsubscribe(known)

    def drop(self, filters: Sequence[str]) -> None:
        """Unsubscribe, on this connection, filters that an earlier one of this session
        subscribed.
        """
        if self._connection and self.link.state == "connected":
            self._connection.unsubscribe(list(filters))

    # ---- the service

    def startService(self) -> None:
        """Begin to connect; `linked` tells how it goes."""
        super().startService()
        self._watch.start(now=False)
        self._connect()

    def stopService(self) -> Deferred[None]:
        """Send what waits, say goodbye to the broker and wait for the thread (a few s at most)."""
        super().stopService()
        self._watch.stop()
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        self._retry = None
        connection, self._connection = self._connection, None
        if connection is None:
            return succeed(None)
        if connection.connecting:  # nothing to send, and it may take long: it ends by itself
            connection.abandon()
            return succeed(None)
        connection.stop()
        joined = deferToThreadPool(
            self._reactor,  # type: ignore[arg-type]  # all that it needs of IReactorFromThreads
            self._reactor.getThreadPool(),
            connection.join,
            STOP_SECONDS,
        )

        def ended(in_time: bool) -> None:
            if not in_time:
                connection.abandon()
                self._log.warn(
                    "Broker {broker}: the thread did not end in time", broker=self.broker
                )

        return joined.addCallback(ended)

    # ---- states

    def _connect(self) -> None:
        self._retry = None
        self._tries += 1
        self._subscriptions.rejected.clear()
        since = self._now() if self.link.state == "connected" else self.link.since
        self._show(self._state("connecting", since, why=self.link.why))
        try:
            self._connection = MqttConnection(
                self._options, list(self._subscriptions.filters.items()), self._inbox, self._now
            )
            self._connection.start()
        except (OSError, RuntimeError) as error:  # out of descriptors, out of threads
            self._ended(f"this machine has run out of something: {error}")

    def _event(self, event: Event) -> None:
        """Take in news of the connection, in order with its messages; ignore old connections."""
        if event.connection is not self._connection:
            return
        match event:
            case Receipt():
                self._received(event)
            case Up():
                self._accepted(event)
            case Rejected(filters=filters):
                self._subscriptions.rejected.update(filters)
                self._log.warn(
                    "Broker {broker}: {why}",
                    broker=self.broker,
                    why=self._subscriptions.shortfall(),
                )
                self._show(msgspec.structs.replace(self.link, why=self._subscriptions.shortfall()))
            case Down(why=why, fault=fault, ending=ending):
                if fault is not None and rare(self.faults):
                    self._log.failure("Broker {broker}: {why}", fault, broker=self.broker, why=why)
                self._ended(why, ending)

    def _accepted(self, up: Up) -> None:
        self._up_at = self._reactor.seconds()
        self._session = up.session
        if self._second_connection is not None:
            self._second_connection.came(up.port)
        self._subscriptions.rejected.update(up.rejected)
        why = self._subscriptions.shortfall(up.unanswered)
        tries, self._tries = self._tries, 0
        self._news.connected(self._options.address, tries, why)
        self._show(self._state("connected", self._now(), why=why))

    def _ended(self, why: str, ending: Ending = "silent") -> None:
        """Say why the connection ended, and when the next attempt is made."""
        if self._connection is not None:
            self._faults += self._connection.faults
            self._unsent += self._connection.unsent
        self._connection = self._session = None
        stood = self.link.state == "connected"
        if stood:
            wait = self._retries.after_fall(self._reactor.seconds(), self._up_at, ending)
        else:
            wait = self._retries.after_failure()
        since = self._now() if stood else self.link.since
        self._wait(why, since, wait, stood=stood)

    def _wait(self, why: str, since: float, wait: float, *, stood: bool) -> None:
        if self._retries.conflict:
            why = f"{why}; {reasons.flapping(self._retries.flaps, FLAP_SECONDS, self._options)}"
        self._retry = self._reactor.callLater(wait, self._try_again)
        self._news.lost(why, wait, self._tries, stood=stood)
        self._show(self._state("lost", since, why=why, next=self._now() + wait))

    def _try_again(self) -> None:
        """Connect after the wait, unless a second look finds that it should be longer."""
        more = self._retries.judge(self._reactor.seconds())
        if more:
            self._wait(self.link.why or "", self.link.since, more, stood=self._retries.conflict)
        else:
            self._connect()

    def _look(self) -> None:
        """Look once a second whether the thread is alive, moves, and dropped anything."""
        connection = self._connection
        if connection is not None:
            # A dead thread's last words have been heard once the queue is empty.
            if not connection.alive and self._inbox.empty:
                connection.abandon()
                self._ended("the MQTT thread died")
            elif connection.idle() > STUCK_SECONDS:
                connection.abandon()
                self._ended(f"the MQTT thread stood still for {STUCK_SECONDS:.0f} s")
        dropped = self.overflowed - self._dropped
        if dropped and self._news.dropped(dropped):
            self._dropped = self.overflowed

    def _state(self, state: Any, since: float, **more: Any) -> Link:
        return Link(
            state=state,
            since=since,
            tries=self._tries,
            address=self._options.address,
            protocol=self._options.protocol,
            tls=self._options.tls is not None,
            **more,
        )

    def _show(self, link: Link) -> None:
        self.link = link
        try:
            self._linked(link)
        except Exception:
            self._faults += 1
            if rare(self._faults):
                self._log.failure("Broker {broker}: a listener failed", broker=self.broker)
