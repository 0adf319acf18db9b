"""Know at every moment who may be in, and end the visits of those who may not.

Everything that lets somebody in is in memory (an `AccountCache`), so a question costs nothing. When
the cache changes, every socket is told whose visitor must go or has other rights now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sightline.accounts.account_rights import AccountRights
from sightline.accounts.naming import is_called
from sightline.accounts.policy import AccountPolicy
from sightline.accounts.session_times import SessionTimes
from sightline.auth.account import Account, AccountCache, Session, Share, Token
from sightline.auth.permissions import (
    ALL_GRANTS,
    NOTHING,
    User,
    VisibleScope,
    covers,
    may,
    may_post,
    scopes_now,
    user_of,
    visitor,
)
from sightline.auth.session import Visitor, digest, matches, read_token
from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import id_of

SIGNED_OUT = "you have been signed out"
EXPIRED = "the session has expired; please sign in again"
DISABLED = "this account is closed"
CHANGED = "your rights have changed"
REVOKED = "this token or link was withdrawn"
LINK_ENDED = "the time of this link is over"


@dataclass(slots=True, eq=False)
class _WatchedConnection:
    """A connection that must end when its visitor's right to be in does."""

    visitor: Visitor
    ended: Callable[[str], None]


class Visitors:
    """The visitors of now. ``seconds`` is never stepped; ``wall`` gives epoch s.

    ``names`` are the names of devices, of which there are grants. ``look_elsewhere`` takes over
    what was changed on the other servers.
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        wall: Callable[[], float],
        policy: AccountPolicy,
        names: DeviceNames,
        look_elsewhere: Callable[[], Awaitable[None]],
    ) -> None:
        self._seconds = seconds
        self._wall = wall
        self._lifetime = policy.lifetime
        self._names = names
        self._look_elsewhere = look_elsewhere
        self._cache = AccountCache()
        self.times = SessionTimes(seconds, wall)
        self._watched: set[_WatchedConnection] = set()
        self.rights = AccountRights(names, self.see_out)
        self._guest = (
            None
            if policy.guest is None
            else Visitor(user_of("guest", policy.guest, ALL_GRANTS), "guest")
        )

    def take(self, cache: AccountCache, *, shared: bool) -> None:
        """Take in what lets people in from now on; ``shared``: with other servers."""
        self._cache = cache
        self.rights.take(cache)
        self.times.take(cache.sessions, shared=shared)
        self.see_out()

    async def catch_up(self) -> None:
        """Take over what was changed on the other servers, if there are any."""
        await self._look_elsewhere()

    def session(self, secret: str) -> Visitor | None:
        """Return the visitor who holds this cookie."""
        return self._here("account", digest(secret))

    def token(self, text: str) -> Visitor | None:
        """Return the visitor who holds this API token."""
        parts = read_token(text)
        if parts is None:
            return None
        token = self._cache.tokens.get(parts[0])
        # Hashed in any case: the time tells nothing of which ids there are.
        if not matches(parts[1], token.key if token else "") or token is None:
            return None
        return self._here("token", token.id)

    def signed(self, account: str, text: str) -> Visitor | None:
        """Return the visitor who signs in with this account's name and one of its API tokens."""
        found = self.token(text)
        return found if found is not None and is_called(found.user, account) else None

    def phone_things(self, text: str) -> frozenset[str] | None:
        """Return what the holder of this token may post for; None: nothing.

        Friends, or groups of them (``friend/jane``).
        """
        found = self.token(text)
        if found is None or "publish" not in found.scopes:
            return None
        things = self._names.grant(self._cache.tokens[found.key].things)
        return frozenset(self._names.thing(thing) for thing in things)

    def phone(self, login: str, text: str, thing: str) -> str | None:
        """Return the account for which a phone in HTTP mode may post as ``friend/user/device``.

        None if there is none. ``text`` is the token. The apps know one name only, that of the
        friend's user, so ``login`` is this or the account's, in any letters.
        """
        found = self.token(text)
        users = (id_of(each).partition("/")[0] for each in self._names.things(thing))
        if found is None or not is_called(found.user, login, *users):
            return None
        token, account = self._cache.tokens[found.key], self._cache.accounts[found.user.name]
        if "publish" not in found.scopes or not covers(self._names.grant(token.things), thing):
            return None
        return account.name if may_post(self.user(account), thing) else None

    def scope(self, account: str) -> VisibleScope:
        """Tell what an account may see."""
        found = self._cache.accounts.get(account)
        return NOTHING if found is None or found.disabled else self.user(found).scope

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
        self.times.touch(found)
        return found

    def _admitted(self, way: str, key: str) -> Visitor | str:
        """Return a visitor with the rights of now, or why they must go."""
        if way == "guest":
            return SIGNED_OUT if self._guest is None else self._guest
        if way == "token":
            return self._admitted_by_token(self._cache.tokens.get(key))
        return self._admitted_by_session(self._cache.sessions.get(key))

    def _admitted_by_session(self, session: Session | None) -> Visitor | str:
        if session is None:
            return SIGNED_OUT
        now, times = self._seconds(), self.times[session.key]
        lifetime = self._lifetime
        if lifetime.ended(times.began, times.seen, now):
            return EXPIRED
        expires = self._wall() + lifetime.absolute - (now - times.began)
        if session.account is not None:
            account = self._cache.accounts.get(session.account)
            if account is None or account.disabled:
                return DISABLED
            return Visitor(self.user(account), "account", session.key, expires)
        share = self._cache.shares.get(session.link or "")
        why = "revoked" if share is None else share.why_closed(self._wall())
        if share is None or why is not None:
            return LINK_ENDED if why == "ended" else REVOKED
        things = self.shown(share)
        if not things:
            return REVOKED
        return Visitor(visitor(things), "link", session.key, min(expires, share.ends))

    def shown(self, share: Share) -> frozenset[str]:
        """Tell what a link shows: as much of what it names as its maker may still share."""
        owner = self._cache.accounts.get(share.owner)
        if owner is None or owner.disabled:
            return frozenset()
        user = self.user(owner)
        things = self._names.grant(share.things)
        return frozenset(thing for thing in things if may(user, "share", thing))

    def user(self, account: Account) -> User:
        """Return what an account's rights come to."""
        return self.rights.user(account)

    def names_changed(self) -> None:
        """Take in that grants cover devices by other names than before."""
        self.rights.names_changed()

    def own_regions(self, owners: frozenset[str]) -> None:
        """Take in who has regions of their own now: accounts and phones (``friend/jane/phone``).

        An account with its first region sees more than before, and is let in anew.
        """
        self.rights.own_regions(owners)

    def _admitted_by_token(self, token: Token | None) -> Visitor | str:
        if token is None:
            return REVOKED
        account = self._cache.accounts.get(token.account)
        if account is None or account.disabled:
            return DISABLED
        if token.expires is not None and self._wall() >= token.expires:
            return EXPIRED
        things = self._names.grant(token.things)
        scopes = scopes_now(self.user(account), token.scopes, things)
        user = self.rights.bearer(account, scopes)
        return Visitor(user, "token", token.id, token.expires, scopes)

    def see_out(self) -> None:
        """Tell the visitors who must go, and why."""
        for watched in list(self._watched):
            was = watched.visitor
            now = self._admitted(was.way, was.key)
            if isinstance(now, Visitor):
                if now.user == was.user and now.scopes == was.scopes:
                    self.times.touch(now)
                    continue
                now = CHANGED
            elif now == SIGNED_OUT:
                now = _farewell(self._cache, was)
            self._watched.discard(watched)
            watched.ended(now)


def _farewell(cache: AccountCache, was: Visitor) -> str:
    """Tell why a session is there no more: it goes with the account or the link it came by."""
    if was.way == "link":
        return REVOKED
    account = cache.accounts.get(was.user.name)
    return DISABLED if account is None or account.disabled else SIGNED_OUT
