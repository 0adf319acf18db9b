"""Know the world around rules: what things are called, where they are, which zone that is in."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from twisted.internet.threads import deferToThread

from sightline.auth.permissions import User
from sightline.auth.rule_words import overlap
from sightline.kinds.rules.model import Rule
from sightline.live.world import World
from sightline.model.kind import id_of, kind_of
from sightline.owntracks.zones import TimeZones
from sightline.regions.service import RegionService
from sightline.rules.answers import RuleTrouble
from sightline.rules.calendar import SystemCalendar
from sightline.rules.check import check
from sightline.rules.store import StoredRules

_GROUPS = 2.0
"""s for which it is remembered which groups of things there are."""


def server_zone() -> str:
    """Return the IANA name of this machine's zone; UTC where it says none."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    _, found, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name if found else "UTC"


def load_holidays(calendar: SystemCalendar, known: StoredRules) -> None:
    """Load the holidays that rules name, for a thread to do before anybody is told of the rules."""
    named = {rule.hours.country for rule in known.rules.values()}
    calendar.load(country for country in named if country is not None)


class RuleSurroundings:
    """What a live server knows (`sightline.rules.ports.Lookaround`)."""

    def __init__(self, world: World, regions: RegionService, zones: TimeZones, zone: str) -> None:
        self._world = world
        self._regions = regions
        self._zones = zones
        self.server_zone = zone

    def name(self, key: str) -> str | None:
        """Return what people call a thing or a region; None: it is gone."""
        kind, id = kind_of(key), id_of(key)
        if kind == "region":
            return self._regions.name(id) or None
        state = self._world.state(key)
        if state is None:
            return None
        name = getattr(state, "name", None)
        return str(name) if name else id.partition("/")[0]

    def called(self, key: str) -> str:
        """Return what people call a thing, also one that is gone."""
        return self.name(key) or id_of(key).rpartition("/")[0] or id_of(key)

    def place(self, thing: str) -> tuple[float, float] | None:
        """Return where a thing is now (degrees); None: that is not known."""
        state = self._world.state(thing)
        lat, lon = getattr(state, "lat", None), getattr(state, "lon", None)
        return None if lat is None or lon is None else (lat, lon)

    def zone(self, thing: str) -> str:
        """Return the IANA name of the zone of where a thing is, else the server's."""
        place = self.place(thing)
        if place is None:
            return self.server_zone
        return self._zones.at(*place, 0.0).get("tzname", self.server_zone)


class _Seen:
    """What there is, as far as somebody may see it (`sightline.rules.check.Lookups`)."""

    def __init__(self, checks: RuleChecks, user: User, granted: frozenset[str]) -> None:
        self._checks = checks
        self._scope = user.scope
        self._granted = granted

    def region(self, id: str) -> bool:
        return self._checks.has_region(id) and self._scope.sees(f"region/{id}")

    def thing(self, word: str) -> bool:
        scope = self._scope
        if "/" not in word:
            words = ("*",) if scope.kinds is None else scope.kinds | scope.things
            return any(overlap(word, each) for each in words)
        return word in self._granted or any(map(scope.sees, self._checks.within(word)))

    def account(self, name: str) -> bool:
        """Tell nothing of which accounts there are: a rule says that it tells not everybody."""
        return True


class RuleChecks:
    """Says what is wrong with rules. ``wall`` gives epoch s."""

    def __init__(
        self,
        world: World,
        regions: RegionService,
        calendar: SystemCalendar,
        zone: str,
        wall: Callable[[], float],
    ) -> None:
        self._world = world
        self._regions = regions
        self._calendar = calendar
        self._zone = zone
        self._wall = wall
        self._made = float("-inf")
        self._groups: dict[str, list[str]] = {}

    def has_region(self, id: str) -> bool:
        """Tell whether there is a region."""
        return id in self._regions.records

    def within(self, word: str) -> Sequence[str]:
        """Return the things that a word names: itself, or those of a group."""
        if self._world.state(word) is not None:
            return (word,)
        now = self._wall()
        if not self._made <= now < self._made + _GROUPS:
            self._made, self._groups = now, {}
            for key, _ in self._world:
                if key.count("/") > 1:
                    self._groups.setdefault(key.rpartition("/")[0], []).append(key)
        return self._groups.get(word, ())

    async def prepare(self, rule: Rule) -> None:
        """Load the holidays that a rule names, on a thread (`RuleChecker`)."""
        if (country := rule.hours.country) is not None:
            await deferToThread(self._calendar.load, (country,))

    def check(self, rule: Rule, user: User) -> list[RuleTrouble]:
        """Return what is wrong with a rule, by what that user may see (`RuleChecker`)."""
        # What was granted by name may be made into a rule before it is heard first.
        granted = frozenset(word for word in user.scope.things if word in rule.about)
        seen = _Seen(self, user, granted)
        found = check(rule, seen, self._calendar, self._zone, self._wall())
        return [RuleTrouble(code=each.code, words=each.words, field=each.field) for each in found]
