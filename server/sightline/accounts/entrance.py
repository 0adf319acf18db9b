"""Let somebody in whose right to come was found: a new session, and the one of before ends.

Every way in shares one budget of attempts per address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from sightline.accounts import answers
from sightline.accounts.database import Database
from sightline.accounts.oidc.options import SignInWays
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent, Session
from sightline.auth.session import described, digest, new_secret
from sightline.contract.errors import Refused
from sightline.contract.http import Call, Reply
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBuckets
from sightline.web.proxies import client_key

WRONG = "The name or the password is not right."
ELSEWHERE = "Nobody signs in by password here: use the button of your sign-in service."
_AGENT = 200  # characters of a browser's name that are kept


class Entrance:
    """Where all ways in lead through. ``addresses`` is the budget of attempts of an address.

    ``ways`` are those that people are offered.
    """

    def __init__(self, account_service: AccountService, ways: SignInWays | None = None) -> None:
        self._account_service = account_service
        self.ways = ways or SignInWays()
        self.addresses = TokenBuckets(rate=0.2, burst=30)

    def check_address(self, call: Call[Any]) -> None:
        """Count an attempt of the caller's address. Raises `Refused` (``wait``)."""
        now = self._account_service.clock.seconds()
        if not self.addresses.take(client_key(call.address), now):
            raise Refused("wait", "Too many attempts. Try again in 5 s.", wait=5.0)

    def check_passwords(self) -> None:
        """Raise `Refused` (``elsewhere``) where people sign in at a provider only."""
        if not self.ways.passwords:
            raise Refused("elsewhere", ELSEWHERE)

    async def enter(
        self,
        call: Call[Any],
        name: str,
        what: str,
        also: Callable[[Database], None],
        known: Callable[[], bool] = lambda: False,
        *,
        after: Callable[[Database, Session], None] = lambda database, session: None,
        more: str = "",
    ) -> Reply:
        """Make a new session, always with a new secret; the one of before ends.

        ``also`` is done in the same change, and ``after`` once the session is there; ``more`` is
        for the audit log. While the database cannot be written, a ``known``
        account comes in all the same.
        """
        account_service, secret = self._account_service, new_secret()
        now = account_service.wall()
        session = Session(digest(secret), name, None, now, now, call.address, agent_of(call))
        event = AuditEvent(name, call.address, what, more=more)

        def enter(database: Database) -> bool:
            also(database)
            account = database.account(name)
            if account is None or account.disabled:
                return False
            leave(database, call)
            database.put_session(session)
            after(database, session)
            database.write(event)
            return True

        try:
            if not await account_service.change(enter):
                raise Refused("wrong", WRONG)
        except Refused as why:
            if why.code != "degraded" or not known():
                raise
            self.meanwhile(call, session, event)
        return self.entered(secret)

    def meanwhile(self, call: Call[Any], session: Session, event: AuditEvent) -> None:
        """Let a session begin although it cannot be written down."""
        visitor = call.visitor
        if visitor is not None and visitor.way in ("account", "link"):
            self._account_service.leave_meanwhile(visitor.key)
        self._account_service.enter_meanwhile(session, event)

    def entered(self, secret: str) -> Reply:
        """Return the answer to somebody who came in, with the cookie of the session."""
        found = self._account_service.visitors.session(secret)
        if found is None or found.expires is None:
            raise Refused("wrong", WRONG)
        trouble = self._account_service.standby.trouble
        told = UNSET if trouble is None else self._account_service.standby.denied().why
        return Reply(
            answers.Me(user=described(found), degraded=told),
            cookie=secret,
            lasts=max(1.0, found.expires - self._account_service.wall()),
        )


def leave(database: Database, call: Call[Any]) -> None:
    """Let the session that the caller came with end, if there is one."""
    if call.visitor is not None and call.visitor.way in ("account", "link"):
        database.sign_out([call.visitor.key])


def agent_of(call: Call[Any]) -> str:
    """Return what the caller's browser calls itself, as it is kept."""
    return clean(call.agent, _AGENT)
