"""Show an admin what an account sees, without acting as it.

The account's visible scope is asked, and nothing else of it: no session is made, none of its rights
are used. Each look is written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent, plain_name
from sightline.auth.permissions import GRANTED
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Nothing
from sightline.contract.http import Call, Reply, Route
from sightline.model.kind import kind_of

_MOST = 2000
"""Things in one answer."""


class ThingsPort(Protocol):
    """What tells which things there are now."""

    def __call__(self) -> Iterable[str]:
        """Return the keys of all things."""


class AccountView(Answer, frozen=True):
    """The keys of friends, robots and regions that an account sees. ``more``: there are more."""

    things: list[str]
    more: bool = False


class ViewApi:
    """The call by which an admin looks at what somebody sees. ``keys`` are those of all things."""

    def __init__(self, account_service: AccountService, keys: ThingsPort) -> None:
        self._account_service = account_service
        self._keys = keys

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/users/{name}/view",
                "admin",
                self.view,
                summary="Say which friends, robots and regions an account sees now",
                reply=AccountView,
            )
        ]

    async def view(self, call: Call[Nothing]) -> Reply:
        """Return what the account sees, and write down that it was looked at."""
        service = self._account_service
        account = service.cache.accounts.get(plain_name(call.parts["name"]))
        if account is None:
            raise Refused("unknown", UNKNOWN)
        scope = service.visitors.scope(account.name)
        keys = [key for key in self._keys() if kind_of(key) in GRANTED and scope.sees(key)]
        service.note(
            AuditEvent(call.who.user.name, call.address, "view as", f"account/{account.name}")
        )
        return Reply(AccountView(things=sorted(keys)[:_MOST], more=len(keys) > _MOST))
