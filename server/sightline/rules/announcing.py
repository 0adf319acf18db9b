"""Keep Home Assistant's view up to date at the broker (`sightline.rules.home_assistant`).

What changed is told once a second, so a phone that reports often costs one message a second. Of
several servers the leader tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.service import Service

from sightline.auth.rule_words import overlap
from sightline.cluster.leader import Leadership
from sightline.kinds.rules.model import Alert
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.kind import State, id_of, kind_of
from sightline.rules import home_assistant
from sightline.rules.alert_changes import EventName
from sightline.rules.alerts import AlertChange, AlertService
from sightline.rules.fields import LASTING
from sightline.rules.service import RuleChange, RuleService

_EVERY = 1.0  # s
_KINDS = ("friend", "probot", "broker")
Publish = Callable[[str, bytes, bool], bool]
"""Sends topic and payload, retained or not, and says whether that was taken."""


class HomeAssistant(Service):
    """Tells of the things that ``presence`` names, and of the alerts of these ``accounts``."""

    def __init__(
        self,
        clock: Any,
        hub: Hub,
        rules: RuleService,
        alerts: AlertService,
        publish: Publish,
        leadership: Leadership,
        *,
        prefix: str,
        presence: Sequence[str],
        accounts: Sequence[str],
    ) -> None:
        self._hub = hub
        self._rules = rules
        self._alerts = alerts
        self._publish = publish
        self._leadership = leadership
        self._prefix = prefix
        self._presence = tuple(presence)
        self._accounts = frozenset(accounts)
        self._dirty: dict[str, None] = {}
        self._published: dict[str, bytes] = {}
        self._events: list[tuple[str, bytes]] = []
        self._led = False
        self._loop = Periodic(clock, _EVERY, self.flush, "what Home Assistant is told")
        rules.when_changed(self._rule_changed)
        alerts.when_changed(self._alert_changed)
        for kind in _KINDS:
            hub.world.watch(kind, self._moved)

    def startService(self) -> None:
        """Begin to tell Home Assistant what changed."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        """Say that nothing is told any more."""
        super().stopService()
        self._loop.stop()
        if self._led:
            self._publish(home_assistant.STATUS, b"offline", True)

    def happened(self, id: str, alert: Alert, event: EventName) -> None:
        """Tell what became of an alert, where that is an event."""
        if alert.condition.type not in LASTING and self._is_announced(id):
            self._events.append(home_assistant.of_alert(id, alert, event))
            del self._events[:-100]

    def _moved(self, key: str, before: State | None, after: State | None) -> None:
        self._dirty[key] = None

    def _rule_changed(self, change: RuleChange) -> None:
        self._dirty[f"rule/{change.id}"] = None

    def _alert_changed(self, change: AlertChange) -> None:
        self._dirty[f"rule/{change.id.rpartition('.')[0]}"] = None

    def _is_announced(self, id: str) -> bool:
        return "*" in self._accounts or id.partition("/")[0] in self._accounts

    def flush(self) -> None:
        """Tell what changed; all of it where another server told it before."""
        if not self._leadership.leads:
            self._led = False
            return
        if not self._led:
            if not self._publish(home_assistant.STATUS, b"online", True):
                return
            self._led = True
            self._published.clear()
            self._dirty = dict.fromkeys(
                [key for key, _ in self._hub.world if kind_of(key) in _KINDS]
                + [f"rule/{id}" for id in self._rules.records]
            )
        while self._dirty:
            key = next(iter(self._dirty))
            if not self._tell(key):
                return  # the broker is away: the rest waits
            self._dirty.pop(key, None)
        while self._events and self._publish(*self._events[0], False):
            self._events.pop(0)

    def _tell(self, key: str) -> bool:
        for topic, payload in self._messages(key).items():
            if self._published.get(topic, b"") != payload:
                if not self._publish(topic, payload, True):
                    return False
                self._published[topic] = payload
        return True

    def _messages(self, key: str) -> home_assistant.Messages:
        if kind_of(key) == "rule":
            rule = self._rules.records.get(id_of(key))
            if rule is None or not self._is_announced(id_of(key)):
                return home_assistant.forgotten(self._prefix, key)
            count = sum(
                row.alert.rule == key and row.alert.status != "resolved"
                for row in self._alerts.rows.values()
            )
            return home_assistant.of_rule(self._prefix, id_of(key), rule, count)
        state = self._hub.world.state(key)
        if state is None:
            return home_assistant.forgotten(self._prefix, key)
        if not any(overlap(word, key) for word in self._presence):
            return {}
        return home_assistant.of_thing(self._prefix, key, state)
