"""A bridge to every broker, with all that looks after robots and listens in beside it."""

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

from sightline.auth.api_call import Denied
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.rules import ConsoleDenied
from sightline.console.service import ConsoleService as ConsoleDesk
from sightline.driving.service import DrivingService
from sightline.kinds.friends import commands
from sightline.kinds.friends.address import topics
from sightline.live.hub import Hub
from sightline.model.kind import Arrival, id_of
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.private import PrivateBroker
from sightline.mqtt.robots import RobotsListener
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
from sightline.wiring.takeover import KnockAlarm, TakeoverAlarm

reactor: Any = _reactor

# The console's queue is its own, and short: nobody reads 100,000 messages by eye.
_CONSOLE_QUEUE = 10_000


class Brokers(MultiService):
    """A bridge to every broker; without one in the settings, to a private one of our own."""

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        hub: Hub,
        desk: DrivingService,
        console: ConsoleDesk,
        watch: BrokerMonitor,
        filters: Sequence[tuple[str, int]],
        history: HistoryService,
        *,
        demo: bool,
        config: str,
    ) -> None:
        super().__init__()
        self._history = history
        self._state = state
        self._hub = hub
        self._desk = desk
        self._console = console
        self._watch = watch
        self._filters = filters
        self._roots = frozenset(name.partition("/")[0] for name, qos in filters if qos)
        self._demo = demo
        self._guards = settings.driving.guard
        self._bridges: list[Bridge] = []
        self._private: PrivateBroker | None = None
        self.archived: Callable[[Sequence[Arrival]], None] = lambda arrivals: None
        """Gets every message first, as it came."""
        try:
            self._ids = ClientIdStore(state)
            ids = {name: self._ids.of(name, each) for name, each in settings.broker.items()}
        except OSError as why:
            raise CannotStart(f"cannot use the state folder {state}: {why}") from None
        self._sift: Callable[[list[Arrival]], list[Arrival]] = lambda arrivals: arrivals
        for name, each in settings.broker.items():
            why_not = no_driving(name, each)
            self._bridge(broker_options(name, each, ids[name].bridge), ids[name], why_not)
            if self._guards and not why_not:
                secrets = password_variables(name, each)
                self._guard("--config", config, "--broker", name, secrets=secrets)
        if not settings.broker:
            self._private = PrivateBroker(
                reactor, state / "mosquitto", robots=_robots_listener(settings)
            )

    def overflow(self) -> int:
        """Messages lost because our own queues were full."""
        return sum(bridge.overflowed for bridge in self._bridges)

    def clear_retained(self, thing: str) -> None:
        """Have the brokers forget what they would say of this friend to whoever subscribes."""
        try:
            for bridge in self._bridges:
                if not bridge.options.profile.retains:
                    continue  # nothing of ours is kept there, and phones are set up so
                for topic in topics(id_of(thing)):
                    bridge.publish(topic, b"", qos=1, retain=True)
        except (NotConnected, TooManyWaiting) as why:
            raise Denied("busy", f"The broker cannot forget it just now: {why}", wait=5) from None

    def tell_phone(self, device: str, payload: bytes) -> str:
        """Publish a command to ``user/device``; says why not, empty when it went.

        To the broker where the phone was heard; to all, when that is long ago.
        """
        source = self._hub.source(f"friend/{device}")
        near = [bridge for bridge in self._bridges if bridge.broker == source] or self._bridges
        sent, why = 0, "there is no broker"
        for bridge in near:
            try:
                bridge.publish(commands.topic(device), payload, qos=1)
                sent += 1
            except (NotConnected, TooManyWaiting, ValueError) as error:
                why = str(error)
        return "" if sent else why

    def publish(self, name: str, topic: str, payload: bytes) -> bool:
        """Publish at this broker (empty: the first one), QoS 1; whether it was taken."""
        for bridge in self._bridges:
            if name in ("", bridge.broker):
                try:
                    bridge.publish(topic, payload, qos=1)
                except (NotConnected, TooManyWaiting, ValueError):
                    return False
                return True
        return False

    def publish_anywhere(self, topic: str, payload: bytes, qos: int) -> bool:
        """Publish at the first broker that takes it; whether one did, or none ever will."""
        fit = False
        for bridge in self._bridges:
            try:
                bridge.publish(topic, payload, qos)
            except (NotConnected, TooManyWaiting):
                fit = True
            except ValueError:
                continue
            else:
                return True
        return not fit

    def share(
        self,
        filters: Sequence[tuple[str, int]],
        sift: Callable[[list[Arrival]], list[Arrival]],
    ) -> None:
        """Subscribe what other servers say, at brokers of the settings.

        ``sift`` takes it out of what arrives, before anybody else sees it.
        """
        self._sift = sift
        for bridge in self._bridges:
            bridge.subscribe(filters)

    def gauges(self) -> dict[str, int]:
        """How the queues between us and the brokers are."""
        return {
            "queue": sum(bridge.queued for bridge in self._bridges),
            "unsent": sum(bridge.unsent for bridge in self._bridges),
            "faults": sum(bridge.faults for bridge in self._bridges),
        }

    def startService(self) -> None:
        """Connect; the private broker first gets ready."""
        super().startService()
        if self._private is not None:
            link = Link(state="connecting", since=now(), tries=1)
            self._hub.linked(PRIVATE, link)
            self._private.start().addCallbacks(self._private_ready, self._no_private)

    def stopService(self) -> Deferred[Any]:
        """Disconnect, then stop the private broker."""
        left = maybeDeferred(super().stopService)
        if self._private is not None:
            left.addCallback(lambda _: self._private and self._private.stopService())
        return left

    def _private_ready(self, port: int) -> None:
        ids = self._ids.of(PRIVATE)
        self._bridge(private_options(port, ids.bridge), ids)
        address = f"127.0.0.1:{port}"
        if self._guards:
            self._guard("--at", address)
        if self._demo:
            Child("simulate", "--broker", address).setServiceParent(self)

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
        name, hub, desk = options.name, self._hub, self._desk

        console, watch = self._console, self._watch

        def linked(link: Link) -> None:
            hub.linked(name, link)
            desk.linked(name)
            watch.linked(name, link, options.client_id)

        safe = AckGate(self._history.recorder)

        def arrived(arrivals: list[Arrival]) -> None:
            with safe:
                arrivals = self._sift(arrivals)
                self.archived(arrivals)
                console.overheard(name, arrivals)
                hub.arrived(desk.sift(name, arrivals))

        def publish(topic: str, payload: bytes, qos: int, retain: bool) -> None:
            try:
                bridge.publish(topic, payload, qos, retain)
            except (NotConnected, TooManyWaiting) as why:
                raise ConsoleDenied("not_sent", str(why)) from why
            except ValueError as why:
                raise ConsoleDenied("bad_message", str(why)) from why

        def ears(
            filters: Sequence[tuple[str, int]],
            heard: Callable[[list[Arrival]], None],
            changed: Callable[[Link], None],
        ) -> Bridge:
            own = _for_console(options, ids.console)
            watch.mine(name, own.client_id)
            return Bridge(reactor, own, filters, heard, changed, now)

        alarm = TakeoverAlarm(reactor, hub, name, lambda: bridge.dispute())
        second_connection = None
        if options.profile.sys_topics:  # AWS IoT tells nothing of others, and counts connections
            knocks = KnockAlarm(reactor, hub, name)
            knocks.setServiceParent(self)
            second_connection = SecondConnection(reactor, options, now, alarm.ring, knocks.ring)
            watch.mine(name, second_connection.client_id)
            second_connection.setServiceParent(self)
            alarm.setServiceParent(self)
        bridge = Bridge(
            reactor,
            options,
            self._filters,
            arrived,
            linked,
            now,
            received=safe.received,
            second_connection=second_connection,
        )
        route = BridgePort(reactor, bridge, why_not, now, lambda client: watch.mine(name, client))
        commands = desk.add(route)
        if not why_not:
            bridge.subscribe(commands.filters)
            beacon = Beacon(
                options,
                desk.peers(name),
                lambda: desk.peers_changed(name),
                lambda client: watch.mine(name, client),
            )
            beacon.setServiceParent(self)
        if options.late_ack:
            standin = FallbackConnection(reactor, options, ids.live, self._filters, hub)
            standin.setServiceParent(self)
            self._history.stalled.append(standin.needed)
        console.open(name, publish, ears)
        self._bridges.append(bridge)
        bridge.setServiceParent(self)
        if ids.former and options.late_ack:
            watch.mine(name, ids.former)
            FormerSession(
                reactor,
                options,
                ids.former,
                self._arrived_late,
                self._history.recorder,
                bridge,
                lambda: self._ids.drained(name),
            ).setServiceParent(self)

    def _arrived_late(self, arrivals: list[Arrival]) -> None:
        """From the session of a former id: what a broker kept, and no commands of any robot."""
        kept = [each for each in self._sift(arrivals) if each.qos and self._is_ours(each.topic)]
        self.archived(kept)
        self._hub.arrived(kept)

    def _is_ours(self, topic: str | bytes) -> bool:
        return isinstance(topic, str) and topic.partition("/")[0] in self._roots


def _robots_listener(settings: Settings) -> RobotsListener | None:
    wanted = settings.probots
    return RobotsListener(wanted.listen, wanted.port) if wanted.listen else None


def _for_console(options: BrokerOptions, client: str) -> BrokerOptions:
    """The same broker for the console, as another client that leaves nothing behind."""
    queue = min(options.queue_limit, _CONSOLE_QUEUE)
    name = f"{options.name} (console)"
    return dataclasses.replace(
        options, name=name, client_id=client, clean=True, late_ack=False, queue_limit=queue
    )
