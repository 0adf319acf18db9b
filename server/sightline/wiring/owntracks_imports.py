"""Take in what an import laid down for the server: at the start, and while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.kinds.friends.deliveries import Deliveries
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.owntracks import imported_states
from sightline.wiring.clock import now

reactor: Any = _reactor
_LOOK = 1.0  # s


class BroughtStates(Service):
    """The service. ``restored`` fires when the world is as it was: what is brought comes after."""

    name = "brought in"
    _log = Logger()

    def __init__(self, hub: Hub, counts: Deliveries, state: Path, restored: Deferred[None]) -> None:
        self._state = state
        self._taker = imported_states.BroughtIn(hub.arrived, hub.world.state, counts, now)
        self._restored = restored
        self._loop = Periodic(reactor, _LOOK, self._look, "the look for what was brought in")

    def startService(self) -> None:
        """Start the loop that looks for it."""
        super().startService()
        self._loop.start()

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    def _look(self) -> Deferred[None] | None:
        if not self._restored.called:
            return None
        return Deferred.fromCoroutine(self._take_all())

    async def _take_all(self) -> None:
        for file in await deferToThread(imported_states.waiting, self._state):
            messages = await deferToThread(imported_states.read, file)
            friends: set[str] = set()
            for some in self._taker.take(messages):
                friends |= some
                await deferLater(reactor, 0)
            await deferToThread(file.unlink)
            self._log.info("{count} friends were brought in by an import", count=len(friends))
