"""Ask for a second factor after the right password, and keep authenticator apps.

After the password an account with an app gets a half session: a signed text that names the account
and opens nothing but the step for the code. No server remembers it, so any of several may complete
it; it ends with a new password, another app, its ten minutes, or its use.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

from twisted.logger import Logger

from sightline.accounts import factors, known_devices
from sightline.accounts.database import Database
from sightline.accounts.passkeys import browser_of
from sightline.accounts.service import AccountService
from sightline.auth import second_factor as rules
from sightline.auth.account import Account, AuditEvent
from sightline.auth.passkeys import LASTS, is_open
from sightline.auth.second_factor import AuthenticatorApp, Wants
from sightline.auth.session import Throttle, digest
from sightline.contract.errors import Refused
from sightline.contract.http import Call
from sightline.model.faults import CannotOpen
from sightline.model.sealing import CannotUnseal
from sightline.web.proxies import client_key

_NOT_RIGHT = "This code is not right, or was used already. Wait for the next one."
_TOO_LATE = "That took too long, or was done already. Please sign in again."
_NEED_PASSKEY = (
    "This account needs more than a password: sign in with your passkey. If it is lost, an admin"
    " can let you begin anew."
)
_NO_KEY = (
    "The server cannot read the secret of your app just now; its log says why. Use a recovery code."
)


class Sealer(Protocol):
    """What seals secrets; see `sightline.database.key_file.KeyFile`."""

    def seal(self, plain: bytes, purpose: str) -> str:
        """Return the sealed text of a secret for this purpose."""

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return a sealed secret."""


@dataclass(frozen=True, slots=True)
class HalfSession:
    """Whose password was right, and what is wanted yet."""

    account: Account
    wants: Wants
    state: str
    signature: str


@dataclass(frozen=True, slots=True)
class RightCode:
    """A code that was right. ``also`` uses it up in the change that lets somebody in.

    ``meanwhile``: it is good while the database cannot be written, too.
    """

    what: str
    also: Callable[[Database], None]
    meanwhile: bool


class SecondFactor:
    """Authenticator apps of all accounts, and half sessions."""

    _log = Logger()

    def __init__(self, account_service: AccountService, sealer: Sealer) -> None:
        self._account_service = account_service
        self._sealer = sealer
        self._guesses = Throttle()
        self._steps: dict[str, int] = {}  # of codes used here, written down or not
        self._spent: dict[str, float] = {}

    def wanted(self, account: Account) -> Wants | None:
        """Return what is wanted after the right password; None: nothing more."""
        cache, policy = self._account_service.cache, self._account_service.policy
        passkeys = len(cache.passkeys_of(account.name))
        app = cache.apps.get(account.name)
        return rules.wanted(account.role, policy.second_factor, app, passkeys)

    def demanded(self, account: Account) -> bool:
        """Tell whether the settings want more than a password of this account's role."""
        return rules.demanded_of(account.role, self._account_service.policy.second_factor)

    # -- half sessions

    def half(self, call: Call[Any], account: Account, wants: Wants) -> tuple[str, str | None]:
        """Return a half session as text, and what the browser must keep for it.

        Raises `Refused` (``need_passkey``) where only a passkey will do.
        """
        if wants == "passkey":
            raise Refused("need_passkey", _NEED_PASSKEY)
        browser, keep = browser_of(call)
        ceremonies = self._account_service.ceremonies
        state = ceremonies.begin(self._account_service.wall())
        name = urlsafe_b64encode(account.name.encode()).decode()
        signature = ceremonies.sign(state, *self._about(account, wants, browser))
        return f"{name}.{wants}.{state}.{signature}", keep

    def holder(self, call: Call[Any], text: str, wants: Wants) -> HalfSession:
        """Return whose half session this is. Raises `Refused` (``too_late``)."""
        service, parts = self._account_service, text.split(".")
        if len(parts) != 5 or parts[1] != wants or not text.isascii():
            raise Refused("too_late", _TOO_LATE)
        try:
            name = urlsafe_b64decode(parts[0]).decode()
        except ValueError:
            raise Refused("too_late", _TOO_LATE) from None
        account, state = service.cache.accounts.get(name), f"{parts[2]}.{parts[3]}"
        if account is None or account.disabled or not is_open(state, service.wall()):
            raise Refused("too_late", _TOO_LATE)
        right = service.ceremonies.sign(state, *self._about(account, wants, call.browser))
        if digest(right) != digest(parts[4]) or digest(right) in self._spent:
            raise Refused("too_late", _TOO_LATE)
        return HalfSession(account, wants, state, parts[4])

    def _about(self, account: Account, wants: Wants, browser: str) -> tuple[str, ...]:
        """Return all that a half session ends with when it changes."""
        app = self._account_service.cache.apps.get(account.name)
        sealed = digest(app.sealed) if app else ""
        return account.name, wants, digest(account.password or ""), sealed, digest(browser)

    def spend(self, half: HalfSession) -> Callable[[Database], None]:
        """Use a half session up; return what does so within a change."""
        key, now = digest(half.signature), self._account_service.wall()
        if key in self._spent:
            raise Refused("too_late", _TOO_LATE)
        self._spent = {each: ends for each, ends in self._spent.items() if ends > now}
        self._spent[key] = ends = now + 2 * LASTS

        def spend(database: Database) -> None:
            found = database.account(half.account.name)
            if found is None or found.password != half.account.password:
                raise Refused("too_late", _TOO_LATE)
            if not factors.spend(database.sql, key, ends):
                raise Refused("too_late", _TOO_LATE)

        return spend

    # -- codes

    async def check(self, call: Call[Any], account: Account, typed: str) -> RightCode:
        """Return what a right code leads to. Raises `Refused` (``wait``, ``wrong_code``).

        All who are not known guess within one budget for the account, from wherever they come.
        """
        service, name = self._account_service, account.name
        device = known_devices.recognise(call.known, account.password)
        key, now = (name, device), service.clock.seconds()
        if wait := self._guesses.wait(key, now):
            raise Refused("wait", f"Too many attempts. Try again in {ceil(wait)} s.", wait=wait)
        self._guesses.guess(key, now)
        app = service.cache.apps.get(name)
        found = None
        if app is not None:
            found = (
                self._recovery(app, typed)
                if rules.is_recovery(typed)
                else await self._code(call, app, typed)
            )
        if found is None:
            await service.record(AuditEvent(name, call.address, "sign in", result="wrong code"))
            raise Refused("wrong_code", _NOT_RIGHT)
        self._guesses.right(key)
        return found

    async def _code(self, call: Call[Any], app: AuthenticatorApp, typed: str) -> RightCode | None:
        name = app.account
        secret = (await self._unsealed(call, app.sealed, _purpose(name))).decode()
        now = self._account_service.wall()
        last = max(app.step, self._steps.get(name, 0))
        step = rules.matching_step(secret, typed, now, last)
        if step is None:
            return None
        self._steps[name] = step

        def also(database: Database) -> None:
            if not factors.code_used(database.sql, name, step, database.now()):
                raise Refused("wrong_code", _NOT_RIGHT)

        return RightCode("sign in by code", also, meanwhile=True)

    def _recovery(self, app: AuthenticatorApp, typed: str) -> RightCode | None:
        key = rules.recovery_digest(typed)
        if key not in app.recovery:
            return None

        def also(database: Database) -> None:
            if not factors.recovery_used(database.sql, app.account, key):
                raise Refused("wrong_code", _NOT_RIGHT)

        return RightCode("sign in by recovery code", also, meanwhile=False)

    # -- a new app

    async def begin(self, call: Call[Any], account: str, browser: str) -> tuple[str, str]:
        """Return the secret of a new app, and the same sealed, for the page to bring back."""
        secret = rules.new_secret()
        state = self._account_service.ceremonies.begin(self._account_service.wall())
        text = f"{state} {secret}".encode()
        purpose = _enrolment(account, browser)
        try:
            sealed = await self._account_service.hashing.run(
                self._sealer.seal, text, purpose, client=client_key(call.address)
            )
        except CannotOpen as why:
            raise self._no_key(why) from why
        return secret, sealed

    async def confirmed(
        self, call: Call[Any], account: str, sealed: str, code: str
    ) -> tuple[AuthenticatorApp, list[str]]:
        """Return the new app with its recovery codes, once its code is right. Raises `Refused`."""
        purpose = _enrolment(account, call.browser)
        service = self._account_service
        try:
            text = (await self._opened(call, sealed, purpose)).decode()
        except CannotUnseal:  # another browser's, or a session's that is over
            raise Refused("too_late", "That took too long. Begin again.") from None
        state, _, secret = text.partition(" ")
        now = service.wall()
        if not is_open(state, now):
            raise Refused("too_late", "That took too long. Begin again.")
        step = rules.matching_step(secret, code, now, last=0)
        if step is None:
            raise Refused(
                "wrong_code",
                "This is not the code that the app shows now. If it is, the phone's clock is not"
                " right.",
            )
        kept = await service.hashing.run(
            self._sealer.seal, secret.encode(), _purpose(account), client=client_key(call.address)
        )
        codes = rules.new_recovery_codes()
        digests = frozenset(map(rules.recovery_digest, codes))
        self._steps[account] = step
        return AuthenticatorApp(account, kept, step, now, None, digests), codes

    async def _unsealed(self, call: Call[Any], sealed: str, purpose: str) -> bytes:
        try:
            return await self._opened(call, sealed, purpose)
        except CannotUnseal as why:
            raise self._no_key(why) from why

    async def _opened(self, call: Call[Any], sealed: str, purpose: str) -> bytes:
        try:
            found: bytes = await self._account_service.hashing.run(
                self._sealer.open, sealed, purpose, client=client_key(call.address)
            )
        except CannotOpen as why:
            raise self._no_key(why) from why
        return found

    def _no_key(self, why: Exception) -> Refused:
        self._log.error("Secrets of authenticator apps cannot be used: {why}", why=str(why))
        return Refused("failed", _NO_KEY)


def _purpose(account: str) -> str:
    return f"authenticator app of {account}"


def _enrolment(account: str, browser: str) -> str:
    return f"new app of {account} in {digest(browser)}"
