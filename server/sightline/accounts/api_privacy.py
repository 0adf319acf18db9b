"""The desk for what is known about one friend: how long it is kept, a copy of it, its end.

For the friend's own account (a grant ``own``) and admins. Whoever may not is told the same as when
there is no such friend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Protocol

from msgspec import Meta

from sightline.accounts.database import Database
from sightline.accounts.export import bundle, pieces, with_history
from sightline.accounts.request_bodies import RequestBody, read
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent
from sightline.auth.api_call import UNKNOWN, Call, Denied, Reply, Route
from sightline.auth.permissions import VisibleScope, may
from sightline.model.kind import State, id_of
from sightline.web.reads import Busy, Reads, Turn


class PresentStates(Protocol):
    """Where the present state of things is kept."""

    def state(self, key: str) -> State | None:
        """A thing's state; None when there is no such thing."""


class Retention(RequestBody, frozen=True):
    """For how many days positions are kept; None: as long as the server's settings say."""

    days: Annotated[int, Meta(ge=1, le=3660)] | None


class Erase(RequestBody, frozen=True):
    """The friend's id again (``jane/phone``), so that nobody is erased by a slip."""

    confirm: Annotated[str, Meta(max_length=300)]


Eraser = Callable[[str], Awaitable[None] | None]
"""Lets everything about ``friend/user/device`` go from one place; more places may be added."""
Recall = Callable[[str, VisibleScope, Turn], AsyncIterator[bytes]]
"""What history knows about a thing and a sight is shown, as lines of JSON, some at a time."""


class PrivacyApi:
    """One friend's data."""

    def __init__(
        self,
        account_service: AccountService,
        known: PresentStates,
        erasers: Sequence[Eraser],
        reads: Reads,
        recall: Recall | None = None,
    ) -> None:
        self._recall = recall
        self._reads = reads
        self._account_service = account_service
        self._known = known
        self._erasers = erasers

    def routes(self) -> list[Route]:
        """What is answered here."""
        friend = "/friends/{user}/{device}"
        return [
            Route("GET", f"{friend}/retention", "account", self.retention),
            Route("PUT", f"{friend}/retention", "account", self.retain),
            Route("GET", f"{friend}/export", "account", self.export),
            Route("POST", f"{friend}/erase", "account", self.erase),
        ]

    def _friend(self, call: Call, verb: str) -> str:
        thing = f"friend/{call.parts['user']}/{call.parts['device']}"
        if not may(call.who.user, verb, thing) or self._known.state(thing) is None:
            raise Denied("unknown", UNKNOWN)
        return thing

    async def retention(self, call: Call) -> Reply:
        """For how long this friend's positions are kept."""
        thing = self._friend(call, "retain")
        return Reply({"days": await self._account_service.look(lambda db: db.retention(thing))})

    async def retain(self, call: Call) -> Reply:
        """Keep them so long from now on."""
        thing, days = self._friend(call, "retain"), read(call, Retention).days
        kept = "as the settings say" if days is None else f"{days} days"

        def retain(database: Database) -> None:
            database.retain(thing, days)
            database.write(AuditEvent(call.who.user.name, call.address, "retain", thing, more=kept))

        await self._account_service.change(retain)
        return Reply({"days": days})

    async def export(self, call: Call) -> Reply:
        """Everything we know about this friend, as a zip of JSON, GPX and the picture."""
        account_service, thing = self._account_service, self._friend(call, "export")
        who = call.who.user.name

        await account_service.record(AuditEvent(who, call.address, "export", thing))
        days = await account_service.look(lambda database: database.retention(thing))
        roll, group = account_service.roll, thing.rpartition("/")[0]
        words = {thing, group}
        made = bundle(
            thing,
            account_service.wall(),
            self._known.state(thing),
            self._known.state(f"face/{id_of(thing)}"),
            {
                "retention_days": days,
                "granted_to": sorted(
                    account.name
                    for account in roll.accounts.values()
                    if words & (account.grants.see | account.grants.own)
                ),
                "links": [
                    {"name": share.label, "starts": share.starts, "ends": share.ends}
                    for share in roll.shares.values()
                    if words & share.things
                ],
                "tokens": [t.label for t in roll.tokens.values() if words & t.things],
            },
        )
        name = "-".join(id_of(thing).split("/"))
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
        name = f"sightline-{plain}.zip"
        if self._recall is None:
            return Reply(file=made, type="application/zip", name=name)
        try:
            read = await self._reads.begin(call.who.reader(call.address))
        except Busy:
            why = "Too many long answers at once. Try again in a moment."
            raise Denied("busy", why, wait=2) from None
        try:
            lines = self._recall(thing, call.who.user.sight, read.turn)
            whole = await with_history(made, lines)
        finally:
            read.end()
        return Reply(stream=pieces(whole), type="application/zip", name=name)

    async def erase(self, call: Call) -> Reply:
        """Forget this friend. What it sends from now on is a new friend's."""
        thing = self._friend(call, "erase")
        if read(call, Erase).confirm != id_of(thing):
            raise Denied("malformed", "To erase a friend, give its id once more as confirm.")
        who = call.who.user.name

        def erase(database: Database) -> None:
            database.erase(thing)
            database.write(AuditEvent(who, call.address, "erase", thing))

        for eraser in self._erasers:
            erasing = eraser(thing)
            if erasing is not None:
                await erasing
        await self._account_service.change(erase, scrub=True)
        return Reply()
