"""Answer the calls about where else an account can be signed in to: one's own, or anybody's."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sightline.accounts import answers, identities
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.oidc.decision import Identity
from sightline.accounts.oidc.service import ElsewhereService
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent, plain_name
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route

_LAST_WAY = "This is the only way into the account. Set a password or link another one first."


class NewIdentity(RequestBody, frozen=True):
    """Whom to link: the ``subject`` (``sub``) by which a provider knows somebody."""

    provider: str
    subject: Annotated[str, Meta(min_length=1, max_length=255)]


class IdentityShown(msgspec.Struct, frozen=True):
    """Somebody at a provider. ``provider`` is its label, or its address when it is set no more.

    ``called`` is their name there when it was linked. Times in epoch s, ``used`` null: never.
    """

    id: str
    provider: str
    called: str
    subject: str
    created: float
    used: float | None


class Identities(Answer, frozen=True):
    """Where else an account can be signed in to, and where that can be linked."""

    identities: list[IdentityShown]
    providers: list[answers.ProviderShown]


class IdentitiesApi:
    """Lists, names and unlinks who people are at providers."""

    def __init__(
        self, account_service: AccountService, entrance: Entrance, elsewhere: ElsewhereService
    ) -> None:
        self._account_service = account_service
        self._entrance = entrance
        self._elsewhere = elsewhere

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/identities",
                "account",
                self.own,
                summary="List where else one's account can be signed in to",
                reply=Identities,
            ),
            Route(
                "DELETE",
                "/identities/{id}",
                "account",
                self.unlink,
                summary="Unlink one; the sessions that came by it end",
                errors=("last_way",),
            ),
            Route(
                "GET",
                "/users/{name}/identities",
                "admin",
                self.of_user,
                summary="List where else somebody's account can be signed in to",
                reply=Identities,
            ),
            Route(
                "POST",
                "/users/{name}/identities",
                "admin",
                self.name,
                summary="Link somebody's account with whom a provider knows by this subject",
                body=NewIdentity,
                status=201,
                errors=("barred", "linked", "taken"),
                example={"provider": "authelia", "subject": "1f0a…"},
            ),
        ]

    async def own(self, call: Call[Nothing]) -> Reply:
        """Return the identities of the asker."""
        return await self._listed(call.who.user.name)

    async def of_user(self, call: Call[Nothing]) -> Reply:
        """Return the identities of a user."""
        return await self._listed(self._find(call))

    async def name(self, call: Call[NewIdentity]) -> Reply:
        """Link an account by the admin's word."""
        asked, account = call.asked, self._find(call)
        provider = self._elsewhere.provider(asked.provider)
        who, subject = call.who.user.name, asked.subject.strip()
        issuer = provider.options.issuer

        def link(database: Database) -> None:
            identities.link_here(
                database, who, call.address, account, issuer, subject, subject[:64]
            )

        await self._account_service.change(link)
        return Reply(status=201)

    async def unlink(self, call: Call[Nothing]) -> Reply:
        """Unlink one's own, or as an admin anybody's, also of an account that was removed."""
        user, number = call.who.user, call.parts["id"]

        def unlink(database: Database) -> None:
            found = next(
                (each for each in identities.identities_in(database.sql) if each.id == number), None
            )
            if found is None or (found.account != user.name and user.role != "admin"):
                raise Refused("unknown", UNKNOWN)
            if found.account == user.name:
                self._keep_a_way(database, user.name)
            unlink_here(database, user.name, call.address, found)

        await self._account_service.change(unlink)
        return Reply()

    def _keep_a_way(self, database: Database, name: str) -> None:
        """Make sure that nobody locks themselves out."""
        account = database.account(name)
        by_password = self._entrance.ways.passwords and account and account.password is not None
        by_passkey = bool(database.read_cache().passkeys_of(name))
        others = len(identities.identities_in(database.sql, name)) > 1
        if not (by_password or by_passkey or others):
            raise Refused("last_way", _LAST_WAY)

    async def _listed(self, account: str) -> Reply:
        found = await self._account_service.look(
            lambda database: identities.identities_in(database.sql, account)
        )
        return Reply(
            Identities(
                identities=[self._shown(each) for each in found],
                providers=[answers.ProviderShown(*each) for each in self._entrance.ways.providers],
            )
        )

    def _shown(self, identity: Identity) -> IdentityShown:
        provider = self._elsewhere.of_issuer(identity.issuer)
        return IdentityShown(
            id=identity.id,
            provider=identity.issuer if provider is None else provider.options.label,
            called=identity.label,
            subject=identity.subject,
            created=round(identity.created, 3),
            used=identity.used,
        )

    def _find(self, call: Call[Any]) -> str:
        name = plain_name(call.parts["name"])
        if name not in self._account_service.cache.accounts:
            raise Refused("unknown", UNKNOWN)
        return name


def unlink_here(database: Database, who: str, address: str, identity: Identity) -> None:
    """Unlink an identity within a change, and write it down."""
    identities.unlink(database, identity.id)
    thing = f"account/{identity.account}" if identity.account else ""
    more = f"identity {identity.id}: {identity.issuer} subject {identity.subject}"
    database.write(AuditEvent(who, address, "unlink sign-in", thing, more=more))
