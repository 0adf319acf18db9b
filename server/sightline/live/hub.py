"""Change the world by what arrives, then tell the listeners that there is news.

The hub owns the order on the reactor thread: first the world changes, then the listeners hear of
it (`sightline.live.pipeline` lists both). It also watches the passing of time for the rules that
need it: which things and which brokers have fallen silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.live.broker_links import BrokerLinks
from sightline.live.ingest import Ingest
from sightline.live.periodic import Periodic
from sightline.live.presence import Presence
from sightline.live.world import World, WorldFull
from sightline.model.kind import Arrival, State, Update
from sightline.model.link import Link
from sightline.model.record import Record

_SILENCE_EVERY = 0.5  # s
_SAY_FULL_EVERY = 60.0  # s

Listener = Callable[[], None]
Remember = Callable[[Record], None]


def remember_nothing(record: Record) -> None:
    """Keep nothing: where there is no history."""


class Hub(Service):
    """Take in what happened, change the world by it, and tell the listeners.

    ``clock`` is the reactor, whose time never jumps; ``wall`` gives epoch s for people.
    ``link_update`` makes an update of a broker connection's state. ``listeners`` are called after
    each batch that may have changed the world; ``remember`` gets what belongs into history.
    """

    name = "hub"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        world: World,
        ingest: Ingest,
        presence: Presence,
        link_update: Callable[[str, Link], Update],
        *,
        listeners: Sequence[Listener] = (),
        remember: Remember = remember_nothing,
    ) -> None:
        self.world = world
        self._clock = clock
        self._wall = wall
        self._ingest = ingest
        self._presence = presence
        self._link_update = link_update
        self._links = BrokerLinks()
        self._listeners = list(listeners)
        self._remember = remember
        self._silence = Periodic(
            clock, _SILENCE_EVERY, self._look_for_silence, "The watch for silence"
        )
        self._refused = 0
        self._logged_full_at = float("-inf")

    # -- what happens

    def arrived(self, arrivals: Iterable[Arrival], *, keep: bool = True) -> None:
        """Take in a batch of messages. ``keep`` false: for the world only, not for history."""
        arrivals = arrivals if isinstance(arrivals, list) else list(arrivals)
        links = self._links
        if arrivals:
            links.newest[arrivals[-1].source] = arrivals[-1].at
        if links.mute:
            for source in {arrival.source for arrival in arrivals}.intersection(links.mute):
                self._fold(self._link_update(source, links.speaks(source, self._wall())))
        self._ingest.take(arrivals, self._clock.seconds(), keep=keep)
        self._tell()

    def restore(self, updates: Iterable[Update]) -> None:
        """Put the world back as it was stored, except where something newer is known."""
        now, wall = self._clock.seconds(), self._wall()
        for update in updates:
            if update.thing in self.world:
                continue
            self._fold(update)
            if (sender := self.world.sender(update.thing)) is not None:
                sender.new += 1  # what comes back is not new
            if update.heard is not None:
                ago = max(0.0, wall - update.heard)  # our clock may have been set back since
                self._presence.note(update.thing, now - ago, "")
        self._tell()

    def linked(self, broker: str, link: Link) -> None:
        """Take in another state of the connection to ``broker``.

        See `BrokerLinks` for what becomes of it.
        """
        link = self._links.linked(broker, link, self._clock.seconds())
        self._fold(self._link_update(broker, link))
        self._tell()

    def erase(self, things: Iterable[str]) -> None:
        """Forget these things. A later message about one of them makes a new thing."""
        for thing in things:
            self.world.remove(thing)
            self._presence.forget(thing)
        self._tell()

    def fold(self, update: Update) -> None:
        """Fold an update that no message brought, and tell the listeners."""
        self._fold(update)
        self._tell()

    def show(self, thing: str, state: State | None) -> None:
        """Set the state of a thing that the server itself makes; None removes it."""
        self.place(thing, state)
        self._tell()

    def place(self, thing: str, state: State | None) -> None:
        """Set a state as `show` does, but leave the listeners to `tell`, or to the batch under
        way.
        """
        if state is None:
            self.world.remove(thing)
        elif state != self.world.state(thing):
            try:
                self.world.put(thing, state)
            except WorldFull:
                self._no_room(thing)

    def announce(self) -> None:
        """Tell the listeners what was placed."""
        self._tell()

    def happened(
        self,
        sort: str,
        thing: str,
        tst: float,
        state: State,
        alike: bytes = b"",
        *,
        shared_time: bool = False,
    ) -> None:
        """Hand an event to history: a transition, a command, an alarm.

        ``sort`` is one of `sightline.history.record.EVENTS`; ``thing`` is what it is about, and who
        sees that sees this. ``state`` is kept as it is. To show it in the world is another matter.
        ``alike`` and ``shared_time``: of what every server finds out for itself, as in `Record`.
        """
        body = msgspec.json.encode(state)
        self.remember(Record(thing, sort, tst, body, alike, shared_time))

    def remember(self, record: Record) -> None:
        """Hand ``record`` to history, if there is one."""
        self._remember(record)

    def found(self, updates: Iterable[Update]) -> None:
        """Fold updates that no message brought; tell the listeners if the world changed."""
        before = self.world.seq
        for update in updates:
            self._fold(update)
        if self.world.seq != before:
            self._tell()

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` after each batch that may have changed the world."""
        self._listeners.append(listener)

    # -- how we are

    def source(self, thing: str) -> str | None:
        """Tell where ``thing`` was last heard: the name of a broker, mostly."""
        return self._presence.source(thing)

    @property
    def ingest(self) -> Ingest:
        """Return the counts of what came in."""
        return self._ingest

    @property
    def links(self) -> dict[str, Link]:
        """Return each broker connection by the broker's name."""
        return self._links.links

    # -- as time goes by

    def startService(self) -> None:
        super().startService()
        self._silence.start(now=False)

    def stopService(self) -> None:
        super().stopService()
        self._silence.stop()

    def _look_for_silence(self) -> None:
        links = self._links
        lost = {name for name, link in links.links.items() if link.state != "connected"}
        for broker in links.mute_for_long(self._clock.seconds()):
            self._fold(self._link_update(broker, links.speaks(broker, self._wall())))
        for silence in self._presence.silent(self._clock.seconds(), lost):
            self._fold(silence)
        self._tell()

    def _fold(self, update: Update) -> None:
        try:
            self.world.fold(update)
        except WorldFull:
            self._no_room(update.thing)

    def _no_room(self, thing: str) -> None:
        """Say so, but not for each of thousands, as at a start with too many of them."""
        self._refused += 1
        now = self._clock.seconds()
        if now - self._logged_full_at >= _SAY_FULL_EVERY:
            self._logged_full_at = now
            self._log.warn(
                "No room in the world for {thing}; {count} things so far",
                thing=thing,
                count=self._refused,
            )

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
