"""Answer requests about rules and alerts: make a rule, change it, remove it, acknowledge an alert.

Who may is decided by `auth.permissions`; the audit log writes down who did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Annotated, Literal, Protocol

from msgspec import Meta
from twisted.internet.interfaces import IReactorTime

from sightline.auth.permissions import User, may
from sightline.contract.errors import UNKNOWN, Refused
from sightline.contract.fields import Answer, Done, RequestFields, refuses
from sightline.contract.requests import RequestSpec
from sightline.kinds.rules.model import Condition, Hours, Recipient, Rule
from sightline.live.requests import Asker, Requests
from sightline.model.kind import id_of, kind_of
from sightline.model.text import clean
from sightline.model.token_bucket import TokenBuckets
from sightline.rules.alerts import AlertService
from sightline.rules.answers import RuleTrouble
from sightline.rules.ids import new_id
from sightline.rules.rights import RuleRights
from sightline.rules.service import RuleService

MOST_THINGS = 50
"""Things that one rule names."""
MOST_RECIPIENTS = 20
"""Accounts that one rule tells."""

MOST_AT_ONCE = 200
"""Rules that are saved together."""

_Word = Annotated[str, Meta(min_length=1, max_length=200)]
MOST_NOTE = 500
"""Characters of a note beside an alert."""
Note = Annotated[str, Meta(max_length=MOST_NOTE)]
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
    tell: Annotated[tuple[Recipient, ...], Meta(max_length=MOST_RECIPIENTS)]
    urgent: bool = False
    every: _Seconds = 0.0
    again: _Pause | None = None
    enabled: bool = True


class SavedRule(Answer, frozen=True):
    """The rule as it is kept now."""

    thing: str
    version: int


class ManyRules(RequestFields, frozen=True, kw_only=True):
    """Rules that are made or changed together, each as by a request of its own."""

    rules: Annotated[tuple[RuleFields, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class SavedRules(Answer, frozen=True):
    """The keys of the rules as they are kept now, in the order in which they came."""

    things: list[str]


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
RULES = RequestSpec(
    name="rules",
    summary="Make rules, or change some: all or none",
    fields=ManyRules,
    right="rule",
    needs="a password or passkey: not by a token",
    answer=SavedRules,
    errors=(*_ERRORS, "full", "impossible"),
    example={"rules": [RULE.example]},
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


class RuleChecker(Protocol):
    """What knows whether a rule makes sense."""

    def prepare(self, rule: Rule) -> Awaitable[None]:
        """Load what is needed to check and judge a rule, where that takes long."""

    def check(self, rule: Rule, user: User) -> Sequence[RuleTrouble]:
        """Say what is wrong with a rule, by what that user may see; after `prepare`."""


class RuleRequests:
    """Add the requests about rules and alerts to the dispatcher. ``wall`` gives epoch s."""

    def __init__(
        self,
        requests: Requests,
        clock: IReactorTime,
        wall: Callable[[], float],
        rules: RuleService,
        alerts: AlertService,
        rights: RuleRights,
        checker: RuleChecker,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._rules = rules
        self._alerts = alerts
        self._rights = rights
        self._checker = checker
        # More than people do; less than would fill the disk.
        self._pace = TokenBuckets(rate=0.5, burst=30)
        self._acts = TokenBuckets(rate=2, burst=100)
        requests.add(RULE, self._rule)
        requests.add(RULES, self._many)
        requests.add(UNRULE, self._unrule)
        requests.add(ALERT, self._alert)

    async def _rule(self, asker: Asker, asked: RuleFields) -> SavedRule:
        id, rule = await self._made(asker, asked, frozenset())
        self._take_turn(self._pace, asker)
        if asked.thing is None:
            self._rules.check_room(asker.user.name)
        await self._rules.put(id, rule)
        return SavedRule(thing=f"rule/{id}", version=rule.version)

    async def _many(self, asker: Asker, asked: ManyRules) -> SavedRules:
        """Save all or none; what is wrong with one is said with its number."""
        made: dict[str, Rule] = {}
        new = 0
        for number, each in enumerate(asked.rules, start=1):
            try:
                id, rule = await self._made(asker, each, made.keys())
                if id in made:
                    raise Refused("malformed", "it is there twice")
            except Refused as why:
                raise Refused(why.code, f"rule {number}: {why.why}") from None
            made[id] = rule
            new += each.thing is None
        self._take_turn(self._pace, asker)
        if new:
            self._rules.check_room(asker.user.name, new)
        await self._rules.put_all(made)
        return SavedRules(things=[f"rule/{id}" for id in made])

    async def _made(
        self, asker: Asker, asked: RuleFields, taken: Collection[str]
    ) -> tuple[str, Rule]:
        """Return the rule that somebody asks for, and its id. Raises `Refused`."""
        user, now = asker.user, round(self._wall(), 3)
        if asked.thing is None:
            id = new_id(user.name, {*self._rules.records, *taken})
            if not may(user, "rule", f"rule/{id}"):
                raise Refused("forbidden", "a rule is made by somebody who signed in")
            rule = rule_of(asked, user.name, 1, now)
        else:
            id, before = self._known(asker, "rule", asked.thing)
            if asked.version != before.version:
                raise Refused("stale", f"it was changed meanwhile: it is version {before.version}")
            rule = rule_of(asked, user.name, before.version + 1, now)
        await self._look(user, rule)
        return id, rule

    async def _look(self, user: User, rule: Rule) -> None:
        """Refuse what makes no sense, and what names something its maker may not see."""
        await self._checker.prepare(rule)
        for trouble in self._checker.check(rule, user):
            raise Refused("impossible", trouble.words)
        field = self._rights.hidden(user, rule)
        if field is not None:  # what is hidden and what is not there look the same
            raise Refused("forbidden", f"{field}: there is no such thing, or it is not for you")

    async def _unrule(self, asker: Asker, asked: RemovedRule) -> Done:
        id, rule = self._known(asker, "unrule", asked.thing)
        if asked.version is None or asked.version != rule.version:
            raise Refused("stale", f"it was changed: it is version {rule.version}")
        self._take_turn(self._pace, asker)
        await self._rules.remove(id, asked.version)
        return Done()

    async def _alert(self, asker: Asker, asked: AlertFields) -> Done:
        if not may(asker.user, "alert", asked.thing):
            if may(asker.user, "see", asked.thing) and kind_of(asked.thing) == "alert":
                raise Refused("forbidden", "this way in shows alerts only")
            raise Refused("unknown", UNKNOWN)
        self._take_turn(self._acts, asker)
        note = None if asked.note is None else clean(asked.note, MOST_NOTE).strip()
        await self._alerts.act(asked.thing, asked.act, asker.user, note)
        return Done()

    def _known(self, asker: Asker, verb: str, thing: str) -> tuple[str, Rule]:
        """Return the rule that is asked for. What one may not know of is not there."""
        if kind_of(thing) != "rule":
            raise Refused("malformed", "thing: name a rule")
        rule = self._rules.records.get(id_of(thing))
        if rule is None or not (may(asker.user, "see", thing) or may(asker.user, verb, thing)):
            raise Refused("unknown", "there is no such rule")
        if not may(asker.user, verb, thing):
            raise Refused("forbidden", "a rule is changed by the account it belongs to")
        return id_of(thing), rule

    def _take_turn(self, pace: TokenBuckets, asker: Asker) -> None:
        if not pace.take(asker.user.name, self._clock.seconds()):
            raise Refused("wait", "too many changes at once; try again in a moment")


def rule_of(asked: RuleFields, by: str, version: int, at: float) -> Rule:
    """Return the rule that somebody asks for."""
    told: dict[str, Recipient] = {}
    for each in asked.tell:
        told.setdefault(each.account, each)
    return Rule(
        name=clean(asked.name, 64).strip(),
        about=tuple(dict.fromkeys(asked.about)),
        condition=asked.condition,
        hours=asked.hours,
        tell=tuple(told.values()),
        urgent=asked.urgent,
        every=asked.every,
        again=asked.again,
        enabled=asked.enabled,
        version=version,
        by=by,
        at=at,
    )
