"""News out: arrivals become changes of the world, and whoever listens is told there is news.

The hub owns the order of things on the reactor thread: first the world changes, then the
listeners hear of it. It also watches the passing of time for the rules that need it: who has
fallen silent, and how the server itself is doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.live.ingest import Ingest
from sightline.live.presence import Presence
from sightline.live.world import World, WorldFull
from sightline.model.kind import Arrival, State, Update
from sightline.model.link import Link
from sightline.model.record import Record
from sightline.model.server import Server

SERVER = "server/sightline"
_SILENCE_EVERY = 0.5  # s
_VITALS_EVERY = 1.0  # s
_LAG_EVERY = 0.1  # s
_SAY_FULL_EVERY = 60.0  # s


class Hub(Service):
    """Where everything meets on its way to the browsers.

    ``clock`` is the reactor, whose time never jumps; ``wall`` gives epoch s for people.
    ``link_reading`` makes a reading of a broker connection's state.
    """

    name = "hub"
    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        world: World,
        intake: Ingest,
        presence: Presence,
        link_reading: Callable[[str, Link], Update],
        version: str,
    ) -> None:
        self.world = world
        self._clock = clock
        self._wall = wall
        self._intake = intake
        self._presence = presence
        self._link_reading = link_reading
        self._version = version
        self._started = wall()
        self._links: dict[str, Link] = {}
        self._listeners: list[Callable[[], None]] = []
        self._loops: list[LoopingCall] = []
        self._refused = 0
        self._said_full = float("-inf")
        self._lag = 0.0
        self._felt = 0.0
        self._counted = (0.0, 0, 0)
        self.viewers: Callable[[], int] = lambda: 0
        self.overflow: Callable[[], int] = lambda: 0
        self.frames: Callable[[], int] = lambda: 0
        self.gauges: Callable[[], Mapping[str, Any]] = dict  # further fields of `Server`
        self.remember: Callable[[Record], None] = lambda record: None  # until there is a history

    # -- what happens

    def arrived(self, arrivals: Iterable[Arrival], *, keep: bool = True) -> None:
        """Messages came in. ``keep`` false: for the world only, not for history."""
        self._intake.take(arrivals, self._clock.seconds(), keep=keep)
        self._tell()

    def restore(self, readings: Iterable[Update]) -> None:
        """The world as it was kept, where nothing newer is known."""
        now, wall = self._clock.seconds(), self._wall()
        for reading in readings:
            if reading.thing in self.world:
                continue
            self._fold(reading)
            if (sender := self.world.sender(reading.thing)) is not None:
                sender.new += 1  # what comes back is not new
            if reading.heard is not None:
                self._presence.heard(reading.thing, now - (wall - reading.heard), "")
        self._tell()

    def linked(self, broker: str, link: Link) -> None:
        """The connection to ``broker`` is in another state."""
        self._links[broker] = link
        self._fold(self._link_reading(broker, link))
        self._tell()

    def erase(self, things: Iterable[str]) -> None:
        """Forget these things. Whatever is heard of them from now on is new."""
        for thing in things:
            self.world.remove(thing)
            self._presence.forget(thing)
        self._tell()

    def fold(self, reading: Update) -> None:
        """Something became known that came in no message."""
        self._fold(reading)
        self._tell()

    def show(self, thing: str, state: State | None) -> None:
        """A thing that we ourselves make is now ``state``; None: it is gone."""
        self.place(thing, state)
        self._tell()

    def place(self, thing: str, state: State | None) -> None:
        """As `show`, but the listeners are told later: by `told`, or with the batch under way."""
        if state is None:
            self.world.remove(thing)
        elif state != self.world.state(thing):
            try:
                self.world.put(thing, state)
            except WorldFull:
                self._no_room(thing)

    def told(self) -> None:
        """Tell the listeners what was placed."""
        self._tell()

    def happened(self, sort: str, thing: str, tst: float, state: State, said: bytes = b"") -> None:
        """Something happened that is to be remembered: a crossing, a command, an alarm.

        ``sort`` is one of `sightline.history.record.EVENTS`; ``thing`` is what it is about, and who
        sees that sees this. ``state`` is kept as it is. To show it in the world is another matter.
        ``said``: of what every server finds out for itself, as in `Record`.
        """
        self.remember(Record(thing, sort, tst, msgspec.json.encode(state), said))

    def found(self, readings: Iterable[Update]) -> None:
        """Something was found out that no message said."""
        before = self.world.seq
        for reading in readings:
            self._fold(reading)
        if self.world.seq != before:
            self._tell()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each batch that may have changed the world."""
        self._listeners.append(listener)

    # -- how we are

    def source(self, thing: str) -> str | None:
        """Where ``thing`` was last heard: the name of a broker, mostly."""
        return self._presence.source(thing)

    @property
    def intake(self) -> Ingest:
        """The counts of what came in."""
        return self._intake

    @property
    def links(self) -> dict[str, Link]:
        """Each broker connection by the broker's name."""
        return self._links

    @property
    def lag(self) -> float:
        """The worst delay of the reactor in the last second or so, in s."""
        return max(self._lag, self._felt)

    # -- as time goes by

    def startService(self) -> None:
        """Begin to watch the time."""
        super().startService()
        self._counted = (self._clock.seconds(), self._intake.received, self.frames())
        self._expected = self._clock.seconds() + _LAG_EVERY
        for work, every in (
            (self._feel_lag, _LAG_EVERY),
            (self._look_for_silence, _SILENCE_EVERY),
            (self._take_vitals, _VITALS_EVERY),
        ):
            loop = LoopingCall(work)
            loop.clock = self._clock
            self._loops.append(loop)
            loop.start(every, now=work == self._take_vitals).addErrback(self._failed)

    def stopService(self) -> None:
        """Stop watching."""
        super().stopService()
        for loop in self._loops:
            if loop.running:
                loop.stop()
        self._loops.clear()

    def _failed(self, failure: Failure) -> None:
        self._log.failure("A watch of the hub ended", failure)

    def _look_for_silence(self) -> None:
        lost = {name for name, link in self._links.items() if link.state != "connected"}
        for silence in self._presence.silent(self._clock.seconds(), lost):
            self._fold(silence)
        self._tell()

    def _feel_lag(self) -> None:
        now = self._clock.seconds()
        self._felt = max(self._felt, now - self._expected)
        self._expected = now + _LAG_EVERY

    def _take_vitals(self) -> None:
        now = self._clock.seconds()
        then, received, frames = self._counted
        quiet = received == self._intake.received
        self._counted = (now, self._intake.received, self.frames())
        passed = now - then
        rate = (self._counted[1] - received) / passed if passed > 0 else 0.0
        sent = (self._counted[2] - frames) / passed if passed > 0 else 0.0
        self._lag, self._felt = self._felt, 0.0
        vitals = Server(
            version=self._version,
            started=round(self._started, 3),
            received=self._intake.received,
            accepted=self._intake.accepted,
            rejected=dict(self._intake.rejected),
            rate=round(rate, 1),
            viewers=self.viewers(),
            lag=round(self._lag * 1000, 1),
            overflow=self.overflow(),
            frames=round(sent, 1),
            **self.gauges(),
        )
        if vitals != self.world.state(SERVER):
            try:
                self.world.put(SERVER, vitals)
            except WorldFull:
                pass
            if quiet:
                self._tell()
            # Otherwise our figures travel with the next message's news: a frame of their own
            # would make whatever comes right behind it wait for the tick.

    def _fold(self, reading: Update) -> None:
        try:
            self.world.fold(reading)
        except WorldFull:
            self._no_room(reading.thing)

    def _no_room(self, thing: str) -> None:
        """Say so, but not for each of thousands, as at a start with too many of them."""
        self._refused += 1
        now = self._clock.seconds()
        if now - self._said_full >= _SAY_FULL_EVERY:
            self._said_full = now
            self._log.warn(
                "No room in the world for {thing}; {count} things so far",
                thing=thing,
                count=self._refused,
            )

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
