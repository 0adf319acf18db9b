"""Let people in by an invitation or by a link for a new password: each is good once.

Whoever holds the secret is told who invites them and until when, and nothing of what there is to
see. Nothing is used up before the account is made, or the password is changed.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from sightline.accounts import invitations
from sightline.accounts.account_changes import check_taken, granted_words
from sightline.accounts.api_session import Text
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.passwords import weakness
from sightline.accounts.service import AccountService
from sightline.auth.account import (
    Account,
    AccountCache,
    AuditEvent,
    check_name,
    display_name,
    plain_name,
)
from sightline.auth.invitation import Invitation
from sightline.auth.session import Person, digest
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.web.proxies import client_key

_NO_LINK = "There is no such invitation."
_CLOSED = {
    "used": "This link has been used already.",
    "revoked": "This link was withdrawn.",
    "ended": "The time of this link is over.",
}


class Joining(RequestBody, frozen=True):
    """The secret of an invitation; with a password (and a name, for a new account): come in."""

    token: Text
    name: Annotated[str, Meta(max_length=64)] | None = None
    password: Text | None = None


class Invited(Answer, frozen=True):
    """Who is here now; or what the invitation is, and what it ``needs`` to be given.

    ``by`` is who invites (empty: whoever looks after the server), ``ends`` until when (epoch s),
    ``account`` who chooses a new password. ``adds_phone``: they are to add a phone of their own.
    """

    user: Person | UnsetType = UNSET
    degraded: str | UnsetType = UNSET
    needs: list[str] | UnsetType = UNSET
    by: str = ""
    account: str = ""
    ends: float = 0.0
    adds_phone: bool = False


class JoiningApi:
    """Lets people in by an invitation, once."""

    def __init__(self, account_service: AccountService, entrance: Entrance) -> None:
        self._account_service = account_service
        self._entrance = entrance

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "POST",
                "/invitation",
                "nobody",
                self.join,
                summary="Come in by an invitation, or by a link for a new password",
                body=Joining,
                reply=Invited,
                errors=("wrong", "weak", "taken", "signed_in", "ended", "revoked", "used"),
                example={"token": "what follows #invite= or #reset= in the link"},
            )
        ]

    async def join(self, call: Call[Joining]) -> Reply:
        """Tell what an invitation is, or make the account and let its person in."""
        service, asked = self._account_service, call.asked
        self._entrance.check_address(call)
        if call.visitor is not None and call.visitor.way == "account":
            raise Refused(
                "signed_in",
                f"You are signed in as {call.visitor.user.display or call.visitor.user.name}. To"
                " use the link, sign out or open it in a private window.",
            )
        await service.refresh()
        key = digest(asked.token)
        invitation = open_invitation(service.cache, key, service.wall())
        if asked.password is None or (asked.name is None and invitation.account is None):
            return Reply(self._described(invitation))
        if invitation.account is None or invitation.owner is not None:
            self._entrance.check_passwords()  # the command line's links are the emergency way
        if invitation.account is None:
            return await self._new_account(call, invitation, asked.name or "", asked.password)
        return await self._new_password(call, invitation, invitation.account, asked.password)

    def _described(self, invitation: Invitation) -> Invited:
        accounts = self._account_service.cache.accounts
        owner = accounts.get(invitation.owner or "")
        account = accounts.get(invitation.account or "")
        return Invited(
            needs=["password"] if account else ["name", "password"],
            by=(owner.display or owner.name) if owner else "",
            account=(account.display or account.name) if account else "",
            ends=round(invitation.ends, 3),
            adds_phone=invitation.adds_phone,
        )

    async def _new_account(
        self, call: Call[Joining], invitation: Invitation, typed: str, password: str
    ) -> Reply:
        service, name = self._account_service, plain_name(typed)
        for why in (check_name(typed.strip()), check_name(name)):
            if why is not None:
                raise Refused("malformed", why)
        hashed = await self._hashed(call, password, name)
        account = Account(
            name,
            invitation.role,
            invitation.grants,
            hashed,
            created=service.wall(),
            display=display_name(name, typed),
        )

        def make(database: Database) -> None:
            cache = database.read_cache()
            now = open_invitation(cache, invitation.key, self._account_service.wall())
            if name in cache.accounts:
                raise Refused("taken", "Somebody here is called so already. Choose another name.")
            check_taken(cache.accounts, name, account.display)
            invitations.use(database, now.id)
            database.put_account(account)
            words = [
                invitation_named(now),
                f"role {now.role}",
                *granted_words(now.grants, database.pseudonyms),
            ]
            more = ", ".join(words)
            database.write(
                AuditEvent(name, call.address, "make account", f"account/{name}", more=more)
            )

        return await self._entrance.enter(call, name, "accept invitation", make)

    async def _new_password(
        self, call: Call[Joining], invitation: Invitation, name: str, password: str
    ) -> Reply:
        hashed = await self._hashed(call, password, name)

        def change(database: Database) -> None:
            cache = database.read_cache()
            now = open_invitation(cache, invitation.key, self._account_service.wall())
            invitations.use(database, now.id)
            database.set_password(name, hashed)
            database.end_sessions(name)
            more = invitation_named(now)
            database.write(
                AuditEvent(name, call.address, "change password", f"account/{name}", more=more)
            )

        return await self._entrance.enter(call, name, "use password link", change)

    async def _hashed(self, call: Call[Any], password: str, name: str) -> str:
        if (why := weakness(password, name)) is not None:
            raise Refused("weak", why)
        service = self._account_service
        return await service.hashing.run(
            service.passwords.hash, password, client=client_key(call.address)
        )


def open_invitation(cache: AccountCache, key: str, wall: float) -> Invitation:
    """Return the invitation with this key. Raises `Refused` unless it is open at ``wall``."""
    accounts = cache.accounts
    invitation = next((each for each in cache.invitations.values() if each.key == key), None)
    if invitation is None:
        raise Refused("wrong", _NO_LINK)
    closed = invitation.why_closed(wall)
    if closed is not None:
        raise Refused(closed, _CLOSED[closed])
    account = accounts.get(invitation.account) if invitation.account else None
    if not invitations.counts(invitation, accounts) or (account and account.disabled):
        raise Refused("revoked", _CLOSED["revoked"])
    return invitation


def invitation_named(invitation: Invitation) -> str:
    """Name an invitation and who made it, for the audit log."""
    return f"invitation {invitation.id} of {invitation.owner or 'the command line'}"
