"""Decide who sees a rule: its account, those it tells, and in part those it watches.

Each gets words of a scope, as `sightline.auth.permissions` has them: ``rule/jane`` and
``alert/jane`` are all rules and alerts of jane's, ``rule/jane/ab12cd34`` one rule of hers,
``alert/jane/ab12cd34`` the alerts of that. ``watch/jane/ab12cd34.0`` is what those see whom the
first word of that rule names: a rule may name others, too, whom they may not know of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

RULE, ALERT, WATCH = "rule", "alert", "watch"
MaySee = Callable[[str], Collection[str]]
"""Tells the words of what an account may see: ``*``, kinds, groups, things."""


@dataclass(frozen=True, slots=True)
class SeenRule:
    """What of a rule decides who sees it. ``id`` is its id with the account before it.

    ``recipients`` are accounts, ``watched`` words of grants: things, groups, kinds. ``named`` are
    things besides that a rule tells of, such as a region.
    """

    id: str
    recipients: frozenset[str]
    watched: tuple[str, ...]
    named: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        """Return the account whose rule it is."""
        return self.id.partition("/")[0]

    def may_notify(self, see: Collection[str]) -> bool:
        """Tell whether an account with these words may be told of everything it watches."""
        return all(any(_includes(word, each) for word in see) for each in self.watched) and all(
            _sees(see, f"{self.account}/", each) for each in self.named
        )


class RuleWords:
    """All rules, by who sees them.

    Without ``show_watched`` those that are watched are not shown the rules. ``owners`` are the
    accounts that have alerts, perhaps without a rule.
    """

    def __init__(
        self,
        rules: Iterable[SeenRule] = (),
        *,
        owners: Iterable[str] = (),
        show_watched: bool = True,
    ) -> None:
        self._rules = frozenset(rules)
        self._owners = frozenset((*(each.account for each in self._rules), *owners))
        self._show_watched = show_watched
        self._by_recipient: dict[str, list[SeenRule]] = {}
        self._at: dict[str, list[SeenRule]] = {}  # by what they watch
        self._within: dict[str, list[SeenRule]] = {}  # by that, and by what it is a part of
        for each in self._rules:
            for account in each.recipients - {each.account}:
                self._by_recipient.setdefault(account, []).append(each)
            for word in each.watched:
                self._at.setdefault(word, []).append(each)
            for outer in {outer for word in each.watched for outer in _around(word)}:
                self._within.setdefault(outer, []).append(each)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleWords) and self._all == other._all

    def __hash__(self) -> int:
        return hash(self._all)

    @property
    def _all(self) -> tuple[object, ...]:
        return self._rules, self._owners, self._show_watched

    def of(self, account: str, own: Collection[str], may_see: MaySee) -> frozenset[str]:
        """Return the words for an account that owns these things.

        Somebody is told nothing by a rule that watches what they may not see, and so does not see
        it. A rule looks at nothing that its account may not see, so it watches nobody else.
        """
        found = set()
        if account in self._owners:
            found |= {f"{RULE}/{account}", f"{ALERT}/{account}"}
        if recipients := self._by_recipient.get(account):
            see = may_see(account)
            for each in recipients:
                if each.may_notify(see):
                    found |= {f"{RULE}/{each.id}", f"{ALERT}/{each.id}"}
        if self._show_watched:
            for word in own:
                found |= self._watching(account, word, may_see)
        return frozenset(found)

    def _watching(self, account: str, own: str, may_see: MaySee) -> set[str]:
        """Return the words of what others' rules watch of what ``own`` names."""
        near = {each.id: each for each in self._within.get(own, ())}
        for word in _around(own):
            near |= {each.id: each for each in self._at.get(word, ())}
        found = set()
        for each in near.values():
            if each.account == account:
                continue
            see = may_see(each.account)
            found |= {
                f"{WATCH}/{each.id}.{number}"
                for number, watched in enumerate(each.watched)
                if overlap(watched, own)
                and any(overlap(watched, word) and overlap(own, word) for word in see)
            }
        return found


def overlap(one: str, other: str) -> bool:
    """Tell whether two words of grants name something in common."""
    return _includes(one, other) or _includes(other, one)


def _includes(outer: str, word: str) -> bool:
    """Tell whether one word of a grant names all that another names."""
    return outer in ("*", word) or word.startswith(f"{outer}/")


def _sees(see: Collection[str], own: str, thing: str) -> bool:
    """Tell whether a thing is seen, or is a region of the rule's account's own to tell of."""
    return thing.startswith(f"region/{own}") or any(_includes(word, thing) for word in see)


def _around(word: str) -> list[str]:
    """Return a word and those that name more: for ``friend/jane`` also ``friend`` and ``*``."""
    levels = word.split("/")
    return ["*", *("/".join(levels[:n]) for n in range(1, len(levels) + 1))]


NOBODY_WATCHES = RuleWords()
