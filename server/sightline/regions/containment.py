"""Keep two verdicts on who is where side by side: ours, from fixes, and the phone's own.

The phone has a say about a region once it named it. The two differ for a while at each crossing,
since one of them is always first; so they count as disputed only after they differed for
`DISPUTE_AFTER`, and ours rests on a fix that is newer than what the phone said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sightline.geometry.geofences import Change, Event, Geofences

DISPUTE_AFTER = 120.0
"""How long two verdicts may differ before that is called a dispute, s."""
MOST_VERDICTS = 200
"""Regions of which one phone's say is kept; the oldest goes."""

By = Literal["server", "phone"]
Pair = tuple[str, str]
"""A thing and a region."""


@dataclass(frozen=True, slots=True)
class PhoneVerdict:
    """The phone's verdict: inside or not, and since when (epoch s)."""

    inside: bool
    when: float


@dataclass(frozen=True, slots=True)
class RegionVisit:
    """A visit: somebody is in a region, as ``by`` says, since then (epoch s)."""

    since: float
    by: Literal["server", "phone", "both"]
    why: str | None = None
    """What is disputed, in words; None: nothing is."""


@dataclass(frozen=True, slots=True)
class RegionTransition:
    """Somebody came or went, as ``by`` says; ``agrees``: what is known of the other verdict."""

    thing: str
    region: str
    event: Event
    when: float
    by: By
    agrees: bool | None
    acc: float | None
    inferred: bool = False
    """No fix was in the region: the way between two of them led through."""


class Containment:
    """The visits of all things. Times called ``now`` are monotonic s, others epoch s."""

    def __init__(self, fences: Geofences) -> None:
        self.fences = fences
        self._by_phone: dict[str, dict[str, PhoneVerdict]] = {}
        self._listed: set[str] = set()  # things whose phone told a list of regions
        self._odd: dict[Pair, float] = {}  # the verdicts differ, since
        self._disputed: dict[Pair, str] = {}

    def visit(self, thing: str, region: str) -> RegionVisit | None:
        """Tell whether this thing is in this region, by anybody's verdict."""
        ours, verdict = self.fences.since(thing, region), self.by_phone(thing, region)
        theirs = verdict.when if verdict is not None and verdict.inside else None
        if ours is None and theirs is None:
            return None
        why = self._disputed.get((thing, region))
        if ours is None:
            assert theirs is not None
            return RegionVisit(theirs, "phone", why)
        return RegionVisit(ours, "server" if theirs is None else "both", why)

    def by_phone(self, thing: str, region: str) -> PhoneVerdict | None:
        """Tell what the phone says."""
        return self._by_phone.get(thing, {}).get(region)

    def named(self, thing: str) -> list[str]:
        """Return the regions of which the phone gives a verdict."""
        return list(self._by_phone.get(thing, ()))

    def remember(self, thing: str, region: str, verdict: PhoneVerdict, now: float) -> None:
        """Restore a phone's verdict of before a restart; after the fences' own."""
        self._keep(thing, region, verdict)
        self._listed.add(thing)
        self._compare((thing, region), now)

    def forget(self, thing: str) -> None:
        """Know nothing of this thing any more."""
        self._by_phone.pop(thing, None)
        self._listed.discard(thing)
        for pair in [pair for pair in self._odd if pair[0] == thing]:
            self._even(pair)
        self.fences.forget(thing)

    def drop(self, region: str) -> list[str]:
        """Remove a region; return the things that were in it."""
        inside = [t for t in self._by_phone if region in self._by_phone[t]]
        for thing in inside:
            del self._by_phone[thing][region]
        for pair in [pair for pair in self._odd if pair[1] == region]:
            self._even(pair)
        self.fences.drop(region)
        return inside

    # -- what is told

    def found(self, change: Change, now: float) -> RegionTransition | None:
        """Take in a change that the fences found."""
        self._compare((change.thing, change.region), now)
        if not change.crossed:
            return None
        verdict = self.by_phone(change.thing, change.region)
        agrees = None
        # Of a visit that is over already the phone's last word tells nothing.
        if verdict is not None and not change.inferred:
            same = verdict.inside == (change.event == "enter")
            agrees = True if same else False if verdict.when > change.when else None
        return RegionTransition(
            change.thing,
            change.region,
            change.event,
            change.when,
            "server",
            agrees,
            change.acc,
            change.inferred,
        )

    def reported(
        self, thing: str, region: str, event: Event, when: float, acc: float | None, now: float
    ) -> RegionTransition | None:
        """Take in a phone's verdict; return None when that is nothing new, or late."""
        inside, before = event == "enter", self.by_phone(thing, region)
        if before is not None and (before.inside == inside or when < before.when):
            return None
        self._keep(thing, region, PhoneVerdict(inside, when))
        self._compare((thing, region), now)
        return RegionTransition(
            thing, region, event, when, "phone", self._agrees(thing, region, inside, when), acc
        )

    def listed(
        self, thing: str, regions: Iterable[str], when: float, now: float
    ) -> list[RegionTransition]:
        """Take in a phone's list of all regions it is in."""
        inside = set(regions)
        fresh = thing not in self._listed
        self._listed.add(thing)
        transitions = []
        verdict = self._by_phone.get(thing, {})
        left = [region for region, each in verdict.items() if each.inside and region not in inside]
        events: list[tuple[str, Event]] = [(region, "leave") for region in left]
        events += [(region, "enter") for region in sorted(inside)]
        for region, event in events:
            transition = self.reported(thing, region, event, when, None, now)
            if transition is not None and not fresh:
                transitions.append(transition)
        return transitions

    def tick(self, now: float) -> list[Pair]:
        """Let time pass; return the pairs that are disputed from now on."""
        news = []
        for pair, since in self._odd.items():
            if pair in self._disputed or now - since < DISPUTE_AFTER:
                continue
            why = self._why(pair)
            if why is not None:
                self._disputed[pair] = why
                news.append(pair)
        return news

    # -- the rules

    def _keep(self, thing: str, region: str, verdict: PhoneVerdict) -> None:
        kept = self._by_phone.setdefault(thing, {})
        kept.pop(region, None)
        kept[region] = verdict
        if len(kept) > MOST_VERDICTS:
            oldest = next(iter(kept))
            del kept[oldest]
            self._even((thing, oldest))

    def _agrees(self, thing: str, region: str, inside: bool, when: float) -> bool | None:
        """Tell whether we agree; None as long as no fix of ours is newer."""
        if thing not in self.fences.known:
            return None
        if (self.fences.since(thing, region) is not None) == inside:
            return True
        found = self.fences.beyond(thing, region)
        if found is None or found[1] <= when or (found[0] <= 0) == inside:
            return None
        return False

    def _compare(self, pair: Pair, now: float) -> None:
        verdict = self.by_phone(*pair)
        if verdict is None or verdict.inside == (self.fences.since(*pair) is not None):
            self._even(pair)
        else:
            self._odd.setdefault(pair, now)

    def _even(self, pair: Pair) -> None:
        self._odd.pop(pair, None)
        self._disputed.pop(pair, None)

    def _why(self, pair: Pair) -> str | None:
        """Tell what is disputed, when our verdict rests on a fix newer than the phone's word."""
        verdict, found = self.by_phone(*pair), self.fences.beyond(*pair)
        if verdict is None or found is None or found[1] <= verdict.when:
            return None
        beyond, _ = found
        if (beyond <= 0) == verdict.inside:
            return None  # our own verdict is about to follow
        if verdict.inside:
            return f"the phone says it is inside; by its last fix it is {beyond:.0f} m outside"
        return "the phone says it left; by its last fix it is inside"
