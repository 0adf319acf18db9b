"""Say where phones publish that nobody listens to: OwnTracks' messages below no base topic.

The console's own connection hears them while somebody looks at all topics. Each base is said once:
in the log, and among the rejected messages on the broker page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.kinds.friends.bases import BaseTopics
from sightline.live.hub import Hub
from sightline.model.kind import Arrival, CannotDecode

_MOST = 50
"""Base topics that are told of; anybody who may publish can make up as many as they like."""


class Unfollowed:
    """The look for such messages. ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, wall: Callable[[], float], hub: Hub, bases: BaseTopics
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._bases = bases
        self._hinted: set[str] = set()

    def look(self, broker: str, arrivals: Iterable[Arrival]) -> None:
        """Look at what came to ``broker`` on any topic."""
        for arrival in arrivals:
            if b'"_type"' not in arrival.payload:
                continue
            base = self._bases.suggestion(arrival.topic, arrival.payload)
            if base and base not in self._hinted and len(self._hinted) < _MOST:
                self._hinted.add(base)
                self._say(broker, arrival, base)

    def _say(self, broker: str, arrival: Arrival, base: str) -> None:
        self._log.warn(
            "Messages like OwnTracks' at {broker} on topics that are not followed: add {base} to"
            " friends.topics",
            broker=broker,
            base=base,
        )
        why = f"looks like OwnTracks, and is not followed: add {base} to friends.topics"
        # Whose position it is nobody knows here, so it is not shown.
        hidden = Arrival(arrival.topic, b"(not shown)", arrival.retain, 0, self._wall(), broker)
        self._hub.ingest.refuse(hidden, CannotDecode("not_followed", why), self._clock.seconds())
        self._hub.announce()
