"""Keep Home Assistant's view up to date at the broker (`sightline.rules.home_assistant`).

What changed is told once a second, so a phone that reports often costs one message a second. All of
it is told when the connection stands anew, since the broker may have lost it, and when Home
Assistant says that it has started. What is retained of earlier and gone is taken back then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.application.service import Service

from sightline.auth.rule_words import overlap
from sightline.kinds.rules.model import Alert
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.kind import State, id_of, kind_of
from sightline.rules import home_assistant
from sightline.rules.alert_changes import EventName
from sightline.rules.alerts import AlertChange, AlertService
from sightline.rules.fields import lasts
from sightline.rules.home_assistant import OFFLINE, ONLINE, STATUS
from sightline.rules.service import RuleChange, RuleService

_EVERY = 1.0  # s
_STALE = 120.0
"""s after which an event is told no more: automations would act on what is long over."""
_MOST_EVENTS = 100
_KINDS = ("friend", "probot", "broker")
Publish = Callable[[str, bytes, bool], bool]
"""Sends topic and payload, retained or not, and says whether that was taken."""


class HomeAssistant(Service):
    """Tells of the things that ``presence`` names, and of the alerts of these ``accounts``.

    ``remembers``: things that were known before a restart are known after it, so what is retained
    of others is of nobody. Nothing is told until `begin` was called and `connected` after it.
    """

    def __init__(
        self,
        clock: Any,
        hub: Hub,
        rules: RuleService,
        alerts: AlertService,
        publish: Publish,
        *,
        prefix: str,
        presence: Sequence[str],
        accounts: Sequence[str],
        remembers: bool = True,
    ) -> None:
        self._clock = clock
        self._hub = hub
        self._rules = rules
        self._alerts = alerts
        self._publish = publish
        self._prefix = prefix
        self._presence = tuple(presence)
        self._accounts = frozenset(accounts)
        self._remembers = remembers
        self._births = frozenset(home_assistant.births(prefix))
        self._dirty: dict[str, None] = {}
        self._published: dict[str, bytes] = {}
        self._found: dict[str, None] = {}
        """Announcements that the broker had retained, which may be of what is gone."""
        self._events: deque[tuple[float, str, bytes]] = deque(maxlen=_MOST_EVENTS)
        self._ready = self._connected = self._online = False
        self._loop = Periodic(clock, _EVERY, self.flush, "what Home Assistant is told")
        rules.when_changed(self._rule_changed)
        alerts.when_changed(self._alert_changed)
        for kind in _KINDS:
            hub.world.watch(kind, self._moved)

    @property
    def filters(self) -> list[str]:
        """Return what `heard` wants to hear."""
        return [STATUS, *sorted(self._births), *home_assistant.config_filters(self._prefix)]

    def startService(self) -> None:
        """Begin to tell Home Assistant what changed."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        """Say that nothing is told any more."""
        super().stopService()
        self._loop.stop()
        if self._online:
            self._publish(STATUS, OFFLINE, True)

    # -- what happens

    def begin(self) -> None:
        """Take what is known now as all that there is: rules, alerts and things have been read."""
        self._ready = True
        self._all_anew()

    def connected(self) -> None:
        """Tell everything: the connection stands, to a broker that may have lost all."""
        self._connected, self._online = True, False
        self._all_anew()

    def disconnected(self) -> None:
        """Keep what changes until the connection stands again."""
        self._connected = self._online = False
        self._found.clear()

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        """Take in a message of the broker."""
        if topic == STATUS:
            # The will of another server that told before us came late, or of a connection of ours.
            self._online = self._online and payload == ONLINE
        elif topic in self._births:
            if payload == ONLINE and not retained:
                self._all_anew()
        elif retained and payload and home_assistant.left_behind(self._prefix, topic):
            self._found[topic] = None

    def happened(self, id: str, alert: Alert, event: EventName) -> None:
        """Tell what became of an alert, where that is an event."""
        if not lasts(alert.condition) and self._is_announced(id):
            told = home_assistant.of_alert(id, alert, event)
            self._events.append((self._clock.seconds(), *told))

    def _moved(self, key: str, before: State | None, after: State | None) -> None:
        self._dirty[key] = None

    def _rule_changed(self, change: RuleChange) -> None:
        self._dirty[f"rule/{change.id}"] = None

    def _alert_changed(self, change: AlertChange) -> None:
        self._dirty[f"rule/{change.id.rpartition('.')[0]}"] = None

    def _is_announced(self, id: str) -> bool:
        return "*" in self._accounts or id.partition("/")[0] in self._accounts

    # -- telling

    def _all_anew(self) -> None:
        # What is to be taken back stays so: it is no more in the world.
        gone = [key for key in self._dirty if not self._there(key)]
        self._published = {
            topic: payload
            for key in gone
            for topic in home_assistant.forgotten(self._prefix, key)
            if (payload := self._published.get(topic, b""))
        }
        self._dirty = dict.fromkeys(
            gone
            + [key for key, _ in self._hub.world if kind_of(key) in _KINDS]
            + [f"rule/{id}" for id in self._rules.records]
        )

    def _there(self, key: str) -> bool:
        if kind_of(key) == "rule":
            return id_of(key) in self._rules.records
        return self._hub.world.state(key) is not None

    def flush(self) -> None:
        """Tell what changed, as far as the broker takes it."""
        if not (self._ready and self._connected):
            return
        if not self._online:
            if not self._publish(STATUS, ONLINE, True):
                return
            self._online = True
        while self._dirty:
            key = next(iter(self._dirty))
            if not self._tell(self._messages(key)):
                return  # the broker does not keep up: the rest waits
            self._dirty.pop(key, None)
        self._tell_events()
        self._take_back()

    def _tell(self, messages: home_assistant.Messages) -> bool:
        for topic, payload in messages.items():
            if self._published.get(topic, b"") != payload:
                if not self._publish(topic, payload, True):
                    return False
                if payload:
                    self._published[topic] = payload
                else:
                    del self._published[topic]
        return True

    def _tell_events(self) -> None:
        since = self._clock.seconds() - _STALE
        while self._events:
            at, topic, body = self._events[0]
            if at >= since and not self._publish(topic, body, False):
                return
            self._events.popleft()

    def _take_back(self) -> None:
        """Have the broker forget what it had retained of those who are no more."""
        while self._found:
            config = next(iter(self._found))
            if self._remembers or home_assistant.is_of_rule(config):
                for topic in home_assistant.left_behind(self._prefix, config):
                    if topic not in self._published and not self._publish(topic, b"", True):
                        return
            del self._found[config]

    def _messages(self, key: str) -> home_assistant.Messages:
        if kind_of(key) == "rule":
            rule = self._rules.records.get(id_of(key))
            if rule is None or not self._is_announced(id_of(key)):
                return home_assistant.forgotten(self._prefix, key)
            count = sum(
                row.alert.rule == key and row.alert.lasting and row.alert.status != "resolved"
                for row in self._alerts.rows.values()
            )
            return home_assistant.of_rule(self._prefix, id_of(key), rule, count)
        state = self._hub.world.state(key)
        if state is None:
            return home_assistant.forgotten(self._prefix, key)
        if not any(overlap(word, key) for word in self._presence):
            return {}
        return home_assistant.of_thing(self._prefix, key, state)
