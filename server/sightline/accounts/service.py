"""Keep the accounts: open them, follow what others change, and do what is due from time to time.

`visitors` know who may be in, `store` reads and changes the database. What the command line
(another process) changed is noticed within a second; so is what another server changed, where the
database is a copy of a journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread

from sightline.accounts.database import CACHED_TABLES, Database
from sightline.accounts.database_file import BadDatabase
from sightline.accounts.hashing import PasswordThreads
from sightline.accounts.invitation import FirstInvitation
from sightline.accounts.passwords import Passwords
from sightline.accounts.policy import AccountPolicy
from sightline.accounts.store import AccountStore
from sightline.accounts.visitors import Visitors
from sightline.auth.account import DEMO, AccountCache
from sightline.contract.errors import Refused
from sightline.database.trouble import said
from sightline.journal.entries import Journal
from sightline.journal.follower import Follower
from sightline.kinds.friends.names import DeviceNames
from sightline.live.periodic import Periodic

_BUSY = 3.0  # s that another process's transaction is waited for
_LOOK = 1.0  # s between looks at the clock and at the database
_USED = 60.0  # s between writing down what was used when
_TIDY = 3600.0  # s
_AT_ONCE = 500  # sessions in one change
T = TypeVar("T")


class AccountService(AccountStore):
    """The accounts, and the periodic work on them.

    ``clock`` is never stepped; ``wall`` gives epoch s. With a ``journal`` the accounts are those of
    all servers that have the same.
    """

    def __init__(
        self,
        reactor: Any,
        clock: IReactorTime,
        wall: Callable[[], float],
        folder: Path,
        policy: AccountPolicy,
        *,
        demo: bool = False,
        journal: Journal | None = None,
        names: DeviceNames | None = None,
    ) -> None:
        super().__init__(reactor, clock, wall)
        self.names = names or DeviceNames()
        """The names of devices, of which there are grants."""
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known who may come in."""
        self._journal = journal
        self._erased_until = 0  # the number in the audit log
        self._erased: list[Callable[[list[str]], None]] = []
        self.policy = policy
        self.demo = demo
        self.passwords = Passwords(policy.cost)
        self._folder = folder
        self.hashing = PasswordThreads(reactor)
        self.visitors = Visitors(clock.seconds, wall, policy, self.names, self.catch_up)
        self.invitation = FirstInvitation(lambda: self.cache.founded, demo=demo)
        self._version = 0
        self._used_due = self._tidy_due = 0.0
        self._changed: list[Callable[[], None]] = []
        self.looks = 0
        self._loop = Periodic(clock, _LOOK, self._look_around, "the watch over sessions")

    # -- start and stop

    def privilegedStartService(self) -> None:
        """Open the database; end the start if the accounts cannot be read."""
        super().privilegedStartService()
        try:
            self._database = database = Database(self._folder, self.wall, _BUSY)
            self._begin(database)
        except sqlite3.Error as why:
            raise BadDatabase(f"{self._folder}: {said(why)}") from why

    def _begin(self, database: Database) -> None:
        if self._journal is None and database.copy.shared:
            self._log.warn("These accounts were shared by several servers, and are ours alone now")
            database.copy.leave()
        if not database.copy.shared:
            with database.change():
                if not self.demo and DEMO in database.read_cache().accounts:
                    database.remove_account(DEMO)
                database.tidy()
            self._tidy_due = self.clock.seconds() + _TIDY
        if self._journal is not None:
            database.copy.prepare(self._journal, fresh=database.fresh)
            self.follower = Follower(
                self._reactor,
                self.clock,
                "accounts",
                database.copy,
                self._journal,
                self.on_thread,
                self._follow,
            )
            self._erased_until, _ = database.erased(0)
        self._version = database.version
        self.apply(database.read_cache())

    def startService(self) -> None:
        """Begin the periodic work: expiry, use, changes by others."""
        super().startService()
        self._writer.start()
        self.hashing.start()
        if self.follower is None:
            self.ready.callback(None)
        else:
            self.follower.ready.chainDeferred(self.ready)
            self.follower.start()
        self._loop.start(now=False)

    def stopService(self) -> Deferred[None]:
        """Write down what was used, and close."""
        super().stopService()
        self._loop.stop()
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        if self.follower is not None:
            await self.follower.stop()
        try:
            if self.standby:
                await self.recover()
            await self._write_used()
        except Refused as why:
            self._log.warn("What waits for the accounts is lost: {why}", why=why.why)
        except Exception:
            self._log.failure("Could not write down who was here last")
        await deferToThread(self._writer.stop)
        await self.hashing.stop()
        if self._database is not None:
            self._database.close()

    def when_changed(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` after accounts, sessions, tokens or links were changed."""
        self._changed.append(changed)

    # -- as time goes by

    def apply(self, cache: AccountCache) -> None:
        """Take in what was read of the database: visitors stay, go or get other rights."""
        cache = self.cache = self.standby.onto(cache)
        self.names.set_aliases(cache.aliases.values())
        self.visitors.take(cache, shared=self.follower is not None)
        for changed in self._changed:
            changed()

    async def _look_once(self) -> None:
        self.visitors.see_out()
        now = self.clock.seconds()
        over = self.visitors.times.over(self.policy.lifetime)
        if self.standby.trouble is not None:
            await self.recover()  # or raise, and look again in a second
        follower = self.follower
        if follower is None or (follower.ready.called and not follower.trouble):
            if over:
                await self.change(lambda database: database.drop_sessions(over[:_AT_ONCE]))
            if now >= self._used_due:
                self._used_due = now + _USED
                await self._write_used()
            if now >= self._tidy_due:
                self._tidy_due = now + _TIDY
                await self.change(lambda database: database.tidy())
        await self._look_at_file()

    def _look_around(self) -> Deferred[None]:
        looked = Deferred.fromCoroutine(self._look_once())
        looked.addErrback(lambda failure: failure.trap(Refused) and None)  # the others are away
        looked.addBoth(self._count)
        # A disk that is full today may have room tomorrow; who is in stays in, by the cache.
        looked.addErrback(
            lambda failure: self._log.failure("Could not look after the accounts", failure)
        )
        return looked

    def _count(self, result: T) -> T:
        self.looks += 1
        return result

    async def refresh(self) -> None:
        """Take over what others changed, without waiting for the next look."""
        await self.catch_up()
        await self._look_at_file()

    async def catch_up(self) -> None:
        """Take over what was changed on the other servers, if there are any."""
        if self.follower is not None:
            await self.follower.refresh()

    async def _look_at_file(self) -> None:
        """Look whether another process has changed the file: the command line."""

        def read(database: Database) -> tuple[int, AccountCache | None]:
            version = database.version
            return version, None if version == self._version else database.read_cache()

        self._version, cache = await self.look(read)
        if cache is not None:
            self.apply(cache)
            if self.follower is not None:  # it left us something to do, perhaps
                self.follower.look()

    async def _follow(self, tables: set[str]) -> None:
        """Read the accounts anew: other servers have changed them, or the command line has."""

        def read(database: Database) -> tuple[AccountCache | None, tuple[int, list[str]]]:
            # There are many more deeds than changes of who may come in.
            cache = database.read_cache() if tables & CACHED_TABLES else None
            return cache, database.erased(self._erased_until)

        cache, (self._erased_until, erased) = await self.look(read)
        if cache is not None:
            self.apply(cache)
        if erased:
            for tell in self._erased:
                tell(erased)

    def when_erased(self, erased: Callable[[list[str]], None]) -> None:
        """Call ``erased`` with the pseudonyms of friends who were erased, elsewhere perhaps."""
        self._erased.append(erased)

    async def _write_used(self) -> None:
        sessions, tokens = self.visitors.times.take_used()
        for at in range(0, max(len(sessions), len(tokens)), _AT_ONCE):
            some = sessions[at : at + _AT_ONCE], tokens[at : at + _AT_ONCE]
            await self.post(partial(Database.used, sessions=some[0], tokens=some[1]))
