"""Write what the server itself finds out about alerts: in order, those of a moment together.

What cannot be written now waits, and is written before whatever comes later: so what this server
knows of the world is never kept without the alerts that it had found out by then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.model.faults import Unavailable
from sightline.rules.access import RuleDatabase

if TYPE_CHECKING:
    from sightline.rules.store import RuleStore

_AGAIN = 2.0  # s, when it could not be written
_AT_ONCE = 200
MOST = 20_000
"""Writes that wait while the database is away; then the oldest goes."""

Then = Callable[[], object]
Write = Callable[["RuleStore"], Then | None]
"""Writes something on the thread; returns what is to be done on the reactor once it is safe."""


class RuleWrites:
    """The queue of writes."""

    _log = Logger()

    def __init__(self, clock: Any, database: RuleDatabase) -> None:
        self._clock = clock
        self._database = database
        self._waiting: deque[Write] = deque()
        self._busy = self._due = False
        self._idle: list[Deferred[None]] = []
        self._away = False
        self._stopped = False
        self.dropped = 0
        """What found no room."""

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, write: Write) -> None:
        """Have something written after all that was added before."""
        self._waiting.append(write)
        if len(self._waiting) > MOST:
            self._waiting.popleft()
            self.dropped += 1
        self._soon(0)

    def idle(self) -> Deferred[None]:
        """Fire when nothing waits, or nothing can be written now."""
        done: Deferred[None] = Deferred()
        self._idle.append(done)
        if not self._busy and (self._away or not self._waiting):
            self._rest()
        return done

    def stop(self) -> Deferred[None]:
        """Write what waits, and then nothing more."""
        self._stopped = True
        if not self._busy:
            self._begin()
        return self.idle()

    def _soon(self, seconds: float) -> None:
        if not self._due and not self._busy and not self._stopped:
            self._due = True
            self._clock.callLater(seconds, self._now)

    def _now(self) -> None:
        self._due = False
        if not self._stopped:
            self._begin()

    def _begin(self) -> None:
        if self._busy:
            return
        self._busy = True
        writing = Deferred.fromCoroutine(self._drain())
        writing.addErrback(lambda failure: self._log.failure("Could not write alerts", failure))
        writing.addBoth(lambda _: self._rest())

    async def _drain(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                await self._write(some)
            except Unavailable as why:
                self._waiting.extendleft(reversed(some))
                if not self._away:
                    self._log.error("Alerts cannot be written down: {why}", why=str(why))
                self._away = True
                return
            self._away = False

    async def _write(self, some: list[Write]) -> None:
        try:
            done = await self._database.write(lambda store: [each(store) for each in some])
        except Unavailable:
            raise
        except Exception:
            if len(some) == 1:
                self._log.failure("Could not write an alert")
                return
            for each in some:  # so that one mistake of ours costs one
                await self._write([each])
            return
        for then in done:
            if then is not None:
                then()

    def _rest(self) -> None:
        self._busy = False
        idle, self._idle = self._idle, []
        for done in idle:
            done.callback(None)
        if self._waiting:
            self._soon(_AGAIN if self._away else 0)
