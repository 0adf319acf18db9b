"""Know what the rights of each account come to: its role and grants, its regions, its rules."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sightline.accounts.naming import bearer, full_user, widened
from sightline.auth.account import Account, AccountCache
from sightline.auth.permissions import User
from sightline.auth.rule_words import NOBODY_WATCHES, RuleWords
from sightline.kinds.friends.names import DeviceNames


class AccountRights:
    """The rights of now. ``names`` are the names of devices, of which there are grants.

    ``changed`` is called when regions, rules or names give other rights than before.
    """

    def __init__(self, names: DeviceNames, changed: Callable[[], None]) -> None:
        self._names = names
        self._changed = changed
        self._cache = AccountCache()
        self._region_owners: frozenset[str] = frozenset()
        self._rules = NOBODY_WATCHES
        self._users: dict[str, User] = {}  # what each account comes to, by this cache

    def take(self, cache: AccountCache) -> None:
        """Take in which accounts there are."""
        self._cache = cache
        self._users.clear()

    def names_changed(self) -> None:
        """Take in that grants cover devices by other names than before."""
        self._anew()

    def own_regions(self, owners: frozenset[str]) -> None:
        """Take in who has regions of their own now: accounts and phones."""
        if owners != self._region_owners:
            self._region_owners = owners
            self._anew()

    def own_rules(self, rules: RuleWords) -> None:
        """Take in which rules there are, as far as that decides who sees them.

        Those who see more or less by that are let in anew, and nobody else.
        """
        if rules != self._rules:
            self._rules = rules
            self._anew()

    def _anew(self) -> None:
        self._users.clear()
        self._changed()

    def user(self, account: Account) -> User:
        """Return what an account's rights come to."""
        found = self._users.get(account.name)
        if found is None:
            account = widened(account, self._names)
            rules = self._rule_words(account)
            found = self._users[account.name] = full_user(account, self._region_owners, rules)
        return found

    def bearer(self, account: Account, scopes: frozenset[str]) -> User:
        """Return what the rights of a token of this account come to."""
        account = widened(account, self._names)
        return bearer(account, scopes, self._region_owners, self._rule_words(account))

    def _rule_words(self, account: Account) -> frozenset[str]:
        """Return the words of the rules that an account sees, whose grants name all names."""
        return self._rules.of(account.name, account.grants.own, self._may_see)

    def _may_see(self, name: str) -> Collection[str]:
        """Return the words of what an account may see, leaving rules aside."""
        account = self._cache.accounts.get(name)
        if account is None:
            return ()
        scope = full_user(widened(account, self._names), frozenset(), frozenset()).scope
        return ("*",) if scope.kinds is None else scope.kinds | scope.things
