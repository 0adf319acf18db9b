"""Make every part of the server and join them, feature by feature.

Each function takes what it needs by keyword and returns what the next ones need. Tests use the same
functions. The path of an arriving message is in `sightline.live.pipeline`.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.web.resource import Resource

from sightline import __version__
from sightline.accounts.api_account import AccountApi
from sightline.accounts.api_admin import AdminApi
from sightline.accounts.api_links import LinksApi
from sightline.accounts.api_privacy import PrivacyApi
from sightline.accounts.api_session import SessionApi
from sightline.accounts.audit import AuditLog
from sightline.accounts.service import AccountService
from sightline.auth.api_call import Route
from sightline.auth.session import Visitor, described
from sightline.cluster.messages import Peers
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.rules import LARGEST_REQUEST, ConsoleRights
from sightline.console.service import ConsoleService
from sightline.driving.errors import refused_commands
from sightline.driving.requests import DrivingRequests
from sightline.driving.service import DrivingService
from sightline.history.api import HistoryApi
from sightline.history.api_hide import HideApi
from sightline.history.archive.archive import Archive
from sightline.history.read_only import ReadOnlyPast
from sightline.history.recorder import Recorder
from sightline.history.store import Store
from sightline.history.tracks import everything
from sightline.kinds import broker, friends, probots
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.pipeline import ChangeListeners, Pipeline
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.live.server_state import ServerState
from sightline.live.world import World
from sightline.model.kind import Kind, kind_of, timeouts_of
from sightline.model.server import SERVER, Alarmed
from sightline.settings import Settings, is_private
from sightline.web import site
from sightline.web.api import Api
from sightline.web.connection_limits import ConnectionLimits
from sightline.web.fanout import FanOut, Pace
from sightline.web.metrics import Metrics, ServerFigures
from sightline.web.proxies import Proxies
from sightline.web.reads import Reads
from sightline.web.request_context import RequestContext
from sightline.web.socket import SocketLimits, SocketResource, Sockets
from sightline.wiring import settings_parts
from sightline.wiring.accounts import Invitation, RequiredAccounts
from sightline.wiring.archive import message_archive
from sightline.wiring.beacon import store_of
from sightline.wiring.brokers import Brokers
from sightline.wiring.browsers import Browsers
from sightline.wiring.clock import ClockWatch, now
from sightline.wiring.cluster import Cluster, Eraser
from sightline.wiring.erasure import eraser_of_world
from sightline.wiring.health import Health
from sightline.wiring.history import (
    HistoryService,
    figures_of,
    make_recorder,
    make_store,
    ours,
    remembers,
    retained,
)
from sightline.wiring.limits import DiskFloor, QuotaAlarms, make_world
from sightline.wiring.listeners import Ports, front_gate
from sightline.wiring.loglimit import LogLimit
from sightline.wiring.owntracks import OwnTracks, keys
from sightline.wiring.past_states import shower
from sightline.wiring.publishers import Publishers
from sightline.wiring.regions import Geofencing
from sightline.wiring.state_folder import StateFolder, databases
from sightline.wiring.systemd import Supervised, Supervisor

reactor: Any = _reactor


@dataclass(frozen=True, slots=True)
class Start:
    """How the server is started: its settings, its state folder and what the command line says.

    ``listen`` is the endpoint for browsers; ``config`` the settings' file, for the guards (empty:
    none); ``demo``: with simulated friends and robots.
    """

    settings: Settings
    state: Path
    listen: str
    demo: bool = False
    config: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """What happens now, from decoding to the fan-out, and the history that hears of it."""

    kinds: Sequence[Kind]
    logbook: broker.Logbook
    senders: friends.SenderClocks
    world: World
    store: Store
    recorder: Recorder
    fanout: FanOut
    hub: Hub
    disk: DiskFloor

    @property
    def friends(self) -> list[str]:
        """The friends that there are."""
        return [key for key, _ in self.world if kind_of(key) == "friend"]


def build_live(start: Start, cluster: Cluster) -> Live:
    """Make the world and what changes it, shows it and remembers it."""
    settings, logbook, senders = start.settings, broker.Logbook(), friends.SenderClocks()
    kinds = make_kinds(settings, logbook, senders)
    world = make_world(settings, secrets.token_hex(8))
    presence = Presence(timeouts_of(kinds))
    store, disk = make_store(settings, start.state), DiskFloor(start.state, _floor(settings))
    recorder = make_recorder(settings, store, world, kinds, cluster.leadership, disk.why)
    fanout = FanOut(reactor, now, world, make_pace(settings))
    listeners = ChangeListeners(recorder.take, recorder.remember, fanout.stir)
    ingest = Ingest(kinds, world, presence, keep=listeners.keep)
    hub = Hub(
        reactor,
        now,
        world,
        ingest,
        presence,
        broker.LinkUpdate,
        listeners=[listeners.stir],
        remember=listeners.remember,
    )
    settings_parts.introduce_robots(settings, hub)
    return Live(kinds, logbook, senders, world, store, recorder, fanout, hub, disk)


def make_kinds(
    settings: Settings, logbook: broker.Logbook, senders: friends.SenderClocks
) -> Sequence[Kind]:
    """Make the kinds, with the timeouts and keys of the settings."""
    people, robots = settings.friends, settings.probots
    known = frozenset((*robots.known, *settings.probot)) or None
    return (
        friends.kind(
            people.stale_after, people.offline_after, keys(settings), senders, people.topics
        ),
        probots.kind(known, robots.stale_after, robots.offline_after),
        broker.kind(logbook),
    )


def make_pace(settings: Settings) -> Pace:
    """Make the pace of the fan-out."""
    return Pace(
        tick=settings.fanout.tick_ms / 1000,
        tick_max=settings.fanout.tick_max_ms / 1000,
        patience=settings.limits.behind_seconds,
        page=settings.fanout.frame_bytes,
    )


def _floor(settings: Settings) -> int:
    return settings.limits.disk_floor_mb


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may come in and ask: the accounts, who is asking, and the requests of browsers."""

    service: AccountService
    context: RequestContext
    requests: Requests
    gate: ConnectionLimits


def build_accounts(start: Start, cluster: Cluster) -> Accounts:
    """Make the accounts and the dispatcher of requests, with its audit log."""
    settings = start.settings
    service = AccountService(
        reactor,
        reactor,
        now,
        start.state,
        settings_parts.account_policy(settings.accounts),
        demo=start.demo and is_private(start.listen, settings.server),
        journal=cluster.accounts,
    )
    trusted = [*settings.server.origins, *settings_parts.origin_of(settings.server.public_url)]
    context = RequestContext(
        service, trusted, Proxies(settings.server.proxies), settings.server.public_url
    )
    requests = Requests(now)
    requests.when_answered(AuditLog(service.note, reactor))
    ReadOnlyPast().join(requests)
    return Accounts(service, context, requests, front_gate(settings))


def build_driving(start: Start, cluster: Cluster, live: Live, accounts: Accounts) -> DrivingService:
    """Make what drives the robots and stops them."""
    driving = DrivingService(
        reactor,
        now,
        live.hub,
        cluster.locks,
        need_guard=start.settings.driving.need_guard,
        store=store_of(start.settings),
    )
    driving.log.when_written(remembers(live.hub))
    DrivingRequests(accounts.requests, driving)
    return driving


@dataclass(frozen=True, slots=True)
class Console:
    """What people see and do at the brokers by hand."""

    rights: ConsoleRights
    service: ConsoleService
    monitor: BrokerMonitor


def build_console(start: Start, live: Live, accounts: Accounts) -> Console:
    """Make the console and the monitor of the brokers."""
    rights = settings_parts.console_rights(start.settings)
    service = ConsoleService(
        reactor,
        now,
        rights,
        audit=settings_parts.console_auditor(accounts.service),
        stored=figures_of(live.store, ours(start.settings)),
    )
    service.join(accounts.requests)
    return Console(
        rights, service, BrokerMonitor(reactor, now, live.hub, live.logbook, service.figures)
    )


@dataclass(frozen=True, slots=True)
class Past:
    """The history as a service, and the archive of raw messages."""

    clock: ClockWatch
    service: HistoryService
    archive: Archive


def build_history(start: Start, cluster: Cluster, live: Live, accounts: Accounts) -> Past:
    """Make what opens the history, brings back the world and lets go of what is old."""
    hub = live.hub

    def alarm(why: str) -> None:
        hub.happened("alarm", SERVER, now(), Alarmed(why=why))

    clock = ClockWatch(now, live.senders, alarm)
    service = HistoryService(
        start.settings.history,
        live.store,
        live.recorder,
        hub,
        live.kinds,
        now,
        retained(accounts.service),
        leadership=cluster.leadership,
        purge_clock=clock.purge,
    )
    archive = message_archive(reactor, start.settings, start.state, live.disk.why, clock.purge)
    return Past(clock, service, archive)


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The connections to the brokers, and what several servers tell each other over them."""

    publishers: Publishers
    brokers: Brokers
    peers: Peers | None


def build_mqtt(
    start: Start,
    *,
    cluster: Cluster,
    live: Live,
    driving: DrivingService,
    console: Console,
    past: Past,
) -> Mqtt:
    """Make the path of arriving messages, and the connections that messages arrive by."""
    publishers, peers = Publishers(live.hub), None
    if name := start.settings.replicas.name:
        peers = Peers(reactor, name, publishers.publish_anywhere)
        cluster.speak(peers)
    pipeline = Pipeline(
        peers=peers,
        archive=past.archive.take,
        console=console.service.overheard,
        driving=driving,
        hub=live.hub,
    )
    brokers = Brokers(
        start.settings,
        start.state,
        hub=live.hub,
        pipeline=pipeline,
        publishers=publishers,
        driving=driving,
        console=console.service,
        monitor=console.monitor,
        history=past.service,
        filters=[wanted for kind in live.kinds for wanted in kind.filters],
        shared=peers is not None,
        demo=start.demo,
        config=start.config,
    )
    return Mqtt(publishers, brokers, peers)


@dataclass(frozen=True, slots=True)
class Features:
    """Geofences and phones, and all who forget a friend that is erased."""

    geofencing: Geofencing
    owntracks: OwnTracks
    reads: Reads
    erasers: Sequence[Eraser]


def build_features(
    start: Start, *, cluster: Cluster, live: Live, accounts: Accounts, past: Past, mqtt: Mqtt
) -> Features:
    """Make what regions and phones need, and join it with accounts and brokers."""
    geofencing = Geofencing(
        start.settings,
        start.state,
        live.hub,
        accounts.requests,
        accounts.service,
        mqtt.publishers.publish,
        leadership=cluster.leadership,
        journal=cluster.regions,
        peers=mqtt.peers,
    )
    reads = Reads(reactor)
    owntracks = OwnTracks(
        start.settings,
        now,
        live.hub,
        accounts.requests,
        accounts.service,
        accounts.context,
        mqtt.publishers.tell_phone,
        __version__,
        regions=geofencing.phones,
        store=live.store,
        recorder=live.recorder,
        peers=mqtt.peers,
        leadership=cluster.leadership,
        gate=accounts.gate,
        reads=reads,
    )
    erasers: tuple[Eraser, ...] = (
        *(() if mqtt.peers is None else (mqtt.peers.forget,)),
        eraser_of_world(live.hub),
        geofencing.erase,
        owntracks.phones.forget,
        past.archive.erase,
        past.service.erase,
    )
    cluster.join(accounts.service, geofencing.regions, live.world, erasers)
    return Features(geofencing, owntracks, reads, erasers)


def build_sockets(start: Start, live: Live, accounts: Accounts, rights: ConsoleRights) -> Sockets:
    """Make the end of the WebSockets."""
    limits = make_socket_limits(start.settings)

    def hello(visitor: Visitor) -> bytes:
        return protocol.hello(
            epoch=live.fanout.epoch(visitor.user.sight),
            server=__version__,
            user=described(visitor),
            now=now(),
            beat=start.settings.fanout.beat_seconds,
            message=start.settings.limits.message_bytes,
            publish=limits.large if rights.publishes(visitor.user) else None,
        )

    return Sockets(
        reactor,
        live.fanout,
        accounts.requests,
        hello,
        accounts.service,
        limits,
        compression=start.settings.fanout.compression,
        publishes=rights.publishes,
        gate=accounts.gate,
    )


def make_socket_limits(settings: Settings) -> SocketLimits:
    """Make the limits of one browser."""
    return SocketLimits(
        connections=settings.limits.connections,
        connections_per_address=settings.limits.connections_per_address,
        connections_per_user=settings.limits.connections_per_user,
        message=settings.limits.message_bytes,
        large=max(settings.limits.message_bytes, LARGEST_REQUEST),
        rate=settings.limits.messages_per_second,
        handshake=settings.limits.handshake_seconds,
        ping=settings.limits.ping_seconds,
    )


def build_state(
    start: Start,
    *,
    cluster: Cluster,
    live: Live,
    accounts: Accounts,
    console: Console,
    past: Past,
    mqtt: Mqtt,
    health: Health,
) -> ServerState:
    """Make the server's own thing, out of what every part says of itself."""

    def figures() -> dict[str, Any]:
        return {
            "viewers": live.fanout.viewers,
            "behind": live.fanout.behind,
            "things": len(live.world),
            "console": console.service.subscriptions,
            "console_dropped": console.service.dropped,
            "topics": console.service.topics,
            "refused": refused_commands(accounts.requests.refused),
            "archive_lost": past.archive.lost,
            "degraded": health.trouble(),
        }

    return ServerState(
        reactor,
        now,
        live.hub,
        __version__,
        figures=(
            figures,
            mqtt.publishers.figures,
            past.service.gauges,
            cluster.gauges,
            past.clock.gauges,
        ),
        frames=lambda: live.fanout.frames_sent,
    )


def build_routes(live: Live, accounts: Accounts, mqtt: Mqtt, features: Features) -> list[Route]:
    """List the routes of the HTTP API."""
    service, reads = accounts.service, features.reads
    apis = (
        SessionApi(service),
        AccountApi(service),
        LinksApi(service),
        PrivacyApi(
            service,
            live.world,
            (mqtt.publishers.clear_retained, *features.erasers),
            reads,
            lambda thing, sight, turn: everything(live.store, thing, sight, turn),
        ),
        HistoryApi(live.store, live.world, shower(live.kinds, live.hub), now, reads),
        HideApi(live.store, service.note, reads),
        AdminApi(service, lambda: live.friends),
    )
    return [route for api in apis for route in api.routes()]


def build_web(
    start: Start,
    *,
    live: Live,
    accounts: Accounts,
    features: Features,
    sockets: Sockets,
    state: ServerState,
    routes: Sequence[Route],
) -> Resource:
    """Make the tree of URLs."""
    settings = start.settings
    api = Api(accounts.context, reactor, routes, rate=settings.limits.requests_per_second)
    figures = ServerFigures(live.hub, live.fanout, sockets, state)
    accounts.gate.count(lambda: len(sockets.connections))
    accounts.gate.count(lambda: len(features.owntracks.live.clients))
    return site.build(
        live.hub,
        state,
        SocketResource(sockets, accounts.context),
        Metrics(figures, accounts.context),
        api,
        settings_parts.built_pages(settings.server.web_root),
        accounts.context,
        features.owntracks.resources,
    )


def build_health(start: Start, live: Live, accounts: Accounts, features: Features) -> Health:
    """Make what says which part cannot write or is damaged."""
    return Health(
        reactor,
        now,
        start.state,
        databases(start.settings),
        (
            ("the history", lambda: live.recorder.trouble),
            ("the accounts", lambda: accounts.service.standby.trouble),
            ("the regions", lambda: features.geofencing.regions.trouble),
        ),
    )


class Sightline(MultiService):
    """The whole server: its parts, in the order in which they start."""

    def __init__(self, parts: Sequence[IService], park: Callable[[], Deferred[Any]]) -> None:
        super().__init__()
        self._park = park
        for part in parts:
            part.setServiceParent(self)

    def stopService(self) -> Deferred[Any]:
        """Stop the robots first: nothing else ends before they were told to stand still."""
        return self._park().addCallback(lambda _: super(Sightline, self).stopService())


def build(start: Start) -> Sightline:
    """Make the whole server, ready to start."""
    cluster = Cluster(start.settings)
    live = build_live(start, cluster)
    accounts = build_accounts(start, cluster)
    driving = build_driving(start, cluster, live, accounts)
    console = build_console(start, live, accounts)
    sockets = build_sockets(start, live, accounts, console.rights)
    past = build_history(start, cluster, live, accounts)
    mqtt = build_mqtt(
        start, cluster=cluster, live=live, driving=driving, console=console, past=past
    )
    features = build_features(
        start, cluster=cluster, live=live, accounts=accounts, past=past, mqtt=mqtt
    )
    health = build_health(start, live, accounts, features)
    state = build_state(
        start,
        cluster=cluster,
        live=live,
        accounts=accounts,
        console=console,
        past=past,
        mqtt=mqtt,
        health=health,
    )
    tree = build_web(
        start,
        live=live,
        accounts=accounts,
        features=features,
        sockets=sockets,
        state=state,
        routes=build_routes(live, accounts, mqtt, features),
    )
    folder = StateFolder(start.state, databases(start.settings))
    invitation = Invitation(
        accounts.service, start.settings.server.public_url, lambda: folder.accounts_anew
    )
    ready = cluster.ready(past.service.restored)
    ports = Ports(
        start.settings, start.listen, tree, accounts.context, now, accounts.gate, invitation, ready
    )
    state.also(ports.gauges)
    parts = (
        LogLimit(time.monotonic),
        folder,
        live.disk,
        cluster,
        RequiredAccounts(accounts.service),
        past.clock,
        past.service,
        live.hub,
        state,
        QuotaAlarms(reactor, now, live.hub, accounts.service.note),
        driving,
        features.geofencing,
        past.archive,
        *(() if mqtt.peers is None else (mqtt.peers,)),
        mqtt.brokers,
        console.service,
        console.monitor,
        features.owntracks.phones,
        health,
        Browsers(live.fanout, sockets, start.settings.fanout.beat_seconds),
        ports,
        Supervised(reactor, Supervisor(os.environ, os.getpid()), ports.look),
    )
    return Sightline(parts, driving.park)
