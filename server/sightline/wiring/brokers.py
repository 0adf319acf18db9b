"""Connect to every broker, with all that looks after robots and listens in beside it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.cluster.messages import FILTERS
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.service import ConsoleService
from sightline.contract.errors import Refused
from sightline.driving.service import DrivingService
from sightline.live.hub import Hub
from sightline.live.pipeline import Pipeline
from sightline.model.kind import Arrival
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.private import PrivateBroker
from sightline.mqtt.route import BridgePort
from sightline.mqtt.second_connection import SecondConnection
from sightline.settings import Settings, password_variables
from sightline.wiring.ack_gate import AckGate, FallbackConnection
from sightline.wiring.beacon import Beacon
from sightline.wiring.child import Child
from sightline.wiring.client_ids import ClientIds, ClientIdStore
from sightline.wiring.clock import now
from sightline.wiring.errors import CannotStart
from sightline.wiring.former_client_ids import FormerSession
from sightline.wiring.history import HistoryService
from sightline.wiring.options import (
    PRIVATE,
    broker_options,
    no_driving,
    private_options,
)
from sightline.wiring.publishers import Publishers
from sightline.wiring.settings_parts import robot_bases, robots_listener
from sightline.wiring.takeover import KnockAlarm, TakeoverAlarm

reactor: Any = _reactor

# The console's queue is its own, and short: nobody reads 100,000 messages by eye.
_CONSOLE_QUEUE = 10_000


class Brokers(MultiService):
    """The bridges to all brokers; without one in the settings, to a private one of our own."""

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        *,
        hub: Hub,
        pipeline: Pipeline,
        publishers: Publishers,
        driving: DrivingService,
        console: ConsoleService,
        monitor: BrokerMonitor,
        history: HistoryService,
        filters: Sequence[tuple[str, int]],
        shared: bool,
        demo: bool,
        near: str,
        config: str,
    ) -> None:
        super().__init__()
        self._history = history
        self._hub = hub
        self._pipeline = pipeline
        self._publishers = publishers
        self._driving = driving
        self._console, self._monitor = console, monitor
        self._shared = shared
        self._filters = filters
        self._roots = frozenset(name.partition("/")[0] for name, qos in filters if qos)
        self._demo = demo
        self._near, self._week = _demo_options(settings, state, config, near)
        self._settings = settings
        self._stopped = False
        try:
            self._ids = ClientIdStore(state)
            ids = {name: self._ids.of(name, each) for name, each in settings.broker.items()}
        except OSError as why:
            raise CannotStart(f"cannot use the state folder {state}: {why}") from None
        for name, each in ids.items():
            self._settled(name, each, config)
        self._private = None if settings.broker else _private_broker(settings, state)

    def _settled(self, name: str, ids: ClientIds, config: str) -> None:
        """Connect with a broker of the settings, and look after the robots there."""
        broker = self._settings.broker[name]
        why_not = no_driving(name, broker)
        self._bridge(broker_options(name, broker, ids.bridge), ids, why_not)
        if self._settings.driving.guard and not why_not:
            secrets = password_variables(name, broker)
            self._guard("--config", config, "--broker", name, secrets=secrets)

    def startService(self) -> None:
        """Connect, once the world is as it was; the private broker first gets ready.

        A broker sends at once what waited for us. Who came home meanwhile can only be told by
        where they were: what arrives before that is known would be judged by an older note.
        """
        self._history.restored.addCallback(self._connect)

    def _connect(self, _: object) -> None:
        if self._stopped:
            return
        super().startService()
        if self._private is not None:
            link = Link(state="connecting", since=now(), tries=1)
            self._hub.linked(PRIVATE, link)
            self._private.start().addCallbacks(self._private_ready, self._no_private)

    def stopService(self) -> Deferred[Any]:
        """Disconnect, then stop the private broker."""
        self._stopped = True
        left = maybeDeferred(super().stopService)
        if self._private is not None:
            left.addCallback(lambda _: self._private and self._private.stopService())
        return left

    def _private_ready(self, port: int) -> None:
        ids = self._ids.of(PRIVATE)
        self._bridge(private_options(port, ids.bridge), ids)
        address = f"127.0.0.1:{port}"
        bases = robot_bases(self._settings)
        if self._settings.driving.guard:
            self._guard("--at", address, *bases)
        if self._demo:
            first = bases[:2]
            Child("simulate", "--broker", address, *first, *self._near).setServiceParent(self)
            if self._week:
                Child("simulate", "past", *self._week, once=True).setServiceParent(self)

    def _guard(self, *where: str, secrets: Sequence[str] = ()) -> None:
        # By our number: a server that dies at once would leave it with init for a parent.
        parent = ("--with-parent", str(os.getpid()))
        guard = Child("guard", *where, *parent, again=True, killed=False, secrets=secrets)
        guard.setServiceParent(self)

    def _no_private(self, failure: Failure) -> None:
        if not self.running:
            return
        why = failure.getErrorMessage()
        self._log.error("No broker: {why}", why=why)
        self._hub.linked(PRIVATE, Link(state="lost", since=now(), why=why))

    def _bridge(self, options: BrokerOptions, ids: ClientIds, why_not: str = "") -> None:
        name, hub, driving = options.name, self._hub, self._driving
        monitor = self._monitor

        def linked(link: Link) -> None:
            hub.linked(name, link)
            driving.linked(name)
            monitor.linked(name, link, options.client_id)

        ack_gate = AckGate(self._history.recorder)

        def arrived(arrivals: list[Arrival]) -> None:
            with ack_gate:
                self._pipeline.arrived(name, arrivals)

        alarm = TakeoverAlarm(reactor, hub, name, lambda: bridge.dispute())
        bridge = Bridge(
            reactor,
            options,
            self._filters,
            arrived,
            linked,
            now,
            received=ack_gate.received,
            second_connection=self._second_connection(options, alarm),
        )
        self._drive(options, bridge, why_not)
        if options.late_ack:
            fallback = FallbackConnection(reactor, options, ids.live, self._filters, hub)
            fallback.setServiceParent(self)
            self._history.stalled.append(fallback.needed)
        self._open_console(options, ids, bridge)
        self._publishers.add(bridge)
        if self._shared and name in self._settings.broker:
            bridge.subscribe(FILTERS)
        bridge.setServiceParent(self)
        if ids.former and options.late_ack:
            self._drain_former(options, ids.former, bridge)

    def _second_connection(
        self, options: BrokerOptions, alarm: TakeoverAlarm
    ) -> SecondConnection | None:
        """Make the connection that looks after our own, and the alarms that it raises.

        None at AWS IoT, which tells nothing of others and counts connections.
        """
        if not options.profile.sys_topics:
            return None
        knocks = KnockAlarm(reactor, self._hub, options.name)
        knocks.setServiceParent(self)
        second_connection = SecondConnection(reactor, options, now, alarm.ring, knocks.ring)
        self._monitor.mine(options.name, second_connection.client_id)
        second_connection.setServiceParent(self)
        alarm.setServiceParent(self)
        return second_connection

    def _drive(self, options: BrokerOptions, bridge: Bridge, why_not: str) -> None:
        """Let robots be driven by this connection; ``why_not`` says why they are not."""
        name, driving, monitor = options.name, self._driving, self._monitor
        route = BridgePort(reactor, bridge, why_not, now, lambda client: monitor.mine(name, client))
        watched = driving.add(route)
        if not why_not:
            bridge.subscribe(watched.monitor.filters)
            beacon = Beacon(
                options,
                watched.other_servers,
                lambda: driving.other_servers_changed(name),
                lambda client: monitor.mine(name, client),
            )
            beacon.setServiceParent(self)

    def _open_console(self, options: BrokerOptions, ids: ClientIds, bridge: Bridge) -> None:
        """Let the console publish by this connection, and subscribe by one of its own."""
        name, monitor = options.name, self._monitor

        def publish(topic: str, payload: bytes, qos: int, retain: bool) -> None:
            try:
                bridge.publish(topic, payload, qos, retain)
            except (NotConnected, TooManyWaiting) as why:
                raise Refused("not_sent", str(why)) from why
            except ValueError as why:
                raise Refused("bad_message", str(why)) from why

        def subscriptions(
            filters: Sequence[tuple[str, int]],
            deliver: Callable[[list[Arrival]], None],
            changed: Callable[[Link], None],
        ) -> Bridge:
            own = _for_console(options, ids.console)
            monitor.mine(name, own.client_id)
            return Bridge(reactor, own, filters, deliver, changed, now)

        self._console.open(name, publish, subscriptions)

    def _drain_former(self, options: BrokerOptions, former: str, bridge: Bridge) -> None:
        """Take what the broker had kept for a former client id of ours."""
        name = options.name
        self._monitor.mine(name, former)
        FormerSession(
            reactor,
            options,
            former,
            self._arrived_late,
            self._history.recorder,
            bridge,
            lambda: self._ids.drained(name),
        ).setServiceParent(self)

    def _arrived_late(self, arrivals: list[Arrival]) -> None:
        """Take in what a broker kept for a former client id; no commands of any robot."""
        self._pipeline.arrived_late([each for each in arrivals if self._is_own_topic(each)])

    def _is_own_topic(self, arrival: Arrival) -> bool:
        topic = arrival.topic
        return bool(
            arrival.qos and isinstance(topic, str) and topic.partition("/")[0] in self._roots
        )


def _demo_options(
    settings: Settings, state: Path, config: str, near: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options of a demonstration: those of now, and those of its week before.

    The week goes into a file of its own machine and nowhere else; without any there is none. People
    who walk somewhere else today were not there last week.
    """
    if near:
        return (f"--near={near}",), ()
    if settings.history.store != "sqlite" or settings.store.url:
        return (), ()
    return (), ("--state", str(state), *(("--config", config) if config else ()))


def _private_broker(settings: Settings, state: Path) -> PrivateBroker:
    return PrivateBroker(reactor, state / "mosquitto", robots=robots_listener(settings))


def _for_console(options: BrokerOptions, client: str) -> BrokerOptions:
    """Return the same broker for the console, as another client that leaves nothing behind."""
    queue = min(options.queue_limit, _CONSOLE_QUEUE)
    name = f"{options.name} (console)"
    return dataclasses.replace(
        options, name=name, client_id=client, clean=True, late_ack=False, queue_limit=queue
    )
