"""Answer over HTTP: rules as text, and what bringing in a text would change.

Nothing is changed here. Anybody who brings rules in asks for that by the request ``rules``, with
the same rights as for rules that are made part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from msgspec import Meta
from twisted.internet.interfaces import IReactorTime

from sightline.auth.permissions import User
from sightline.contract.errors import Refused
from sightline.contract.fields import Nothing, RequestBody
from sightline.contract.http import Call, Reply, Route
from sightline.kinds.rules.model import Rule
from sightline.model.token_bucket import TokenBuckets
from sightline.rules.answers import (
    ReadChange,
    ReadRule,
    RulesRead,
    RulesText,
    RuleTrouble,
    TextError,
)
from sightline.rules.requests import RULE, RuleChecker, RuleFields, rule_of
from sightline.rules.rights import RuleRights
from sightline.rules.service import RuleService
from sightline.rules.text import write
from sightline.rules.text_list import (
    TextChange,
    TextFault,
    TextRule,
    changes_of,
    read_all,
    read_one,
    write_all,
)

_LONGEST = 50_000
"""Characters of a text: of as many rules as an account has."""


class ReadRules(RequestBody, frozen=True, kw_only=True):
    """Rules as text; ``one``: the whole text is one rule."""

    text: Annotated[str, Meta(max_length=_LONGEST)]
    one: bool = False


class RuleTextApi:
    """Show rules as text, and what a text would change.

    ``wall`` gives epoch s; ``checker`` says what is wrong with a rule.
    """

    def __init__(
        self,
        clock: IReactorTime,
        wall: Callable[[], float],
        rules: RuleService,
        rights: RuleRights,
        checker: RuleChecker,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._rules = rules
        self._rights = rights
        self._checker = checker
        # A text is typed: asked for after each rest of the fingers.
        self._pace = TokenBuckets(rate=4, burst=60)

    def routes(self) -> list[Route[Any]]:
        """List what is answered here."""
        return [
            Route(
                "GET",
                "/rules/text",
                "account",
                self.all,
                summary="Return one's rules as one text",
                reply=RulesText,
            ),
            Route(
                "POST",
                "/rules/text",
                "account",
                self.one,
                summary="Write a rule as a line of text",
                body=RuleFields,
                reply=RulesText,
                example=RULE.example,
            ),
            Route(
                "POST",
                "/rules/read",
                "account",
                self.read,
                summary="Read rules from text, and tell what bringing them in would change",
                body=ReadRules,
                reply=RulesRead,
                example={"text": "when friend/jane arrives at region/ab12cd34 tell jane"},
            ),
        ]

    async def all(self, call: Call[Nothing]) -> Reply:
        """Return the asker's rules as one text."""
        own = self._own(call.who.user.name)
        return Reply(RulesText(text=write_all(own), count=len(own)))

    async def one(self, call: Call[RuleFields]) -> Reply:
        """Return a rule as text."""
        self._take(call)
        rule = rule_of(call.asked, call.who.user.name, 1, 0.0)
        return Reply(RulesText(text=write(rule), count=1))

    async def read(self, call: Call[ReadRules]) -> Reply:
        """Return the rules of a text, and what they would change."""
        self._take(call)
        user, asked = call.who.user, call.asked
        own = {} if asked.one else self._own(user.name)
        rules, faults = _read(asked)
        found = changes_of(own, rules)
        for each in found:
            await self._checker.prepare(each.rule)
        changes = [self._shown(user, each) for each in found]
        return Reply(
            RulesRead(
                changes=changes,
                errors=[_error(each) for each in faults],
                left_out=len(own) - sum(each.id is not None for each in found),
                room=self._rules.room(user.name),
            )
        )

    def _shown(self, user: User, found: TextChange) -> ReadChange:
        rule = found.rule
        shown = {name: getattr(rule, name) for name in ReadRule.__struct_fields__}
        return ReadChange(
            line=found.line,
            change=found.change,
            rule=ReadRule(**shown),
            thing=None if found.id is None else f"rule/{user.name}/{found.id}",
            version=found.version,
            trouble=self._troubles(user, rule),
        )

    def _troubles(self, user: User, rule: Rule) -> list[RuleTrouble]:
        """Return what is wrong with a rule; what is hidden looks as what is not there."""
        found = list(self._checker.check(rule, user))
        field = self._rights.hidden(user, rule)
        if field is not None and not any(_is_about(each, field) for each in found):
            words = "there is no such thing, or it is not for you"
            found.append(RuleTrouble(code="hidden", words=words, field=field))
        return found

    def _own(self, account: str) -> dict[str, Rule]:
        """Return the rules of an account by their ids without it."""
        records = self._rules.records
        return {id.rpartition("/")[2]: records[id] for id in self._rules.of(account)}

    def _take(self, call: Call[Any]) -> None:
        if not self._pace.take(call.who.user.name, self._clock.seconds()):
            raise Refused("wait", "Too many at once. Try again in a moment.", wait=1)


def _read(asked: ReadRules) -> tuple[Iterable[TextRule], Iterable[TextFault]]:
    if not asked.one:
        return read_all(asked.text)
    rule, faults = read_one(asked.text)
    return ([] if rule is None else [TextRule(1, None, rule)]), faults


def _error(fault: TextFault) -> TextError:
    return TextError(fault.line, fault.column, fault.at, fault.expected)


def _is_about(trouble: RuleTrouble, field: str) -> bool:
    said = (trouble.field or "").removeprefix("condition.")
    return said == field or said.startswith(f"{field}.")
