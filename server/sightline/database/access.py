"""Reach a part's database on a thread of its own: a file, or what several servers share.

What several share is opened as soon as it can be, and looked at whenever others changed it. Nothing
on the reactor waits for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from sightline.database.trouble import Degraded, degraded
from sightline.model.faults import CannotOpen, Unavailable

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_AGAIN = 1.0  # s until the database of all servers is tried again


class Closing(Protocol):
    """What a part's open database can be asked here."""

    def close(self) -> None:
        """Let go of the database."""


S = TypeVar("S", bound=Closing)
T = TypeVar("T")


class DatabaseAccess(Service, Generic[S]):
    """The way to the database of ``part``, a word for people.

    With ``common`` it is what several servers share; then `enter` opens it, else the part itself
    does at its start. ``topic`` is that of its changes, which `follow` takes over; empty: there is
    no need to hear of them.
    """

    _log = Logger()

    def __init__(
        self, reactor: Any, part: str, common: CommonStore | None, topic: str = ""
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known what there is."""
        self.away = ""
        """Reason why the database of several servers cannot be used just now; "" when it can."""
        self.trouble: Degraded | None = None
        """Why the file could not be used when that was last tried; None: it could."""
        self._reactor = reactor
        self._part = part
        self._common = common
        self._topic = topic
        self._following = self._follow_again = False
        self._store: S | None = None
        self._writer = ThreadPool(1, 1, part)

    # -- for the parts

    async def enter(self, common: CommonStore) -> None:
        """Open the database of all servers, and take what is in it. Raises `Unavailable`."""
        raise NotImplementedError

    async def follow(self) -> None:
        """Take over what is in the database now. Raises `Unavailable`."""

    # -- start and stop

    def startService(self) -> None:
        """Begin to take changes."""
        super().startService()
        self._writer.start()
        if self._common is None:
            self.ready.callback(None)
        else:
            if self._topic:
                self._common.hear(self._topic, self.look)
                self._common.when_back(self.look)
            self._join(self._common)

    def _join(self, common: CommonStore) -> None:
        """Open the database of all servers, as soon as that can be done."""
        joining = Deferred.fromCoroutine(self._joined(common))

        def away(failure: Failure) -> None:
            failure.trap(Unavailable)
            if self.running:
                self._reactor.callLater(_AGAIN, self._join, common)

        joining.addErrback(away)
        joining.addErrback(
            lambda failure: self._log.failure("No {part} are known", failure, part=self._part)
        )

    async def _joined(self, common: CommonStore) -> None:
        if self._store is None and self.running:
            await self.enter(common)
            self.ready.callback(None)

    def stopService(self) -> Deferred[Any]:
        """Write what waits, and close."""
        super().stopService()
        stopped = deferToThread(self._writer.stop)

        def close(result: Any) -> None:
            if self._store is not None:
                self._store.close()
            if isinstance(result, Failure):
                result.raiseException()

        return stopped.addBoth(close)

    # -- work

    async def work(self, do: Callable[[S], T]) -> T:
        """Return what ``do`` reads or writes, on the writer's thread, in turn.

        Raises `Unavailable`, of a disk `Degraded`.
        """
        store = self._store
        if store is None and self._common is not None:
            raise Unavailable(self.away or f"the {self._part} of all servers are not known yet")
        assert store is not None, "the service was not started"
        return await self._do(lambda: do(store))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            done = await deferToThreadPool(self._reactor, self._writer, work)
        except (sqlite3.Error, OSError) as why:
            self.trouble = degraded(why)
            if self.trouble is None:
                raise
            raise self.trouble from why
        except (Unavailable, CannotOpen) as why:
            if self.away != str(why):
                self._log.warn(
                    "The {part} cannot be changed just now: {why}", part=self._part, why=str(why)
                )
            self.away = str(why)
            raise Unavailable(str(why)) from why
        self.trouble, self.away = None, ""
        return done

    # -- what other servers change

    def look(self) -> None:
        """Look at what other servers changed."""
        if not self.running:
            return
        if self._following:
            self._follow_again = True
            return
        self._following, self._follow_again = True, False
        followed = Deferred.fromCoroutine(self.refresh())
        followed.addErrback(
            lambda failure: self._log.failure("Could not follow the other servers", failure)
        )
        followed.addBoth(lambda _: self._looked())

    def _looked(self) -> None:
        self._following = False
        if self._follow_again and self.running:
            self.look()

    async def refresh(self) -> None:
        """Take over what other servers changed until now, if that can be known."""
        if self._store is None or not self.running:
            return
        try:
            await self.follow()
        except Unavailable:
            self._reactor.callLater(_AGAIN, self.look)
