"""Join rules and alerts with accounts, regions, history, brokers and channels."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from sightline.auth.permissions import User
from sightline.auth.rule_words import RuleWords
from sightline.cluster.leader import Leadership, LeaderWork
from sightline.console.rules import ConsoleRights
from sightline.contract.errors import Refused
from sightline.geometry.geofences import Rules as FenceRules
from sightline.kinds import friends
from sightline.kinds.rules.model import Alert
from sightline.live.periodic import Periodic
from sightline.model.faults import Unavailable
from sightline.model.filters import contains
from sightline.model.kind import Kind
from sightline.model.notification import Notification
from sightline.owntracks.zones import TimeZones
from sightline.regions.service import RegionChange
from sightline.rules.access import RuleDatabase
from sightline.rules.alert_changes import EventName, event_of
from sightline.rules.alerts import AlertChange, AlertService
from sightline.rules.calendar import SystemCalendar
from sightline.rules.engine import RuleEngine
from sightline.rules.findings import Findings
from sightline.rules.firing import Event
from sightline.rules.ids import seen_rule
from sightline.rules.mqtt_alerts import MqttAlerts
from sightline.rules.requests import RuleRequests
from sightline.rules.rights import RuleRights
from sightline.rules.service import RuleService
from sightline.rules.store import BadRules
from sightline.rules.trials import Trials
from sightline.rules.watching import RuleWatch
from sightline.rules.writes import RuleWrites
from sightline.wiring.clock import now
from sightline.wiring.errors import CannotStart
from sightline.wiring.home_assistant import tell_home_assistant
from sightline.wiring.rule_needs import RuleNeeds
from sightline.wiring.rule_past import MissedPast, StoredPast, drawn_of
from sightline.wiring.rule_surroundings import (
    RuleChecks,
    RuleSurroundings,
    load_holidays,
    server_zone,
)
from sightline.wiring.rule_troubles import Troubles
from sightline.wiring.telling import RuleTelling

if TYPE_CHECKING:
    pass

reactor: Any = _reactor
_TIDY = 3600.0  # s
_RETELL = 60.0  # s between looks for what a server that died did not tell
_MOST_NOTIFIED = 10_000


class Ruling(MultiService):
    """Rules, alerts, and what watches by them."""

    _log = Logger()

    def __init__(self, needs: RuleNeeds) -> None:
        super().__init__()
        hub, wanted = needs.hub, needs.settings.rules
        self.hub = hub
        self._accounts = needs.accounts
        self._show_watched = wanted.show_watched
        self._topics = needs.topics
        self._tell_people = needs.tell
        self._leadership = needs.leadership or Leadership()
        self._notified: dict[str, None] = {}  # the ids of what this server told, the newest
        self._due, self._words_due = False, True
        self._owners: frozenset[str] = frozenset()
        self._hears = _hears(needs.console, needs.kinds)
        calendar = SystemCalendar()
        self.database = database = _database(needs, calendar)
        self.writes = writes = RuleWrites(reactor, database)
        self.rules = rules = RuleService(database, hub, most=wanted.per_account)
        self.rights = rights = RuleRights(self.user, self._hears)
        self._zones = zones = TimeZones()
        around = RuleSurroundings(hub.world, needs.regions, zones, server_zone())
        telling = RuleTelling(self._tell, rights, around, calendar, rules.records.get)
        self.published = _mqtt_alerts(needs)
        self.alerts = alerts = AlertService(database, writes, hub, now, telling, self._happened)
        self.engine = RuleEngine(calendar, around)
        past = StoredPast(needs.store)
        findings = Findings(rights, telling.title)
        self.watch = _make_watch(self, self._leadership, findings, past)
        checks = RuleChecks(hub.world, needs.regions, calendar, around.server_zone, now)
        self.checks = checks
        self.trials = _make_trials(needs, past, calendar, around, checks, rights)
        self._join(needs)
        self._troubles = Troubles(reactor, rules, self.user, rights, checks)
        self._start = (needs.restored, needs.accounts.ready, needs.regions.ready)
        self._loops = (
            Periodic(reactor, _TIDY, alerts.tidy, "the tidying of alerts"),
            Periodic(reactor, _RETELL, self._retell, "the look for what was not told"),
        )
        for part in (self._troubles, self.watch, self.published):
            part.setServiceParent(self)
        self._home_assistant = tell_home_assistant(self, needs, rules, alerts)

    def _join(self, needs: RuleNeeds) -> None:
        """Answer requests, and listen to all that rules and alerts hang on."""
        requests = needs.requests
        RuleRequests(requests, reactor, now, self.rules, self.alerts, self.rights, self.checks)
        needs.deliveries.listen(self.alerts.delivered)
        needs.deliveries.count(self.alerts.counts.open_of)
        needs.topics.listen(self.watch.number)
        self.rules.when_changed(lambda change: self._soon(words=True))
        self.alerts.when_changed(self._alert_changed)
        needs.accounts.when_changed(self._soon)
        needs.regions.when_changed(self._region_changed)

    # -- start and stop

    def privilegedStartService(self) -> None:
        """Read the rules; a server that cannot does not start."""
        super().privilegedStartService()
        try:
            self.database.privilegedStartService()
        except BadRules as why:
            raise CannotStart(f"the rules cannot be read: {why}") from None

    def startService(self) -> None:
        """Watch, once everything is known that rules are about."""
        self.database.startService()
        super().startService()
        for loop in self._loops:
            loop.start(now=False)
        self._look()
        ready = gatherResults([_shared(each) for each in (*self._start, self.database.ready)])
        ready.addCallback(lambda _: Deferred.fromCoroutine(self._begin()))
        ready.addErrback(lambda failure: self._log.failure("Rules are not watched", failure))

    async def _begin(self) -> None:
        if self.running:
            self._look()
            await self.watch.begin()
            self._retell()
            if self._home_assistant is not None:
                self._home_assistant.begin()

    def stopService(self) -> Deferred[Any]:
        """Write what waits, then close the file."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for loop in self._loops:
            loop.stop()
        try:
            await super().stopService()
        finally:
            await self.database.stopService()

    # -- who is who

    def user(self, name: str) -> User | None:
        """Tell what an account may; None: there is none, or it is closed."""
        account = self._accounts.cache.accounts.get(name)
        if account is None or account.disabled:
            return None
        return self._accounts.visitors.user(account)

    # -- what changes

    def _alert_changed(self, change: AlertChange) -> None:
        # Who has alerts at all decides what they see; how many is no matter.
        if (change.before is None or change.row is None) and self.alerts.owners() != self._owners:
            self._soon(words=True)

    def _region_changed(self, change: RegionChange) -> None:
        if any(rule.condition.region == change.id for rule in self.rules.records.values()):
            self._soon()

    def _soon(self, *, words: bool = False) -> None:
        # Later: those who must come in anew by their first rule are answered before.
        self._words_due = self._words_due or words
        if self.running and not self._due:
            self._due = True
            reactor.callLater(0, self._look)

    def _look(self) -> None:
        """Take in that rules, accounts or regions have changed."""
        self._due = False
        if self._words_due:
            self._words_due = False
            self._look_at_words()
        self.alerts.look_again()
        self._troubles.stir()
        if self._accounts.ready.called and self.database.ready.called:
            self._do(self._keep_to_accounts(), "Could not remove rules of old accounts")

    def _look_at_words(self) -> None:
        records, self._owners = self.rules.records, self.alerts.owners()
        self._accounts.visitors.rights.own_rules(
            RuleWords(
                [seen_rule(id, rule) for id, rule in records.items()],
                owners=self._owners,
                show_watched=self._show_watched,
            )
        )
        topics = (each.condition.topic for each in records.values() if each.enabled)
        self._topics.follow(topic for topic in topics if topic is not None)
        if any(rule.hours.zone is None and rule.enabled for rule in records.values()):
            self._zones.ready()

    async def _keep_to_accounts(self) -> None:
        known = self._accounts.cache.accounts
        named = {id.partition("/")[0] for id in self.rules.records} | {
            each.account for rule in self.rules.records.values() for each in rule.tell
        }
        if named <= set(known):
            return
        if self.database.several:  # the rules may be newer than the accounts we know
            await self._accounts.refresh()
            if self._accounts.away:
                return
        await self.rules.keep_to(self._accounts.cache.accounts, now())

    def _do(self, work: Coroutine[Any, Any, None], what: str) -> None:
        doing: Deferred[Any] = Deferred.fromCoroutine(work)
        doing.addErrback(lambda failure: failure.trap(Refused) and None)
        doing.addErrback(lambda failure: self._log.failure(what, failure))

    # -- what becomes of alerts

    def _happened(self, id: str, alert: Alert, event: EventName) -> None:
        when = {"fired": alert.at, "resolved": alert.resolved}.get(event, alert.by_at) or now()
        self.hub.happened("alert", alert.thing, when, event_of(id, alert, event))
        self.published.happened(id, alert, event)
        if self._home_assistant is not None:
            self._home_assistant.happened(id, alert, event)

    def _tell(self, notice: Notification) -> None:
        self._notified[notice.id] = None
        if len(self._notified) > _MOST_NOTIFIED:
            del self._notified[next(iter(self._notified))]
        self._tell_people(notice)

    def _retell(self) -> Any:
        """Tell what a server that died had found and not told, or we before the last start."""
        if self._leadership.leads:
            return Deferred.fromCoroutine(self._retelling())
        return None

    async def _retelling(self) -> None:
        try:
            notices = await self.alerts.untold()
        except Unavailable:
            return
        for each in notices:
            if each.id not in self._notified:
                self._tell(each)

    async def erase(self, thing: str) -> None:
        """Forget somebody. Raise `Refused` (``busy``) when that cannot be done now."""
        await self.writes.idle()
        self.published.forget(thing)
        record = self.watch.forget(thing)
        group = thing.rpartition("/")[0]
        last = not any(key.startswith(f"{group}/") for key, _ in self.hub.world)
        try:
            await self.rules.forget(thing, record, last=last, at=now())
        except Refused as why:
            raise Refused(why.code, why.why, wait=5) from None


def _database(needs: RuleNeeds, calendar: SystemCalendar) -> RuleDatabase:
    return RuleDatabase(
        reactor,
        needs.state,
        needs.common,
        needs.settings.replicas.name,
        prepare=partial(load_holidays, calendar),
    )


def _mqtt_alerts(needs: RuleNeeds) -> MqttAlerts:
    wanted, publish = needs.settings.rules, needs.publishers.publish
    return MqttAlerts(
        reactor, lambda topic, payload: publish(wanted.broker, topic, payload), wanted.publish
    )


def _make_watch(
    ruling: Ruling, leadership: Leadership, findings: Findings, past: StoredPast
) -> RuleWatch:
    return RuleWatch(
        reactor,
        now,
        ruling.hub,
        database=ruling.database,
        writes=ruling.writes,
        rules=ruling.rules,
        alerts=ruling.alerts,
        engine=ruling.engine,
        findings=findings,
        work=LeaderWork[Event](leadership),
        gap=MissedPast(past, friends.KIND.decode).changes,
    )


def _make_trials(
    needs: RuleNeeds,
    past: StoredPast,
    calendar: SystemCalendar,
    around: RuleSurroundings,
    checks: RuleChecks,
    rights: RuleRights,
) -> Trials:
    wanted = needs.settings.regions
    fences = FenceRules(margin=wanted.margin, fixes=wanted.fixes, dwell=wanted.dwell)
    return Trials(
        now,
        needs.reads,
        past,
        calendar=calendar,
        around=around,
        decode=friends.KIND.decode,
        checker=checks,
        rights=rights,
        drawn=drawn_of(needs.regions, fences),
    )


def _hears(console: ConsoleRights, kinds: Iterable[Kind]) -> Callable[[User, str], bool]:
    """Make what tells whether somebody may be told of the messages of a topic.

    They may read raw messages, as in the console. What people's devices send is no mere number:
    rules about that name the person, who is shown them.
    """
    personal = [
        name
        for kind in kinds
        if any(each.personal for each in kind.things)
        for name, _ in kind.filters
    ]

    def may_hear(user: User, topic: str) -> bool:
        if "+" in topic or "#" in topic or any(contains(each, topic) for each in personal):
            return False
        try:
            console.may_subscribe(user, topic)
        except Refused:
            return False
        return True

    return may_hear


def _shared(fired: Deferred[None]) -> Deferred[None]:
    """Return a Deferred that fires with this one, so that many may wait for it."""
    mine: Deferred[None] = Deferred()
    fired.addCallback(lambda _: mine.callback(None))
    return mine
