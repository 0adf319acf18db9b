"""Read and change the accounts' database on its thread, or keep in memory what cannot be written.

Changes are made by the one writer thread; once they are committed, the cache is read anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.accounts.database import Database
from sightline.accounts.pseudonyms import Pseudonyms
from sightline.accounts.standby import Standby
from sightline.auth.account import AccountCache, AuditEvent, Session
from sightline.auth.passkeys import Ceremonies
from sightline.contract.errors import Refused
from sightline.database.trouble import degraded
from sightline.model.faults import CannotOpen, Unavailable

T = TypeVar("T")
_SAY = 30.0  # s between two lines of the log about the same trouble
_AWAY = (
    "This cannot be done just now: the server cannot reach its database. Who is"
    " signed in stays signed in. Try again in a moment."
)


class AccountStore(Service):
    """The accounts' database. ``clock`` is never stepped; ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(self, reactor: Any, clock: IReactorTime, wall: Callable[[], float]) -> None:
        self._reactor = reactor
        self.clock = clock
        self.wall = wall
        self.cache = AccountCache()
        self.away = ""
        """Reason why the database of several servers cannot be used just now; "" when it can."""
        self.standby = Standby()
        """What waits in memory while the database cannot be written."""
        self._database: Database | None = None
        self._writer = ThreadPool(1, 1, "accounts")
        self._logged_until = float("-inf")
        self._suffered = False

    def apply(self, cache: AccountCache) -> None:
        """Take in what was read of the database."""
        raise NotImplementedError

    async def look(self, work: Callable[[Database], T]) -> T:
        """Return what ``work`` reads in the database, on the writer's thread.

        Raises `Refused`: ``degraded`` when the disk or the file does not let it, ``busy`` while
        the database of several servers is away.
        """
        if self._database is None and self.away:
            raise Refused("busy", _AWAY, wait=5)
        database = self._open()
        return await self.on_thread(lambda: work(database))

    async def on_thread(self, work: Callable[[], T]) -> T:
        """Do this on the writer's thread. Raises `Refused` (``degraded`` or ``busy``)."""
        try:
            done = await deferToThreadPool(self._reactor, self._writer, work)
        except (sqlite3.Error, OSError) as why:
            self._suffers(why)
            raise self.standby.denied() from why
        except (Unavailable, CannotOpen) as why:
            if self.away != str(why):
                self._log.warn("The accounts cannot be changed just now: {why}", why=str(why))
            self.away = str(why)
            raise Refused("busy", _AWAY, wait=5) from why
        if self.away:
            self.away = ""
            self._log.info("The accounts can be changed again")
        return done

    def _suffers(self, error: Exception) -> None:
        """Note that the database cannot be used just now; raise what is a fault of ours."""
        trouble = degraded(error)
        if trouble is None:
            raise error
        self.standby.trouble = trouble
        now = self.clock.seconds()
        if not self._logged_until > now:  # it may come and go
            self._logged_until = now + _SAY
            self._suffered = True
            self._log.error(
                "The accounts cannot be changed: {why}. Who has an account can sign in; what is"
                " done meanwhile is written down later",
                why=trouble.why,
            )

    async def change(self, work: Callable[[Database], T], *, scrub: bool = False) -> T:
        """Let ``work`` change the database, all or nothing; then tell the visitors who must go.

        It may run again, when another server changed the accounts at the same time. ``scrub``:
        nothing of what it removed may be left on our disk. Raises `Refused`, see `look`.
        """
        self._check_writable()

        def do(database: Database) -> tuple[T, AccountCache, object]:
            done = database.transact(lambda: work(database), scrub=scrub)
            return done, *self.read(database)

        done, cache, version = await self.look(do)
        self.took(version)
        self.apply(cache)
        return done

    def read(self, database: Database) -> tuple[AccountCache, object]:
        """Return the accounts, and the version of this picture of them; on the thread."""
        with database.reading():
            version = database.version if database.several else None
            return database.read_cache(), version

    def took(self, version: object) -> None:
        """Note which version of the accounts we know; None: it is a file of ours alone."""
        raise NotImplementedError

    async def post(self, work: Callable[[Database], T]) -> T:
        """Let ``work`` change what is not in the cache."""
        self._check_writable()
        return await self.look(lambda database: database.transact(lambda: work(database)))

    def _check_writable(self) -> None:
        if self.standby.trouble is not None:
            raise self.standby.denied()

    async def record(self, event: AuditEvent) -> None:
        """Write an audit event; keep it for later while that is impossible."""
        at = self.wall()
        try:
            await self.post(lambda database: database.write(event, at))
        except Refused as why:
            if why.code not in ("degraded", "busy"):
                raise
            self.standby.note(event, at)

    def enter_meanwhile(self, session: Session, event: AuditEvent) -> None:
        """Let somebody in although it cannot be written down: until the next start at least."""
        self.standby.enter(session)
        self.standby.note(event, self.wall())
        self.apply(self.cache)

    def leave_meanwhile(self, key: str, event: AuditEvent | None = None) -> None:
        """Let a session end although it cannot be written down."""
        self.standby.leave(key)
        if event is not None:
            self.standby.note(event, self.wall())
        self.apply(self.cache)

    async def recover(self) -> None:
        """Try whether the database can be written again, and write what waits."""
        database = self._open()

        def again() -> tuple[AccountCache, object]:
            database.probe()
            if self.standby:
                database.transact(lambda: self.standby.write(database))
            return self.read(database)

        cache, version = await self.on_thread(again)
        self.standby.trouble = None
        self.standby.written()
        if self._suffered:
            self._suffered = False
            self._log.info(
                "The accounts can be changed again; what was done meanwhile is written down"
            )
        self.took(version)
        self.apply(cache)

    def note(self, event: AuditEvent) -> None:
        """Write an audit event without waiting for it."""

        noted = Deferred.fromCoroutine(self.record(event))
        noted.addErrback(
            lambda failure: self._log.failure(
                "Could not write down that {who} did {what}",
                failure,
                who=event.who,
                what=event.what,
            )
        )

    @property
    def pseudonyms(self) -> Pseudonyms:
        """Return the pseudonyms of friends in the audit log."""
        return self._open().pseudonyms

    @property
    def ceremonies(self) -> Ceremonies:
        """Return what makes challenges and half sessions. Raises `Refused` while it is away."""
        if self._database is None and self.away:
            raise Refused("busy", _AWAY, wait=5)
        return self._open().ceremonies

    def _open(self) -> Database:
        assert self._database is not None, "the service was not started"
        return self._database
