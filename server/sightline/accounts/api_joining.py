"""Let people in by an invitation or by a link for a new password: each is good once.

Anybody who holds the secret is told who invites them and until when, and nothing of what there is
to see. Nothing is used up before the account is made, or the password is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from sightline.accounts import answers, invitations
from sightline.accounts.account_changes import check_taken, granted_words
from sightline.accounts.api_passkeys import passkey_event
from sightline.accounts.api_session import Text
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.passkeys import MadePasskey, Passkeys, PasskeyToMake, browser_of
from sightline.accounts.passwords import weakness
from sightline.accounts.second_factor import SecondFactor
from sightline.accounts.service import AccountService
from sightline.auth.account import (
    Account,
    AccountCache,
    AuditEvent,
    check_label,
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
_TAKEN = "Somebody here is called so already. Choose another name."
_CODE_FIRST = (
    "Your account asks for a code of your app: choose a password, give a code, and add the passkey"
    " then."
)
_CLOSED = {
    "used": "This link has been used already.",
    "revoked": "This link was withdrawn.",
    "ended": "The time of this link is over.",
}


class Joining(RequestBody, frozen=True):
    """The secret of an invitation; with a password (and a name, for a new account): come in.

    A passkey may take the place of the password; ``label`` is what it is called.
    """

    token: Text
    name: Annotated[str, Meta(max_length=64)] | None = None
    password: Text | None = None
    passkey: MadePasskey | None = None
    label: Annotated[str, Meta(max_length=64)] = "passkey"


class PasskeyFor(RequestBody, frozen=True):
    """The secret of an invitation, and the name that a new account is to have."""

    token: Text
    name: Annotated[str, Meta(max_length=64)] | None = None


class Invited(Answer, frozen=True):
    """Who is here now; or what the invitation is, and what it ``needs`` to be given.

    ``by`` is who invites (empty: those who look after the server), ``ends`` until when (epoch s),
    ``account`` who chooses a new password. ``adds_phone``: they are to add a phone of their own.
    ``passkey``: one may take the place of the password. ``wants`` and ``half``: see `SignedIn`.
    """

    user: Person | UnsetType = UNSET
    degraded: str | UnsetType = UNSET
    needs: list[str] | UnsetType = UNSET
    by: str = ""
    account: str = ""
    ends: float = 0.0
    adds_phone: bool = False
    passkey: bool = False
    wants: answers.Wanted | UnsetType = UNSET
    half: str | UnsetType = UNSET


class JoiningApi:
    """Lets people in by an invitation, once."""

    def __init__(
        self,
        account_service: AccountService,
        entrance: Entrance,
        passkeys: Passkeys,
        second: SecondFactor,
    ) -> None:
        self._account_service = account_service
        self._entrance = entrance
        self._passkeys = passkeys
        self._second = second

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
                errors=(
                    "wrong",
                    "weak",
                    "taken",
                    "signed_in",
                    "ended",
                    "revoked",
                    "used",
                    "need_code",
                    "need_passkey",
                    "no_passkeys",
                    "not_accepted",
                    "too_late",
                ),
                example={"token": "what follows #invite= or #reset= in the link"},
            ),
            Route(
                "POST",
                "/invitation/passkey",
                "nobody",
                self.begin_passkey,
                summary="Return what a browser needs to make a passkey instead of a password",
                body=PasskeyFor,
                reply=PasskeyToMake,
                errors=("wrong", "taken", "ended", "revoked", "used", "no_passkeys", "need_code"),
                example={"token": "from the link", "name": "mary"},
            ),
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
        none = asked.password is None and asked.passkey is None
        if none or (asked.name is None and invitation.account is None):
            return Reply(self._described(invitation))
        by_link = invitation.account is None or invitation.owner is not None
        if asked.password is not None and by_link:
            self._entrance.check_passwords()  # the command line's links are the emergency way
        if invitation.account is None:
            return await self._new_account(call, invitation, asked.name or "")
        return await self._new_secret(call, invitation, invitation.account)

    async def begin_passkey(self, call: Call[PasskeyFor]) -> Reply:
        """Make a challenge for the passkey of who was invited."""
        service, asked = self._account_service, call.asked
        self._entrance.check_address(call)
        await service.refresh()
        invitation = open_invitation(service.cache, digest(asked.token), service.wall())
        browser, keep = browser_of(call)
        if invitation.account is None:
            name, display = _named(asked.name or "")
            if name in service.cache.accounts:
                raise Refused("taken", _TAKEN)
            check_taken(service.cache.accounts, name, display)
        else:
            self._check_passkey(invitation.account)
            name = invitation.account
            display = service.cache.accounts[name].display
        made = self._passkeys.to_make(call, browser, name, display, invitation.id)
        return Reply(made, browser=keep)

    def _check_passkey(self, account: str) -> None:
        """Raise `Refused` where a link alone must not give a way in that needs no code."""
        if account in self._account_service.cache.apps:
            raise Refused("need_code", _CODE_FIRST)

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
            passkey=account is None or account.name not in self._account_service.cache.apps,
        )

    async def _new_account(self, call: Call[Joining], invitation: Invitation, typed: str) -> Reply:
        service = self._account_service
        name, display = _named(typed)
        hashed, add = await self._given(call, invitation, name)
        account = Account(
            name,
            invitation.role,
            invitation.grants,
            hashed,
            created=service.wall(),
            display=display,
        )

        def make(database: Database) -> None:
            cache = database.read_cache()
            now = open_invitation(cache, invitation.key, self._account_service.wall())
            if name in cache.accounts:
                raise Refused("taken", _TAKEN)
            check_taken(cache.accounts, name, account.display)
            invitations.use(database, now.id)
            database.put_account(account)
            add(database)
            words = [
                invitation_named(now),
                f"role {now.role}",
                *granted_words(now.grants, database.pseudonyms),
            ]
            more = ", ".join(words)
            database.write(
                AuditEvent(name, call.address, "make account", f"account/{name}", more=more)
            )

        return await self._come_in(call, account, "accept invitation", make)

    async def _new_secret(self, call: Call[Joining], invitation: Invitation, name: str) -> Reply:
        """Give an account a new password, or a passkey: then the password of before ends."""
        if call.asked.password is None:
            self._check_passkey(name)
        hashed, add = await self._given(call, invitation, name)

        def change(database: Database) -> None:
            cache = database.read_cache()
            now = open_invitation(cache, invitation.key, self._account_service.wall())
            invitations.use(database, now.id)
            database.set_password(name, hashed)
            if hashed is None and name in cache.apps:  # set up meanwhile
                raise Refused("need_code", _CODE_FIRST)
            add(database)
            database.end_sessions(name)
            more = invitation_named(now)
            database.write(
                AuditEvent(name, call.address, "change password", f"account/{name}", more=more)
            )

        account = self._account_service.cache.accounts[name]
        return await self._come_in(call, account, "use password link", change)

    async def _come_in(
        self, call: Call[Joining], account: Account, what: str, change: Callable[[Database], None]
    ) -> Reply:
        """Do the change and let its person in, or let them give what is wanted besides."""
        service, name = self._account_service, account.name
        wants = None if call.asked.password is None else self._second.wanted(account)
        if wants is None:
            return await self._entrance.enter(call, name, what, change)

        def half(database: Database) -> None:
            change(database)
            database.write(AuditEvent(name, call.address, what, result=f"{wants} wanted"))

        await service.change(half)
        text, keep = self._second.half(call, service.cache.accounts[name], wants)
        assert wants != "passkey", "no half session is made for it"
        return Reply(Invited(wants=wants, half=text), browser=keep)

    async def _given(
        self, call: Call[Joining], invitation: Invitation, name: str
    ) -> tuple[str | None, Callable[[Database], None]]:
        """Return the hash of the password, or None and what stores the passkey in its place."""
        asked = call.asked
        if asked.password is not None:
            return await self._hashed(call, asked.password, name), lambda database: None
        assert asked.passkey is not None, "it was looked at before"
        if (why := check_label(asked.label)) is not None:
            raise Refused("malformed", why)
        passkey, store = await self._passkeys.made(
            call, name, asked.label, invitation.id, asked.passkey
        )

        def add(database: Database) -> None:
            store(database)
            database.write(passkey_event("add passkey", name, call.address, passkey))

        return None, add

    async def _hashed(self, call: Call[Any], password: str, name: str) -> str:
        if (why := weakness(password, name)) is not None:
            raise Refused("weak", why)
        service = self._account_service
        return await service.hashing.run(
            service.passwords.hash, password, client=client_key(call.address)
        )


def _named(typed: str) -> tuple[str, str]:
    """Return the name of a new account, and what people call it. Raises `Refused`."""
    name = plain_name(typed)
    for why in (check_name(typed.strip()), check_name(name)):
        if why is not None:
            raise Refused("malformed", why)
    return name, display_name(name, typed)


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
