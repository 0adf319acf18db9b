"""Answer the calls of admins about invitations and links for a new password.

Such a link is told once; its secret stands after the ``#``, so that no log holds it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sightline.accounts import invitations
from sightline.accounts.account_changes import granted_words
from sightline.accounts.api_admin import Words
from sightline.accounts.database import Database
from sightline.accounts.service import AccountService
from sightline.auth.account import Account, AuditEvent, check_grants, check_label, plain_name
from sightline.auth.invitation import LONGEST_DAYS, RESET_DAYS, Invitation
from sightline.auth.permissions import Grants, Role
from sightline.auth.session import digest, new_secret
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.web.reach import Reach, reach

_DAY = 86400.0
COMMAND_LINE = ""
"""The owner that is shown of an invitation that the command line made."""


class NewInvitation(RequestBody, frozen=True):
    """An invitation to make: for whom (``name``, for the list only) and what it carries.

    ``adds_phone``: the page offers to add their phone, once they are in.
    """

    name: Annotated[str, Meta(max_length=64)]
    role: Role = "viewer"
    see: Words = ()
    drive: Words = ()
    own: Words = ()
    adds_phone: bool = False
    days: Annotated[int, Meta(ge=1, le=LONGEST_DAYS)] = 7


class NewReset(RequestBody, frozen=True):
    """A link by which somebody chooses a new password, good for so many days."""

    days: Annotated[int, Meta(ge=1, le=RESET_DAYS)] = 1


class InvitationShown(msgspec.Struct, frozen=True):
    """An invitation without its secret. ``account``: it lets this one choose a new password, and
    carries nothing. ``owner`` empty: made on the command line. Times in epoch s.
    """

    id: str
    name: str
    owner: str
    account: str
    role: Role
    see: list[str]
    drive: list[str]
    own: list[str]
    adds_phone: bool
    created: float
    ends: float
    state: Literal["open", "used", "revoked", "ended"]


class Invitations(Answer, frozen=True):
    """Invitations, the newest first."""

    invitations: list[InvitationShown]


class InvitationMade(Answer, frozen=True):
    """The id of a new invitation, and its address, told this once.

    ``reach`` says from where that address can be reached, ``ends`` until when (epoch s).
    """

    id: str
    url: str
    ends: float
    reach: Reach = "anywhere"


class InvitationsApi:
    """Makes, lists and withdraws invitations."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/invitations",
                "admin",
                self.invitations,
                summary="List invitations and links for a new password, without their secrets",
                reply=Invitations,
            ),
            Route(
                "POST",
                "/invitations",
                "admin",
                self.make,
                summary="Invite somebody: a link by which one person makes their account",
                body=NewInvitation,
                reply=InvitationMade,
                status=201,
                errors=("taken",),
                example={"name": "Ben", "see": ["friend/anna"], "adds_phone": True, "days": 7},
            ),
            Route(
                "DELETE",
                "/invitations/{id}",
                "admin",
                self.withdraw,
                summary="Withdraw an invitation that nobody has used",
            ),
            Route(
                "POST",
                "/users/{name}/reset",
                "admin",
                self.reset,
                summary="Make a link by which somebody chooses a new password",
                body=NewReset,
                reply=InvitationMade,
                status=201,
                errors=("taken",),
                example={"days": 1},
            ),
        ]

    async def invitations(self, call: Call[Nothing]) -> Reply:
        """Return all invitations, the newest first."""
        cache, wall = self._account_service.cache, self._account_service.wall()
        found = sorted(cache.invitations.values(), key=lambda each: -each.created)
        return Reply(
            Invitations(invitations=[_shown(each, cache.accounts, wall) for each in found])
        )

    async def make(self, call: Call[NewInvitation]) -> Reply:
        """Make an invitation. Its address is told once."""
        asked = call.asked
        name = " ".join(asked.name.split())
        grants = Grants(frozenset(asked.see), frozenset(asked.drive), frozenset(asked.own))
        for why in (check_label(name), check_grants(grants)):
            if why is not None:
                raise Refused("malformed", why)
        made, secret = new_invitation(
            self._account_service.wall(),
            owner=call.who.user.name,
            label=name,
            role=asked.role,
            grants=grants,
            adds_phone=asked.adds_phone,
            days=asked.days,
        )
        return await self._make(call, made, f"#invite={secret}")

    async def reset(self, call: Call[NewReset]) -> Reply:
        """Make a link for a new password; the one of before ends."""
        account = self._account_service.cache.accounts.get(plain_name(call.parts["name"]))
        if account is None:
            raise Refused("unknown", UNKNOWN)
        made, secret = new_reset(
            account, self._account_service.wall(), call.who.user.name, call.asked.days
        )
        return await self._make(call, made, f"#reset={secret}")

    async def _make(self, call: Call[Any], made: Invitation, fragment: str) -> Reply:
        who = call.who.user.name
        await self._account_service.change(lambda db: keep(db, made, who, call.address))
        url = f"{call.base}/{fragment}"
        answer = InvitationMade(id=made.id, url=url, ends=made.ends, reach=reach(url))
        return Reply(answer, status=201)

    async def withdraw(self, call: Call[Nothing]) -> Reply:
        """Withdraw an invitation: it lets nobody in any more."""
        found = self._account_service.cache.invitations.get(call.parts["id"])
        if found is None:
            raise Refused("unknown", UNKNOWN)
        event = withdrawn(call.who.user.name, call.address, found)

        def withdraw(database: Database) -> None:
            invitations.withdraw(database, found.id)
            database.write(event)

        await self._account_service.change(withdraw)
        return Reply()


def new_invitation(
    wall: float,
    *,
    owner: str | None,
    label: str,
    role: Role,
    grants: Grants,
    adds_phone: bool,
    days: int,
    account: str | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation and its secret. ``wall`` in epoch s."""
    secret = new_secret()
    ends = wall + days * _DAY
    return (
        Invitation(
            secrets.token_hex(6),
            digest(secret),
            owner,
            account,
            label,
            role,
            grants,
            adds_phone,
            wall,
            ends,
        ),
        secret,
    )


def new_reset(
    account: Account, wall: float, owner: str | None, days: int
) -> tuple[Invitation, str]:
    """Make a link for a new password and its secret. Raises `Refused` (``taken``)."""
    if account.disabled:
        raise Refused("taken", "This account is closed. Open it again first.")
    return new_invitation(
        wall,
        owner=owner,
        account=account.name,
        label=account.display or account.name,
        role="viewer",
        grants=Grants(),
        adds_phone=False,
        days=days,
    )


def keep(database: Database, made: Invitation, who: str, address: str) -> None:
    """Store an invitation and write it down. Raises `Refused` (``taken``)."""
    with database.change():
        if len(invitations.invitations_in(database.sql)) >= invitations.MOST:
            raise Refused("taken", f"There are {invitations.MOST} invitations already.")
        if made.account is not None:
            invitations.end_resets(database, made.account)
        invitations.put_invitation(database.sql, made)
        hours = (made.ends - made.created) / 3600
        words = [f"invitation {made.id}, {hours:.0f} h"]
        if made.account is None:
            words += [f"role {made.role}", *granted_words(made.grants, database.pseudonyms)]
            event = AuditEvent(who, address, "invite", more=", ".join(words))
        else:
            thing = f"account/{made.account}"
            event = AuditEvent(who, address, "make password link", thing, more=words[0])
        database.write(event)


def withdrawn(who: str, address: str, invitation: Invitation) -> AuditEvent:
    """Tell how it is written down that an invitation was withdrawn."""
    thing = "" if invitation.account is None else f"account/{invitation.account}"
    return AuditEvent(
        who, address, "withdraw invitation", thing, more=f"invitation {invitation.id}"
    )


def _shown(invitation: Invitation, accounts: Mapping[str, Account], wall: float) -> InvitationShown:
    state = invitation.why_closed(wall) or "open"
    if state == "open" and not invitations.counts(invitation, accounts):
        state = "revoked"
    return InvitationShown(
        id=invitation.id,
        name=invitation.label,
        owner=COMMAND_LINE if invitation.owner is None else invitation.owner,
        account=invitation.account or "",
        role=invitation.role,
        see=sorted(invitation.grants.see),
        drive=sorted(invitation.grants.drive),
        own=sorted(invitation.grants.own),
        adds_phone=invitation.adds_phone,
        created=round(invitation.created, 3),
        ends=round(invitation.ends, 3),
        state=state,
    )
