"""Answer the calls about shared links: certain things, from a start to an end, without an account.

A link shows what its maker may share at the moment of looking, so it shows less once they may
less. It shows no history and lets nobody do anything.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from msgspec import Meta

from sightline.accounts import answers
from sightline.accounts.database import Database
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent, Share, check_label
from sightline.auth.permissions import check_grant, may
from sightline.auth.session import digest, new_secret
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.web.reach import reach

_MOST = 200  # links of one account
_SHORTEST = 60.0  # s


class NewLink(RequestBody, frozen=True):
    """A link to make. ``starts`` and ``ends`` in epoch s; without ``starts``: from now on."""

    name: Annotated[str, Meta(max_length=64)]
    things: Annotated[list[str], Meta(min_length=1, max_length=50)]
    ends: Annotated[float, Meta(ge=0, le=1e11)]
    starts: Annotated[float, Meta(ge=0, le=1e11)] | None = None


class LinksApi:
    """Makes, lists and withdraws links."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/links",
                "account",
                self.links,
                summary="List one's own links; an admin sees everybody's",
                reply=answers.Links,
            ),
            Route(
                "POST",
                "/links",
                "account",
                self.make,
                summary="Make a link that shows certain things for a while",
                body=NewLink,
                reply=answers.NewLinkMade,
                status=201,
                errors=("unknown", "taken"),
                example={
                    "name": "for grandma",
                    "things": ["friend/jane/phone"],
                    "ends": 1764000000,
                },
            ),
            Route(
                "DELETE",
                "/links/{id}",
                "account",
                self.revoke,
                summary="Withdraw a link, and end what came by it",
            ),
        ]

    async def links(self, call: Call[Nothing]) -> Reply:
        """Return the asker's links; an admin gets everybody's."""
        user, wall = call.who.user, self._account_service.wall()
        return Reply(
            answers.Links(
                links=[
                    answers.LinkShown(
                        id=share.id,
                        name=share.label,
                        owner=share.owner,
                        things=sorted(share.things),
                        created=round(share.created, 3),
                        starts=share.starts,
                        ends=share.ends,
                        standing=share.why_closed(wall) or "open",
                        visitors=sum(
                            session.link == share.id
                            for session in self._account_service.cache.sessions.values()
                        ),
                    )
                    for share in sorted(
                        self._account_service.cache.shares.values(), key=lambda each: -each.created
                    )
                    if share.owner == user.name or user.role == "admin"
                ]
            )
        )

    async def make(self, call: Call[NewLink]) -> Reply:
        """Make a new link. Its address is told once."""
        account_service, asked, user = self._account_service, call.asked, call.who.user
        wall = account_service.wall()
        starts = wall if asked.starts is None else asked.starts
        longest = account_service.policy.link
        if (why := check_label(asked.name)) is not None:
            raise Refused("malformed", why)
        if asked.ends < wall + _SHORTEST or asked.ends < starts + _SHORTEST:
            raise Refused("malformed", "A link ends at least a minute after now and its start.")
        if asked.ends - max(starts, wall) > longest:
            raise Refused("malformed", f"A link lasts at most {longest / 86400:g} days.")
        for thing in asked.things:
            if "/" not in thing or check_grant("see", thing) is not None:
                raise Refused("malformed", "A link shows things such as friend/jane/phone.")
            if not may(user, "share", thing):
                raise Refused("unknown", UNKNOWN)
        cache = account_service.cache
        if sum(each.owner == user.name for each in cache.shares.values()) >= _MOST:
            raise Refused("taken", f"An account has at most {_MOST} links.")
        secret = new_secret()
        share = Share(
            secrets.token_hex(6),
            digest(secret),
            user.name,
            asked.name,
            frozenset(asked.things),
            wall,
            starts,
            asked.ends,
        )

        def make(database: Database) -> None:
            database.put_share(share)
            hours = (share.ends - share.starts) / 3600
            for thing in sorted(share.things):
                database.write(
                    AuditEvent(
                        user.name,
                        call.address,
                        "make link",
                        thing,
                        more=f"link {share.id}, {hours:.1f} h",
                    )
                )

        await account_service.change(make)
        # After the #: no server, proxy or Referer header ever learns the secret.
        url = f"{call.base}/#share={secret}"
        return Reply(answers.NewLinkMade(id=share.id, url=url, reach=reach(url)), status=201)

    async def revoke(self, call: Call[Nothing]) -> Reply:
        """Revoke a link: it opens nothing any more, and its visitors must go."""
        user = call.who.user
        share = self._account_service.cache.shares.get(call.parts["id"])
        if share is None or (share.owner != user.name and user.role != "admin"):
            raise Refused("unknown", UNKNOWN)

        def revoke(database: Database) -> None:
            database.revoke_share(share.id)
            database.write(
                AuditEvent(user.name, call.address, "revoke link", more=f"link {share.id}")
            )

        await self._account_service.change(revoke)
        return Reply()
