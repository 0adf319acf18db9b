"""Answer over HTTP: what a rule would have told, what is usual for a device, an acknowledgement.

A phone's notification acknowledges without a page, so that is here, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

from msgspec import Meta
from twisted.internet.interfaces import IReactorTime

from sightline.auth.account import AuditEvent
from sightline.auth.permissions import User, may, may_recall
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import RequestBody, RequestFields
from sightline.contract.http import Call, Reply, Route
from sightline.model.token_bucket import TokenBuckets
from sightline.rules.alert_changes import Act
from sightline.rules.answers import RuleTried, UsualSilence
from sightline.rules.requests import Note, RuleFields

_DAYS = 30.0


class TryRule(RequestBody, frozen=True, kw_only=True):
    """A rule that need not be kept, and over how many days it is tried."""

    rule: RuleFields
    days: Annotated[float, Meta(gt=0, le=90)] = _DAYS


class UsualQuery(RequestFields, frozen=True, kw_only=True):
    """The device whose usual silence is asked for."""

    thing: Annotated[str, Meta(max_length=200)]


class AcknowledgedAlert(RequestBody, frozen=True, kw_only=True):
    """Which alert, and a note beside it."""

    alert: Annotated[str, Meta(max_length=200)]
    note: Note | None = None


class TrialsPort(Protocol):
    """What tries rules on the past."""

    def tried(self, call: Call[TryRule]) -> Awaitable[RuleTried]:
        """Return what a rule would have told of what the asker may see. Raises `Refused`."""

    def usual(self, call: Call[UsualQuery]) -> Awaitable[UsualSilence]:
        """Return how long a device is usually silent. Raises `Refused`."""


class Acknowledging(Protocol):
    """What knows the alerts."""

    def act(self, thing: str, act: Act, user: User, note: str | None) -> Awaitable[None]:
        """Do something to an alert. Raises `Refused`."""


class RulesApi:
    """``note`` writes down who acknowledged."""

    def __init__(
        self,
        clock: IReactorTime,
        trials: TrialsPort,
        alerts: Acknowledging,
        note: Callable[[AuditEvent], None],
    ) -> None:
        self._clock = clock
        self._trials = trials
        self._alerts = alerts
        self._note = note
        # A threshold is dragged: about four a second, each with its answer awaited.
        self._tries = TokenBuckets(rate=2, burst=40)
        self._acts = TokenBuckets(rate=1, burst=60)

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "POST",
                "/rules/try",
                "account",
                self.tried,
                summary="Tell what a rule would have told, if it had been there",
                body=TryRule,
                reply=RuleTried,
                example={
                    "rule": {
                        "about": ["friend/jane/phone"],
                        "condition": {"type": "arrives", "region": "ab12cd34"},
                        "tell": [{"account": "jane"}],
                    },
                    "days": 30,
                },
            ),
            Route(
                "GET",
                "/rules/usual",
                "account",
                self.usual,
                summary="Tell for how long a device is usually silent",
                query=UsualQuery,
                reply=UsualSilence,
                errors=("unknown",),
                example={"thing": "friend/jane/phone"},
            ),
            Route(
                "POST",
                "/alerts/acknowledge",
                "account",
                self.acknowledge,
                summary="Acknowledge an alert",
                body=AcknowledgedAlert,
                errors=("unknown",),
                example={"alert": "alert/jane/ab12cd34.17", "note": "On my way"},
            ),
        ]

    async def tried(self, call: Call[TryRule]) -> Reply:
        """Return what a rule would have told."""
        self._take(self._tries, call)
        return Reply(await self._trials.tried(call))

    async def usual(self, call: Call[UsualQuery]) -> Reply:
        """Return the usual silence of a device that the asker may know the past of."""
        self._take(self._tries, call)
        if not may_recall(call.who.user, call.asked.thing, "fix"):
            raise Refused("unknown", UNKNOWN)
        return Reply(await self._trials.usual(call))

    async def acknowledge(self, call: Call[AcknowledgedAlert]) -> Reply:
        """Acknowledge an alert that the asker sees."""
        self._take(self._acts, call)
        user, alert = call.who.user, call.asked.alert
        if not may(user, "alert", alert):
            raise Refused("unknown", UNKNOWN)
        await self._alerts.act(alert, "acknowledge", user, call.asked.note)
        self._note(AuditEvent(user.name, call.address, "alert", alert, more="acknowledge"))
        return Reply()

    def _take(self, buckets: TokenBuckets, call: Call[Any]) -> None:
        if not buckets.take(call.who.user.name, self._clock.seconds()):
            raise Refused("wait", "Too many at once. Try again in a moment.", wait=1)
