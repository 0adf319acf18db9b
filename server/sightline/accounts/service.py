"""Keep the accounts: open them, follow what others change, and do what is due from time to time.

`visitors` know who may be in, `store` reads and changes the database. What the command line
(another process) changed is noticed within a second. Where several servers share a database they
are told at once; while it is away, those who are in stay in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread

from sightline.accounts.database import Database
from sightline.accounts.database_file import BadDatabase
from sightline.accounts.hashing import PasswordThreads
from sightline.accounts.invitation import FirstInvitation
from sightline.accounts.passwords import Passwords
from sightline.accounts.policy import AccountPolicy
from sightline.accounts.schema import TOPICS
from sightline.accounts.store import AccountStore
from sightline.accounts.visitors import Visitors
from sightline.auth.account import DEMO, AccountCache
from sightline.contract.errors import Refused
from sightline.database.trouble import describe
from sightline.kinds.friends.names import DeviceNames
from sightline.live.periodic import Periodic

if TYPE_CHECKING:
    from sightline.database.common import CommonStore

_BUSY = 3.0  # s that another process's transaction is waited for
_LOOK = 1.0  # s between looks at the clock and at the database
_USED = 60.0  # s between writing down what was used when
_TIDY = 3600.0  # s
_AT_ONCE = 500  # sessions in one change
_ASKING = 4  # who may wait for news at the same time; the others take what we know
_NOT_YET = "it is not open yet"
_Erased = tuple[int, list[tuple[int, str]]]  # the last number of the log; who, by its numbers
T = TypeVar("T")


class AccountService(AccountStore):
    """The accounts, and the periodic work on them.

    ``clock`` is never stepped; ``wall`` gives epoch s. With a ``common`` store the accounts are
    those of all servers that have the same.
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
        common: CommonStore | None = None,
        names: DeviceNames | None = None,
    ) -> None:
        super().__init__(reactor, clock, wall)
        self.names = names or DeviceNames()
        """The names of devices, of which there are grants."""
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known who may come in."""
        self._common = common
        self._erased_until = 0  # the number in the audit log
        self._erased_known: set[int] = set()
        self._erased: list[Callable[[list[str]], None]] = []
        self.policy = policy
        self.demo = demo
        self.passwords = Passwords(policy.cost)
        self._folder = folder
        self.hashing = PasswordThreads(reactor)
        self.visitors = Visitors(clock.seconds, wall, policy, self.names, self.catch_up)
        self.invitation = FirstInvitation(lambda: self.cache.founded, demo=demo)
        if common is not None:
            self.away = _NOT_YET
        self._version: object = None
        self._asking = 0
        self._look_due = False
        self._used_due = self._tidy_due = 0.0
        self._changed: list[Callable[[], None]] = []
        self.looks = 0
        self._loop = Periodic(clock, _LOOK, self._look_around, "the watch over sessions")

    # -- start and stop

    def privilegedStartService(self) -> None:
        """Open the database; end the start if the accounts cannot be read."""
        super().privilegedStartService()
        if self._common is not None:
            return  # which may be away: it is opened on the thread, as soon as it can be
        try:
            self._database = database = Database(self._folder, self.wall, _BUSY)
            with database.change():
                if not self.demo and DEMO in database.read_cache().accounts:
                    database.remove_account(DEMO)
                database.tidy()
            self._tidy_due = self.clock.seconds() + _TIDY
            self._version = database.version
            self.apply(database.read_cache())
        except sqlite3.Error as why:
            raise BadDatabase(f"{self._folder}: {describe(why)}") from why

    async def _join(self, common: CommonStore) -> None:
        """Open the database of all servers. Raises `Refused` while it is away."""

        def opened() -> tuple[Database, AccountCache, object, int, set[int]]:
            database = Database(common, self.wall)
            last = database.last()
            known = {n for n, _ in database.erased(last)}
            return database, *self.read(database), last, known

        joined = await self.on_thread(opened)
        self._database, cache, self._version, self._erased_until, self._erased_known = joined
        self._log.info("The accounts of all servers: {count}", count=len(cache.accounts))
        self.apply(cache)
        self.ready.callback(None)

    def startService(self) -> None:
        """Begin the periodic work: expiry, use, changes by others."""
        super().startService()
        self._writer.start()
        self.hashing.start()
        if self._common is None:
            self.ready.callback(None)
        else:
            for topic in TOPICS:
                self._common.hear(topic, self._changed_elsewhere)
            self._common.when_back(self._changed_elsewhere)
        self._loop.start(now=self._common is not None)

    def _changed_elsewhere(self) -> None:
        """Look soon at what others changed, or at the database that is back."""
        if not self.running or self._look_due:
            return
        self._look_due = True

        def look() -> None:
            self._look_due = False
            looked = Deferred.fromCoroutine(self.catch_up())
            looked.addErrback(
                lambda failure: self._log.failure("Could not follow the other servers", failure)
            )

        self._reactor.callLater(0, look)

    def stopService(self) -> Deferred[None]:
        """Write down what was used, and close."""
        super().stopService()
        self._loop.stop()
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        try:
            if self._database is not None:
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
        self.visitors.take(cache, shared=self._common is not None)
        for changed in self._changed:
            changed()

    async def _look_once(self) -> None:
        self.visitors.see_out()
        if self._common is not None and self._database is None:
            await self._join(self._common)  # or raise, and try again in a second
        now = self.clock.seconds()
        over = self.visitors.times.over(self.policy.lifetime)
        if self.away:
            await self._look_at_file()  # or raise, and look again in a second
        if self.standby.trouble is not None or self.standby:
            await self.recover()
        if over:
            await self.change(lambda database: database.drop_sessions(over[:_AT_ONCE]))
        if now >= self._used_due:
            self._used_due = now + _USED
            await self._write_used()
        if now >= self._tidy_due:
            self._tidy_due = now + _TIDY
            await self.change(lambda database: database.tidy())
        if self._common is None:
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
        if self._common is None:
            await self._look_at_file()
        else:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Take over what was changed on the other servers, if there are any and not too many ask.

        While their database is away what we know is all there is.
        """
        if self._common is None or self.away or self._database is None or self._asking >= _ASKING:
            return
        self._asking += 1
        try:
            await self._look_at_file()
        except Refused:
            pass
        finally:
            self._asking -= 1

    def took(self, version: object) -> None:
        """Note which version of the accounts we know (`AccountStore`)."""
        if version is not None:
            self._version = version

    def erased_here(self, n: int) -> None:
        """Note the number of our own erasure in the log: others are told of it, we are not."""
        self._erased_known.add(n)

    async def _look_at_file(self) -> None:
        """Look whether others have changed the accounts: the command line, or other servers."""
        before, until = self._version, self._erased_until

        def read(database: Database) -> tuple[object, AccountCache | None, _Erased]:
            version = database.version
            if not database.several:
                return version, None if version == before else database.read_cache(), (until, [])
            erased = database.last(), database.erased(until)
            if version == before:
                return version, None, erased
            cache, version = self.read(database)
            return version, cache, erased

        self._version, cache, erased = await self.look(read)
        if cache is not None:
            self.apply(cache)
        self._tell_erased(*erased)

    def _tell_erased(self, last: int, found: list[tuple[int, str]]) -> None:
        fresh = [thing for n, thing in found if n not in self._erased_known]
        self._erased_until = max(self._erased_until, last)
        if found:
            self._erased_known = {n for n, _ in found}
        if fresh:
            for tell in self._erased:
                tell(fresh)

    def when_erased(self, erased: Callable[[list[str]], None]) -> None:
        """Call ``erased`` with the pseudonyms of friends who were erased, elsewhere perhaps."""
        self._erased.append(erased)

    async def _write_used(self) -> None:
        sessions, tokens = self.visitors.times.take_used()
        for at in range(0, max(len(sessions), len(tokens)), _AT_ONCE):
            some = sessions[at : at + _AT_ONCE], tokens[at : at + _AT_ONCE]
            await self.post(partial(Database.used, sessions=some[0], tokens=some[1]))
