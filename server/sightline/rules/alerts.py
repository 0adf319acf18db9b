"""Keep the alerts: what fired, who was told, who acknowledged it, and what is over.

An alert is written down, with what is to be told of it, before anybody is told. So a server that
dies in between tells it at its next start, by the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace
from twisted.logger import Logger

from sightline.auth.permissions import User
from sightline.contract.errors import UNKNOWN, Refused
from sightline.kinds.rules.model import Alert
from sightline.live.hub import Hub
from sightline.model.kind import id_of
from sightline.model.notification import DeliveryReport, Notification
from sightline.rules import alert_changes
from sightline.rules.access import RuleDatabase
from sightline.rules.alert_changes import Act, EventName
from sightline.rules.alert_counts import AlertCounts
from sightline.rules.store import SAME, AlertRow, RuleStore, StoredRules
from sightline.rules.writes import RuleWrites, Then

MOST_OF_ONE = 300
"""Alerts of one account; of more, the oldest that are done with go."""
MOST = 5_000
OLDEST = 30 * 86_400.0
"""s after which an alert that is done with goes; history has it longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlert:
    """What the engine found: a ``firing`` of a ``rule`` (its id), of which ``tell`` are told."""

    firing: str
    rule: str
    alert: Alert
    found: float
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert is there or was changed (``row``), or is there no more (None)."""

    id: str
    before: AlertRow | None
    row: AlertRow | None


class AlertTelling(Protocol):
    """What makes notifications of alerts and has people told."""

    def notices(
        self, firing: str, alert: Alert, accounts: tuple[str, ...], number: int
    ) -> list[Notification]:
        """Make what these are told of the alert of a firing, whose key is not known yet.

        ``number`` counts the reminders, 0: the first.
        """

    def tell(self, notice: Notification) -> None:
        """Have somebody told, now or later."""

    def may_know(self, account: str, alert: Alert) -> bool:
        """Tell whether an account may see now what an alert tells of."""


Happened = Callable[[str, Alert, EventName], None]
"""Is told what became of an alert, by its id, once; for history."""


class AlertService:
    """All alerts. ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(
        self,
        database: RuleDatabase,
        writes: RuleWrites,
        hub: Hub,
        wall: Callable[[], float],
        telling: AlertTelling,
        happened: Happened,
    ) -> None:
        self.rows: dict[str, AlertRow] = {}
        """The alerts by their ids."""
        self._by_firing: dict[str, str] = {}
        self.counts = AlertCounts()
        self._database = database
        self._writes = writes
        self._hub = hub
        self._wall = wall
        self._telling = telling
        self._happened = happened
        self._listeners: list[Callable[[AlertChange], None]] = []
        database.tell(self.take)

    def when_changed(self, listener: Callable[[AlertChange], None]) -> None:
        """Call ``listener`` with each change, also with each alert that is read at the start."""
        self._listeners.append(listener)

    def take(self, known: StoredRules) -> None:
        """Take over what is in the database now."""
        gone = [id for id in self.rows if id not in known.there.alerts]
        for id in gone:
            before = self.rows.pop(id)
            del self._by_firing[before.firing]
            self._apply(AlertChange(id, before, None))
        for id, row in known.alerts.items():
            former = self.rows.get(id)
            self.rows[id] = row
            self._by_firing[row.firing] = id
            self._apply(AlertChange(id, former, row))
        if gone or known.alerts:
            self._hub.announce()

    def _apply(self, change: AlertChange) -> None:
        before, after = (row.alert if row else None for row in (change.before, change.row))
        self.counts.change(change.id, before, after)
        self._show(change.id)
        for listener in self._listeners:
            listener(change)

    def _show(self, id: str) -> None:
        """Show an alert, unless its account may not see any more what it tells of."""
        row = self.rows.get(id)
        seen = row is not None and self._telling.may_know(id.partition("/")[0], row.alert)
        self._hub.place(f"alert/{id}", row.alert if row is not None and seen else None)

    def look_again(self) -> None:
        """Take in that rights have changed."""
        for id in self.rows:
            self._show(id)
        self._hub.announce()

    def owners(self) -> frozenset[str]:
        """Return the accounts that have alerts."""
        return self.counts.owners()

    def knows(self, firing: str) -> bool:
        """Tell whether there is an alert of this firing."""
        return firing in self._by_firing

    def firing_near(self, rule: str, thing: str, at: float) -> str | None:
        """Return the firing of an alert of that rule about that thing, of about that time."""
        for row in self.rows.values():
            alert = row.alert
            if alert.rule == rule and alert.thing == thing and abs(alert.at - at) <= SAME:
                return row.firing
        return None

    # -- what the engine found

    def fired(self, finding: FoundAlert, *, same: float = 0.0) -> None:
        """Write down that a rule fired, then tell of it.

        ``same``: another server may have found it so many s before or after, and told of it.
        """
        alert = alert_changes.with_recipients(finding.alert, finding.tell)
        row = AlertRow(alert=alert, firing=finding.firing, found=finding.found)
        notices = self._telling.notices(finding.firing, alert, finding.tell, 0)

        def write(store: RuleStore) -> Then | None:
            id = store.fire(finding.rule, row, lambda id: _addressed(id, notices), same)
            if id is None:
                return None
            return lambda: self._written(id, alert, "fired", _addressed(id, notices))

        self._writes.add(write)

    def remind(self, firing: str, number: int, accounts: tuple[str, ...]) -> None:
        """Tell again of what nobody acknowledged, or tell those who come next."""
        if firing in self._by_firing:
            self._remind(firing, number, accounts)
        else:  # it is about to be written
            self._writes.add(lambda store: lambda: self._remind(firing, number, accounts))

    def _remind(self, firing: str, number: int, accounts: tuple[str, ...]) -> None:
        id = self._by_firing.get(firing)
        if id is None:
            return
        alert = self.rows[id].alert
        allowed = tuple(each for each in accounts if self._telling.may_know(each, alert))
        notices = _addressed(id, self._telling.notices(firing, alert, allowed, number))

        def reminded(row: AlertRow) -> AlertRow | None:
            if row.alert.status != "open" or row.reminded >= number:
                return None
            notified = alert_changes.with_recipients(row.alert, allowed)
            return replace(row, alert=notified, reminded=number)

        def write(store: RuleStore) -> Then | None:
            row = store.change(id, reminded, notices)
            return None if row is None else lambda: self._tell(notices)

        self._writes.add(write)

    def over(self, firing: str, at: float) -> None:
        """Resolve the alert of a firing: what it told of is over since ``at`` (epoch s)."""

        def ended(row: AlertRow) -> AlertRow | None:
            alert = alert_changes.resolved(row.alert, at)
            return None if alert is None else replace(row, alert=alert)

        def write(store: RuleStore) -> Then | None:
            id = store.alert_of(firing)
            row = None if id is None else store.change(id, ended)
            if id is None or row is None:
                return None
            return lambda: self._written(id, row.alert, "resolved", ())

        self._writes.add(write)

    def _written(
        self, id: str, alert: Alert, event: EventName, notices: Iterable[Notification]
    ) -> None:
        self._happened(id, alert, event)
        self._tell(notices)
        if event == "fired":
            mine = f"{id.partition('/')[0]}/"
            some = {each: row for each, row in self.rows.items() if each.startswith(mine)}
            self._remove(alert_changes.too_many(some, MOST_OF_ONE))
            self._remove(alert_changes.too_many(self.rows, MOST))

    def _tell(self, notices: Iterable[Notification]) -> None:
        for each in notices:
            self._telling.tell(each)

    # -- how it was told

    def delivered(self, news: DeliveryReport) -> None:
        """Take in how far a notification has got."""

        def write(store: RuleStore) -> None:
            notice = store.notices.get(news.id)
            if notice is None:
                return

            def with_report(row: AlertRow) -> AlertRow | None:
                alert = alert_changes.delivered(row.alert, news)
                return None if alert is None else replace(row, alert=alert)

            store.change(id_of(notice.alert), with_report)
            if news.state in alert_changes.FINAL:
                store.notices.finish(news.id)

        self._writes.add(write)

    async def untold(self) -> list[Notification]:
        """Return what was not told to its end yet. Raises `Unavailable`."""
        return await self._database.work(lambda store: store.notices.all())

    # -- what people do

    async def act(self, thing: str, act: Act, user: User, note: str | None) -> None:
        """Do something to an alert for somebody who may. Raises `Refused`."""
        id, now = id_of(thing), round(self._wall(), 3)
        if id not in self.rows:
            raise Refused("unknown", UNKNOWN)

        def changed(row: AlertRow) -> AlertRow | None:
            alert = alert_changes.acted(row.alert, act, user.name, now, note)
            return None if alert is None else replace(row, alert=alert)

        row = await self._database.change(lambda store: store.change(id, changed))
        if row is not None:
            self._happened(id, row.alert, alert_changes.EVENT_OF[act])

    # -- room

    def tidy(self) -> None:
        """Let go of what was done with long ago."""
        self._remove(alert_changes.too_old(self.rows, self._wall() - OLDEST))

    def _remove(self, ids: list[str]) -> None:
        if ids:
            self._writes.add(lambda store: store.remove_alerts(ids))


def _addressed(id: str, notices: Iterable[Notification]) -> list[Notification]:
    """Return what is told, with the key of the alert."""
    return [replace(each, alert=f"alert/{id}") for each in notices]
