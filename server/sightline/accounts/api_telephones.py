"""Answer the calls about telephone numbers: one's own, somebody's, and whom one may call."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sightline.accounts.database import Database
from sightline.accounts.naming import widened
from sightline.accounts.service import AccountService
from sightline.auth.account import Account, AuditEvent, plain_name
from sightline.auth.telephone import read_telephone, telephones_for
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route


def people(account_service: AccountService) -> list[Account]:
    """Return all accounts by name, with grants for all names of what they own."""
    found = sorted(account_service.cache.accounts.values(), key=lambda account: account.name)
    return [widened(account, account_service.names) for account in found]


class NewTelephone(RequestBody, frozen=True):
    """A number, as ``+49 170 1234567``; empty: none."""

    telephone: Annotated[str, Meta(max_length=64)]


class TelephoneShown(msgspec.Struct, frozen=True):
    """Somebody's number, and the things (words of grants) at which it is shown."""

    account: str
    display: str
    """What people call them; empty: by the name of the account."""
    telephone: str
    things: list[str]


class Telephones(Answer, frozen=True):
    """One's own number, and those of the people whose things one may see, by account."""

    own: str

    telephones: list[TelephoneShown]


class TelephonesApi:
    """Calls about telephone numbers. No link and no token is told any."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/telephones",
                "account",
                self.all,
                summary="Tell one's own telephone number, and list those of people one sees",
                reply=Telephones,
            ),
            Route(
                "PUT",
                "/me/telephone",
                "account",
                self.set_own,
                summary="Set one's own telephone number, or remove it",
                body=NewTelephone,
                example={"telephone": "+49 170 1234567"},
            ),
            Route(
                "PUT",
                "/users/{name}/telephone",
                "admin",
                self.set_of,
                summary="Set somebody's telephone number, or remove it",
                body=NewTelephone,
                example={"telephone": "+49 170 1234567"},
            ),
        ]

    async def all(self, call: Call[Nothing]) -> Reply:
        """Return the asker's number, and those that the asker may be shown."""
        cache = self._account_service.cache
        found = [
            TelephoneShown(
                account=each.account,
                display=cache.accounts[each.account].display,
                telephone=each.number,
                things=list(each.things),
            )
            for each in telephones_for(
                call.who.user,
                people(self._account_service),
                cache.telephones,
            )
        ]
        own = cache.telephones.get(call.who.user.name, "")
        return Reply(Telephones(own=own, telephones=found))

    async def set_own(self, call: Call[NewTelephone]) -> Reply:
        """Set the asker's number."""
        return await self._set(call, call.who.user.name)

    async def set_of(self, call: Call[NewTelephone]) -> Reply:
        """Set the number of an account."""
        return await self._set(call, plain_name(call.parts["name"]))

    async def _set(self, call: Call[NewTelephone], name: str) -> Reply:
        try:
            number = read_telephone(call.asked.telephone)
        except ValueError as why:
            raise Refused("malformed", f"telephone: {why}") from None
        who, what = call.who.user.name, "set telephone" if number else "remove telephone"

        def change(database: Database) -> None:
            if database.account(name) is None:
                raise Refused("unknown", UNKNOWN)
            database.set_telephone(name, number)
            # The number itself is nothing for the audit log: it would outlive its removal.
            database.write(AuditEvent(who, call.address, what, f"account/{name}"))

        await self._account_service.change(change, scrub=not number)
        return Reply()
