"""`twistd sightline`: reads the options, makes every part, joins them. Imported by no one."""

from __future__ import annotations

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
from typing import IO, Any
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
from sightline.core import wire
from sightline.core.call import Denied
from sightline.core.intake import Intake, Quarantined
from sightline.core.presence import Presence
from sightline.core.proxy import Proxies
from sightline.core.session import Lifetime, Visitor, described
from sightline.core.world import World
from sightline.helm import Helm
from sightline.hub import Hub
from sightline.kinds import broker, friends, probots
from sightline.kinds.friends.address import topics
from sightline.model.kind import Kind, Patience, id_of, kind_of
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions, TlsOptions
from sightline.mqtt.private import PrivateBroker
from sightline.settings import Accounts, BadSettings, Broker, Settings, is_private, load
from sightline.web import assets, site
from sightline.web.api import Api
from sightline.web.fanout import FanOut, Pace
from sightline.web.front import Front
from sightline.web.metrics import Metrics, Vitals
from sightline.web.socket import Limits, SocketResource, Sockets

reactor: Any = _reactor
_log = Logger()
_NOT_BUILT = (
    b"Sightline runs, but its pages are not built. Build them with: cd web && npm ci && npm run "
    b"build (scripts/run_server.sh does it for you).\n"
)
_MAIN = "main"  # the private broker's name
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
    return Sightline(settings, state, listen, demo=bool(options["demo"]))


class Sightline(MultiService):
    """The whole server."""

    def __init__(self, settings: Settings, state: Path, listen: str, *, demo: bool) -> None:
        super().__init__()
        kinds = _kinds(settings)
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
        brokers = Brokers(settings, state, hub, filters, demo=demo)
        hub.viewers = lambda: fanout.viewers
        hub.overflow = brokers.overflow
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
            brokers,
            Browsers(fanout, sockets, settings.fanout.beat_seconds),
            Listening(listen, pages, Invitation(keeper, settings.server.public_url)),
        ):
            part.setServiceParent(self)


def _kinds(settings: Settings) -> Sequence[Kind]:
    """The kinds, as patient as the settings say."""
    people, robots = settings.friends, settings.probots
    known = frozenset(robots.known) or None
    return (
        friends.kind(people.stale_after, people.offline_after),
        probots.kind(known, robots.stale_after, robots.offline_after),
        broker.KIND,
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
        filters: Sequence[tuple[str, int]],
        *,
        demo: bool,
    ) -> None:
        super().__init__()
        self._state = state
        self._hub = hub
        self._filters = filters
        self._demo = demo
        self._bridges: list[Bridge] = []
        self._private: PrivateBroker | None = None
        for name, each in settings.broker.items():
            self._bridge(_broker_options(name, each))
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

    def startService(self) -> None:
        """Connect; the private broker first gets ready."""
        super().startService()
        if self._private is not None:
            link = Link(state="connecting", since=time.time(), tries=1)
            self._hub.linked(_MAIN, link)
            self._private.start().addCallbacks(self._private_ready, self._no_private)

    def stopService(self) -> Deferred[Any]:
        """Disconnect, then stop the private broker."""
        left = maybeDeferred(super().stopService)
        if self._private is not None:
            left.addCallback(lambda _: self._private and self._private.stopService())
        return left

    def _private_ready(self, port: int) -> None:
        client = f"sightline-{os.getpid()}"
        options = BrokerOptions(
            name=_MAIN, port=port, client_id=client, keepalive=5, reconnect_max=5.0, qos=1
        )
        self._bridge(options)
        if self._demo:
            Simulator(f"127.0.0.1:{port}").setServiceParent(self)

    def _no_private(self, failure: Failure) -> None:
        if not self.running:
            return
        why = failure.getErrorMessage()
        self._log.error("No broker: {why}", why=why)
        self._hub.linked(_MAIN, Link(state="lost", since=time.time(), why=why))

    def _bridge(self, options: BrokerOptions) -> None:
        name, hub = options.name, self._hub
        bridge = Bridge(
            reactor,
            options,
            self._filters,
            hub.arrived,
            lambda link: hub.linked(name, link),
            time.time,
        )
        self._bridges.append(bridge)
        bridge.setServiceParent(self)


def _broker_options(name: str, broker: Broker) -> BrokerOptions:
    tls = None
    if broker.tls:
        tls = TlsOptions(
            ca=broker.tls_ca or None,
            cert=broker.tls_cert or None,
            key=broker.tls_key or None,
            alpn=broker.tls_alpn,
            insecure=broker.tls_insecure,
        )
    return BrokerOptions(
        name=name,
        host=broker.host,
        port=broker.port,
        transport=broker.transport,
        ws_path=broker.ws_path,
        protocol=broker.protocol,
        client_id=broker.client_id,
        user=broker.user or None,
        password=broker.password.reveal() if broker.password else None,
        tls=tls,
        keepalive=broker.keepalive,
        qos=broker.qos,
        reconnect_min=broker.reconnect_min,
        reconnect_max=broker.reconnect_max,
        queue_limit=broker.queue,
    )


class Simulator(Service, ProcessProtocol):
    """`sightline simulate` as a child that ends with us."""

    transport: Any
    _log = Logger()

    def __init__(self, address: str) -> None:
        self._address = address
        self._ended: Deferred[None] | None = None

    def startService(self) -> None:
        """Let them move."""
        super().startService()
        command = [sys.executable, "-m", "sightline.cli.main", "simulate"]
        command += ["--broker", self._address]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "TERM", "--", *command]
        self._ended = Deferred()
        reactor.spawnProcess(self, command[0], command, env=dict(os.environ))

    def stopService(self) -> Deferred[None] | None:
        """Let them leave properly."""
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
            self._log.info("simulate: {line}", line=line)

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        """Gone; unasked only if something is wrong with it."""
        if self.running:
            self._log.error("The simulation ended: {why}", why=reason.getErrorMessage())
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
