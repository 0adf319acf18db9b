"""Show why a rule cannot fire just now: what it is about is gone, or may not be seen any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service

from sightline.auth.permissions import User
from sightline.live.periodic import Periodic
from sightline.rules.rights import RuleRights
from sightline.rules.service import RuleService
from sightline.wiring.rule_surroundings import RuleChecks

_LOOK = 30.0  # s: things go without a word
_SOON = 0.5  # s after which many changes of rights are looked at together


class Troubles(Service):
    """Looks at all rules. ``user_of`` tells what an account may."""

    def __init__(
        self,
        clock: Any,
        rules: RuleService,
        user_of: Callable[[str], User | None],
        rights: RuleRights,
        checks: RuleChecks,
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._user_of = user_of
        self._rights = rights
        self._checks = checks
        self._due = False
        self._loop = Periodic(clock, _LOOK, self.look, "the look at the troubles of rules")

    def startService(self) -> None:
        """Begin to look at all rules now and then."""
        super().startService()
        self._loop.start(now=True)

    def stopService(self) -> None:
        """Look at no rule any more."""
        super().stopService()
        self._loop.stop()

    def stir(self) -> None:
        """Look soon: rules, rights or regions have changed."""
        if not self._due and self.running:
            self._due = True
            self._clock.callLater(_SOON, self._look_now)

    def _look_now(self) -> None:
        self._due = False
        if self.running:
            self.look()

    def look(self) -> None:
        """Look at all rules."""
        for id in list(self._rules.records):
            self._rules.troubled(id, self._trouble(id))

    def _trouble(self, id: str) -> str | None:
        rule, user = self._rules.records[id], self._user_of(id.partition("/")[0])
        if user is not None:
            for trouble in self._checks.check(rule, user):
                return trouble.code
        return self._rights.trouble(id, rule)
