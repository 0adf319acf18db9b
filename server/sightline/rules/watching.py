"""Have the engine judge what happens, and keep what it finds, over restarts and between servers.

The engine's state is written down now and then, behind the alerts that it had found by then. What
happened since is judged again at the next start, from history: so nothing is left out, and what was
told already is known again by its id. Of several servers each judges everything, and the leader
tells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from sightline.cluster.leader import LeaderWork
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.faults import Unavailable
from sightline.model.kind import State, id_of, kind_of
from sightline.rules.access import RuleDatabase
from sightline.rules.alerts import AlertChange, AlertService
from sightline.rules.engine import EngineState, RuleEngine
from sightline.rules.findings import Findings
from sightline.rules.firing import Event, Firing, Reminder, Resolution
from sightline.rules.index import KINDS
from sightline.rules.past import PastChange
from sightline.rules.service import RuleChange, RuleService
from sightline.rules.store import SAME, AlertRow, RuleStore
from sightline.rules.writes import RuleWrites

if TYPE_CHECKING:
    from sightline.kinds.rules.model import Rule

WATCHED = tuple(sorted((*KINDS, "stay", "crossing", "alarm")))
"""The kinds of things whose changes rules are judged by."""
_TICK = 0.5  # s
_LEAD = 1.0  # s
_NOTE = 10.0
"""s between two notes of what the engine knows; of a rule that was changed it is noted at once."""
_HELD = 50_000  # changes that wait while the past is judged
_NEAR = 20  # firings of one rule and thing whose ids are known

Gap = Callable[[float, float, Iterable["Rule"]], AsyncIterator[Sequence[PastChange]]]
"""Yields what history tells of a span (epoch s) that rules look at, in the order of receipt."""


class RuleWatch(Service):
    """Joins the engine with the rules and alerts. ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(
        self,
        clock: Any,
        wall: Callable[[], float],
        hub: Hub,
        *,
        database: RuleDatabase,
        writes: RuleWrites,
        rules: RuleService,
        alerts: AlertService,
        engine: RuleEngine,
        findings: Findings,
        work: LeaderWork[Event],
        gap: Gap,
    ) -> None:
        self.engine = engine
        self.hidden = 0
        """Firings of which nobody might be told."""
        self._clock = clock
        self._wall = wall
        self._hub = hub
        self._database = database
        self._writes = writes
        self._rules = rules
        self._alerts = alerts
        self._findings = findings
        self._work = work
        self._gap = gap
        self._live = False
        self._new = False
        self._held: deque[tuple[float, str, State | None, State | None]] = deque(maxlen=_HELD)
        self._near: dict[tuple[str, str], deque[tuple[float, str]]] = {}
        self._faults = 0
        self._loops = (
            Periodic(clock, _TICK, self._tick, "the watch over rules"),
            Periodic(clock, _LEAD, self._take_over, "the alerts that another server should tell"),
            Periodic(clock, _NOTE, self._note, "the notes of what rules have seen"),
        )
        rules.when_changed(self._rule_changed)
        alerts.when_changed(self._alert_changed)
        for kind in WATCHED:
            hub.world.watch(kind, self.observe)

    # -- start and stop

    async def begin(self) -> None:
        """Take up what was known before, judge what happened since, and then what happens."""
        now = self._wall()
        try:
            noted = await self._database.work(lambda store: store.watch.read())
        except Unavailable:
            noted = None
        since = now if noted is None else min(noted[0], now)
        old = {id: rule for id, rule in self._rules.records.items() if noted and rule.at <= since}
        for id, rule in old.items():
            self._took(self.engine.put(f"rule/{id}", rule, since))
        if noted is not None and (state := _decoded(noted[1])) is not None:
            self.engine.restore(state, since, hears=now)
        for id, row in self._alerts.rows.items():
            self._tell_engine(AlertChange(id, None, row))
        if noted is not None and now - since > 0 and old:
            await self._catch_up(since, now, old.values())
        self._live = True
        for id, rule in self._rules.records.items():
            if old.get(id) is not rule:
                self._rule_changed(RuleChange(id, None, rule))
        while self._held:
            self.observe_at(*self._held.popleft())
        self._tick()

    async def _catch_up(self, since: float, until: float, rules: Iterable[Rule]) -> None:
        """Judge what history tells of the time when we did not watch."""
        try:
            async for changes in self._gap(since, until, rules):
                for change in changes:
                    self._took(self.engine.observe(*change), SAME)
        except Unavailable as why:
            self._log.warn("Rules do not know what happened since the last stop: {why}", why=why)

    def startService(self) -> None:
        """Begin to let time pass."""
        super().startService()
        for loop in self._loops:
            loop.start(now=False)

    def stopService(self) -> Deferred[None]:
        """Write down what the engine knows, and judge nothing more."""
        super().stopService()
        for loop in self._loops:
            loop.stop()
        self._note()
        self._live = False
        return self._writes.stop()

    # -- what happens

    def observe(self, key: str, before: State | None, after: State | None) -> None:
        """Judge a change of the world (`World.watch`)."""
        if self._live:
            events = self.engine.observe(self._wall(), key, before, after)
            if events:
                self._took(events)
        else:  # it may not be known yet which rules there are
            self._held.append((self._wall(), key, before, after))

    def observe_at(self, at: float, key: str, before: State | None, after: State | None) -> None:
        """Judge a change that came at ``at`` (epoch s)."""
        self._took(self.engine.observe(at, key, before, after))

    def number(self, broker: str, topic: str, payload: bytes) -> None:
        """Judge a message of a topic that a rule names."""
        if self._live:
            self._took(self.engine.number(self._wall(), broker, topic, payload))

    def _tick(self) -> None:
        now = self._wall()
        if self._live and self.engine.due <= now:
            self._took(self.engine.tick(now))
        if self.engine.faults != self._faults:
            self._faults = self.engine.faults
            self._log.error("A rule could not be judged: {why}", why=self.engine.fault)

    def _rule_changed(self, change: RuleChange) -> None:
        if not self._live:
            return
        if not self._new:
            self._new = True
            self._clock.callLater(0, self._note)  # of all that are changed at once
        key, now = f"rule/{change.id}", self._wall()
        if change.rule is None:
            self._took(self.engine.drop(key, now))
            for pair in [pair for pair in self._near if pair[0] == key]:
                del self._near[pair]
        else:
            self._took(self.engine.put(key, change.rule, now, self._things()))

    def _things(self) -> Iterator[tuple[str, State]]:
        return ((key, state) for key, state in list(self._hub.world) if kind_of(key) in WATCHED)

    def forget(self, thing: str) -> bytes:
        """Know nothing of somebody who is erased; return what is known of all others."""
        self._work.forget(lambda event: event.thing == thing)
        self._held = deque((each for each in self._held if each[1] != thing), maxlen=_HELD)
        self.engine.forget(thing, self._wall())
        return _encode(self.engine.state())

    # -- what was found

    def _took(self, events: Sequence[Event], same: float = 0.0) -> None:
        for event in events:
            if isinstance(event, Firing):
                near = self._near.setdefault((event.rule, event.thing), deque(maxlen=_NEAR))
                near.append((event.at, event.id))
            if self._work.do_now(event, self._clock.seconds()):
                self._act(event, same)

    def _take_over(self) -> None:
        for event in self._work.due(self._clock.seconds()):
            self._act(event, SAME)

    def _act(self, event: Event, same: float) -> None:
        if isinstance(event, Resolution):
            self._alerts.over(self._known_as(event), round(event.at, 3))
        elif isinstance(event, Reminder):
            self._alerts.remind(self._known_as(event), event.n, event.tell)
        else:
            rule = self._rules.records.get(id_of(event.rule))
            finding = None if rule is None else self._findings.make(event, rule, self._wall())
            if finding is None:
                self.hidden += 1
            else:
                self._alerts.fired(finding, same=same)

    def _known_as(self, event: Reminder | Resolution) -> str:
        """Return the id by which a firing was told: another server may have found it first."""
        if self._alerts.knows(event.id):
            return event.id
        for at, id in self._near.get((event.rule, event.thing), ()):
            if id == event.id:
                return self._alerts.firing_near(event.rule, event.thing, at) or id
        return event.id

    def _alert_changed(self, change: AlertChange) -> None:
        if self._live:
            self._tell_engine(change)

    def _tell_engine(self, change: AlertChange) -> None:
        """Let the engine know what people did with an alert."""
        row = change.row
        if row is None or (change.before and change.before.alert.status == row.alert.status):
            return
        alert = row.alert
        for firing in self._found_as(row):
            if alert.status == "acknowledged":
                self.engine.acknowledge(alert.rule, alert.thing, firing)
            elif alert.status == "resolved":
                self.engine.resolve(alert.rule, alert.thing, firing)
            elif change.before is not None:
                self.engine.reopen(alert.rule, alert.thing, firing, self._wall())

    def _found_as(self, row: AlertRow) -> set[str]:
        """Return the ids by which our engine may know an alert's firing."""
        alert = row.alert
        near = self._near.get((alert.rule, alert.thing), ())
        return {row.firing, *(id for at, id in near if abs(at - alert.at) <= SAME)}

    # -- what is kept

    def _note(self) -> None:
        """Write down what the engine knows, behind all that it found."""
        self._new = False
        if not self._live or not (self._rules.records or self._near):
            return
        at, state = self._wall(), self.engine.state()

        def write(store: RuleStore) -> None:
            store.watch.note(at, _encode(state))

        self._writes.add(write)


_encode: Callable[[EngineState], bytes] = msgspec.json.encode
_decode = msgspec.json.Decoder(EngineState).decode


def _decoded(record: bytes) -> EngineState | None:
    """Return what an engine knew; None: nothing, or what an older Sightline wrote."""
    try:
        return _decode(record) if record else None
    except msgspec.DecodeError:
        return None
