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
from sightline.contract.errors import Refused
from sightline.database.trouble import degraded
from sightline.journal.entries import TooLarge
from sightline.journal.follower import Follower
from sightline.model.faults import Unavailable

T = TypeVar("T")
_SAY = 30.0  # s between two lines of the log about the same trouble
_AWAY = (
    "This cannot be done just now: the server cannot reach what it shares with the others. Who is"
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
        self.follower: Follower | None = None
        """Who keeps our copy at the journal's end, once it is open; None: there is no journal."""
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

        Raises `Refused` (``degraded``) when the disk or the file does not let it.
        """
        database = self._open()
        return await self.on_thread(lambda: work(database))

    async def on_thread(self, work: Callable[[], T]) -> T:
        """Do this on the writer's thread. Raises `Refused` (``degraded``)."""
        try:
            return await deferToThreadPool(self._reactor, self._writer, work)
        except (sqlite3.Error, OSError) as why:
            self._suffers(why)
            raise self.standby.denied() from why

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
        nothing of what it removed may be left on any disk. Raises `Refused` (``busy``) when the
        other servers cannot be told.
        """
        self._check_writable()
        database = self._open()

        def do() -> tuple[T, AccountCache]:
            done = database.copy.share(lambda: work(database), scrub=scrub)
            return done, database.read_cache()

        try:
            done, cache = await (
                self.on_thread(do) if self.follower is None else self.follower.share(do)
            )
        except (sqlite3.Error, OSError) as why:
            self._suffers(why)
            raise self.standby.denied() from why
        except Unavailable:
            raise Refused("busy", _AWAY, wait=5) from None
        except TooLarge as why:
            raise Refused("malformed", f"This is too much at once: {why}.") from None
        self.apply(cache)
        if self.follower is not None and database.copy.due:
            self.follower.look()
        return done

    async def post(self, work: Callable[[Database], T]) -> T:
        """Let ``work`` change the database without a word of the other servers.

        They learn of it as soon as they can; until then it is safe on the disk, but not seen.
        """

        self._check_writable()

        def do(database: Database) -> T:
            with database.change():
                return work(database)

        done = await self.look(do)
        if self.follower is not None:
            self.follower.look()
        return done

    def _check_writable(self) -> None:
        if self.standby.trouble is not None:
            raise self.standby.denied()

    async def record(self, event: AuditEvent) -> None:
        """Write an audit event; keep it for later while that is impossible."""
        at = self.wall()
        try:
            await self.post(lambda database: database.write(event, at))
        except Refused as why:
            if why.code != "degraded":
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

        def again() -> AccountCache:
            database.probe()
            if self.standby:
                with database.change():
                    self.standby.write(database)
            return database.read_cache()

        cache = await self.on_thread(again)
        self.standby.trouble = None
        self.standby.written()
        if self._suffered:
            self._suffered = False
            self._log.info(
                "The accounts can be changed again; what was done meanwhile is written down"
            )
        self.apply(cache)
        if self.follower is not None:
            self.follower.look()

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

    def _open(self) -> Database:
        assert self._database is not None, "the service was not started"
        return self._database
