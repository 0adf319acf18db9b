"""`twistd sightline`: reads the options, makes every part, joins them. Imported by no one."""

from __future__ import annotations

import base64
import dataclasses
import fcntl
import gc
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import urlsplit

from twisted.application.service import MultiService, Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from sightline import __version__
from sightline.accounts.admin import AdminDesk
from sightline.accounts.database import BadDatabase
from sightline.accounts.door import DoorDesk
from sightline.accounts.keeper import Keeper, Policy
from sightline.accounts.own import OwnDesk
from sightline.accounts.passwords import Cost
from sightline.accounts.privacy import PrivacyDesk
from sightline.accounts.sharing import SharingDesk
from sightline.accounts.witness import Witness
from sightline.console.desk import Act
from sightline.console.desk import Desk as ConsoleDesk
from sightline.console.watch import Watch
from sightline.core import wire
from sightline.core.account import Deed
from sightline.core.call import Denied
from sightline.core.console import NotAllowed, Rights
from sightline.core.intake import Intake, Quarantined
from sightline.core.presence import Presence
from sightline.core.proxy import Proxies
from sightline.core.session import Lifetime, Visitor, described
from sightline.core.world import World
from sightline.driving.desk import Desk
from sightline.driving.verbs import Verbs
from sightline.helm import Helm
from sightline.hub import Hub
from sightline.kinds import broker, friends, probots
from sightline.kinds.friends.address import topics
from sightline.kinds.probots.model import Picture, ProBot
from sightline.model.kind import Arrival, Kind, Patience, id_of, kind_of
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.private import PrivateBroker
from sightline.mqtt.route import BridgeRoute
from sightline.settings import Accounts, BadSettings, Probot, Settings, is_private, load
from sightline.web import assets, site
from sightline.web.api import Api
from sightline.web.fanout import FanOut, Pace
from sightline.web.front import Front
from sightline.web.metrics import Metrics, Vitals
from sightline.web.socket import Limits, SocketResource, Sockets
from sightline.wiring import PRIVATE, broker_options, no_driving, private_options

reactor: Any = _reactor
_log = Logger()
_NOT_BUILT = (
    b"Sightline runs, but its pages are not built. Build them with: cd web && npm ci && npm run "
    b"build (scripts/run_server.sh does it for you).\n"
)
_CHILD_AGAIN = 1.0  # s
_MOST_PICTURE = 200_000  # bytes
_BACKLOG = 4096  # connections not yet accepted


class CannotStart(SystemExit):
    """What the operator must mend first, as the last line on the terminal."""

    def __init__(self, why: object) -> None:
        super().__init__(f"sightline: {why}")


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
        kinds = _kinds(settings, logbook)
        world = World(secrets.token_hex(8), capacity=settings.limits.things)
        patience: dict[str, Patience] = {}
        for kind in kinds:
            patience |= kind.patience
        presence = Presence(patience)
        intake = Intake(kinds, world, presence)
        hub = Hub(reactor, time.time, world, intake, presence, broker.LinkReading, __version__)
        pace = Pace(
            tick=settings.fanout.tick_ms / 1000,
            tick_max=settings.fanout.tick_max_ms / 1000,
            patience=settings.limits.behind_seconds,
            page=settings.fanout.frame_bytes,
        )
        fanout = FanOut(reactor, time.time, world, pace)
        hub.listen(fanout.stir)
        _introduce(settings, hub)

        keeper = Keeper(
            reactor,
            reactor,
            time.time,
            state,
            _policy(settings.accounts),
            demo=demo and is_private(listen, settings.server),
        )

        def hello(visitor: Visitor) -> bytes:
            return wire.hello(
                epoch=fanout.epoch(visitor.user.sight),
                server=__version__,
                user=described(visitor),
                now=time.time(),
                beat=settings.fanout.beat_seconds,
                message=settings.limits.message_bytes,
            )

        limits = Limits(
            connections=settings.limits.connections,
            connections_per_address=settings.limits.connections_per_address,
            connections_per_user=settings.limits.connections_per_user,
            message=settings.limits.message_bytes,
            rate=settings.limits.messages_per_second,
            handshake=settings.limits.handshake_seconds,
            ping=settings.limits.ping_seconds,
        )
        helm = Helm(time.time)
        helm.when_answered(Witness(keeper.note, reactor))
        self.desk = desk = Desk(
            reactor,
            time.time,
            hub,
            # Above those of any run before, unless a lease were taken each millisecond.
            first_fence=round(time.time() * 1000),
            need_guard=settings.driving.need_guard,
        )
        Verbs(helm, desk)
        console = ConsoleDesk(reactor, time.time, _rights(settings), audit=_auditor(keeper))
        console.join(helm)
        watch = Watch(reactor, time.time, hub, logbook, console.figures)
        sockets = Sockets(
            reactor,
            fanout,
            helm,
            hello,
            keeper,
            limits,
            compression=settings.fanout.compression,
        )
        filters = [wanted for kind in kinds for wanted in kind.filters]
        brokers = Brokers(
            settings, state, hub, desk, console, watch, filters, demo=demo, config=config
        )
        hub.viewers = lambda: fanout.viewers
        hub.overflow = brokers.overflow
        hub.frames = lambda: fanout.frames_sent
        hub.gauges = lambda: {
            **brokers.gauges(),
            "behind": fanout.behind,
            "things": len(world),
            "console": console.subscriptions,
            "console_dropped": console.dropped,
            "topics": console.topics,
        }
        trusted = [*settings.server.origins, *_origin(settings.server.public_url)]
        front = Front(keeper, trusted, Proxies(settings.server.proxies), settings.server.public_url)
        desks = (
            DoorDesk(keeper),
            OwnDesk(keeper),
            SharingDesk(keeper),
            PrivacyDesk(keeper, world, (brokers.clear_retained, hub_eraser(hub))),
            AdminDesk(keeper, lambda: [key for key, _ in world if kind_of(key) == "friend"]),
        )
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
        )
        pages = site.QuietSite(
            tree, reactor, front, request_seconds=settings.limits.handshake_seconds
        )
        for part in (
            StateFolder(state),
            Door(keeper),
            hub,
            desk,
            brokers,
            console,
            watch,
            Browsers(fanout, sockets, settings.fanout.beat_seconds),
            Listening(listen, pages, Invitation(keeper, settings.server.public_url)),
        ):
            part.setServiceParent(self)

    def stopService(self) -> Deferred[Any]:
        """Robots first: nothing else ends before they were told to stand still."""
        return self.desk.park().addCallback(lambda _: super(Sightline, self).stopService())


def _kinds(settings: Settings, logbook: broker.Logbook) -> Sequence[Kind]:
    """The kinds, as patient as the settings say."""
    people, robots = settings.friends, settings.probots
    known = frozenset((*robots.known, *settings.probot)) or None
    return (
        friends.kind(people.stale_after, people.offline_after),
        probots.kind(known, robots.stale_after, robots.offline_after),
        broker.kind(logbook),
    )


def _auditor(keeper: Keeper) -> Callable[[Act], None]:
    """Has what was published by hand written down: where to and how much, never what."""

    def note(act: Act) -> None:
        more = f"{act.size} bytes, QoS {act.qos}" + (", retained" if act.retain else "")
        result = "ok" if act.refused is None else "refused"
        thing = f"broker/{act.broker} {act.topic}"
        keeper.note(Deed(act.user, act.address, act.verb, thing, result, more))

    return note


def _rights(settings: Settings) -> Rights:
    """What the console may do."""
    console = settings.console
    return Rights(
        read_role=console.read_role,
        publish_role=console.publish_role,
        subscribe=console.subscribe,
        publish=console.publish,
    )


def _policy(accounts: Accounts) -> Policy:
    return Policy(
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
        told = settings.probot.get(name, Probot())
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


class StateFolder(Service):
    """Our folder, locked: two servers with one client id would throw each other out for ever."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None

    def privilegedStartService(self) -> None:
        """Make it and lock it."""
        super().privilegedStartService()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (self._folder / "lock").open("w", encoding="utf-8")
        except OSError as why:
            raise CannotStart(f"cannot use the state folder {self._folder}: {why}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"another Sightline uses the state folder {self._folder}; stop it, or name another"
                " folder with --state"
            ) from None

    def stopService(self) -> None:
        """Let others have it."""
        super().stopService()
        if self._lock is not None:
            self._lock.close()


class Door(MultiService):
    """The keeper of the accounts; without its database nobody could be let in, so we don't start.

    A part of its own, because it must open the database after the folder is there.
    """

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        keeper.setServiceParent(self)

    def privilegedStartService(self) -> None:
        """Open the accounts."""
        try:
            super().privilegedStartService()
        except BadDatabase as why:
            raise CannotStart(f"the accounts cannot be read: {why}") from None


class Invitation:
    """As long as nobody has an account, a link that is good for one use lets the first one in."""

    _log = Logger()

    def __init__(self, keeper: Keeper, public_url: str) -> None:
        self._keeper = keeper
        self._public_url = public_url

    def __call__(self, url: str) -> None:
        """Tell it, when the server can be reached at ``url``."""
        secret = self._keeper.invite()
        if secret is None:
            return
        link = f"{(self._public_url or url).rstrip('/')}/#welcome={secret}"
        if self._keeper.demo:
            self._log.info("To see the demonstration, open once: {link}", link=link)
        else:
            self._log.info(
                "Nobody has an account yet. To make the first admin, open once: {link}"
                " (or type: sightline user add NAME --role admin)",
                link=link,
            )


class Brokers(MultiService):
    """A bridge to every broker; without one in the settings, to a private one of our own."""

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        hub: Hub,
        desk: Desk,
        console: ConsoleDesk,
        watch: Watch,
        filters: Sequence[tuple[str, int]],
        *,
        demo: bool,
        config: str,
    ) -> None:
        super().__init__()
        self._state = state
        self._hub = hub
        self._desk = desk
        self._console = console
        self._watch = watch
        self._filters = filters
        self._demo = demo
        self._guards = settings.driving.guard
        self._bridges: list[Bridge] = []
        self._private: PrivateBroker | None = None
        for name, each in settings.broker.items():
            why_not = no_driving(name, each)
            self._bridge(broker_options(name, each), why_not)
            if self._guards and not why_not:
                self._guard("--config", config, "--broker", name)
        if not settings.broker:
            self._private = PrivateBroker(reactor, state / "mosquitto")

    def overflow(self) -> int:
        """Messages lost because our own queues were full."""
        return sum(bridge.overflowed for bridge in self._bridges)

    def clear_retained(self, thing: str) -> None:
        """Have the brokers forget what they would say of this friend to whoever subscribes."""
        try:
            for bridge in self._bridges:
                for topic in topics(id_of(thing)):
                    bridge.publish(topic, b"", qos=1, retain=True)
        except (NotConnected, TooManyWaiting) as why:
            raise Denied("busy", f"The broker cannot forget it just now: {why}", wait=5) from None

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
            link = Link(state="connecting", since=time.time(), tries=1)
            self._hub.linked(PRIVATE, link)
            self._private.start().addCallbacks(self._private_ready, self._no_private)

    def stopService(self) -> Deferred[Any]:
        """Disconnect, then stop the private broker."""
        left = maybeDeferred(super().stopService)
        if self._private is not None:
            left.addCallback(lambda _: self._private and self._private.stopService())
        return left

    def _private_ready(self, port: int) -> None:
        self._bridge(private_options(port, f"sightline-{os.getpid()}"))
        address = f"127.0.0.1:{port}"
        if self._guards:
            self._guard("--at", address)
        if self._demo:
            Child("simulate", "--broker", address).setServiceParent(self)

    def _guard(self, *where: str) -> None:
        guard = Child("guard", *where, "--with-parent", again=True, killed=False)
        guard.setServiceParent(self)

    def _no_private(self, failure: Failure) -> None:
        if not self.running:
            return
        why = failure.getErrorMessage()
        self._log.error("No broker: {why}", why=why)
        self._hub.linked(PRIVATE, Link(state="lost", since=time.time(), why=why))

    def _bridge(self, options: BrokerOptions, why_not: str = "") -> None:
        name, hub, desk = options.name, self._hub, self._desk

        console, watch = self._console, self._watch

        def linked(link: Link) -> None:
            hub.linked(name, link)
            desk.linked(name)
            watch.linked(name, link, options.client_id)

        def arrived(arrivals: list[Arrival]) -> None:
            console.overheard(name, arrivals)
            hub.arrived(desk.sift(name, arrivals))

        def publish(topic: str, payload: bytes, qos: int, retain: bool) -> None:
            try:
                bridge.publish(topic, payload, qos, retain)
            except (NotConnected, TooManyWaiting) as why:
                raise NotAllowed("not_sent", str(why)) from why

        def ears(
            filters: Sequence[tuple[str, int]],
            heard: Callable[[list[Arrival]], None],
            changed: Callable[[Link], None],
        ) -> Bridge:
            return Bridge(reactor, _for_console(options), filters, heard, changed, time.time)

        bridge = Bridge(reactor, options, self._filters, arrived, linked, time.time)
        commands = desk.add(BridgeRoute(reactor, bridge, why_not, time.time))
        if not why_not:
            bridge.subscribe(commands.filters)
        console.open(name, publish, ears)
        self._bridges.append(bridge)
        bridge.setServiceParent(self)


# The console's queue is its own, and short: nobody reads 100,000 messages by eye.
_CONSOLE_QUEUE = 10_000


def _for_console(options: BrokerOptions) -> BrokerOptions:
    """The same broker for the console, as another client that leaves nothing behind."""
    longest = 23 if options.protocol == "3.1" else 256  # MQTT 3.1 allows no more
    client = f"{options.client_id[: longest - 8]}-console"
    queue = min(options.queue_limit, _CONSOLE_QUEUE)
    name = f"{options.name} (console)"
    return dataclasses.replace(options, name=name, client_id=client, clean=True, queue_limit=queue)


class Child(Service, ProcessProtocol):
    """A `sightline` subcommand as a child that ends with us.

    ``again``: when it dies unasked it is started anew. ``killed`` false: it looks after its own end
    when we are gone.
    """

    transport: Any
    _log = Logger()

    def __init__(self, *arguments: str, again: bool = False, killed: bool = True) -> None:
        self._arguments = arguments
        self._again = again
        self._killed = killed
        self._ended: Deferred[None] | None = None

    def startService(self) -> None:
        """Start it."""
        super().startService()
        self._spawn()

    def _spawn(self) -> None:
        if not self.running:
            return
        command = [sys.executable, "-m", "sightline.cli.main", *self._arguments]
        if self._killed and (setpriv := shutil.which("setpriv")):
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        self._ended = Deferred()
        reactor.spawnProcess(self, command[0], command, env=dict(os.environ))

    def stopService(self) -> Deferred[None] | None:
        """Let it leave properly."""
        super().stopService()
        if self._ended is None:
            return None
        try:
            self.transport.signalProcess("TERM")
        except ProcessExitedAlready:
            return None
        patience = reactor.callLater(3.0, self._kill)
        self._ended.addCallback(lambda _: patience.active() and patience.cancel())
        return self._ended

    def _kill(self) -> None:
        try:
            self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            pass

    def outReceived(self, data: bytes) -> None:
        """What it says."""
        for line in data.decode("utf-8", "replace").splitlines():
            self._log.info("{name}: {line}", name=self._arguments[0], line=line)

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        """Gone; unasked only if something is wrong with it."""
        if self.running:
            name, why = self._arguments[0], reason.getErrorMessage()
            self._log.error("The child {name} ended: {why}", name=name, why=why)
            if self._again:
                reactor.callLater(_CHILD_AGAIN, self._spawn)
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.callback(None)


class Browsers(Service):
    """The connections of all browsers, and the beat that tells them we are alive."""

    def __init__(self, fanout: FanOut, sockets: Sockets, beat: float) -> None:
        self._fanout = fanout
        self._sockets = sockets
        self._beat = LoopingCall(fanout.beat)
        self._beat.clock = reactor
        self._every = beat

    def startService(self) -> None:
        """Let them in."""
        super().startService()
        self._sockets.start()
        self._beat.start(self._every, now=False)
        # What is alive now stays alive: keep the collector from walking over it again and again,
        # in the middle of a flush.
        reactor.callWhenRunning(_freeze)

    def stopService(self) -> Deferred[Any]:
        """Tell them to come back later."""
        super().stopService()
        if self._beat.running:
            self._beat.stop()
        self._fanout.stop()
        return self._sockets.stop()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Listening(Service):
    """The one port. A port that is taken ends the start with a clear word."""

    _log = Logger()

    def __init__(
        self, endpoint: str, pages: site.QuietSite, announce: Callable[[str], None]
    ) -> None:
        self._endpoint = endpoint
        self._announce = announce
        self._pages = pages
        self._ports: list[Any] = []

    def privilegedStartService(self) -> None:
        """Listen, before privileges are dropped."""
        super().privilegedStartService()
        failures: list[Failure] = []
        try:
            listening = serverFromString(reactor, self._endpoint).listen(self._pages)
        except ValueError as why:
            raise CannotStart(f"server.listen: {self._endpoint!r}: {why}") from None
        listening.addCallbacks(self._listening, failures.append)
        for failure in failures:
            error: object = failure.value
            if isinstance(error, CannotListenError):
                error = f"cannot listen on {error.interface or '*'}:{error.port}: " + str(
                    error.socketError.strerror or error.socketError
                )
            raise CannotStart(f"{error}. Is another server running? See --port and server.listen.")

    def _listening(self, port: Any) -> None:
        self._ports.append(port)
        if hasattr(port, "socket"):
            # Twisted's 50 are too few when thousands of browsers come back at once: what the kernel
            # drops then is sent again after seconds.
            port.socket.listen(_BACKLOG)

    def startService(self) -> None:
        """Say where."""
        super().startService()
        for port in self._ports:
            self._log.info("Sightline is at {url}", url=_url(port.getHost(), self._endpoint))
        if self._ports:
            self._announce(_url(self._ports[0].getHost(), self._endpoint))

    def stopService(self) -> Deferred[Any]:
        """No new browsers."""
        super().stopService()
        return gatherResults([maybeDeferred(port.stopListening) for port in self._ports])


def _url(address: Any, endpoint: str) -> str:
    if not hasattr(address, "port"):
        return endpoint
    scheme = "https" if endpoint.startswith(("ssl:", "tls:")) else "http"
    host = address.host
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{address.port}/"
