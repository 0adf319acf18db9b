"""`twistd sightline`: reads the options, makes every part, joins them. Imported by no one."""

from __future__ import annotations

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
from sightline.console.desk import Desk
from sightline.console.watch import Watch
from sightline.core import wire
from sightline.core.access import User
from sightline.core.console import NotAllowed, Rights
from sightline.core.intake import Intake
from sightline.core.presence import Presence
from sightline.core.world import World
from sightline.helm import Helm
from sightline.hub import Hub
from sightline.kinds import broker, friends, probots
from sightline.model.kind import Arrival, Kind, Patience
from sightline.model.link import Link
from sightline.mqtt.bridge import Bridge, NotConnected, TooManyWaiting
from sightline.mqtt.options import BrokerOptions
from sightline.mqtt.private import PrivateBroker
from sightline.settings import BadSettings, Settings, load
from sightline.web import assets, site
from sightline.web.fanout import FanOut, Pace
from sightline.web.metrics import Metrics, Vitals
from sightline.web.socket import Limits, SocketResource, Sockets
from sightline.wiring import broker_options

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
    return Sightline(settings, state, listen, demo=bool(options["demo"]))


class Sightline(MultiService):
    """The whole server."""

    def __init__(self, settings: Settings, state: Path, listen: str, *, demo: bool) -> None:
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

        def hello(user: User) -> bytes:
            return wire.hello(
                epoch=world.epoch,
                server=__version__,
                user={"name": user.name, "role": user.role},
                now=time.time(),
                beat=settings.fanout.beat_seconds,
                message=settings.limits.message_bytes,
            )

        limits = Limits(
            connections=settings.limits.connections,
            connections_per_address=settings.limits.connections_per_address,
            message=settings.limits.message_bytes,
            rate=settings.limits.messages_per_second,
            handshake=settings.limits.handshake_seconds,
            ping=settings.limits.ping_seconds,
        )
        helm = Helm(time.time)
        desk = Desk(reactor, time.time, _rights(settings))
        desk.join(helm)
        watch = Watch(reactor, time.time, hub, logbook, desk.figures)
        sockets = Sockets(
            reactor,
            fanout,
            helm,
            hello,
            limits,
            compression=settings.fanout.compression,
        )
        filters = [wanted for kind in kinds for wanted in kind.filters]
        brokers = Brokers(settings, state, hub, desk, watch, filters, demo=demo)
        hub.viewers = lambda: fanout.viewers
        hub.overflow = brokers.overflow
        hub.frames = lambda: fanout.frames_sent
        hub.gauges = lambda: {
            **brokers.gauges(),
            "behind": fanout.behind,
            "things": len(world),
            "console": desk.subscriptions,
            "console_dropped": desk.dropped,
            "topics": desk.topics,
        }
        trusted = [*settings.server.origins, *_origin(settings.server.public_url)]
        tree = site.build(
            hub,
            SocketResource(sockets, trusted),
            Metrics(Vitals(hub, fanout, sockets, brokers.overflow)),
            _pages(settings.server.web_root),
        )
        pages = site.QuietSite(tree, reactor, request_seconds=settings.limits.handshake_seconds)
        for part in (
            StateFolder(state),
            hub,
            brokers,
            desk,
            watch,
            Browsers(fanout, sockets, settings.fanout.beat_seconds),
            Listening(listen, pages),
        ):
            part.setServiceParent(self)


def _kinds(settings: Settings, logbook: broker.Logbook) -> Sequence[Kind]:
    """The kinds, as patient as the settings say."""
    people, robots = settings.friends, settings.probots
    known = frozenset(robots.known) or None
    return (
        friends.kind(people.stale_after, people.offline_after),
        probots.kind(known, robots.stale_after, robots.offline_after),
        broker.kind(logbook),
    )


def _rights(settings: Settings) -> Rights:
    """What the console may do."""
    console = settings.console
    return Rights(
        read_role=console.read_role,
        publish_role=console.publish_role,
        subscribe=console.subscribe,
        publish=console.publish,
    )


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


class Brokers(MultiService):
    """A bridge to every broker; without one in the settings, to a private one of our own."""

    _log = Logger()

    def __init__(
        self,
        settings: Settings,
        state: Path,
        hub: Hub,
        desk: Desk,
        watch: Watch,
        filters: Sequence[tuple[str, int]],
        *,
        demo: bool,
    ) -> None:
        super().__init__()
        self._state = state
        self._hub = hub
        self._desk = desk
        self._watch = watch
        self._filters = filters
        self._demo = demo
        self._bridges: list[Bridge] = []
        self._private: PrivateBroker | None = None
        for name, each in settings.broker.items():
            self._bridge(broker_options(name, each))
        if not settings.broker:
            self._private = PrivateBroker(reactor, state / "mosquitto")

    def overflow(self) -> int:
        """Messages lost because our own queues were full."""
        return sum(bridge.overflowed for bridge in self._bridges)

    def gauges(self) -> dict[str, int]:
        """How the queues between us and the brokers are."""
        return {
            "queue": sum(bridge.waiting for bridge in self._bridges),
            "unsent": sum(bridge.unsent for bridge in self._bridges),
            "faults": sum(bridge.faults for bridge in self._bridges),
        }

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
        name, hub, desk, watch = options.name, self._hub, self._desk, self._watch

        def arrived(arrivals: list[Arrival]) -> None:
            desk.overheard(name, arrivals)
            hub.arrived(arrivals)

        def linked(link: Link) -> None:
            hub.linked(name, link)
            watch.linked(name, link, options.client_id)

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
        self._bridges.append(bridge)
        desk.open(name, publish, ears)
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

    def __init__(self, endpoint: str, pages: site.QuietSite) -> None:
        self._endpoint = endpoint
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
