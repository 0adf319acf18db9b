"""Decide who may be told of what: a rule tells nobody what they may not see at that moment.

Asked when a rule is made, whenever rights change, and again each time it fires.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sightline.auth.permissions import User
from sightline.auth.rule_words import overlap
from sightline.kinds.rules.model import Alert, Condition, Rule
from sightline.rules.ids import seen_rule

HIDDEN = "hidden"
"""Its account may not see what the rule is about."""
HIDDEN_FROM = "hidden_from"
"""Somebody who is to be told may not see all that the rule is about, or is no account."""
NOBODY = "nobody"
"""There is nobody to be told."""

_ALARM = "alarm/any"
"""Stands for all alarms of robots, which are seen together or not at all."""


class RuleRights:
    """``user_of`` tells what an account may; None: there is none, or it is closed.

    ``may_hear`` tells whether somebody may read the messages of a topic.
    """

    def __init__(
        self, user_of: Callable[[str], User | None], may_hear: Callable[[User, str], bool]
    ) -> None:
        self._user_of = user_of
        self._may_hear = may_hear

    def hidden(self, user: User, rule: Rule) -> str | None:
        """Return the field of a rule that names what its maker may not see; None: none does."""
        see = _words(user)
        condition = rule.condition
        if not all(any(overlap(word, each) for each in see) for word in rule.about):
            return "about"
        if condition.other is not None and not user.scope.sees(condition.other):
            return "other"
        region = condition.region
        if region is not None and not user.scope.sees(f"region/{region}"):
            return "region"
        if condition.topic is not None and not self._may_hear(user, condition.topic):
            return "topic"
        if condition.type == "alarm" and not user.scope.sees(_ALARM):
            return "type"
        return None

    def trouble(self, id: str, rule: Rule) -> str | None:
        """Return why a rule tells nobody, or not everybody; None: it tells all."""
        owner = id.partition("/")[0]
        user = self._user_of(owner)
        if user is None or self.hidden(user, rule) is not None:
            return HIDDEN
        if not rule.tell:
            return NOBODY
        seen = seen_rule(id, rule)
        for each in rule.tell:
            if each.account != owner:
                recipient = self._user_of(each.account)
                if recipient is None or not seen.may_notify(_words(recipient)):
                    return HIDDEN_FROM
        return None

    def may_know(self, account: str, alert: Alert) -> bool:
        """Tell whether an account may see now all that an alert tells of."""
        user = self._user_of(account)
        if user is None or not user.scope.sees(alert.thing):
            return False
        owner, condition = alert.rule.split("/")[1], alert.condition
        if condition.other is not None and not user.scope.sees(condition.other):
            return False
        if condition.type == "alarm" and not user.scope.sees(_ALARM):
            return False
        return _sees_region(user, owner, condition) and self._sees_topic(user, owner, condition)

    def _sees_topic(self, user: User, owner: str, condition: Condition) -> bool:
        topic = condition.topic
        if topic is None or user.role == "admin":
            return True
        return user.name == owner and self._may_hear(user, topic)


def _words(user: User) -> Collection[str]:
    scope = user.scope
    return ("*",) if scope.kinds is None else scope.kinds | scope.things


def _sees_region(user: User, owner: str, condition: Condition) -> bool:
    """Tell whether a region is seen, or is the rule's account's own to tell of."""
    region = condition.region
    if region is None or region.startswith(f"{owner}/"):
        return True
    return user.scope.sees(f"region/{region}")
