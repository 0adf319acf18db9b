"""Answer the calls about the second factor: the code after the password, the app, recovery codes.

Of an admin who resets somebody's ways to sign in the audit log knows; nobody sees a secret of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta

from sightline.accounts import answers, factors, known_devices
from sightline.accounts.account_changes import keep_an_admin
from sightline.accounts.api_passkeys import Confirmed, shown_passkey
from sightline.accounts.confirming import Confirming
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.passkeys import browser_of
from sightline.accounts.second_factor import HalfSession, SecondFactor
from sightline.accounts.service import AccountService
from sightline.auth import second_factor as rules
from sightline.auth.account import Account, AuditEvent, plain_name
from sightline.auth.passkeys import NoPasskeys, relying_party
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route

_DEMANDED = (
    "Your role needs more than a password. Add a passkey first; then the app can be turned off."
)
_NO_APP = "No app is set up for this account."

Half = Annotated[str, Meta(max_length=1000)]
Code = Annotated[str, Meta(max_length=64)]
Sealed = Annotated[str, Meta(max_length=1000)]


class GivenCode(RequestBody, frozen=True):
    """The half session, and a code of the app or a recovery code."""

    half: Half
    code: Code


class HalfOnly(RequestBody, frozen=True):
    """The half session of somebody who has to set an app up."""

    half: Half


class FirstCode(RequestBody, frozen=True):
    """The half session, the new app as it was told, and the code that it shows."""

    half: Half
    sealed: Sealed
    code: Code


class AppCode(RequestBody, frozen=True):
    """The new app as it was told, and the code that it shows."""

    sealed: Sealed
    code: Code


class SecondFactorApi:
    """The step after the password, and one's own app and recovery codes."""

    def __init__(
        self,
        account_service: AccountService,
        entrance: Entrance,
        second: SecondFactor,
        confirming: Confirming,
    ) -> None:
        self._account_service = account_service
        self._entrance = entrance
        self._second = second
        self._confirming = confirming

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [*self._sign_in_routes(), *self._own_routes(), *self._admin_routes()]

    def _sign_in_routes(self) -> list[Route[Any]]:
        """List the calls of somebody whose password was right."""
        return [
            Route(
                "POST",
                "/session/code",
                "nobody",
                self.give_code,
                summary="Complete a sign-in by a code of the app, or a recovery code",
                body=GivenCode,
                example={"half": "what the server answered", "code": "123456"},
                reply=answers.Me,
                errors=("wrong", "wrong_code", "too_late"),
            ),
            Route(
                "POST",
                "/session/app",
                "nobody",
                self.must_begin,
                summary="Begin to set an app up, where the role needs one to sign in",
                body=HalfOnly,
                example={"half": "what the server answered"},
                reply=answers.NewApp,
                errors=("too_late",),
            ),
            Route(
                "POST",
                "/session/app/code",
                "nobody",
                self.must_confirm,
                summary="Complete a sign-in by the first code of a new app",
                body=FirstCode,
                example={
                    "half": "what the server answered",
                    "sealed": "as it came",
                    "code": "123456",
                },
                reply=answers.CameWithApp,
                errors=("wrong", "wrong_code", "too_late"),
            ),
        ]

    def _own_routes(self) -> list[Route[Any]]:
        """List the calls about one's own ways to sign in."""
        return [
            Route(
                "GET",
                "/me/factors",
                "account",
                self.mine,
                summary="List the ways by which one signs in",
                reply=answers.Factors,
            ),
            Route(
                "POST",
                "/me/app/begin",
                "account",
                self.begin,
                summary="Begin to set an authenticator app up; its secret is told this once",
                body=Confirmed,
                example={"password": "given once more"},
                reply=answers.NewApp,
                errors=("confirm", "wrong"),
            ),
            Route(
                "POST",
                "/me/app",
                "account",
                self.confirm,
                summary="Turn the second factor on by the first code of the app",
                body=AppCode,
                example={"sealed": "as it came", "code": "123456"},
                reply=answers.RecoveryCodes,
                status=201,
                errors=("wrong_code", "too_late"),
            ),
            Route(
                "POST",
                "/me/app/off",
                "account",
                self.off,
                summary="Turn the second factor off",
                body=Confirmed,
                example={"password": "given once more"},
                errors=("confirm", "wrong"),
            ),
            Route(
                "POST",
                "/me/recovery",
                "account",
                self.recovery,
                summary="Make new recovery codes; those before end",
                body=Confirmed,
                example={"password": "given once more"},
                reply=answers.RecoveryCodes,
                status=201,
                errors=("confirm", "wrong", "unknown"),
            ),
        ]

    def _admin_routes(self) -> list[Route[Any]]:
        """List the calls of admins."""
        return [
            Route(
                "DELETE",
                "/users/{name}/factors",
                "admin",
                self.reset,
                summary="Remove somebody's passkeys, app and recovery codes",
                reply=answers.FactorsReset,
                errors=("last_admin",),
            ),
        ]

    # -- after the password

    async def give_code(self, call: Call[GivenCode]) -> Reply:
        """Complete a sign-in by a code."""
        half = await self._half(call, call.asked.half, "code")
        right = await self._second.check(call, half.account, call.asked.code)
        spend, name = self._second.spend(half), half.account.name

        def also(database: Database) -> None:
            spend(database)
            right.also(database)

        def unchanged() -> bool:
            return right.meanwhile and self._is_as_it_was(half.account)

        reply = await self._entrance.enter(call, name, right.what, also, unchanged)
        return _known(reply, half.account)

    async def must_begin(self, call: Call[HalfOnly]) -> Reply:
        """Begin to set an app up before anything else may be done."""
        half = await self._half(call, call.asked.half, "enrol")
        return await self._begin(call, half.account.name, call.browser)

    async def must_confirm(self, call: Call[FirstCode]) -> Reply:
        """Set the app up, and complete the sign-in."""
        half, asked = await self._half(call, call.asked.half, "enrol"), call.asked
        name = half.account.name
        app, codes = await self._second.confirmed(call, name, asked.sealed, asked.code)
        spend = self._second.spend(half)

        def also(database: Database) -> None:
            spend(database)
            if name in factors.apps_in(database.sql):
                raise Refused("too_late", "An app is set up already. Please sign in again.")
            factors.put_app(database.sql, app)
            database.write(_event("set up app", name, call))

        reply = await self._entrance.enter(call, name, "sign in by new app", also)
        assert isinstance(reply.answer, answers.Me)
        came = answers.CameWithApp(
            user=reply.answer.user, degraded=reply.answer.degraded, codes=codes
        )
        return replace(_known(reply, half.account), answer=came)

    async def _half(self, call: Call[Any], text: str, wants: rules.Wants) -> HalfSession:
        """Return the half session. Every try counts as a guess of its address."""
        self._entrance.check_address(call)
        await self._account_service.refresh()
        return self._second.holder(call, text, wants)

    def _is_as_it_was(self, account: Account) -> bool:
        found = self._account_service.cache.accounts.get(account.name)
        return found is not None and not found.disabled and found.password == account.password

    # -- one's own

    async def mine(self, call: Call[Nothing]) -> Reply:
        """List the ways by which one signs in, and why passkeys cannot work here, if so."""
        cache, name = self._account_service.cache, call.who.user.name
        account, app = cache.accounts[name], cache.apps.get(name)
        try:
            relying_party(call.origin)
            why_not = ""
        except NoPasskeys as why:
            why_not = str(why)
        return Reply(
            answers.Factors(
                password=account.password is not None,
                passkeys=[shown_passkey(each) for each in cache.passkeys_of(name)],
                why_no_passkeys=why_not,
                app=None if app is None else round(app.created, 3),
                app_used=None if app is None or app.used is None else round(app.used, 3),
                recovery=0 if app is None else len(app.recovery),
                demanded=self._second.demanded(account),
            )
        )

    async def begin(self, call: Call[Confirmed]) -> Reply:
        """Begin to set an app up."""
        await self._confirming.check(call, call.asked.password)
        browser, keep = browser_of(call)
        return replace(await self._begin(call, call.who.user.name, browser), browser=keep)

    async def _begin(self, call: Call[Any], name: str, browser: str) -> Reply:
        secret, sealed = await self._second.begin(call, name, browser)
        host = urlsplit(call.origin).hostname or ""
        return Reply(
            answers.NewApp(secret=secret, address=rules.address(secret, name, host), sealed=sealed)
        )

    async def confirm(self, call: Call[AppCode]) -> Reply:
        """Turn the second factor on; an app of before ends."""
        name, asked = call.who.user.name, call.asked
        app, codes = await self._second.confirmed(call, name, asked.sealed, asked.code)

        def store(database: Database) -> None:
            factors.put_app(database.sql, app)
            database.write(_event("set up app", name, call))

        await self._account_service.change(store)
        return Reply(answers.RecoveryCodes(codes=codes), status=201)

    async def off(self, call: Call[Confirmed]) -> Reply:
        """Turn the second factor off, unless the role needs one."""
        await self._confirming.check(call, call.asked.password)
        name = call.who.user.name

        def off(database: Database) -> None:
            cache = database.read_cache()
            if self._second.demanded(cache.accounts[name]) and not cache.passkeys_of(name):
                raise Refused("forbidden", _DEMANDED)
            factors.drop_app(database.sql, name)
            database.write(_event("turn app off", name, call))

        await self._account_service.change(off)
        return Reply()

    async def recovery(self, call: Call[Confirmed]) -> Reply:
        """Make new recovery codes in the place of those before."""
        await self._confirming.check(call, call.asked.password)
        name, codes = call.who.user.name, rules.new_recovery_codes()

        def store(database: Database) -> None:
            if name not in factors.apps_in(database.sql):
                raise Refused("unknown", _NO_APP)
            factors.put_recovery(database.sql, name, map(rules.recovery_digest, codes))
            database.write(_event("make recovery codes", name, call))

        await self._account_service.change(store)
        return Reply(answers.RecoveryCodes(codes=codes), status=201)

    # -- admins

    async def reset(self, call: Call[Nothing]) -> Reply:
        """Remove somebody's passkeys, app and recovery codes; a password stays."""
        name = plain_name(call.parts["name"])
        if name not in self._account_service.cache.accounts:
            raise Refused("unknown", UNKNOWN)

        def work(database: Database) -> tuple[int, bool]:
            return reset_factors(database, call.who.user.name, call.address, name)

        passkeys, app = await self._account_service.change(work)
        account = self._account_service.cache.accounts.get(name)
        password = account is not None and account.password is not None
        return Reply(answers.FactorsReset(passkeys=passkeys, app=app, password=password))


def reset_factors(database: Database, who: str, address: str, name: str) -> tuple[int, bool]:
    """Remove an account's passkeys and app; write down who did. Raises `Refused`."""
    account = database.account(name)
    if account is None:
        raise Refused("unknown", UNKNOWN)
    keep_an_admin(database, account, without_passkeys=True)
    passkeys, app = factors.reset(database.sql, name)
    more = f"{passkeys} passkeys, {'an' if app else 'no'} app"
    database.write(AuditEvent(who, address, "reset factors", f"account/{name}", more=more))
    return passkeys, app


def _event(what: str, name: str, call: Call[Any]) -> AuditEvent:
    return AuditEvent(name, call.address, what, f"account/{name}")


def _known(reply: Reply, account: Account) -> Reply:
    """Let the device be known again, now that its owner is really in."""
    known = known_devices.issue(account.password) if account.password else None
    return replace(reply, known=known)
