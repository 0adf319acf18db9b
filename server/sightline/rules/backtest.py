"""Say what a rule would have told: the engine of the live rules over entries of history.

    backtest = Backtest(rule, calendar, around, decode, since=…, until=…)
    for each window of history, from `Backtest.begin` on, in the order of time:
        backtest.feed(entries)              # of the sorts of `sorts_of(rule)`
        for _ in backtest.run(window_end):  # a piece of a few ms each
            await turn()
    for _ in backtest.run(FOREVER): …
    backtest.result()

Entries are judged in the order of their receipt, while a store gives them in that of their senders'
clocks: those that came late wait for their time. Before ``since`` is a lead-in, in which the engine
learns who is where and how often devices tell something; nothing of it is told.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sightline.kinds.rules.model import Rule
from sightline.rules.engine import RuleEngine
from sightline.rules.firing import Event, Firing, Resolution
from sightline.rules.past import (
    SORTS,
    Decode,
    PastChange,
    RecordedEntry,
    RecordedLinks,
    RecordedPast,
    order,
)
from sightline.rules.ports import DayCalendar, Lookaround
from sightline.rules.region_trials import Drawn, TriedRegion

DAY = 86_400.0
FOREVER = float("inf")
PIECE = 200
"""Entries of a piece of work: some ms."""
LEAD, LONG_LEAD = 2 * DAY, 14 * DAY
"""The lead-in, s; the long one where something is learned."""
MOST = 1_000
"""So many firings are listed, the newest; all are counted."""
_KEY = "rule/-/-"


class Would(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the rule would have told."""

    at: float
    thing: str
    value: float | None = None
    limit: float | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    resolved: float | None = None
    """When it was over, epoch s."""
    late: float | None = None
    id: str = ""


class TrialResult(msgspec.Struct, kw_only=True):
    """The answer of a back-test. Times in epoch s."""

    would: list[Would]
    count: int
    looked_at: int
    """Entries of history in the span."""
    since: float
    until: float
    quiet: int
    """What the rule's hours left out."""
    too_soon: int
    """What was left out as it had been told only just before."""


def sorts_of(rule: Rule, drawn: Drawn | None = None, since: float = 0.0) -> Sequence[str]:
    """Return the sorts of history that are needed; of region rules fixes, too, from before the
    region was ``drawn``. None: of these numbers there is no history.
    """
    sorts = SORTS[rule.condition.type]
    return (
        (*sorts, "fix", "transition", "state")
        if drawn is not None and drawn.since > since
        else sorts
    )


def lead_of(rule: Rule) -> float:
    """Return how much earlier (s) the entries must begin."""
    condition = rule.condition
    return LONG_LEAD if condition.type == "silent" and condition.seconds is None else LEAD


class _Around:
    """The surroundings of the past: places as they were, names as they are."""

    def __init__(self, around: Lookaround, past: RecordedPast) -> None:
        self.name = around.name
        self.zone = around.zone
        self._now = around
        self._past = past

    def place(self, thing: str) -> tuple[float, float] | None:
        """Return where a thing was."""
        state = self._past.states.get(thing)
        lat, lon = getattr(state, "lat", None), getattr(state, "lon", None)
        return None if lat is None or lon is None else (lat, lon)


class Backtest:
    """One rule over one span of time (epoch s)."""

    def __init__(
        self,
        rule: Rule,
        calendar: DayCalendar,
        around: Lookaround,
        decode: Decode,
        *,
        since: float,
        until: float,
        drawn: Drawn | None = None,
        key: str = _KEY,
    ) -> None:
        self._since = since
        self._until = until
        self.begin = since - lead_of(rule)
        """From when on entries are needed."""
        self._past = RecordedPast(decode)
        self.engine = RuleEngine(calendar, _Around(around, self._past))
        self._key = key
        self._drawn = None if drawn is None else TriedRegion(drawn)
        self._region = rule.condition.region
        self._links = RecordedLinks() if rule.condition.type == "absent" else None
        self._entries: list[RecordedEntry] = []
        self._fed = False
        self._later: list[tuple[float, int, PastChange]] = []
        self._n = 0
        self._looked_at = 0
        self._would: dict[str, Would] = {}
        self._count = 0
        self._quiet = self._too_soon = 0
        self._began = False
        self._wakes = since
        """When something happens that no entry tells."""
        whole = msgspec.structs.replace(rule, enabled=True, again=None)
        self._take(self.engine.put(key, whole, self.begin))

    def feed(self, entries: Iterable[RecordedEntry]) -> None:
        """Take entries that are to be judged, in any order."""
        for entry in entries:
            if not entry.hidden and entry.at < self._until:
                self._entries.append(entry)
        self._fed = True

    def run(self, until: float) -> Iterator[None]:
        """Judge what was received before ``until``, in pieces."""
        until = min(until, self._until)
        entries = self._entries
        if self._fed:
            entries.sort(key=order)  # nearly in order already, which takes next to nothing
            self._fed = False
            self._find_lost(entries)
        done = 0
        for entry in entries:
            if entry.at >= until:
                break
            self._judge(entry)
            done += 1
            if done % PIECE == 0:
                yield
        del entries[:done]
        self._catch_up(until)
        yield

    def _find_lost(self, entries: Iterable[RecordedEntry]) -> None:
        """Note when connections were lost, before what they may have kept from us is judged."""
        if self._links is None:
            return
        for entry in entries:
            if (lost := self._links.lost(entry)) is not None:
                self._n += 1
                heapq.heappush(self._later, (lost.at, self._n, lost))
                self._wakes = min(self._wakes, lost.at)

    def result(self) -> TrialResult:
        """Return what was found, after all was judged."""
        self._start(self._until)
        counts = self.engine.counts(self._key)
        would = sorted(self._would.values(), key=lambda each: (each.at, each.thing))
        return TrialResult(
            would=would[-MOST:],
            count=self._count,
            looked_at=self._looked_at,
            since=self._since,
            until=self._until,
            quiet=counts.quiet - self._quiet,
            too_soon=counts.too_soon - self._too_soon,
        )

    def _judge(self, entry: RecordedEntry) -> None:
        at = entry.at
        if at >= self._wakes or self.engine.due <= at:
            self._catch_up(at)
        if at >= self._since:
            self._looked_at += 1
        drawn = self._drawn
        for change in self._past.changes(entry):
            if change.at > at:
                self._n += 1
                heapq.heappush(self._later, (change.at, self._n, change))
                self._wakes = min(self._wakes, change.at)
            elif drawn is None or not drawn.applies(change.at):
                self._observe(change)
            elif not change.key.startswith("crossing/"):
                # The transitions of then are of another shape, if there are any.
                for crossed in drawn.changes(change):
                    self._observe(crossed)
                self._wakes = min(self._wakes, drawn.looks)
                self._observe(change)

    def _catch_up(self, at: float) -> None:
        """Let time pass up to ``at``."""
        if not self._began and at >= self._since:
            self._start(self._since)
        while self._later and self._later[0][0] <= at:
            self._observe(heapq.heappop(self._later)[2])
        if self._drawn is not None:
            for crossed in self._drawn.due(at):
                self._observe(crossed)
        while self.engine.due <= at:
            self._take(self.engine.tick(self.engine.due))
        later = self._later[0][0] if self._later else FOREVER
        looks = self._drawn.looks if self._drawn is not None else FOREVER
        self._wakes = min(later, looks, FOREVER if self._began else self._since)

    def _start(self, at: float) -> None:
        """End the lead-in: from here on it counts."""
        if self._began:
            return
        while self.engine.due < at:
            self._take(self.engine.tick(self.engine.due))
        self._began = True
        counts = self.engine.counts(self._key)
        self._quiet, self._too_soon = counts.quiet, counts.too_soon

    def _observe(self, change: PastChange) -> None:
        events = self.engine.observe(*change)
        if events:
            self._take(events)

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Firing):
                self._fired(event)
            elif isinstance(event, Resolution) and (told := self._would.get(event.id)) is not None:
                told.resolved = event.at

    def _fired(self, firing: Firing) -> None:
        if firing.found < self._since:
            return
        self._count += 1
        self._would[firing.id] = Would(
            at=firing.at,
            thing=firing.thing,
            value=firing.value,
            limit=firing.limit,
            place=firing.place,
            lat=firing.lat,
            lon=firing.lon,
            late=firing.late,
            id=firing.id,
        )
        if len(self._would) > MOST:
            del self._would[next(iter(self._would))]
