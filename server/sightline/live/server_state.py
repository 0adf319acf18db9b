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
_LAG_EVERY = 0.1  # s

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
        self._felt = 0.0
        self._expected = 0.0
        self._counted = (0.0, 0, 0)
        self._loops = (
            Periodic(clock, _LAG_EVERY, self._feel_lag, "server state: lag"),
            Periodic(clock, _EVERY, self.update, "server state"),
        )

    def also(self, figures: Figures) -> None:
        """Ask ``figures``, too, for further fields."""
        self._figures.append(figures)

    @property
    def _ingest(self) -> Ingest:
        return self._hub.ingest

    @property
    def lag(self) -> float:
        """Return the worst delay of the reactor in the last second or so, in s."""
        return max(self._lag, self._felt)

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
        self._expected = now + _LAG_EVERY
        lag, update = self._loops
        lag.start(now=False)
        update.start()

    def stopService(self) -> None:
        super().stopService()
        for loop in self._loops:
            loop.stop()

    def _feel_lag(self) -> None:
        now = self._clock.seconds()
        self._felt = max(self._felt, now - self._expected)
        self._expected = now + _LAG_EVERY

    def update(self) -> None:
        """Put the state of now into the world."""
        ingest, now = self._ingest, self._clock.seconds()
        then, received, frames = self._counted
        quiet = received == ingest.received
        self._counted = (now, ingest.received, self._frames())
        passed = now - then
        self._lag, self._felt = self._felt, 0.0
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


def _per_second(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds > 0 else 0.0
