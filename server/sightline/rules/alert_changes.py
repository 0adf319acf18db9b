"""Say what becomes of an alert: it is acknowledged, resolved, opened again, told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from sightline.kinds.rules.model import Alert, AlertEvent, AlertTold
from sightline.model.notification import DeliveryReport
from sightline.rules.store import AlertRow

Act = Literal["acknowledge", "resolve", "reopen"]
EventName = Literal["fired", "acknowledged", "resolved", "reopened"]
EVENT_OF: dict[Act, EventName] = {
    "acknowledge": "acknowledged",
    "resolve": "resolved",
    "reopen": "reopened",
}
FINAL = frozenset(("sent", "failed", "no_channel"))
"""What is the end of a notification's way."""


def acted(alert: Alert, act: Act, who: str, at: float, note: str | None) -> Alert | None:
    """Return an alert after somebody did something to it; None: it is so already."""
    note = alert.note if note is None else note or None
    if act == "reopen":
        if alert.status == "open":
            return None
        return replace(alert, status="open", by=None, by_at=None, resolved=None, note=note)
    if act == "resolve":
        if alert.status == "resolved":
            return None if note == alert.note else replace(alert, note=note)
        by, by_at = (alert.by, alert.by_at) if alert.by is not None else (who, at)
        return replace(alert, status="resolved", by=by, by_at=by_at, resolved=at, note=note)
    if alert.by is not None and note == alert.note:
        return None
    status = alert.status if alert.status == "resolved" else "acknowledged"
    if alert.by is not None:
        return replace(alert, note=note)
    return replace(alert, status=status, by=who, by_at=at, note=note)


def resolved(alert: Alert, at: float) -> Alert | None:
    """Return an alert when what it tells of is over; None: it was so already."""
    if alert.status == "resolved":
        return None
    return replace(alert, status="resolved", resolved=max(at, alert.at))


def with_recipients(alert: Alert, accounts: tuple[str, ...]) -> Alert:
    """Return an alert of which more accounts are about to be told."""
    known = {each.account for each in alert.told}
    new = (AlertTold(account=each, state="waiting") for each in accounts if each not in known)
    return replace(alert, told=(*alert.told, *new))


def delivered(alert: Alert, news: DeliveryReport) -> Alert | None:
    """Return an alert when it is known how one recipient was told; None: nothing is new.

    Who was told once stays told, whatever becomes of a reminder.
    """
    told = AlertTold(account=news.account, state=news.state, at=news.at, why=news.why)
    all_told = []
    for each in alert.told:
        if each.account != news.account:
            all_told.append(each)
        elif each.state == "sent" or each == told:
            return None
    return replace(alert, told=(*all_told, told))


def is_done(row: AlertRow) -> bool:
    """Tell whether nobody has to do anything about an alert any more."""
    alert = row.alert
    return alert.status == "resolved" or (alert.status == "acknowledged" and not alert.lasting)


def too_many(rows: Mapping[str, AlertRow], most: int) -> list[str]:
    """Return the ids of those that go where there are more than ``most``.

    The oldest, and first of all those that are done with; what lasts goes last.
    """

    def order(id: str) -> tuple[bool, bool, float]:
        row = rows[id]
        return not is_done(row), row.alert.lasting, row.found

    more = len(rows) - most
    return sorted(rows, key=order)[:more] if more > 0 else []


def too_old(rows: Mapping[str, AlertRow], before: float) -> list[str]:
    """Return the ids of those that were found before that time, and are done with."""
    return [id for id, row in rows.items() if row.found < before and is_done(row)]


def event_of(id: str, alert: Alert, event: EventName) -> AlertEvent:
    """Return what history keeps of a change of an alert.

    It is kept about one person, and erased with them: so it names no other one.
    """
    rule, _, number = id.rpartition(".")
    alone = alert.condition.other is None
    fired = event == "fired"
    return AlertEvent(
        rule=rule,
        n=int(number),
        event=event,
        type=alert.condition.type,
        title=alert.title if alone else "",
        value=alert.value,
        place=alert.place if alone else None,
        lat=alert.lat,
        lon=alert.lon,
        late=alert.late,
        by=None if fired else alert.by,
        note=None if fired else alert.note,
    )
