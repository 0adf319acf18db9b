"""Monitor each broker: its figures over time, and what its silence may mean.

Once a second it looks at the broker things and adds what no single message says: rates, series for
charts, why there are no figures, which clients the log has not spoken of, whom a client feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.console.client_match import ClientMatcher
from sightline.console.series import Series
from sightline.kinds.broker import Logbook
from sightline.kinds.broker.model import Broker
from sightline.kinds.broker.updates import Watched
from sightline.kinds.friends.names import DeviceNames
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.kind import Update
from sightline.model.link import Link
from sightline.model.server import SERVER, Server

EVERY = 1.0
SELDOM = 5
"""Each so many looks: clients forgotten, clients tied to things, our own figures sampled."""
SILENCE = 20.0
"""Seconds after which figures should be there: twice mosquitto's sys_interval."""

# Only ever grow; a rate is what they grow by.
COUNTERS = (
    "messages/received",
    "messages/sent",
    "bytes/received",
    "bytes/sent",
    "publish/messages/received",
    "publish/messages/sent",
    "publish/messages/dropped",
    "publish/bytes/received",
    "publish/bytes/sent",
    "connections/socket/count",
)
# mosquitto 2.0 never tells a figure that is still 0.
ZEROES = frozenset(
    (
        *(name for name in COUNTERS if name != "connections/socket/count"),
        "clients/connected",
        "clients/disconnected",
        "clients/expired",
        "clients/maximum",
        "clients/total",
        "messages/stored",
        "retained messages/count",
        "shared_subscriptions/count",
        "store/messages/bytes",
        "store/messages/count",
        "subscriptions/count",
    )
)
_MOST_FITS = 8  # things that are told of a client that fits several
_SERVER_FIGURES = (
    "rate",
    "lag",
    "viewers",
    "frames",
    "behind",
    "queue",
    "things",
    "overflow",
    "backlog",
)


def why_no_figures(link: Link) -> tuple[str, ...]:
    """Return why a broker may have told nothing of itself, likeliest first."""
    if "amazonaws.com" in link.address:  # with or without its profile
        return ("AWS IoT has no $SYS topics: there are no figures and no log to show",)
    if link.why and "$SYS" in link.why:
        return ("the broker refuses our subscription of $SYS/broker/#: allow our user to read it",)
    return (
        "the broker's ACL may not let our user read $SYS (mosquitto grants such a subscription and"
        " then sends nothing): add topic read $SYS/# to our user",
        "sys_interval may be 0 in mosquitto.conf: set it to 10",
        "it may not be mosquitto: other brokers tell of themselves elsewhere, or not at all",
    )


@dataclass(slots=True)
class _WatchedBroker:
    """The memory of one broker between two looks."""

    client: str
    uptime: int | None = None
    counters: Mapping[str, float] = field(default_factory=dict)
    rates: dict[str, float] | None = None
    log_since: float | None = None
    connected: bool = False


class BrokerMonitor(Service):
    """Look at every broker. ``wall`` gives epoch s; ``figures`` the series of a thing."""

    name = "watch"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        logbook: Logbook,
        figures: Callable[[str], Series],
        *,
        silence: float = SILENCE,
        names: DeviceNames | None = None,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._logbook = logbook
        self._figures = figures
        self._silence = silence
        self._matcher = ClientMatcher(hub.world, names)
        self._matching = False  # things are looked at, piece by piece
        self._brokers: dict[str, _WatchedBroker] = {}
        self._looks = 0
        self._loop = Periodic(clock, EVERY, self.look, "the watch over brokers")

    def startService(self) -> None:
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    # ---- what happens

    def linked(self, broker: str, link: Link, client: str) -> None:
        """Take in another state of our connection to a broker, as ``client``."""
        watched = self._brokers.setdefault(broker, _WatchedBroker(client))
        book = self._logbook.book(broker)
        if link.state == "connected" and not watched.connected:
            watched.connected = True
            watched.log_since = link.since
            self._hub.found(book.clients(book.roster.mark_own(client, link.since)))
        elif link.state != "connected" and watched.connected:
            watched.connected = False
            watched.log_since = None
            self._hub.found(book.clients(book.roster.cut_off()))

    def mine(self, broker: str, client: str) -> None:
        """Note another client id by which we connect to a broker."""
        book = self._logbook.book(broker)
        self._hub.found(book.clients(book.roster.mine(client)))

    def look(self) -> None:
        """Look at everything once; where many things are new, at the clients some turns later."""
        self._looks += 1
        if self._looks % SELDOM or self._matching:
            self._look_at_brokers(seldom=False)
        else:
            self._match(self._matcher.look_in_pieces())

    def _match(self, pieces: Iterator[None]) -> None:
        """Let the matcher know one piece more of the world; behind the last, look at the rest."""
        self._matching = False
        if not self.running:
            return
        for _ in pieces:
            self._matching = True
            self._clock.callLater(0, self._match, pieces)
            return
        self._look_at_brokers(seldom=True)

    def _look_at_brokers(self, *, seldom: bool) -> None:
        now = self._wall()
        readings: list[Update] = []
        for name, watched in self._brokers.items():
            if seldom:
                readings += self._clients(name, now)
            state = self._hub.world.state("broker/" + name)
            readings.append(
                self._broker(name, watched, state if isinstance(state, Broker) else Broker(), now)
            )
        self._hub.found(readings)
        if seldom:
            state = self._hub.world.state(SERVER)
            if isinstance(state, Server):
                self._figures(SERVER).sample(
                    now, {name: getattr(state, name) for name in _SERVER_FIGURES}
                )

    def _clients(self, name: str, now: float) -> list[Update]:
        book = self._logbook.book(name)
        changed = book.roster.tick(now)
        for client in list(book.roster):
            if client.ours:
                continue
            fits = sorted(self._matcher.fitting(client.client, client.user, client.address))
            if len(fits) == 1:
                changed += book.roster.feeds(client.client, fits[0])
            elif fits:  # also one that was tied, before the second of them was there
                changed += book.roster.feeds(client.client, None, fits[:_MOST_FITS])
        return book.clients(changed)

    def _broker(self, name: str, watched: _WatchedBroker, broker: Broker, now: float) -> Watched:
        figures = broker.sys or {}
        fields = broker.uptime is not None
        if fields and broker.uptime != watched.uptime:
            self._count(name, watched, broker, now)
        book = self._logbook.book(name)
        unseen = None
        if fields and watched.log_since is not None and "clients/connected" in figures:
            seen = book.roster.connected() + book.roster.own_unlogged()
            unseen = max(0, int(figures["clients/connected"]) - seen)
        link = broker.link
        missing = (
            not fields
            and link is not None
            and link.state == "connected"
            and now - link.since > self._silence
        )
        return Watched(
            thing="broker/" + name,
            rates=watched.rates,
            sys_why=why_no_figures(link) if missing and link else None,
            log_since=watched.log_since,
            log_lines=book.lines or None,
            log_missed=book.missed or None,
            refusals=book.roster.refusals or None,
            unseen=unseen,
            zeroes=ZEROES if fields else frozenset(),
        )

    def _count(self, name: str, watched: _WatchedBroker, broker: Broker, now: float) -> None:
        """Take in new figures of a broker, and what its counters grew by."""
        figures = broker.sys or {}
        counters = {one: figures.get(one, 0) for one in COUNTERS if one in figures or one in ZEROES}
        uptime = broker.uptime or 0
        passed = uptime - watched.uptime if watched.uptime is not None else 0
        if passed > 0:
            watched.rates = {
                one: round(max(0, value - watched.counters.get(one, value)) / passed, 2)
                for one, value in counters.items()
            }
        else:  # the first time, or the broker was started anew
            watched.rates = None
        watched.uptime, watched.counters = uptime, counters
        sample: dict[str, float] = {**dict.fromkeys(ZEROES, 0), **figures}
        for one, rate in (watched.rates or {}).items():
            sample[one + "/s"] = rate
        self._figures("broker/" + name).sample(now, sample)
