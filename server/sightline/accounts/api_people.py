"""Tell what people are called, to those who know the names of their accounts already."""

from __future__ import annotations

from typing import Any

from sightline.accounts.service import AccountService
from sightline.auth.account import plain_name
from sightline.contract.fields import Answer, RequestFields
from sightline.contract.http import Call, Reply, Route

_MOST = 100
"""Names in one question."""


class PeopleQuery(RequestFields, frozen=True):
    """Names of accounts, one a line: as drivers, regions and links show them."""

    names: str = ""


class People(Answer, frozen=True):
    """The display names, by account; of those only that have one."""

    people: dict[str, str]


class PeopleApi:
    """Calls about what people are called."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/people",
                "account",
                self.people,
                summary="Say what people are called, by the names of their accounts",
                query=PeopleQuery,
                reply=People,
                example={"names": "jane"},
            )
        ]

    async def people(self, call: Call[PeopleQuery]) -> Reply:
        """Return display names, of accounts that have one."""
        accounts = self._account_service.cache.accounts
        found = {}
        for line in call.asked.names.split("\n")[:_MOST]:
            account = accounts.get(plain_name(line))
            if account is not None and account.display:
                found[account.name] = account.display
        return Reply(People(people=found))
