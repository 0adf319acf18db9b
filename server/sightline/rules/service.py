"""Keep the rules: in the database, in the world, and for those that watch by them.

Every change goes to the database first, on a thread, and takes effect when it is committed. Where
several servers share it, the changes of the others take effect in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from sightline.contract.errors import Refused
from sightline.kinds.rules.model import Rule, Watch
from sightline.live.hub import Hub
from sightline.rules.access import RuleDatabase
from sightline.rules.ids import watched_words
from sightline.rules.store import RuleStore, StoredRules

MOST = 5_000
"""Rules of all accounts together."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule is there from now on (``rule``), or no more (None); ``before``: as it was."""

    id: str
    before: Rule | None
    rule: Rule | None


class RuleService:
    """All rules. ``most`` are those of one account."""

    def __init__(self, database: RuleDatabase, hub: Hub, *, most: int = 50) -> None:
        self.records: dict[str, Rule] = {}
        """The rules by their ids, as they are stored: without what troubles them now."""
        self._database = database
        self._hub = hub
        self._most = most
        self._troubles: dict[str, str] = {}
        self._listeners: list[Callable[[RuleChange], None]] = []
        database.tell(self.take)

    def when_changed(self, listener: Callable[[RuleChange], None]) -> None:
        """Call ``listener`` with each change, also with each rule that is read at the start."""
        self._listeners.append(listener)

    def take(self, known: StoredRules) -> None:
        """Take over what is in the database now."""
        gone = [id for id in self.records if id not in known.there.rules]
        for id in gone:
            self._apply(RuleChange(id, self.records[id], None))
        for id, rule in known.rules.items():
            self._apply(RuleChange(id, self.records.get(id), rule))
        if gone or known.rules:
            self._hub.announce()

    def _apply(self, change: RuleChange) -> None:
        for number in range(len(watched_words(change.before)) if change.before else 0):
            if change.rule is None or number >= len(watched_words(change.rule)):
                self._hub.place(f"watch/{change.id}.{number}", None)
        if change.rule is None:
            del self.records[change.id]
            self._troubles.pop(change.id, None)
            self._hub.place(f"rule/{change.id}", None)
        else:
            self.records[change.id] = change.rule
            self._show(change.id)
            for number, word in enumerate(watched_words(change.rule)):
                self._hub.place(
                    f"watch/{change.id}.{number}", watch_of(change.id, change.rule, word)
                )
        for listener in self._listeners:
            listener(change)

    def _show(self, id: str) -> None:
        rule = replace(self.records[id], trouble=self._troubles.get(id))
        self._hub.place(f"rule/{id}", rule)

    def troubled(self, id: str, code: str | None) -> None:
        """Show why a rule cannot fire just now; None: it can."""
        if id not in self.records or self._troubles.get(id) == code:
            return
        if code is None:
            del self._troubles[id]
        else:
            self._troubles[id] = code
        self._show(id)
        self._hub.announce()

    # -- looking

    def of(self, account: str) -> list[str]:
        """Return the ids of an account's rules."""
        return [id for id in self.records if id.startswith(f"{account}/")]

    # -- changing

    def room(self, account: str) -> int:
        """Return for how many more rules an account has room."""
        return max(0, self._most - len(self.of(account)))

    def check_room(self, account: str, more: int = 1) -> None:
        """Raise `Refused` (``full``) when this account may not have so many more rules."""
        room = self.room(account)
        if room == 0:
            raise Refused("full", f"there are {self._most} rules already, and no room for another")
        if more > room:
            raise Refused("full", f"there is room for {room} more rules, and these are {more}")
        if len(self.records) + more > MOST:
            raise Refused("full", "this server has all the rules that it has room for")

    async def put(self, id: str, rule: Rule) -> None:
        """Set a rule; its version says which one it replaces. Raises `Refused`."""
        await self._database.change(lambda store: store.put(id, rule, rule.version - 1))

    async def put_all(self, rules: Mapping[str, Rule]) -> None:
        """Set rules by their ids, all or none; each as `put` does. Raises `Refused`."""

        def write(store: RuleStore) -> None:
            for id, rule in rules.items():
                store.put(id, rule, rule.version - 1)

        await self._database.change(write)

    async def remove(self, id: str, version: int | None) -> None:
        """Remove a rule with its alerts; None: whatever its version is. Raises `Refused`."""
        await self._database.change(lambda store: store.remove(id, version))

    async def keep_to(self, accounts: Iterable[str], at: float) -> None:
        """Remove the rules of accounts that are no more, and have nobody told who is no more.

        Raises `Refused`.
        """
        there = frozenset(accounts)

        def revised(id: str, rule: Rule) -> Rule | None:
            if id.partition("/")[0] not in there:
                return None
            tell = tuple(each for each in rule.tell if each.account in there)
            return rule if tell == rule.tell else replace(rule, tell=tell, at=at)

        if any(revised(id, rule) is not rule for id, rule in self.records.items()):
            await self._database.change(lambda store: store.revise(revised))

    async def forget(self, thing: str, record: bytes | None, *, last: bool, at: float) -> None:
        """Have no rule and no alert name somebody who is erased; a rule about nobody else ends.

        ``last``: their group has nobody besides. ``record`` is what the engine knows without them.
        Raises `Refused`.
        """
        group = thing.rpartition("/")[0]
        names = {thing, group} if last and "/" in group else {thing}

        def revised(id: str, rule: Rule) -> Rule | None:
            about = tuple(word for word in rule.about if word not in names)
            if about == rule.about and rule.condition.other not in names:
                return rule
            if not about or rule.condition.other in names:
                return None
            return replace(rule, about=about, at=at)

        def write(store: RuleStore) -> None:
            store.revise(revised)
            store.forget(thing, record, at)

        await self._database.change(write, scrub=True)


def watch_of(id: str, rule: Rule, word: str) -> Watch:
    """Return what somebody is shown of a rule whose word ``word`` names them."""
    condition = replace(rule.condition, region=None, other=None, topic=None, field=None)
    return Watch(
        rule=f"rule/{id}",
        about=word,
        condition=condition,
        hours=rule.hours,
        tell=rule.tell,
        enabled=rule.enabled,
        at=rule.at,
    )
