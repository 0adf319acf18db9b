"""Answer the calls of admins about the check of the set-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.auth.account import AuditEvent
from sightline.console.checkup import Checkup, SetupCheck
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route


class CheckSetup(RequestBody, frozen=True):
    """A wish to have the set-up checked, which has no fields."""


class CheckApi:
    """``note`` writes down that it was done, and by whom."""

    _log = Logger()

    def __init__(self, checkup: Checkup, note: Callable[[AuditEvent], None]) -> None:
        self._checkup = checkup
        self._note = note

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/admin/check",
                "admin",
                self.last,
                summary="Show the check of the set-up that runs, or the last one",
                reply=SetupCheck,
            ),
            Route(
                "POST",
                "/admin/check",
                "admin",
                self.start,
                summary="Check the set-up as `sightline check` does, one check at a time",
                body=CheckSetup,
                reply=SetupCheck,
                status=202,
                example={},
            ),
        ]

    async def last(self, call: Call[Nothing]) -> Reply:
        """Tell how far it is."""
        return Reply(self._checkup.last)

    async def start(self, call: Call[CheckSetup]) -> Reply:
        """Begin a check, unless one runs, and answer at once: brokers may take their time."""
        if not self._checkup.last.running:
            Deferred.fromCoroutine(self._checkup.check()).addErrback(
                lambda failure: self._log.failure("The check of the set-up failed", failure)
            )
            self._note(AuditEvent(call.who.user.name, call.address, "check set-up", ""))
        return Reply(self._checkup.last, status=202)
