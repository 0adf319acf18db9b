"""Let people in by password, by the link of the first start or by a shared link; and out.

Names and passwords are guessed at a price that grows with each guess (per account and address;
an address as a whole has a budget, too). Whether a name exists shows in neither text nor time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from math import ceil
from typing import Annotated, Any

from msgspec import UNSET, Meta
from twisted.logger import Logger

from sightline.accounts import answers, known_devices
from sightline.accounts.database import Database
from sightline.accounts.entrance import WRONG, Entrance, agent_of, leave
from sightline.accounts.passwords import LONGEST, weakness
from sightline.accounts.second_factor import SecondFactor
from sightline.accounts.service import AccountService
from sightline.auth.account import (
    DEMO,
    Account,
    AuditEvent,
    Session,
    Share,
    check_name,
    display_name,
    plain_name,
)
from sightline.auth.second_factor import Wants
from sightline.auth.session import Throttle, described, digest, new_secret
from sightline.contract.errors import Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.model.token_bucket import TokenBuckets
from sightline.web.proxies import client_key

_USED_UP = "This link has been used, or the server has been started anew since. Look in its log."
_NO_LINK = "There is no such link."
UNKNOWN_NAME = "(unknown)"  # what was typed may have been a password

Text = Annotated[str, Meta(max_length=LONGEST)]


class SignIn(RequestBody, frozen=True):
    """The name and the password of a sign-in."""

    name: Annotated[str, Meta(max_length=64)]
    password: Text


class Welcome(RequestBody, frozen=True):
    """The secret of the first start's link; name and password for the first admin."""

    token: Text
    name: Annotated[str, Meta(max_length=64)] | None = None
    password: Text | None = None


class LinkSecret(RequestBody, frozen=True):
    """The secret of a shared link."""

    token: Text


Farewell = Callable[[Call[Any]], Awaitable[tuple[str, str] | None]]
"""Returns the label of the provider by which the session came, and the way out of it there."""


async def _no_farewell(call: Call[Any]) -> None:
    """Know of no provider."""
    return None


class SessionApi:
    """Let people in and out."""

    _log = Logger()

    def __init__(
        self,
        account_service: AccountService,
        entrance: Entrance,
        second: SecondFactor,
        farewell: Farewell = _no_farewell,
    ) -> None:
        self._account_service = account_service
        self._entrance = entrance
        self._second = second
        self._farewell = farewell
        self._guesses = Throttle()
        self._strangers = TokenBuckets(rate=0.1, burst=30)  # for each name, from all addresses
        self._alarms = TokenBuckets(rate=1 / 3600, burst=1)

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/session",
                "nobody",
                self.who,
                summary="Say who is here, if anybody: what the page asks first",
                reply=answers.Who,
            ),
            Route(
                "POST",
                "/session",
                "nobody",
                self.sign_in,
                summary="Sign in by name and password; a second factor may be wanted then",
                body=SignIn,
                reply=answers.SignedIn,
                errors=("wrong", "need_passkey", "elsewhere"),
                example={"name": "jane", "password": "correct horse 1"},
            ),
            Route(
                "DELETE",
                "/session",
                "visitor",
                self.sign_out,
                summary="Sign out here",
                reply=answers.SignedOut,
            ),
            *self._link_routes(),
            Route("GET", "/me", "visitor", self.me, summary="Say who one is", reply=answers.Me),
        ]

    def _link_routes(self) -> list[Route[Any]]:
        """List the ways in by the secret of a link."""
        return [
            Route(
                "POST",
                "/welcome",
                "nobody",
                self.welcome,
                summary="Come in by the link of the first start",
                body=Welcome,
                reply=answers.Welcomed,
                errors=("wrong", "weak"),
                example={"token": "the secret in the server's log"},
            ),
            Route(
                "POST",
                "/link",
                "nobody",
                self.link,
                summary="Come in by a shared link",
                body=LinkSecret,
                reply=answers.Me,
                errors=("wrong", "signed_in", "early", "ended", "revoked"),
                example={"token": "what follows #share= in the link"},
            ),
        ]

    async def who(self, call: Call[Nothing]) -> Reply:
        """Tell who is here, as far as known: what the page asks first."""
        user = described(call.visitor) if call.visitor else None
        first, ways = self._account_service.invitation.is_open, self._entrance.ways
        return Reply(
            answers.Who(
                user=user,
                first=first,
                passwords=UNSET if ways.passwords else False,
                providers=[answers.ProviderShown(*each) for each in ways.providers] or UNSET,
            )
        )

    async def me(self, call: Call[Nothing]) -> Reply:
        """Tell who is here."""
        return Reply(answers.Me(user=described(call.who)))

    async def sign_in(self, call: Call[SignIn]) -> Reply:
        """Sign in by name and password."""
        self._entrance.check_passwords()
        account_service, asked = self._account_service, call.asked
        name = plain_name(asked.name)
        client = client_key(call.address)
        guess, known = self._guess(name, client, call)
        await account_service.refresh()
        account = account_service.cache.accounts.get(name)
        kept = account.password if account else None
        right = await account_service.hashing.run(
            account_service.passwords.verify, kept, asked.password, client=client, known=known
        )
        account = account_service.cache.accounts.get(name)  # it may have changed meanwhile
        if not right or account is None or account.disabled or account.password != kept:
            who = name if account else UNKNOWN_NAME
            await account_service.record(AuditEvent(who, call.address, "sign in", result="wrong"))
            raise Refused("wrong", WRONG)
        self._guesses.right(guess)
        anew = None
        if kept is not None and account_service.passwords.outdated(kept):
            anew = await account_service.hashing.run(
                account_service.passwords.hash, asked.password, client=client
            )

        if (wants := self._second.wanted(account)) is not None:
            return await self._half(call, account, wants, anew)

        def also(database: Database) -> None:
            found = database.account(name)
            if found is None or found.password != kept:  # changed meanwhile, elsewhere perhaps
                raise Refused("wrong", WRONG)
            if kept is not None and anew is not None:
                database.rehash(name, kept, anew)

        def unchanged() -> bool:
            found = account_service.cache.accounts.get(name)
            return found is not None and not found.disabled and found.password == kept

        reply = await self._entrance.enter(call, name, "sign in", also, unchanged)
        mark = None if kept is None else known_devices.issue(anew or kept)
        return replace(reply, known=mark)

    async def _half(
        self, call: Call[SignIn], account: Account, wants: Wants, anew: str | None
    ) -> Reply:
        """Answer that the password is right and more is wanted; nobody is in yet.

        ``anew`` is a new hash of the same password, where its cost has changed.
        """
        service, name, kept = self._account_service, account.name, account.password
        if kept is not None and anew is not None and service.standby.trouble is None:
            await service.change(lambda database: database.rehash(name, kept, anew))
            account = service.cache.accounts.get(name, account)
        event = AuditEvent(name, call.address, "sign in", result=f"{wants} wanted")
        await service.record(event)
        half, keep = self._second.half(call, account, wants)
        assert wants != "passkey", "no half session is made for it"
        return Reply(answers.SignedIn(wants=wants, half=half), browser=keep)

    def _guess(self, name: str, client: str, call: Call[Any]) -> tuple[tuple[str, str], bool]:
        """Count a guess before it is known to be wrong: many at a time gain nothing.

        Return by what it is counted, and whether the device or its address is known: such are not
        held up by those who guess the same name from elsewhere. Raises `Refused` (``wait``).
        """
        account = self._account_service.cache.accounts.get(name)
        device = known_devices.recognise(call.known, account.password if account else None)
        known = device is not None or self._has_been_at(name, client)
        key = name, f"device {device}" if device else client
        now = self._account_service.clock.seconds()
        wait = self._guesses.wait(key, now)
        if not wait and not self._entrance.addresses.take(key[1], now):
            wait = 5.0
        if not wait and not known and not self._strangers.take(name, now):
            wait = 10.0
            self._alarm(name, call.address, now)
        if wait:
            raise Refused("wait", f"Too many attempts. Try again in {ceil(wait)} s.", wait=wait)
        self._guesses.guess(key, now)
        return key, known

    def _has_been_at(self, name: str, client: str) -> bool:
        """Tell whether somebody is signed in with this account at this address already."""
        sessions = self._account_service.cache.sessions.values()
        return any(
            one.account == name and one.address and client_key(one.address) == client
            for one in sessions
        )

    def _alarm(self, name: str, address: str, now: float) -> None:
        """Warn, once an hour, that somebody guesses this account's password from many places."""
        if not self._alarms.take(name, now):
            return
        who = name if name in self._account_service.cache.accounts else UNKNOWN_NAME
        self._log.warn("The password of {who} is being guessed from many addresses", who=who)
        more = "guessed from many addresses: unknown devices have to wait"
        self._account_service.note(AuditEvent(who, address, "sign in", result="alarm", more=more))

    async def sign_out(self, call: Call[Nothing]) -> Reply:
        """Sign out of this session."""
        visitor, elsewhere = call.who, await self._farewell(call)
        if visitor.way in ("account", "link"):
            event = AuditEvent(visitor.user.name, call.address, "sign out")

            def go(database: Database) -> None:
                leave(database, call)
                database.write(event)

            try:
                await self._account_service.change(go)
            except Refused as why:
                if why.code != "degraded":
                    raise
                self._account_service.leave_meanwhile(visitor.key, event)
        if elsewhere is None:
            return Reply(cookie="")
        return Reply(answers.SignedOut(provider=elsewhere[0], url=elsewhere[1]), cookie="")

    async def welcome(self, call: Call[Welcome]) -> Reply:
        """Come in by the link of the first start: make the first admin, or be the demo's."""
        account_service, asked = self._account_service, call.asked
        self._entrance.check_address(call)
        if not account_service.invitation.accepts(asked.token):
            raise Refused("wrong", _USED_UP)
        if account_service.demo:
            account_service.invitation.spend()
            admin = Account(DEMO, "admin", created=account_service.wall())
            return await self._entrance.enter(
                call, DEMO, "sign in to the demonstration", lambda db: db.put_account(admin)
            )
        if asked.name is None or asked.password is None:
            return Reply(answers.Welcomed(needs=["name", "password"]))
        name = plain_name(asked.name)
        for why in (check_name(asked.name.strip()), weakness(asked.password, name)):
            if why is not None:
                raise Refused("weak", why)
        restore = account_service.invitation.spend()  # before anything waits: it is good for one
        try:
            hashed = await account_service.hashing.run(
                account_service.passwords.hash, asked.password, client=client_key(call.address)
            )
            admin = Account(
                name,
                "admin",
                password=hashed,
                created=account_service.wall(),
                display=display_name(name, asked.name),
            )

            def found(database: Database) -> None:
                if database.read_cache().founded:
                    raise Refused("wrong", _USED_UP)
                database.put_account(admin)

            return await self._entrance.enter(call, name, "make the first admin", found)
        except Exception:
            restore()
            raise

    async def link(self, call: Call[LinkSecret]) -> Reply:
        """Come in by a shared link."""
        account_service, asked = self._account_service, call.asked
        self._entrance.check_address(call)
        if call.visitor is not None and call.visitor.way == "account":
            raise Refused(
                "signed_in",
                f"You are signed in as {call.visitor.user.name}. To see what the link shows, sign"
                " out or open it in a private window.",
            )
        key, now = digest(asked.token), account_service.wall()
        share = next(
            (each for each in account_service.cache.shares.values() if each.key == key), None
        )
        if share is None:
            raise Refused("wrong", _NO_LINK)
        self._open(share)
        secret = new_secret()
        session = Session(digest(secret), None, share.id, now, now, call.address, agent_of(call))

        event = AuditEvent("visitor", call.address, "open link", more=f"link {share.id}")

        def enter(database: Database) -> None:
            leave(database, call)
            database.put_session(session)
            database.write(event)

        try:
            await account_service.change(enter)
        except Refused as why:
            if why.code != "degraded":
                raise
            self._entrance.meanwhile(call, session, event)
        return self._entrance.entered(secret)

    def _open(self, share: Share) -> None:
        match share.why_closed(self._account_service.wall()):
            case "early":
                raise Refused("early", "This link does not show anything yet.")
            case "ended":
                raise Refused("ended", "The time of this link is over.")
            case "revoked":
                raise Refused("revoked", "This link was withdrawn.")
        if not self._account_service.visitors.shown(share):
            raise Refused("revoked", "This link was withdrawn.")
