"""Let an admin choose the address under which people and phones reach us, on the page."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from sightline.accounts.admin_choices import PUBLIC_URL, choose
from sightline.accounts.database import Database
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.web.public_address import BadAddress, checked
from sightline.web.reach import Reach, reach


class NewAddress(RequestBody, frozen=True):
    """The address (``https://map.example.org``); empty: it is not known again."""

    url: Annotated[str, Meta(max_length=300)]


class AddressShown(Answer, frozen=True):
    """The address as it is kept, and from where it can be reached."""

    url: str
    reach: Reach


class AddressApi:
    """The call that sets our address. ``settled`` is what the settings' file says: it wins."""

    def __init__(self, account_service: AccountService, settled: str) -> None:
        self._account_service = account_service
        self._settled = settled

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "PUT",
                "/admin/address",
                "admin",
                self.put,
                summary="Choose the address under which people and phones reach this server",
                body=NewAddress,
                reply=AddressShown,
                errors=("taken",),
                example={"url": "https://map.example.org"},
            )
        ]

    async def put(self, call: Call[NewAddress]) -> Reply:
        """Keep the address; links, set-ups and the check of origins go by it at once."""
        if self._settled:
            raise Refused("taken", f"The address of this server is set already: {self._settled}")
        try:
            url = checked(call.asked.url)
        except BadAddress as why:
            raise Refused("malformed", str(why)) from None
        who = call.who.user.name

        def keep(database: Database) -> None:
            choose(database.sql, PUBLIC_URL, url)
            database.write(AuditEvent(who, call.address, "choose address", more=url or "none"))

        await self._account_service.change(keep)
        return Reply(AddressShown(url=url, reach=reach(url) if url else "anywhere"))
