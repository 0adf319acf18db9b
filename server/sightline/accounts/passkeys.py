"""Make challenges for passkeys, and check what browsers answer to them.

A challenge is good for one browser, one purpose, ten minutes and one use, on whichever server it is
answered: see `sightline.auth.passkeys.Ceremonies`. The signatures are checked by a library, on a
thread; of its errors people are told that the passkey was not accepted, and the log is told why.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from twisted.logger import Logger

from sightline.accounts import factors
from sightline.accounts.database import Database
from sightline.accounts.service import AccountService
from sightline.auth.passkeys import (
    LASTS,
    MOST,
    NoPasskeys,
    Passkey,
    RelyingParty,
    is_open,
    relying_party,
)
from sightline.auth.session import digest, new_secret
from sightline.contract.errors import Refused
from sightline.contract.fields import Answer
from sightline.contract.http import Call
from sightline.web.proxies import client_key

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.registration.verify_registration_response import VerifiedRegistration

ALGORITHMS = (-8, -7, -257)
"""What passkeys may sign with, by COSE numbers: Ed25519, P-256, RSA."""
_NOT_ACCEPTED = "The passkey was not accepted. Try again, or sign in another way."
_TOO_LATE = "That took too long, or was done already. Try again."

_Encoded = Annotated[str, Meta(max_length=2000)]
_Attestation = Annotated[str, Meta(max_length=20_000)]
_State = Annotated[str, Meta(max_length=100)]
_Transport = Annotated[str, Meta(max_length=20, pattern=r"^[a-z-]*$")]


class MadePasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey that a browser made. ``state`` is that of the challenge; the rest is base64url."""

    state: _State
    id: _Encoded
    client_data: _Encoded
    attestation: _Attestation
    transports: Annotated[tuple[_Transport, ...], Meta(max_length=8)] = ()


class SignedPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a passkey signed. ``state`` is that of the challenge; the rest is base64url."""

    state: _State
    id: _Encoded
    client_data: _Encoded
    authenticator_data: _Encoded
    signature: _Encoded
    user: _Encoded = ""


class PasskeyChallenge(Answer, frozen=True):
    """What a passkey is to sign. ``rp`` is the name that it belongs to, ``lasts`` in s."""

    challenge: str
    rp: str
    state: str
    lasts: float = LASTS


class PasskeyToMake(Answer, frozen=True):
    """What a browser needs to make a passkey. ``user`` is the account's number, in base64url.

    ``known`` are the passkeys there are already, ``algorithms`` COSE numbers.
    """

    challenge: str
    rp: str
    state: str
    user: str
    name: str
    display: str
    known: list[str]
    algorithms: tuple[int, ...] = ALGORITHMS
    lasts: float = LASTS


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of a signature. ``also`` is to be done in the change that lets somebody in."""

    passkey: Passkey
    count: int
    synced: bool
    also: Callable[[Database], None]


class Passkeys:
    """The passkeys of all accounts."""

    _log = Logger()

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service
        self._spent: dict[str, float] = {}  # while the database cannot be written

    def to_sign(self, call: Call[Any], browser: str) -> PasskeyChallenge:
        """Return a challenge for signing in. Raises `Refused` where no passkey can work."""
        ceremonies, at = self._account_service.ceremonies, _here(call)
        state = ceremonies.begin(self._account_service.wall())
        challenge = ceremonies.challenge(state, "sign in", "", at.id, digest(browser))
        return PasskeyChallenge(challenge=_text(challenge), rp=at.id, state=state)

    def to_make(
        self, call: Call[Any], browser: str, account: str, display: str, what: str
    ) -> PasskeyToMake:
        """Return a challenge for a new passkey. ``what`` it is made for: an account, an invitation.

        Raises `Refused` where no passkey can work.
        """
        ceremonies, at = self._account_service.ceremonies, _here(call)
        known = self._account_service.cache.passkeys_of(account)
        if len(known) >= MOST:
            raise Refused("taken", f"An account has at most {MOST} passkeys. Remove one first.")
        state = ceremonies.begin(self._account_service.wall())
        challenge = ceremonies.challenge(state, what, account, at.id, digest(browser))
        return PasskeyToMake(
            challenge=_text(challenge),
            rp=at.id,
            state=state,
            user=_text(ceremonies.user_handle(account)),
            name=display or account,
            display=display or account,
            known=[each.id for each in known if each.rp == at.id],
        )

    async def made(
        self, call: Call[Any], account: str, label: str, what: str, given: MadePasskey
    ) -> tuple[Passkey, Callable[[Database], None]]:
        """Return the new passkey, and what stores it within a change. Raises `Refused`."""
        at, challenge = self._answered(call, given.state, what, account)
        found = await self._account_service.hashing.run(
            _registered, at, challenge, given, client=client_key(call.address)
        )
        if isinstance(found, str):
            self._log.info("A new passkey was not accepted: {why}", why=found)
            raise Refused("not_accepted", _NOT_ACCEPTED)
        passkey = Passkey(
            _text(found.credential_id),
            account,
            label,
            _text(found.credential_public_key),
            at.id,
            found.sign_count,
            found.credential_backed_up,
            given.transports,
            self._account_service.wall(),
        )
        spend = self._spend(challenge)

        def store(database: Database) -> None:
            spend(database)
            passkeys = factors.passkeys_in(database.sql)
            if passkey.id in passkeys:
                raise Refused("taken", "This passkey is there already.")
            if sum(each.account == account for each in passkeys.values()) >= MOST:
                raise Refused("taken", f"An account has at most {MOST} passkeys.")
            factors.put_passkey(database.sql, passkey)

        return passkey, store

    async def signed(self, call: Call[Any], given: SignedPasskey) -> Signed:
        """Return whose passkey signed the challenge. Raises `Refused`."""
        at, challenge = self._answered(call, given.state, "sign in", "")
        passkey = self._account_service.cache.passkeys.get(given.id)
        if passkey is None or passkey.rp != at.id:
            raise Refused(
                "unknown_passkey",
                "This passkey is not known here. Sign in another way, and remove it from the"
                " passkeys of your device.",
            )
        handle = self._account_service.ceremonies.user_handle(passkey.account)
        if given.user and given.user.rstrip("=") != _text(handle):
            raise Refused("not_accepted", _NOT_ACCEPTED)
        found = await self._account_service.hashing.run(
            _asserted, at, challenge, given, passkey, client=client_key(call.address)
        )
        if isinstance(found, str):
            self._log.info("A passkey was not accepted: {why}", why=found)
            raise Refused("not_accepted", _NOT_ACCEPTED)
        count, synced = found.new_sign_count, found.credential_backed_up
        spend = self._spend(challenge)

        def also(database: Database) -> None:
            spend(database)
            if not factors.passkey_used(database.sql, passkey.id, count, synced, database.now()):
                raise Refused("not_accepted", _NOT_ACCEPTED)  # it was removed meanwhile

        return Signed(passkey, count, synced, also)

    def _answered(
        self, call: Call[Any], state: str, what: str, account: str
    ) -> tuple[RelyingParty, bytes]:
        """Return where the page is, and the challenge that it had. Raises `Refused`."""
        now = self._account_service.wall()
        if not is_open(state, now) or not call.browser:
            raise Refused("too_late", _TOO_LATE)
        at = _here(call)
        ceremonies = self._account_service.ceremonies
        challenge = ceremonies.challenge(state, what, account, at.id, digest(call.browser))
        if digest(_text(challenge)) in self._spent:
            raise Refused("too_late", _TOO_LATE)
        return at, challenge

    def _spend(self, challenge: bytes) -> Callable[[Database], None]:
        """Use a challenge up, in memory at once; return what does so within a change."""
        key, now = digest(_text(challenge)), self._account_service.wall()
        if key in self._spent:  # by an answer that was checked at the same time
            raise Refused("too_late", _TOO_LATE)
        self._spent = {each: ends for each, ends in self._spent.items() if ends > now}
        self._spent[key] = ends = now + 2 * LASTS

        def spend(database: Database) -> None:
            if not factors.spend(database.sql, key, ends):
                raise Refused("too_late", _TOO_LATE)

        return spend


def browser_of(call: Call[Any]) -> tuple[str, str | None]:
    """Return the secret of the browser that calls, and what it must keep if it has none yet."""
    if 20 <= len(call.browser) <= 100 and call.browser.isascii():
        return call.browser, None
    secret = new_secret()
    return secret, secret


def _here(call: Call[Any]) -> RelyingParty:
    try:
        return relying_party(call.origin)
    except NoPasskeys as why:
        raise Refused("no_passkeys", str(why)) from None


# -- on a thread: the library takes 0.1 s to load, and what it reads came from outside


def _registered(
    at: RelyingParty, challenge: bytes, given: MadePasskey
) -> VerifiedRegistration | str:
    """Return what a browser made, as the library has checked it; or why it is not accepted."""
    from webauthn import verify_registration_response
    from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

    try:
        return verify_registration_response(
            credential=RegistrationCredential(
                id=given.id,
                raw_id=_bytes(given.id),
                response=AuthenticatorAttestationResponse(
                    client_data_json=_bytes(given.client_data),
                    attestation_object=_bytes(given.attestation),
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
            require_user_verification=True,
        )
    except Exception as why:
        return _reason(why)


def _asserted(
    at: RelyingParty, challenge: bytes, given: SignedPasskey, passkey: Passkey
) -> VerifiedAuthentication | str:
    """Return what a passkey signed, as the library has checked it; or why it is not accepted."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

    try:
        return verify_authentication_response(
            credential=AuthenticationCredential(
                id=given.id,
                raw_id=_bytes(given.id),
                response=AuthenticatorAssertionResponse(
                    client_data_json=_bytes(given.client_data),
                    authenticator_data=_bytes(given.authenticator_data),
                    signature=_bytes(given.signature),
                    user_handle=_bytes(given.user) or None,
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
            credential_public_key=_bytes(passkey.key),
            credential_current_sign_count=0,  # a counter that went back is ours to judge
            require_user_verification=True,
        )
    except Exception as why:
        return _reason(why)


def _reason(why: Exception) -> str:
    """Tell why, in a line. What is malformed raises errors of every sort in the library."""
    return f"{type(why).__name__}: {why}"[:200]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
