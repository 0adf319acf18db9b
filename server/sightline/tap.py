"""`twistd sightline`: reads the options, makes every part, joins them. Imported by no one."""

from __future__ import annotations

import base64
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python import usage

from sightline import __version__
from sightline.accounts.api_account import AccountApi
from sightline.accounts.api_admin import AdminApi
from sightline.accounts.api_links import LinksApi
from sightline.accounts.api_privacy import PrivacyApi
from sightline.accounts.api_session import SessionApi
from sightline.accounts.audit import AuditLog
from sightline.accounts.passwords import Cost
from sightline.accounts.service import AccountPolicy, AccountService
from sightline.auth.account import AuditEvent
from sightline.auth.session import Lifetime, Visitor, described
from sightline.cluster.messages import FILTERS, Peers
from sightline.console.broker_monitor import BrokerMonitor
from sightline.console.rules import LARGEST_REQUEST, ConsoleRights
from sightline.console.service import ConsoleAct
from sightline.console.service import ConsoleService as ConsoleDesk
from sightline.driving.errors import refused_commands
from sightline.driving.requests import DrivingRequests
from sightline.driving.service import DrivingService
from sightline.history.api import HistoryApi
from sightline.history.api_hide import HideApi
from sightline.history.read_only import ReadOnlyPast
from sightline.history.tracks import everything
from sightline.kinds import broker, friends, probots
from sightline.kinds.probots.model import Picture, ProBot
from sightline.live import protocol
from sightline.live.hub import Hub
from sightline.live.ingest import Ingest, Quarantined
from sightline.live.presence import Presence
from sightline.live.requests import Requests
from sightline.model.kind import Kind, Timeouts, id_of, kind_of
from sightline.model.server import SERVER, Alarmed
from sightline.settings import (
    AccountsSettings,
    BadSettings,
    ProbotSettings,
    Settings,
    is_private,
    load,
)
from sightline.web import assets, site
from sightline.web.api import Api
from sightline.web.fanout import FanOut, Pace
from sightline.web.metrics import Metrics, Vitals
from sightline.web.proxies import Proxies
from sightline.web.reads import Reads
from sightline.web.request_context import RequestContext
from sightline.web.socket import SocketLimits, SocketResource, Sockets
from sightline.wiring.accounts import Invitation, RequiredAccounts
from sightline.wiring.archive import message_archive
from sightline.wiring.beacon import store_of
from sightline.wiring.brokers import Brokers
from sightline.wiring.browsers import Browsers
from sightline.wiring.clock import ClockWatch, now
from sightline.wiring.cluster import Cluster
from sightline.wiring.errors import CannotStart
from sightline.wiring.health import Health
from sightline.wiring.history import (
    HistoryService,
    figures_of,
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
from sightline.wiring.regions import Geofencing
from sightline.wiring.state_folder import StateFolder, databases
from sightline.wiring.systemd import Supervised, Supervisor

reactor: Any = _reactor
_log = Logger()
_NOT_BUILT = (
    b"Sightline runs, but its pages are not built. Build them with: cd web && npm ci && npm run "
    b"build (scripts/run_server.sh does it for you).\n"
)
_MOST_PICTURE = 200_000  # bytes


class Options(usage.Options):
    """The command line of `twistd sightline`."""

    longdesc = "Serves the map, follows the MQTT brokers, tells every browser."
    optFlags = (["demo", None, "Simulated friends and robots on the private broker."],)
    optParameters = (
        ["config", "c", None, "The settings file (see config/sightline.toml)."],
        ["port", "p", None, "Listen on this port of 127.0.0.1 instead of server.listen.", int],
        ["state", None, None, "Keep the state in this folder instead of server.state."],
    )

    def opt_version(self) -> None:
        """Show the version and exit."""
        print(f"sightline {__version__}")
        sys.exit(0)


def makeService(options: Options) -> MultiService:
    """Everything, joined and ready to start."""
    # Twisted's timers follow the wall clock, and would freeze or fire early when it is stepped
    # (twisted#2424). Nothing has set a timer yet.
    reactor.seconds = time.monotonic
    try:
        settings = load(options["config"], os.environ)
    except BadSettings as why:
        raise CannotStart(why) from None
    for warning in settings.warnings():
        _log.warn("{warning}", warning=warning)
    state = Path(options["state"] or settings.server.state).absolute()
    listen = settings.server.listen
    if options["port"] is not None:
        listen = f"tcp:{options['port']}:interface=127.0.0.1"
    if options["demo"] and settings.broker:
        raise CannotStart("--demo is for the private broker; the settings name brokers of yours")
    private = is_private(listen, settings.server)
    if settings.accounts.guest != "none" and not private and not settings.accounts.guest_anywhere:
        raise CannotStart(
            f'accounts.guest = "{settings.accounts.guest}" would let in everybody who can reach'
            f" {listen}; listen on 127.0.0.1 only, without a proxy, or say guest_anywhere = true"
        )
    config = str(Path(options["config"]).absolute()) if options["config"] else ""
    return Sightline(settings, state, listen, demo=bool(options["demo"]), config=config)


class Sightline(MultiService):
    """The whole server. ``config`` is the settings' file, for the guards; empty: none."""

    def __init__(
        self, settings: Settings, state: Path, listen: str, *, demo: bool, config: str = ""
    ) -> None:
        super().__init__()
        logbook = broker.Logbook()
        senders = friends.SenderClocks()
        kinds = _kinds(settings, logbook, senders)
        world = make_world(settings, secrets.token_hex(8))
        patience: dict[str, Timeouts] = {}
        for kind in kinds:
            patience |= kind.patience
        presence = Presence(patience)
        ingest = Ingest(kinds, world, presence)
        hub = Hub(reactor, now, world, ingest, presence, broker.LinkUpdate, __version__)
        pace = Pace(
            tick=settings.fanout.tick_ms / 1000,
            tick_max=settings.fanout.tick_max_ms / 1000,
            patience=settings.limits.behind_seconds,
            page=settings.fanout.frame_bytes,
        )
        fanout = FanOut(reactor, now, world, pace)
        hub.listen(fanout.stir)
        _introduce(settings, hub)

        replicas = Cluster(settings)
        account_service = AccountService(
            reactor,
            reactor,
            now,
            state,
            _policy(settings.accounts),
            demo=demo and is_private(listen, settings.server),
            journal=replicas.accounts,
        )

        rights = _rights(settings)

        def hello(visitor: Visitor) -> bytes:
            return protocol.hello(
                epoch=fanout.epoch(visitor.user.sight),
                server=__version__,
                user=described(visitor),
                now=now(),
                beat=settings.fanout.beat_seconds,
                message=settings.limits.message_bytes,
                publish=limits.large if rights.publishes(visitor.user) else None,
            )

        limits = SocketLimits(
            connections=settings.limits.connections,
            connections_per_address=settings.limits.connections_per_address,
            connections_per_user=settings.limits.connections_per_user,
            message=settings.limits.message_bytes,
            large=max(settings.limits.message_bytes, LARGEST_REQUEST),
            rate=settings.limits.messages_per_second,
            handshake=settings.limits.handshake_seconds,
            ping=settings.limits.ping_seconds,
        )
        gate = front_gate(settings)
        requests = Requests(now)
        requests.when_answered(AuditLog(account_service.note, reactor))
        ReadOnlyPast().join(requests)
        self.desk = desk = DrivingService(
            reactor,
            now,
            hub,
            replicas.claims,
            need_guard=settings.driving.need_guard,
            store=store_of(settings),
        )
        DrivingRequests(requests, desk)
        console = ConsoleDesk(reactor, now, rights, audit=_auditor(account_service))
        console.join(requests)
        watch = BrokerMonitor(reactor, now, hub, logbook, console.figures)
        sockets = Sockets(
            reactor,
            fanout,
            requests,
            hello,
            account_service,
            limits,
            compression=settings.fanout.compression,
            publishes=rights.publishes,
            gate=gate,
        )
        disk = DiskFloor(state, settings.limits.disk_floor_mb)
        filters = [wanted for kind in kinds for wanted in kind.filters]
        clock = ClockWatch(
            now, senders, lambda why: hub.happened("alarm", SERVER, now(), Alarmed(why=why))
        )
        store = make_store(settings, state)
        # What one of several servers does for all of them it does while it is on duty.
        duty = replicas.duty
        history = HistoryService(
            settings.history,
            store,
            hub,
            kinds,
            now,
            retained(account_service),
            ours(settings),
            duty,
            disk.why,
            clock.purge,
        )
        desk.log.when_written(remembers(hub))
        console.stored = figures_of(store, ours(settings))
        brokers = Brokers(
            settings, state, hub, desk, console, watch, filters, history, demo=demo, config=config
        )
        places = Geofencing(
            settings, state, hub, requests, account_service, brokers.publish, duty, replicas.regions
        )
        archive = message_archive(reactor, settings, state, disk.why, clock.purge)
        brokers.archived = archive.take
        hub.viewers = lambda: fanout.viewers
        hub.overflow = brokers.overflow
        hub.frames = lambda: fanout.frames_sent
        hub.gauges = lambda: {
            **brokers.gauges(),
            **history.gauges(),
            **ports.gauges(),
            **replicas.gauges(),
            "degraded": health.trouble(),
            **clock.gauges(),
            "behind": fanout.behind,
            "things": len(world),
            "console": console.subscriptions,
            "console_dropped": console.dropped,
            "topics": console.topics,
            "refused": refused_commands(requests.refused),
            "archive_lost": archive.lost,
        }
        trusted = [*settings.server.origins, *_origin(settings.server.public_url)]
        front = RequestContext(
            account_service, trusted, Proxies(settings.server.proxies), settings.server.public_url
        )
        others = None
        if settings.replicas.name:
            others = Peers(reactor, settings.replicas.name, brokers.publish_anywhere)
            others.setServiceParent(self)
            brokers.share(FILTERS, others.sift)
            replicas.speak(others)
            places.speak(others)
        reads = Reads(reactor)
        owntracks = OwnTracks(
            settings,
            now,
            hub,
            requests,
            account_service,
            front,
            brokers.tell_phone,
            __version__,
            places.phones,
            store,
            history.recorder,
            others,
            duty,
            gate,
            reads,
        )
        gate.sockets = lambda: len(sockets.connections) + len(owntracks.live.clients)
        erasers = (
            *(() if others is None else (others.forget,)),
            hub_eraser(hub),
            places.erase,
            owntracks.phones.forget,
            archive.erase,
            history.erase,
        )
        desks = (
            SessionApi(account_service),
            AccountApi(account_service),
            LinksApi(account_service),
            PrivacyApi(
                account_service,
                world,
                (brokers.clear_retained, *erasers),
                reads,
                lambda thing, sight, turn: everything(store, thing, sight, turn),
            ),
            HistoryApi(store, world, shower(kinds, hub), now, reads),
            HideApi(store, account_service.note, reads),
            AdminApi(
                account_service, lambda: [key for key, _ in world if kind_of(key) == "friend"]
            ),
        )
        replicas.join(account_service, places.regions, world, erasers)
        api = Api(
            front,
            reactor,
            [route for desk in desks for route in desk.routes()],
            rate=settings.limits.requests_per_second,
        )
        tree = site.build(
            hub,
            SocketResource(sockets, front),
            Metrics(Vitals(hub, fanout, sockets, brokers.overflow), front),
            api,
            _pages(settings.server.web_root),
            front,
            owntracks.resources,
        )
        folder = StateFolder(state, databases(settings))
        health = Health(
            reactor,
            now,
            state,
            databases(settings),
            (
                ("the history", lambda: history.recorder.trouble),
                ("the accounts", lambda: account_service.standby.trouble),
                ("the regions", lambda: places.regions.trouble),
            ),
        )
        ports = Ports(
            settings,
            listen,
            tree,
            front,
            now,
            gate,
            Invitation(account_service, settings.server.public_url, lambda: folder.accounts_anew),
            replicas.ready(history.restored),
        )
        for part in (
            LogLimit(time.monotonic),
            folder,
            disk,
            replicas,
            RequiredAccounts(account_service),
            clock,
            history,
            hub,
            QuotaAlarms(reactor, now, hub, account_service.note),
            desk,
            places,
            archive,
            brokers,
            console,
            watch,
            owntracks.phones,
            health,
            Browsers(fanout, sockets, settings.fanout.beat_seconds),
            ports,
            Supervised(reactor, Supervisor(os.environ, os.getpid()), ports.look),
        ):
            part.setServiceParent(self)

    def stopService(self) -> Deferred[Any]:
        """Robots first: nothing else ends before they were told to stand still."""
        return self.desk.park().addCallback(lambda _: super(Sightline, self).stopService())


def _kinds(
    settings: Settings, logbook: broker.Logbook, senders: friends.SenderClocks
) -> Sequence[Kind]:
    """The kinds, as patient as the settings say."""
    people, robots = settings.friends, settings.probots
    known = frozenset((*robots.known, *settings.probot)) or None
    return (
        friends.kind(people.stale_after, people.offline_after, keys(settings), senders),
        probots.kind(known, robots.stale_after, robots.offline_after),
        broker.kind(logbook),
    )


def _auditor(account_service: AccountService) -> Callable[[ConsoleAct], None]:
    """Has what was published by hand written down: where to and how much, never what."""

    def note(act: ConsoleAct) -> None:
        more = f"{act.size} bytes, QoS {act.qos}" + (", retained" if act.retain else "")
        result = "ok" if act.refused is None else "refused"
        thing = f"broker/{act.broker} {act.topic}"
        account_service.note(AuditEvent(act.user, act.address, act.verb, thing, result, more))

    return note


def _rights(settings: Settings) -> ConsoleRights:
    """What the console may do."""
    console = settings.console
    return ConsoleRights(
        read_role=console.read_role,
        publish_role=console.publish_role,
        subscribe=console.subscribe,
        publish=console.publish,
    )


def _policy(accounts: AccountsSettings) -> AccountPolicy:
    return AccountPolicy(
        lifetime=Lifetime(idle=accounts.idle_hours * 3600, absolute=accounts.session_days * 86400),
        cost=Cost(memory=accounts.hash_memory, time=accounts.hash_passes),
        guest=None if accounts.guest == "none" else accounts.guest,
        link=accounts.link_days * 86400,
    )


def hub_eraser(hub: Hub) -> Callable[[str], None]:
    """Lets a friend go from the world: its state, its picture, what of it could not be read."""

    def erase(thing: str) -> None:
        friend = id_of(thing)
        unread = [
            key
            for key, state in hub.world
            if isinstance(state, Quarantined) and friend in state.topic
        ]
        hub.erase((thing, f"face/{friend}", *unread))

    return erase


def _introduce(settings: Settings, hub: Hub) -> None:
    """The robots of the settings are shown before they are heard."""
    names = dict.fromkeys((*settings.probot, *settings.probots.known))
    for order, name in enumerate(names):
        told = settings.probot.get(name, ProbotSettings())
        robot = ProBot(presence="offline", name=told.name or None, order=order)
        hub.show(f"probot/{name}", robot)
        if told.picture:
            hub.show(f"picture/{name}", _picture(told.picture))


def _picture(path: str) -> Picture:
    data = Path(path).read_bytes()
    mime: Literal["image/png", "image/jpeg"]
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        mime = "image/png"
    elif data.startswith(b"\xff\xd8\xff"):
        mime = "image/jpeg"
    else:
        raise CannotStart(f"{path} is neither PNG nor JPEG")
    if len(data) > _MOST_PICTURE:
        raise CannotStart(f"{path} has more than {_MOST_PICTURE // 1000} kB")
    return Picture(mime=mime, data=base64.b64encode(data).decode())


def _origin(url: str) -> list[str]:
    if not url:
        return []
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"]


def _pages(web_root: str) -> dict[str, assets.Asset]:
    """The built pages: where the settings say, in the wheel, or in a checkout."""
    here = Path(__file__).resolve().parent
    places = [Path(web_root)] if web_root else [here / "web" / "dist", here.parents[1] / "web/dist"]
    for place in places:
        if (place / "index.html").is_file():
            return assets.load(place)
    if web_root:
        raise CannotStart(f"server.web_root: there is no index.html in {web_root}")
    plain = assets.Asset(
        "text/plain; charset=utf-8", "no-store", {"": assets.Body(_NOT_BUILT, b'"not-built"')}
    )
    return {"index.html": plain}
