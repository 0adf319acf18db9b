"""Join rules to the channels: what people are told, and how far that has got."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import quote

from sightline.kinds.rules.model import Alert, Rule
from sightline.model.kind import id_of
from sightline.model.notification import DeliveryReport, Notification
from sightline.rules.firing import Firing
from sightline.rules.ports import DayCalendar
from sightline.rules.rights import RuleRights
from sightline.rules.wording import texts
from sightline.wiring.rule_surroundings import RuleSurroundings


class DeliveryListeners:
    """Hear how far notifications have got, and pass it on to those who want to know."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[DeliveryReport], None]] = []
        self._counters: list[Callable[[str], int]] = []

    def listen(self, listener: Callable[[DeliveryReport], None]) -> None:
        """Call ``listener`` with all news."""
        self._listeners.append(listener)

    def count(self, counter: Callable[[str], int]) -> None:
        """Ask ``counter`` how many alerts an account has to look at."""
        self._counters.append(counter)

    def badge(self, account: str) -> int | None:
        """Return how many alerts an account has to look at; None: that is not known."""
        return sum(counter(account) for counter in self._counters) if self._counters else None

    def report(self, news: DeliveryReport) -> None:
        """Pass on how far a notification has got."""
        for listener in self._listeners:
            listener(news)


class RuleTelling:
    """What alerts need of the rest (`sightline.rules.alerts.AlertTelling`)."""

    def __init__(
        self,
        tell: Callable[[Notification], None],
        rights: RuleRights,
        around: RuleSurroundings,
        calendar: DayCalendar,
        rule_of: Callable[[str], Rule | None],
    ) -> None:
        self.tell = tell
        self.may_know = rights.may_know
        self._around = around
        self._calendar = calendar
        self._rule_of = rule_of

    def title(self, firing: Firing, rule: Rule) -> str:
        """Say a firing as a sentence in English."""
        return self._texts(firing, rule)["en"][0]

    def notices(
        self, firing: str, alert: Alert, accounts: tuple[str, ...], number: int
    ) -> list[Notification]:
        """Make what these are told of an alert; ``number`` counts the reminders, 0: the first."""
        if not accounts:
            return []
        made = self._texts(_again(firing, alert), self._rule_of(id_of(alert.rule)))
        return [
            Notification(
                id=_id(firing, number, account),
                account=account,
                tag=firing,
                texts=made,
                url=url_of(alert),
                at=alert.at,
                urgent=alert.urgent,
                thing=alert.thing,
                topic="rule",
            )
            for account in accounts
        ]

    def _texts(self, firing: Firing, rule: Rule | None) -> dict[str, tuple[str, str]]:
        zone = (rule and rule.hours.zone) or self._around.zone(firing.thing)
        late = firing.late
        return texts(
            firing,
            self._around.called(firing.thing),
            rule=rule.name if rule is not None else "",
            at=self._calendar.local(firing.at, zone),
            found=None if late is None else self._calendar.local(late, zone),
        )


def url_of(alert: Alert) -> str:
    """Return where on the page an alert is: its moment on the map, with its thing chosen."""
    at = datetime.fromtimestamp(alert.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"#map?at={at}&id={quote(alert.thing, safe='/')}"


def _id(firing: str, number: int, account: str) -> str:
    """Return an id that is the same at every server and however often it is told."""
    return blake2b(f"{firing}\n{number}\n{account}".encode(), digest_size=16).hexdigest()


def _again(firing: str, alert: Alert) -> Firing:
    """Return the firing that an alert is of, as far as the alert tells."""
    return Firing(
        id=firing,
        rule=alert.rule,
        thing=alert.thing,
        condition=alert.condition,
        at=alert.at,
        found=alert.at if alert.late is None else alert.late,
        value=alert.value,
        place=alert.place,
        lat=alert.lat,
        lon=alert.lon,
        urgent=alert.urgent,
        lasting=alert.lasting,
    )
