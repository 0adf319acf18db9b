"""Make the parts of the server and join them, feature by feature.

Each function takes what it needs and returns what the next ones need. Tests use the same functions.
The path of an arriving message is in `sightline.live.pipeline`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.accounts.admin_choices import PUBLIC_URL
from sightline.accounts.audit import AuditLog
from sightline.accounts.service import AccountService
from sightline.cluster.messages import Peers
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.service import ConsoleService
from sightline.driving.requests import DrivingRequests
from sightline.driving.service import DrivingService
from sightline.history.named_store import NamedStore
from sightline.history.read_only import ReadOnlyPast
from sightline.kinds import broker, friends, probots
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.pipeline import ChangeListeners, Pipeline
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.model.kind import timeouts_of
from sightline.model.server import SERVER, Alarmed
from sightline.settings import Settings, is_private
from sightline.web.fanout import FanOut
from sightline.web.pace import Pace
from sightline.web.proxies import Proxies
from sightline.web.public_address import PublicAddress
from sightline.web.reads import Reads
from sightline.web.request_context import RequestContext
from sightline.wiring import settings_parts
from sightline.wiring.archive import message_archive
from sightline.wiring.brokers import Brokers
from sightline.wiring.clock import ClockWatch, now
from sightline.wiring.cluster import Cluster
from sightline.wiring.feature_parts import Features, build_features
from sightline.wiring.history import (
    HistoryService,
    figures_of,
    make_recorder,
    make_store,
    own_thing,
    remembers,
    retained,
)
from sightline.wiring.history_log import indexer_of, with_log
from sightline.wiring.kinds import make_kinds
from sightline.wiring.limits import DiskFloor, make_world
from sightline.wiring.listeners import make_gate
from sightline.wiring.owntracks import keys
from sightline.wiring.owntracks_deliveries import count_deliveries
from sightline.wiring.part_groups import Accounts, Console, Live, Mqtt, Past, Start
from sightline.wiring.phone_adding import NewPhones
from sightline.wiring.publishers import Publishers
from sightline.wiring.rewind import make_rewind
from sightline.wiring.rule_topics import RuleTopics
from sightline.wiring.unfollowed_topics import Unfollowed

reactor: Any = _reactor


def build_live(start: Start, cluster: Cluster) -> Live:
    """Make the world and what changes it, shows it and remembers it."""
    settings, logbook, senders = start.settings, broker.Logbook(), friends.SenderClocks()
    names = friends.DeviceNames()
    bases = friends.BaseTopics(settings.friends.topics, names)
    robots = probots.RobotTopics(settings.probots.topics)
    kinds = make_kinds(settings, keys(settings, names), senders, logbook, names, bases, robots)
    world = make_world(settings, secrets.token_hex(8))
    presence = Presence(timeouts_of(kinds))
    logged = with_log(settings, start.state, make_store(settings, start.state))
    store = NamedStore(logged, names)
    disk = DiskFloor(start.state, settings.limits.disk_floor_mb)
    recorder = make_recorder(settings, store, world, kinds, cluster.leadership, disk.why)
    fanout = FanOut(reactor, start.wall, world, make_pace(settings))
    listeners = ChangeListeners(recorder.take, recorder.remember, fanout.stir)
    ingest = Ingest(kinds, world, presence, keep=listeners.keep)
    hub = Hub(
        *(reactor, start.wall, world, ingest, presence, broker.LinkUpdate),
        listeners=[listeners.stir],
        remember=listeners.remember,
    )
    settings_parts.introduce_robots(settings, hub)
    return Live(
        names=names,
        kinds=kinds,
        bases=bases,
        robot_topics=robots,
        logbook=logbook,
        senders=senders,
        world=world,
        store=store,
        indexer=indexer_of(logged),
        recorder=recorder,
        fanout=fanout,
        hub=hub,
        disk=disk,
        deliveries=count_deliveries(ingest, world, bases),
    )


def make_pace(settings: Settings) -> Pace:
    """Make the pace of the fan-out."""
    return Pace(
        tick=settings.fanout.tick_ms / 1000,
        tick_max=settings.fanout.tick_max_ms / 1000,
        stall_timeout=settings.limits.behind_seconds,
        page=settings.fanout.frame_bytes,
    )


def build_accounts(start: Start, cluster: Cluster, live: Live) -> Accounts:
    """Make the accounts and the dispatcher of requests, with its audit log."""
    settings, server = start.settings, start.settings.server
    service = AccountService(
        reactor,
        start.clock,
        start.wall,
        start.state,
        settings_parts.account_policy(settings.accounts),
        demo=start.demo and is_private(start.listen, server),
        common=cluster.store,
        names=live.names,
    )
    trusted, proxies = settings_parts.trusted_of(server), Proxies(server.proxies)
    public = PublicAddress(server.public_url, lambda: service.cache.chosen.get(PUBLIC_URL, ""))
    context = RequestContext(service.visitors, trusted, proxies, public=public)
    requests = Requests(start.wall)
    requests.when_answered(AuditLog(service.note, reactor))
    ReadOnlyPast().join(requests)
    phones = NewPhones(
        settings,
        service,
        public,
        listen=start.listen,
        world=live.world,
    )
    return Accounts(service, context, requests, make_gate(settings), phones)


def build_driving(start: Start, cluster: Cluster, live: Live, accounts: Accounts) -> DrivingService:
    """Make what drives the robots and stops them."""
    driving = DrivingService(
        reactor,
        now,
        live.hub,
        cluster.locks,
        need_guard=start.settings.driving.need_guard,
        store=cluster.fingerprint,
        topics=live.robot_topics,
    )
    driving.log.when_written(remembers(live.hub))
    DrivingRequests(accounts.requests, driving)
    return driving


def build_console(start: Start, live: Live, accounts: Accounts, reads: Reads) -> Console:
    """Make the console and the monitor of the brokers."""
    rights = settings_parts.console_rights(start.settings)
    service = ConsoleService(
        reactor,
        now,
        rights,
        audit=settings_parts.console_auditor(accounts.service),
        stored=figures_of(live.store, own_thing(start.settings)),
        look=Unfollowed(reactor, now, live.hub, live.bases).look,
        reads=reads,
    )
    service.join(accounts.requests)
    return Console(
        rights,
        service,
        BrokerMonitor(reactor, now, live.hub, live.logbook, service.figures, names=live.names),
    )


def build_history(
    start: Start, cluster: Cluster, live: Live, accounts: Accounts, reads: Reads
) -> Past:
    """Make what opens the history, brings back the world and lets go of what is old."""
    hub = live.hub
    clock = ClockWatch(now, live.senders, alarm_of(hub))
    service = HistoryService(
        start.settings.history,
        live.store,
        live.recorder,
        hub,
        live.kinds,
        now,
        retained(accounts.service),
        indexer=live.indexer,
        leadership=cluster.leadership,
        purge_clock=clock.purge,
    )
    archive = message_archive(
        *(reactor, start.settings, start.state, live.disk.why, clock.purge),
        live.bases.is_sent_by,
    )
    rewind = make_rewind(reactor, start.settings, start.state, reads)
    return Past(clock, service, archive, rewind)


def alarm_of(hub: Hub) -> Callable[[str], None]:
    """Make what puts an alarm of the server itself into the history."""

    def alarm(why: str) -> None:
        hub.happened("alarm", SERVER, now(), Alarmed(why=why))

    return alarm


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
    publishers, peers = Publishers(live.hub, live.names, live.bases), None
    topics = RuleTopics()
    publishers.when_added(topics.add)
    if name := start.settings.replicas.name:
        peers = Peers(reactor, name, publishers.publish_anywhere)
    pipeline = Pipeline(
        peers=peers,
        archive=past.archive.take,
        console=console.service.overheard,
        driving=driving,
        rules=topics.sift,
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
        near=start.near,
        config=start.config,
    )
    return Mqtt(publishers, brokers, peers, topics)


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts but those that browsers come to (`sightline.wiring.web_parts`)."""

    start: Start
    cluster: Cluster
    live: Live
    accounts: Accounts
    driving: DrivingService
    console: Console
    past: Past
    mqtt: Mqtt
    features: Features


def build_parts(start: Start) -> Parts:
    """Make all of them, each after what it needs."""
    cluster = Cluster(start.settings)
    live = build_live(start, cluster)
    accounts = build_accounts(start, cluster, live)
    driving = build_driving(start, cluster, live, accounts)
    reads = Reads(reactor)
    console = build_console(start, live, accounts, reads)
    past = build_history(start, cluster, live, accounts, reads)
    mqtt = build_mqtt(
        start, cluster=cluster, live=live, driving=driving, console=console, past=past
    )
    features = build_features(
        start,
        cluster=cluster,
        live=live,
        accounts=accounts,
        past=past,
        mqtt=mqtt,
        reads=reads,
        console=console,
    )
    return Parts(start, cluster, live, accounts, driving, console, past, mqtt, features)
