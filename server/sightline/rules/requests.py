"""Answer requests about rules and alerts: make a rule, change it, remove it, acknowledge an alert.

Who may is decided by `auth.permissions`; the audit log writes down who did.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sightline.contract.fields import Answer, RequestFields, refuses
from sightline.contract.requests import RequestSpec
from sightline.kinds.rules.model import Condition, Hours, Recipient

MOST_THINGS = 50
"""Things that one rule names."""
MOST_TOLD = 20
"""Accounts that one rule tells."""

_Word = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=500)]
_Seconds = Annotated[float, Meta(ge=0, le=2_592_000)]
_Pause = Annotated[float, Meta(ge=60, le=604_800)]


class RuleFields(RequestFields, frozen=True, kw_only=True):
    """A rule as it is made. Without a ``thing`` it is new; else ``version`` is the one changed."""

    thing: str | None = None
    version: int = 0
    name: Annotated[str, Meta(max_length=64)] = ""
    about: Annotated[tuple[_Word, ...], Meta(max_length=MOST_THINGS)]
    condition: Condition
    hours: Hours = Hours()
    tell: Annotated[tuple[Recipient, ...], Meta(max_length=MOST_TOLD)]
    urgent: bool = False
    every: _Seconds = 0.0
    again: _Pause | None = None
    enabled: bool = True


class SavedRule(Answer, frozen=True):
    """The rule as it is kept now."""

    thing: str
    version: int


class RemovedRule(RequestFields, frozen=True):
    """Which rule, and the version that is removed."""

    thing: str
    version: Annotated[int, refuses("stale", "the rule's version")] | None = None


class AlertFields(RequestFields, frozen=True, kw_only=True):
    """What is done to an alert, and a note beside it."""

    thing: str
    act: Literal["acknowledge", "resolve", "reopen"]
    note: Note | None = None


_ERRORS = ("forbidden", "stale", "wait", "degraded", "busy")
RULE = RequestSpec(
    name="rule",
    summary="Make a rule, or change one",
    fields=RuleFields,
    right="rule",
    needs="a password or passkey: not by a token",
    answer=SavedRule,
    errors=(*_ERRORS, "full", "impossible"),
    example={
        "about": ["friend/jane/phone"],
        "condition": {"type": "arrives", "region": "ab12cd34"},
        "tell": [{"account": "jane"}],
    },
)
UNRULE = RequestSpec(
    name="unrule",
    summary="Remove a rule, with its alerts",
    fields=RemovedRule,
    right="unrule",
    errors=_ERRORS,
    example={"thing": "rule/jane/ab12cd34", "version": 1},
)
ALERT = RequestSpec(
    name="alert",
    summary="Acknowledge an alert, resolve it, or open it again",
    fields=AlertFields,
    right="alert",
    errors=("forbidden", "wait", "degraded", "busy"),
    example={"thing": "alert/jane/ab12cd34.17", "act": "acknowledge", "note": "On my way"},
)
