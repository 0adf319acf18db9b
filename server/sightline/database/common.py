"""Hold the database that several servers share, and tell its parts what the others changed.

Nothing on the reactor waits for it. While it is away each part goes on with what it has in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from sightline.database import migrations
from sightline.database.direct import DirectStore
from sightline.database.engine import Engine
from sightline.database.feed import Feed
from sightline.database.options import StoreOptions
from sightline.database.schema import Part
from sightline.model.faults import CannotOpen, Unavailable


class CommonStore(Service):
    """The pool, the tables in it, and the feed. ``parts`` are all that have tables there."""

    _log = Logger()

    def __init__(self, reactor: Any, options: StoreOptions, parts: Sequence[Part]) -> None:
        self._reactor = reactor
        self._direct = DirectStore(options, parts)
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._watchers: list[Callable[[], None]] = []
        self.postgres = self._direct.postgres
        self.trouble = ""
        """Reason why nothing is heard of the others; "" when it is."""
        self._feed = Feed(self.postgres, self._heard, self._well)

    # -- for the parts

    def hear(self, topic: str, changed: Callable[[], None]) -> None:
        """Call ``changed`` after others, or we ourselves, changed something of this topic."""
        self._listeners.setdefault(topic, []).append(changed)

    def when_back(self, back: Callable[[], None]) -> None:
        """Call ``back`` when the database can be reached again."""
        self._watchers.append(back)

    def engine(self, topics: Sequence[str]) -> Engine:
        """Return a way into it (`EngineSource`); to be called on a thread."""
        return self._direct.engine(topics)

    def check(self) -> None:
        """Make the tables that are missing, once; to be called on a thread.

        Raises `Unavailable` and `CannotOpen`.
        """
        self._direct.check()

    @property
    def fingerprint(self) -> str:
        """Return what names this database among all; "" while it was never reached."""
        return self._direct.fingerprint

    def tell(self, topic: str) -> None:
        """Have all servers look at something soon; who does not hear it looks in a second."""

        def notify() -> None:
            with self.postgres.lend() as connection:
                migrations.tell(connection, topic)

        telling: Deferred[Any] = deferToThread(notify)
        telling.addErrback(lambda failure: failure.trap(Unavailable, CannotOpen) and None)
        telling.addErrback(lambda failure: self._log.failure("Nobody was told", failure))

    # -- the service

    def privilegedStartService(self) -> None:
        """Find out whether it can be used. Raises `CannotOpen` when waiting would not help."""
        super().privilegedStartService()
        self.postgres.open()
        try:
            self.check()
        except Unavailable as why:
            self._log.warn("Nobody is let in until it is there: {why}", why=str(why))

    def startService(self) -> None:
        """Begin to hear of changes."""
        super().startService()
        self._feed.start()

    def stopService(self) -> Deferred[Any]:
        """Hear no more, and let go of the connections."""
        super().stopService()

        def end() -> None:
            self._feed.stop()
            self.postgres.close()

        ended: Deferred[Any] = deferToThread(end)
        return ended

    # -- from the feed's thread

    def _heard(self, topics: frozenset[str]) -> None:
        self._reactor.callFromThread(self._tell_parts, topics)

    def _well(self, why: str) -> None:
        self._reactor.callFromThread(self._note, why)

    def _tell_parts(self, topics: frozenset[str]) -> None:
        if not self.running:
            return
        if "schema" in topics:
            self._look_at_schema()
        for topic in sorted(topics):
            for changed in self._listeners.get(topic, ()):
                changed()

    def _look_at_schema(self) -> None:
        """Look whether the tables still fit us: somebody has upgraded them."""

        def look() -> None:
            self.postgres.refused = ""
            with self.postgres.lend() as connection:
                found = migrations.states(connection, self._direct.parts)
            try:
                migrations.check(found)
            except CannotOpen as why:
                self.postgres.refused = str(why)
                raise

        def unfit(failure: Any) -> None:
            failure.trap(CannotOpen)
            self._log.error("{why}", why=failure.getErrorMessage())

        looked: Deferred[Any] = deferToThread(look)
        looked.addErrback(unfit)
        looked.addErrback(lambda failure: failure.trap(Unavailable) and None)
        looked.addErrback(
            lambda failure: self._log.failure("The tables cannot be looked at", failure)
        )

    def _note(self, why: str) -> None:
        before, self.trouble = self.trouble, why
        if why and not before:
            self._log.warn("The common database is away: {why}", why=why)
        elif before and not why:
            self._log.info("The common database is back")
            for back in self._watchers:
                back()
