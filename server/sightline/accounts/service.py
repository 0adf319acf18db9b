"""Know at every moment who may be in, and see out who may not.

Everything that opens the door is in memory (a `AccountCache`), so that to ask costs nothing.
Changes are made by the one writer thread; once they are committed, the cache is read anew and every
socket whose visitor has ended, or whose rights are others now, is told. The same happens within a
second when the command line, another process, has changed the database; or another server, where
the database is a copy of a journal.

Sessions live by the monotonic clock; in the database their times are epoch s.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.accounts.database import CACHED_TABLES, BadDatabase, Database
from sightline.accounts.password_queue import PasswordQueue, QueueFull
from sightline.accounts.passwords import Cost, Passwords
from sightline.accounts.pseudonyms import Pseudonyms
from sightline.accounts.standby import Standby
from sightline.auth.account import DEMO, Account, AccountCache, AuditEvent, Session, Share, Token
from sightline.auth.permissions import (
    ALL_GRANTS,
    NOTHING,
    Role,
    User,
    VisibleScope,
    bounded,
    covers,
    may,
    may_post,
    scopes_now,
    user_of,
    visitor,
)
from sightline.auth.session import (
    Lifetime,
    Visitor,
    began_at,
    digest,
    matches,
    new_secret,
    read_token,
)
from sightline.contract.errors import Refused
from sightline.journal.entries import Journal, TooLarge
from sightline.journal.follower import Follower
from sightline.journal.trouble import degraded, said
from sightline.live.periodic import Periodic
from sightline.model.faults import Unavailable
from sightline.model.kind import id_of

T = TypeVar("T")
_BUSY = 3.0  # s that another process's transaction is waited for
_LOOK = 1.0  # s between looks at the clock and at the database
_SAY = 30.0  # s between two lines of the log about the same trouble
_USED = 60.0  # s between writing down what was used when
_TIDY = 3600.0  # s
_HASHERS = 2  # threads, and so the most hashes' memory at once
_AT_ONCE = 500  # sessions in one change
_AWAY = (
    "This cannot be done just now: the server cannot reach what it shares with the others. Who is"
    " signed in stays signed in. Try again in a moment."
)

SIGNED_OUT = "you have been signed out"
EXPIRED = "the session has expired; please sign in again"
DISABLED = "this account is closed"
CHANGED = "your rights have changed"
REVOKED = "this token or link was withdrawn"
LINK_ENDED = "the time of this link is over"


@dataclass(frozen=True, slots=True)
class AccountPolicy:
    """The settings of accounts. ``guest`` is the role of guests, None: nobody is let in.

    ``link`` is the longest time a link may last, s.
    """

    lifetime: Lifetime = field(default_factory=Lifetime)
    cost: Cost = field(default_factory=Cost)
    guest: Role | None = None
    link: float = 31 * 86400.0


@dataclass(slots=True)
class _Times:
    """The times of a session on the monotonic clock: when it began and was last used."""

    began: float
    seen: float


@dataclass(slots=True, eq=False)
class _WatchedConnection:
    """A connection that must end when its visitor's right to be in does."""

    visitor: Visitor
    ended: Callable[[str], None]


class AccountService(Service):
    """The accounts, and who may come in. ``clock`` is never stepped; ``wall`` gives epoch s.

    With a ``journal`` the accounts are those of all servers that have the same.
    """

    _log = Logger()

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
    ) -> None:
        self.follower: Follower | None = None
        """Who keeps our copy at the journal's end, once it is open; None: there is no journal."""
        self.ready: Deferred[None] = Deferred()
        """Fires when it is known who may come in."""
        self._journal = journal
        self._erased_until = 0  # the number in the audit log
        self._erased: list[Callable[[list[str]], None]] = []
        self.policy = policy
        self.wall = wall
        self.clock = clock
        self.cache = AccountCache()
        self.demo = demo
        self.passwords = Passwords(policy.cost)
        self._folder = folder
        self._reactor = reactor
        self._database: Database | None = None
        self._writer = ThreadPool(1, 1, "accounts")
        self._hashers = ThreadPool(0, _HASHERS, "passwords")
        self._hashing = 0
        self._hashes: PasswordQueue[Deferred[None]] = PasswordQueue()
        self._version = 0
        self._times: dict[str, _Times] = {}
        self._used_sessions: set[str] = set()
        self._used_tokens: set[str] = set()
        self._token_used: dict[str, float] = {}
        self._used_due = self._tidy_due = 0.0
        self._watched: set[_WatchedConnection] = set()
        self._changed: list[Callable[[], None]] = []
        self._region_owners: frozenset[str] = frozenset()
        self._users: dict[str, User] = {}  # what each account comes to, by this cache
        self._guest = (
            None
            if policy.guest is None
            else Visitor(user_of("guest", policy.guest, ALL_GRANTS), "guest")
        )
        self._invitation: str | None = None
        self.standby = Standby()
        """What waits in memory while the database cannot be written."""
        self._logged_until = float("-inf")
        self._suffered = False
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
                self._do,
                self._follow,
            )
            self._erased_until, _ = database.erased(0)
        self._version = database.version
        self._apply(database.read_cache())

    def startService(self) -> None:
        """Begin to look after the time."""
        super().startService()
        self._writer.start()
        self._hashers.start()
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
                await self._recover()
            await self._write_used()
        except Refused as why:
            self._log.warn("What waits for the accounts is lost: {why}", why=why.why)
        except Exception:
            self._log.failure("Could not write down who was here last")
        await deferToThread(self._writer.stop)
        await deferToThread(self._hashers.stop)
        if self._database is not None:
            self._database.close()

    # -- the threads

    async def look(self, work: Callable[[Database], T]) -> T:
        """Tell what ``work`` reads in the database, on the writer's thread.

        Raises `Refused` (``degraded``) when the disk or the file does not let it.
        """
        database = self._open()
        return await self._do(lambda: work(database))

    async def _do(self, work: Callable[[], T]) -> T:
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
        """Let ``work`` change the database, all or nothing; then whoever must go is told.

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
            done, cache = await (self._do(do) if self.follower is None else self.follower.share(do))
        except (sqlite3.Error, OSError) as why:
            self._suffers(why)
            raise self.standby.denied() from why
        except Unavailable:
            raise Refused("busy", _AWAY, wait=5) from None
        except TooLarge as why:
            raise Refused("malformed", f"This is too much at once: {why}.") from None
        self._apply(cache)
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

    async def hash(
        self, work: Callable[..., T], *args: Any, client: str = "", known: bool = True
    ) -> T:
        """Work with passwords, on one of the few threads for it.

        Those of ``client`` who are not ``known`` wait in turn with all others, behind the known.
        Raises `Refused` (``busy``) when too many wait.
        """
        if self._hashing >= _HASHERS:
            turn: Deferred[None] = Deferred()
            try:
                dropped = self._hashes.put(turn, client, known=known)
            except QueueFull:
                raise _busy() from None
            if dropped is not None:
                dropped.errback(_busy())
            await turn
        self._hashing += 1
        try:
            return await deferToThreadPool(self._reactor, self._hashers, work, *args)
        finally:
            self._hashing -= 1
            following = self._hashes.next()
            if following is not None:
                following.callback(None)

    def _check_writable(self) -> None:
        if self.standby.trouble is not None:
            raise self.standby.denied()

    async def record(self, event: AuditEvent) -> None:
        """Write a deed down; while that is impossible, later."""
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
        self._apply(self.cache)

    def leave_meanwhile(self, key: str, event: AuditEvent | None = None) -> None:
        """Let a session end although it cannot be written down."""
        self.standby.leave(key)
        if event is not None:
            self.standby.note(event, self.wall())
        self._apply(self.cache)

    async def _recover(self) -> None:
        """Try whether the database can be written again, and write what waits."""
        database = self._open()

        def again() -> AccountCache:
            database.probe()
            if self.standby:
                with database.change():
                    self.standby.write(database)
            return database.read_cache()

        cache = await self._do(again)
        self.standby.trouble = None
        self.standby.written()
        if self._suffered:
            self._suffered = False
            self._log.info(
                "The accounts can be changed again; what was done meanwhile is written down"
            )
        self._apply(cache)
        if self.follower is not None:
            self.follower.look()

    def note(self, event: AuditEvent) -> None:
        """Write a deed down, without waiting for it."""

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

    # -- who is at the door

    def session(self, secret: str) -> Visitor | None:
        """Return the visitor who holds this cookie."""
        return self._here("account", digest(secret))

    def token(self, text: str) -> Visitor | None:
        """Return the visitor who holds this API token."""
        parts = read_token(text)
        if parts is None:
            return None
        token = self.cache.tokens.get(parts[0])
        # Hashed in any case: the time tells nothing of which ids there are.
        if not matches(parts[1], token.key if token else "") or token is None:
            return None
        return self._here("token", token.id)

    def signed(self, account: str, text: str) -> Visitor | None:
        """Return the visitor who signs in with this account's name and one of its API tokens."""
        found = self.token(text)
        return found if found is not None and found.user.name == account else None

    def phone_things(self, text: str) -> frozenset[str] | None:
        """Return what the holder of this token may post for; None: nothing.

        Friends, or groups of them (``friend/jane``).
        """
        found = self.token(text)
        if found is None or "publish" not in found.scopes:
            return None
        return self.cache.tokens[found.key].things

    def phone(self, login: str, text: str, thing: str) -> str | None:
        """Return the account for which a phone in HTTP mode may post as ``friend/user/device``.

        None if there is none. ``text`` is the token. The apps know one name only, that of the
        friend's user, so ``login`` is this or the account's, in any letters.
        """
        found = self.token(text)
        names = () if found is None else (found.user.name, id_of(thing).partition("/")[0])
        if found is None or login.casefold() not in (name.casefold() for name in names):
            return None
        token, account = self.cache.tokens[found.key], self.cache.accounts[found.user.name]
        if "publish" not in found.scopes or not covers(token.things, thing):
            return None
        return account.name if may_post(self._user(account), thing) else None

    def scope(self, account: str) -> VisibleScope:
        """Tell what an account may see."""
        found = self.cache.accounts.get(account)
        return NOTHING if found is None or found.disabled else self._user(found).scope

    def guest(self) -> Visitor | None:
        """Return the visitor who did not sign in, where the settings let guests in."""
        return self._here("guest", "")

    def watch(self, visitor: Visitor, ended: Callable[[str], None]) -> Callable[[], None]:
        """Call ``ended`` with the reason when this visitor must go. Returns how to stop that.

        Somebody connected is using the session: it does not end for idleness meanwhile.
        """
        watched = _WatchedConnection(visitor, ended)
        self._watched.add(watched)
        return lambda: self._watched.discard(watched)

    def _here(self, way: str, key: str) -> Visitor | None:
        found = self._admitted(way, key)
        if isinstance(found, str):
            return None
        self._touch(found)
        return found

    def _touch(self, visitor: Visitor) -> None:
        if visitor.way == "token":
            self._token_used[visitor.key] = self.wall()
            self._used_tokens.add(visitor.key)
        elif visitor.key in self._times:
            self._times[visitor.key].seen = self.clock.seconds()
            self._used_sessions.add(visitor.key)

    def _admitted(self, way: str, key: str) -> Visitor | str:
        """Return a visitor with the rights of now, or why they must go."""
        if way == "guest":
            return SIGNED_OUT if self._guest is None else self._guest
        if way == "token":
            return self._admitted_by_token(self.cache.tokens.get(key))
        return self._admitted_by_session(self.cache.sessions.get(key))

    def _admitted_by_session(self, session: Session | None) -> Visitor | str:
        if session is None:
            return SIGNED_OUT
        now, times = self.clock.seconds(), self._times[session.key]
        lifetime = self.policy.lifetime
        if lifetime.ended(times.began, times.seen, now):
            return EXPIRED
        expires = self.wall() + lifetime.absolute - (now - times.began)
        if session.account is not None:
            account = self.cache.accounts.get(session.account)
            if account is None or account.disabled:
                return DISABLED
            return Visitor(self._user(account), "account", session.key, expires)
        share = self.cache.shares.get(session.link or "")
        why = "revoked" if share is None else share.why_closed(self.wall())
        if share is None or why is not None:
            return LINK_ENDED if why == "ended" else REVOKED
        things = self.shown(share)
        if not things:
            return REVOKED
        return Visitor(visitor(things), "link", session.key, min(expires, share.ends))

    def shown(self, share: Share) -> frozenset[str]:
        """Tell what a link shows: as much of what it names as its maker may still share."""
        owner = self.cache.accounts.get(share.owner)
        if owner is None or owner.disabled:
            return frozenset()
        user = self._user(owner)
        return frozenset(thing for thing in share.things if may(user, "share", thing))

    def _user(self, account: Account) -> User:
        found = self._users.get(account.name)
        if found is None:
            found = self._users[account.name] = user_of(
                account.name, account.role, account.grants, owners=self._region_owners
            )
        return found

    def own_regions(self, owners: frozenset[str]) -> None:
        """Take in who has regions of their own now: accounts and phones (``friend/jane/phone``).

        Who has their first one sees more than before, and is let in anew.
        """
        if owners != self._region_owners:
            self._region_owners = owners
            self._users.clear()
            self._see_out()

    def when_changed(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` after accounts, sessions, tokens or links were changed."""
        self._changed.append(changed)

    def _admitted_by_token(self, token: Token | None) -> Visitor | str:
        if token is None:
            return REVOKED
        account = self.cache.accounts.get(token.account)
        if account is None or account.disabled:
            return DISABLED
        if token.expires is not None and self.wall() >= token.expires:
            return EXPIRED
        scopes = scopes_now(self._user(account), token.scopes, token.things)
        user = _bearer(account, scopes, self._region_owners)
        return Visitor(user, "token", token.id, token.expires, scopes)

    # -- the first of all

    @property
    def invited(self) -> bool:
        """Tell whether somebody may still come in by the link of the first start."""
        return self._invitation is not None and (self.demo or not self.cache.founded)

    def invite(self) -> str | None:
        """Return the secret of the invitation that makes the first admin; None: not needed any
        more.
        """
        if self.cache.founded:
            return None
        self._invitation = new_secret()
        return self._invitation

    def accepts(self, secret: str) -> bool:
        """Tell whether this is the invitation, and it is still good."""
        return self.invited and matches(secret, digest(self._invitation or ""))

    def spend(self) -> Callable[[], None]:
        """Use the invitation up; return how to take that back."""
        spent, self._invitation = self._invitation, None

        def restore() -> None:
            self._invitation = spent

        return restore

    # -- as time goes by

    def _apply(self, cache: AccountCache) -> None:
        now, wall = self.clock.seconds(), self.wall()
        cache = self.cache = self.standby.onto(cache)
        self._users.clear()
        self._times = {
            key: self._times.get(key)
            or _Times(began_at(session.created, wall, now), began_at(session.seen, wall, now))
            for key, session in cache.sessions.items()
        }
        if self.follower is not None:  # they are used elsewhere, too
            for key, session in cache.sessions.items():
                times = self._times[key]
                times.seen = max(times.seen, began_at(session.seen, wall, now))
        self._see_out()
        for changed in self._changed:
            changed()

    def _see_out(self) -> None:
        """Tell those who must go."""
        for watched in list(self._watched):
            was = watched.visitor
            now = self._admitted(was.way, was.key)
            if isinstance(now, Visitor):
                if now.user == was.user and now.scopes == was.scopes:
                    self._touch(now)
                    continue
                now = CHANGED
            elif now == SIGNED_OUT:
                now = self._farewell(was)
            self._watched.discard(watched)
            watched.ended(now)

    def _farewell(self, was: Visitor) -> str:
        """Tell why a session is there no more: it goes with the account or the link it came by."""
        if was.way == "link":
            return REVOKED
        account = self.cache.accounts.get(was.user.name)
        return DISABLED if account is None or account.disabled else SIGNED_OUT

    async def _look_once(self) -> None:
        self._see_out()
        now = self.clock.seconds()
        over = [
            key
            for key, times in self._times.items()
            if self.policy.lifetime.ended(times.began, times.seen, now)
        ]
        if self.standby.trouble is not None:
            await self._recover()  # or raise, and look again in a second
        if self._may_change():
            if over:
                await self.change(lambda database: database.drop_sessions(over[:_AT_ONCE]))
            if now >= self._used_due:
                self._used_due = now + _USED
                await self._write_used()
            if now >= self._tidy_due:
                self._tidy_due = now + _TIDY
                await self.change(lambda database: database.tidy())
        await self._look_at_file()

    def _may_change(self) -> bool:
        follower = self.follower
        return follower is None or (follower.ready.called and not follower.trouble)

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
            self._apply(cache)
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
            self._apply(cache)
        if erased:
            for tell in self._erased:
                tell(erased)

    def when_erased(self, erased: Callable[[list[str]], None]) -> None:
        """Call ``erased`` with the pseudonyms of friends who were erased, elsewhere perhaps."""
        self._erased.append(erased)

    async def _write_used(self) -> None:
        now, wall = self.clock.seconds(), self.wall()
        sessions = [
            (wall - (now - self._times[key].seen), key)
            for key in self._used_sessions
            if key in self._times
        ]
        tokens = [(self._token_used[key], key) for key in self._used_tokens]
        self._used_sessions.clear()
        self._used_tokens.clear()
        for at in range(0, max(len(sessions), len(tokens)), _AT_ONCE):
            some = sessions[at : at + _AT_ONCE], tokens[at : at + _AT_ONCE]
            await self.post(partial(Database.used, sessions=some[0], tokens=some[1]))

    def token_used(self, token: Token) -> float | None:
        """Tell when a token was last used, epoch s."""
        return self._token_used.get(token.id, token.used)

    def last_used(self, key: str) -> float:
        """Tell when a session was last used, epoch s."""
        return self.wall() - (self.clock.seconds() - self._times[key].seen)


def _busy() -> Refused:
    return Refused("busy", "Too many people sign in just now. Try again in a moment.", wait=2)


def _bearer(account: Account, scopes: frozenset[str], owners: frozenset[str]) -> User:
    """Return the visitor of a token: its account, with no more than the token's scopes allow."""
    if "drive" in scopes and account.role != "viewer":
        role: Role = "operator"
    else:
        role = "viewer"
    looks_only = "drive" not in scopes
    grants = bounded(account.grants, account.role)
    user = user_of(account.name, role, grants, looks_only=looks_only, by_token=True, owners=owners)
    return user if scopes & {"see", "drive"} else replace(user, scope=NOTHING)
