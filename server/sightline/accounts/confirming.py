"""Ask who changes how an account is signed in to, whether it is really they.

A session that began a moment ago is enough. An older one may be a screen that somebody left: then
the password is asked for once more.
"""

from __future__ import annotations

from typing import Any

from sightline.accounts.service import AccountService
from sightline.auth.account import AuditEvent
from sightline.auth.session import Throttle
from sightline.contract.errors import Refused
from sightline.contract.http import Call
from sightline.web.proxies import client_key

FRESH = 600.0
"""Seconds after signing in within which nothing is asked."""
_PASSWORD = "To be sure that it is you: please give your password once more."
_SIGN_IN = (
    "To be sure that it is you: sign out, sign in again by your passkey, and do this within ten"
    " minutes."
)


class Confirming:
    """Asks for a password again."""

    def __init__(self, account_service: AccountService) -> None:
        self._account_service = account_service
        self._guesses = Throttle()

    async def check(self, call: Call[Any], password: str | None) -> None:
        """Raise `Refused` (``confirm``, ``wrong``, ``wait``) unless it is surely they."""
        service, name = self._account_service, call.who.user.name
        session = service.cache.sessions.get(call.who.key)
        if session is not None and 0 <= service.wall() - session.created < FRESH:
            return
        kept = service.cache.accounts[name].password
        if kept is None:
            raise Refused("confirm", _SIGN_IN)
        if password is None:
            raise Refused("confirm", _PASSWORD)
        now = service.clock.seconds()
        if wait := self._guesses.wait(name, now):
            raise Refused("wait", "Too many attempts. Try again later.", wait=wait)
        self._guesses.guess(name, now)
        client = client_key(call.address)
        if not await service.hashing.run(service.passwords.verify, kept, password, client=client):
            service.note(AuditEvent(name, call.address, "give password", result="wrong"))
            raise Refused("wrong", "The password is not right.")
        self._guesses.right(name)
