"""Show how the server itself is doing: the thing ``server/sightline``, made anew each second."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime

from sightline.live.hub import Hub
from sightline.live.ingest import Ingest
from sightline.live.periodic import Periodic
from sightline.live.world import WorldFull
from sightline.model.server import SERVER, Server

_EVERY = 1.0  # s
_LAG_EVERY = 0.125  # s
_LAG_AT_REST = 0.25  # s, while no messages come: the watch over the robots' surroundings wakes us

Figures = Callable[[], Mapping[str, Any]]
"""Gives further fields of `Server`."""


class ServerState(Service):
    """Put `Server` into the world. ``figures`` are asked each time for its further fields.

    ``wall`` gives epoch s; ``frames`` counts the WebSocket frames sent so far.
    """

    name = "server state"

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        hub: Hub,
        version: str,
        *,
        figures: Sequence[Figures] = (),
        frames: Callable[[], int] = lambda: 0,
    ) -> None:
        self._clock = clock
        self._hub = hub
        self._version = version
        self._figures = list(figures)
        self._frames = frames
        self._started = wall()
        self._lag = 0.0
        self._counted = (0.0, 0, 0)
        self._probe = LagProbe(clock, _LAG_EVERY)
        self._probe_at_rest = LagProbe(clock, _LAG_AT_REST)
        self._loop = Periodic(clock, _EVERY, self.update, "server state")

    def also(self, figures: Figures) -> None:
        """Ask ``figures``, too, for further fields."""
        self._figures.append(figures)

    @property
    def _ingest(self) -> Ingest:
        return self._hub.ingest

    @property
    def lag(self) -> float:
        """Return the worst delay of the reactor in the last second or so, in s."""
        return max(self._lag, self._probe.longest, self._probe_at_rest.longest)

    def figures(self) -> dict[str, Any]:
        """Return all further fields of `Server`, as they are now."""
        found: dict[str, Any] = {"viewers": 0, "overflow": 0}
        for each in self._figures:
            found |= each()
        return found

    def startService(self) -> None:
        super().startService()
        now = self._clock.seconds()
        self._counted = (now, self._ingest.received, self._frames())
        self._probe.start()
        self._probe_at_rest.start()
        self._loop.start()

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()
        self._probe.stop()
        self._probe_at_rest.stop()

    def update(self) -> None:
        """Put the state of now into the world."""
        ingest, now = self._ingest, self._clock.seconds()
        then, received, frames = self._counted
        quiet = received == ingest.received
        self._counted = (now, ingest.received, self._frames())
        passed = now - then
        self._lag = max(self._probe.taken(), self._probe_at_rest.taken())
        if quiet:
            self._probe.stop()
        else:
            self._probe.start()
        state = Server(
            version=self._version,
            started=round(self._started, 3),
            received=ingest.received,
            accepted=ingest.accepted,
            rejected=dict(ingest.rejected),
            rate=_per_second(self._counted[1] - received, passed),
            lag=round(self._lag * 1000, 1),
            frames=_per_second(self._counted[2] - frames, passed),
            **self.figures(),
        )
        if state == self._hub.world.state(SERVER):
            return
        try:
            self._hub.world.put(SERVER, state)
        except WorldFull:
            pass
        if quiet:
            self._hub.announce()
        # Otherwise our figures travel with the next message's news: a frame of their own
        # would make whatever comes right behind it wait for the tick.


class LagProbe:
    """Feel how much later than it should the reactor calls what is due each ``seconds``."""

    def __init__(self, clock: IReactorTime, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._expected = 0.0
        self._loop = Periodic(clock, seconds, self._feel, "the probe of the reactor's lag")
        self.longest = 0.0
        """The longest delay since it was taken, s."""

    def start(self) -> None:
        """Begin to feel. Does nothing if begun."""
        if not self._loop.running:
            self._expected = self._clock.seconds() + self._seconds
            self._loop.start(now=False)

    def stop(self) -> None:
        """Feel nothing more, until it is begun again."""
        self._loop.stop()

    def taken(self) -> float:
        """Return the longest delay, s, and begin anew."""
        longest, self.longest = self.longest, 0.0
        return longest

    def _feel(self) -> None:
        now = self._clock.seconds()
        self.longest = max(self.longest, now - self._expected)
        self._expected = now + self._seconds


def _per_second(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds > 0 else 0.0
