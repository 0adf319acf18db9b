"""Run our locks among those of several servers, in the database that they share; or for a server
alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.python.threadpool import ThreadPool

from sightline.cluster.leader import Leadership
from sightline.cluster.locks import Lock, LockRequest
from sightline.driving.lock_ports import LockPort, NoLocks
from sightline.model.faults import CannotOpen, Unavailable
from sightline.settings import Settings

if TYPE_CHECKING:
    from sightline.cluster.lock_client import LockClient
    from sightline.cluster.lock_table import LockTable
    from sightline.database.common import CommonStore
    from sightline.database.postgres import Postgres

reactor: Any = _reactor
_ANSWER = 1.2
"""s for one answer: a beat is worth nothing when it is late."""
_THREADS = 4

T = TypeVar("T")


class LockService(MultiService):
    """Ask for locks through ``locks``.

    ``leadership`` says which server does what only one server should do.
    """

    def __init__(self, settings: Settings, common: CommonStore | None) -> None:
        super().__init__()
        # Above the fences of any run before, unless a lease were taken each millisecond.
        first = round(time.time() * 1000)
        self.locks: LockPort = NoLocks(first)
        self.leadership = Leadership()
        self._lock_client: LockClient | None = None
        self._rows: ThreadedLocks | None = None
        if common is not None and settings.replicas.name:
            self._share(settings, common, first)

    def _share(self, settings: Settings, common: CommonStore, first: int) -> None:
        from sightline.cluster.lock_client import LockClient
        from sightline.cluster.lock_table import TIMELINE, LockTable
        from sightline.database.postgres import Postgres
        from sightline.database.postgres_engine import PostgresEngine

        # Connections of its own: others' many requests must not hold up a beat.
        postgres = Postgres(common.postgres.options, most=_THREADS, answer=_ANSWER)
        table = LockTable(PostgresEngine(postgres), first, era=TIMELINE, clock=time.monotonic)
        self._rows = rows = ThreadedLocks(reactor, postgres, table, common.check)
        self.leadership = Leadership(lambda: client.on_duty)
        self.locks = self._lock_client = client = LockClient(
            reactor,
            rows,
            settings.replicas.name,
            hint=lambda: common.tell("locks"),
            leader_seen=self.leadership.seen,
        )
        client.setServiceParent(self)
        common.hear("locks", client.look)

    @property
    def trouble(self) -> str:
        """Tell why nobody drives; empty while the others can be told from strangers."""
        return "" if self._lock_client is None else str(self._lock_client.trouble)

    def privilegedStartService(self) -> None:
        """Make the pool of connections."""
        super().privilegedStartService()
        if self._rows is not None:
            self._rows.open()

    def stopService(self) -> Deferred[Any]:
        """Give every lock back."""
        stopped: Deferred[Any] = super().stopService()
        if self._rows is not None:
            stopped.addCallback(lambda _: self._rows and self._rows.close())
        return stopped


class ThreadedLocks:
    """A `LockTable` on threads, as `LockClient` asks it; ``check`` makes its tables."""

    def __init__(
        self,
        reactor: Any,
        postgres: Postgres,
        table: LockTable,
        check: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._postgres = postgres
        self._table = table
        self._check = check
        self._pool = ThreadPool(1, _THREADS, "locks")

    def open(self) -> None:
        """Make the pools of connections and threads."""
        self._postgres.open()
        self._pool.start()

    def close(self) -> Deferred[Any]:
        """Let go of the connections."""

        def end() -> None:
            self._pool.stop()
            self._postgres.close()

        ended: Deferred[Any] = deferToThread(end)
        return ended

    async def _do(self, work: Callable[[], T]) -> T:
        def done() -> T:
            self._check()
            return work()

        try:
            return await deferToThreadPool(self._reactor, self._pool, done)
        except CannotOpen as why:
            raise Unavailable(str(why)) from why

    async def all(self) -> list[Lock]:
        """Return all locks as they are now."""
        return await self._do(self._table.all)

    async def get(self, name: str) -> Lock | None:
        """Return one lock as it is now."""
        return await self._do(lambda: self._table.get(name))

    async def take(self, was: Lock, me: str, who: str) -> Lock | None:
        """Give it to ``me`` if it still is as it ``was``; None: it is not."""
        return await self._do(lambda: self._table.take(was, me, who))

    async def beat(self, lock: Lock, told: str, declined: str) -> Lock | None:
        """Say that its holder is there; None: that is another one now."""
        return await self._do(lambda: self._table.beat(lock, told, declined))

    async def release(self, lock: Lock) -> None:
        """Have nobody hold it, if its holder still does."""
        await self._do(lambda: self._table.release(lock))

    async def want(self, lock: Lock, want: LockRequest | None) -> bool:
        """Put a wish down with its holder (None: take it back); return False: another does."""
        return await self._do(lambda: self._table.want(lock, want))
