"""Make ids of rules, and say what of a rule decides who sees it."""

from __future__ import annotations

import secrets
from collections.abc import Container

from sightline.auth.rule_words import SeenRule
from sightline.kinds.rules.model import Rule

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def new_id(account: str, taken: Container[str]) -> str:
    """Return an id for a rule of this account that nothing else has."""
    while True:
        id = f"{account}/{''.join(secrets.choice(_LETTERS) for _ in range(8))}"
        if id not in taken:
            return id


def watched_words(rule: Rule) -> tuple[str, ...]:
    """Return what a rule watches, in the words of grants."""
    other = rule.condition.other
    return rule.about if other is None or other in rule.about else (*rule.about, other)


def seen_rule(id: str, rule: Rule) -> SeenRule:
    """Return what of a rule decides who sees it."""
    condition, named = rule.condition, set()
    if condition.region is not None:
        named.add(f"region/{condition.region}")
    if condition.topic is not None:
        named.add(f"topic/{condition.topic}")  # that only those see who see everything
    recipients = frozenset(each.account for each in rule.tell)
    return SeenRule(id, recipients, watched_words(rule), frozenset(named))
