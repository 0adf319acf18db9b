"""Answer the calls about one friend's data: how long it is kept, a copy of it, its end.

For the friend's own account (a grant ``own``) and admins. Others get the same answer as when there
is no such friend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Annotated, Any, Protocol

from msgspec import Meta
from twisted.internet.threads import deferToThread

from sightline.accounts import answers
from sightline.accounts.database import Database
from sightline.accounts.export import bundle, pieces, with_history, with_photos
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent
from sightline.auth.permissions import VisibleScope
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.model.kind import State, id_of
from sightline.web.reads import Busy, Reads, Turn


class PresentStates(Protocol):
    """Where the present state of things is kept."""

    def state(self, key: str) -> State | None:
        """Return a thing's state; None when there is no such thing."""


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
PhotosOf = Callable[[str], Iterator[tuple[str, bytes]]]
"""Yields the photos of a friend with the names of their files; blocks."""


class PrivacyApi:
    """Calls about one friend's data."""

    def __init__(
        self,
        account_service: AccountService,
        known: PresentStates,
        erasers: Sequence[Eraser],
        reads: Reads,
        recall: Recall | None = None,
        photos: PhotosOf | None = None,
    ) -> None:
        self._photos = photos
        self._recall = recall
        self._reads = reads
        self._account_service = account_service
        self._known = known
        self._erasers = erasers

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        friend = "friend/{user}/{device}"
        return [
            Route(
                "GET",
                "/friends/{user}/{device}/retention",
                "account",
                self.retention,
                summary="Say for how long a friend's positions are kept",
                thing=friend,
                right="retain",
                reply=answers.RetentionShown,
            ),
            Route(
                "PUT",
                "/friends/{user}/{device}/retention",
                "account",
                self.retain,
                summary="Keep a friend's positions so long from now on",
                thing=friend,
                right="retain",
                body=Retention,
                reply=answers.RetentionShown,
                example={"days": 30},
            ),
            Route(
                "GET",
                "/friends/{user}/{device}/export",
                "account",
                self.export,
                summary="Download all that is known about a friend",
                thing=friend,
                right="export",
                reply=None,
                media=("application/zip",),
            ),
            Route(
                "POST",
                "/friends/{user}/{device}/erase",
                "account",
                self.erase,
                summary="Forget a friend; what it sends from now on is a new friend's",
                thing=friend,
                right="erase",
                body=Erase,
                example={"confirm": "jane/phone"},
            ),
        ]

    def _friend(self, call: Call[Any]) -> str:
        if self._known.state(call.thing) is None:
            raise Refused("unknown", UNKNOWN)
        return call.thing

    async def retention(self, call: Call[Nothing]) -> Reply:
        """Return for how many days this friend's positions are kept."""
        thing = self._friend(call)
        days = await self._account_service.look(lambda db: db.retention(thing))
        return Reply(answers.RetentionShown(days=days))

    async def retain(self, call: Call[Retention]) -> Reply:
        """Set for how many days the positions are kept from now on."""
        thing, days = self._friend(call), call.asked.days
        kept = "as the settings say" if days is None else f"{days} days"

        def retain(database: Database) -> None:
            database.retain(thing, days)
            database.write(AuditEvent(call.who.user.name, call.address, "retain", thing, more=kept))

        await self._account_service.change(retain)
        return Reply(answers.RetentionShown(days=days))

    async def export(self, call: Call[Nothing]) -> Reply:
        """Return everything we know about this friend, as a zip of JSON, GPX and the picture."""
        account_service, thing = self._account_service, self._friend(call)
        who = call.who.user.name

        await account_service.record(AuditEvent(who, call.address, "export", thing))
        days = await account_service.look(lambda database: database.retention(thing))
        cache, names = account_service.cache, account_service.names.things(thing)
        words = {*names, *(each.rpartition("/")[0] for each in names)}
        made = bundle(
            thing,
            account_service.wall(),
            self._known.state(thing),
            self._known.state(f"face/{id_of(thing)}"),
            {
                "retention_days": days,
                "granted_to": sorted(
                    account.name
                    for account in cache.accounts.values()
                    if words & (account.grants.see | account.grants.own)
                ),
                "telephones": {
                    account.name: cache.telephones[account.name]
                    for account in cache.accounts.values()
                    if words & account.grants.own and account.name in cache.telephones
                },
                "links": [
                    {"name": share.label, "starts": share.starts, "ends": share.ends}
                    for share in cache.shares.values()
                    if words & share.things
                ],
                "tokens": [t.label for t in cache.tokens.values() if words & t.things],
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
            raise Refused("busy", why, wait=2) from None
        try:
            lines = self._recall(thing, call.who.user.scope, read.turn)
            whole = await with_history(made, lines)
            if self._photos is not None:
                await deferToThread(with_photos, whole, self._photos(thing))
        finally:
            read.end()
        return Reply(stream=pieces(whole), type="application/zip", name=name)

    async def erase(self, call: Call[Erase]) -> Reply:
        """Forget this friend. What it sends from now on is a new friend's."""
        thing = self._friend(call)
        if call.asked.confirm != id_of(thing):
            raise Refused("malformed", "To erase a friend, give its id once more as confirm.")
        who, things = call.who.user.name, self._account_service.names.things(thing)

        def erase(database: Database) -> list[int]:
            database.erase(*things)
            # Other servers find them by these.
            return [database.write(AuditEvent(who, call.address, "erase", t)) for t in things]

        for eraser in self._erasers:
            erasing = eraser(thing)
            if erasing is not None:
                await erasing
        for n in await self._account_service.change(erase, scrub=True):
            self._account_service.erased_here(n)
        return Reply()
