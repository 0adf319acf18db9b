"""Answer the calls about passkeys: sign in by one, make, rename and remove one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta

from sightline.accounts import answers, factors, known_devices
from sightline.accounts.api_session import UNKNOWN_NAME, Text
from sightline.accounts.confirming import Confirming
from sightline.accounts.database import Database
from sightline.accounts.entrance import Entrance
from sightline.accounts.identities import identities_in
from sightline.accounts.passkeys import (
    MadePasskey,
    PasskeyChallenge,
    Passkeys,
    PasskeyToMake,
    SignedPasskey,
    browser_of,
)
from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent, check_label
from sightline.auth.passkeys import Passkey, counter_went_back
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route

_LAST_WAY = (
    "This passkey is the only way into your account. Add another one first, or ask an admin for a"
    " link to choose a password."
)
_ADD = "add"
Label = Annotated[str, Meta(max_length=64)]


class NoFields(RequestBody, frozen=True):
    """A call that says all by its path."""


class Confirmed(RequestBody, frozen=True):
    """The password once more, where the session is not new."""

    password: Text | None = None


class NewPasskey(RequestBody, frozen=True):
    """A passkey that the browser has made, and what it is to be called."""

    name: Label
    passkey: MadePasskey


class PasskeyName(RequestBody, frozen=True):
    """What a passkey is called."""

    name: Label


class PasskeySignIn(RequestBody, frozen=True):
    """What a passkey has signed."""

    passkey: SignedPasskey


class PasskeysApi:
    """Sign in by passkeys, and look after one's own."""

    def __init__(
        self,
        account_service: AccountService,
        entrance: Entrance,
        passkeys: Passkeys,
        confirming: Confirming,
    ) -> None:
        self._account_service = account_service
        self._entrance = entrance
        self._passkeys = passkeys
        self._confirming = confirming

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [*self._sign_in_routes(), *self._own_routes()]

    def _sign_in_routes(self) -> list[Route[Any]]:
        """List the calls of somebody who is not in yet."""
        return [
            Route(
                "POST",
                "/passkeys/challenge",
                "nobody",
                self.challenge,
                summary="Return what a passkey is to sign so that somebody may sign in",
                body=NoFields,
                reply=PasskeyChallenge,
                errors=("no_passkeys",),
                example={},
            ),
            Route(
                "POST",
                "/session/passkey",
                "nobody",
                self.sign_in,
                summary="Sign in by a passkey, which is as good as a password with a code",
                body=PasskeySignIn,
                example={
                    "passkey": {
                        "state": "as it came",
                        "id": "AQ",
                        "client_data": "AQ",
                        "authenticator_data": "AQ",
                        "signature": "AQ",
                    }
                },
                reply=answers.Me,
                errors=("wrong", "not_accepted", "too_late", "unknown_passkey", "no_passkeys"),
            ),
        ]

    def _own_routes(self) -> list[Route[Any]]:
        """List the calls about one's own passkeys."""
        return [
            Route(
                "POST",
                "/me/passkeys/challenge",
                "account",
                self.begin,
                summary="Return what a browser needs to make a passkey",
                body=Confirmed,
                example={"password": "given once more"},
                reply=PasskeyToMake,
                errors=("confirm", "wrong", "no_passkeys", "taken"),
            ),
            Route(
                "POST",
                "/me/passkeys",
                "account",
                self.add,
                summary="Add a passkey that the browser has made",
                body=NewPasskey,
                example={
                    "name": "my phone",
                    "passkey": {
                        "state": "as it came",
                        "id": "AQ",
                        "client_data": "AQ",
                        "attestation": "AQ",
                    },
                },
                reply=answers.OnePasskey,
                status=201,
                errors=("not_accepted", "too_late", "taken", "no_passkeys"),
            ),
            Route(
                "PATCH",
                "/me/passkeys/{id}",
                "account",
                self.rename,
                summary="Call a passkey by another name",
                body=PasskeyName,
                reply=answers.OnePasskey,
                example={"name": "my phone"},
            ),
            Route(
                "DELETE",
                "/me/passkeys/{id}",
                "account",
                self.remove,
                summary="Remove a passkey, so that nobody signs in by it any more",
                errors=("last_way",),
            ),
        ]

    # -- signing in

    async def challenge(self, call: Call[NoFields]) -> Reply:
        """Make a challenge for signing in."""
        browser, keep = browser_of(call)
        return Reply(self._passkeys.to_sign(call, browser), browser=keep)

    async def sign_in(self, call: Call[PasskeySignIn]) -> Reply:
        """Sign in by a passkey. The person was verified by their device: nothing more is asked."""
        service = self._account_service
        self._entrance.check_address(call)
        await service.refresh()
        try:
            signed = await self._passkeys.signed(call, call.asked.passkey)
        except Refused as why:
            known = service.cache.passkeys.get(call.asked.passkey.id)
            who = known.account if known else UNKNOWN_NAME
            event = AuditEvent(who, call.address, "sign in by passkey", result=why.code)
            await service.record(event)
            raise
        passkey = signed.passkey
        name, more = passkey.account, f"passkey {passkey.number}"

        def also(database: Database) -> None:
            before = factors.passkeys_in(database.sql).get(passkey.id)
            signed.also(database)
            if before is not None and counter_went_back(before.count, signed.count):
                told = f"{more}: {signed.count} after {before.count}, there may be a copy of it"
                database.write(
                    AuditEvent(name, call.address, "passkey", result="counter", more=told)
                )

        def known_here() -> bool:
            account = service.cache.accounts.get(name)
            return account is not None and not account.disabled

        what = "sign in by passkey"
        reply = await self._entrance.enter(call, name, what, also, known_here, more=more)
        account = service.cache.accounts.get(name)
        password = account.password if account else None
        return replace(reply, known=known_devices.issue(password) if password else None)

    # -- one's own

    async def begin(self, call: Call[Confirmed]) -> Reply:
        """Make a challenge for a new passkey."""
        await self._confirming.check(call, call.asked.password)
        browser, keep = browser_of(call)
        user = call.who.user
        made = self._passkeys.to_make(call, browser, user.name, user.display, _ADD)
        return Reply(made, browser=keep)

    async def add(self, call: Call[NewPasskey]) -> Reply:
        """Add a passkey to the account."""
        name, asked = call.who.user.name, call.asked
        label = _label(asked.name)
        passkey, store = await self._passkeys.made(call, name, label, _ADD, asked.passkey)

        def add(database: Database) -> None:
            store(database)
            database.write(passkey_event("add passkey", name, call.address, passkey))

        await self._account_service.change(add)
        return Reply(answers.OnePasskey(passkey=shown_passkey(passkey)), status=201)

    async def rename(self, call: Call[PasskeyName]) -> Reply:
        """Call a passkey by another name."""
        passkey, label = self._find(call), _label(call.asked.name)

        def rename(database: Database) -> None:
            factors.rename_passkey(database.sql, passkey.id, label)

        await self._account_service.change(rename)
        return Reply(answers.OnePasskey(passkey=shown_passkey(replace(passkey, label=label))))

    async def remove(self, call: Call[Nothing]) -> Reply:
        """Remove a passkey, unless nothing else lets its owner in."""
        passkey, name = self._find(call), call.who.user.name

        def remove(database: Database) -> None:
            self._keep_a_way(database, name)
            factors.drop_passkey(database.sql, passkey.id)
            database.write(passkey_event("remove passkey", name, call.address, passkey))

        await self._account_service.change(remove)
        return Reply()

    def _keep_a_way(self, database: Database, name: str) -> None:
        """Raise `Refused` (``last_way``) if one passkey less would lock its owner out."""
        cache = database.read_cache()
        password = self._entrance.ways.passwords and cache.accounts[name].password is not None
        elsewhere = identities_in(database.sql, name)
        if not (password or elsewhere or len(cache.passkeys_of(name)) > 1):
            raise Refused("last_way", _LAST_WAY)

    def _find(self, call: Call[Any]) -> Passkey:
        for passkey in self._account_service.cache.passkeys_of(call.who.user.name):
            if passkey.number == call.parts["id"]:
                return passkey
        raise Refused("unknown", UNKNOWN)


def _label(text: str) -> str:
    """Return what a passkey is called. Raises `Refused` (``malformed``)."""
    label = " ".join(text.split())
    if (why := check_label(label)) is not None:
        raise Refused("malformed", why)
    return label


def passkey_event(what: str, name: str, address: str, passkey: Passkey) -> AuditEvent:
    """Tell how it is written down what was done to a passkey."""
    more = f"passkey {passkey.number} at {passkey.rp}"
    return AuditEvent(name, address, what, f"account/{name}", more=more)


def shown_passkey(passkey: Passkey) -> answers.PasskeyShown:
    """Return a passkey as it is shown. Times in epoch s."""
    return answers.PasskeyShown(
        id=passkey.number,
        name=passkey.label,
        at=passkey.rp,
        synced=passkey.synced,
        created=round(passkey.created, 3),
        used=None if passkey.used is None else round(passkey.used, 3),
    )
