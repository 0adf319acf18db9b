"""Publish alerts by MQTT: ``sightline/alert/<account>/<rule>.<number>``, QoS 1, not retained.

Each time something becomes of an alert: it fired, was acknowledged, resolved, opened again. ``id``
is the same whenever the same is told again. What cannot be published now waits, a bounded number of
them, until the broker is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from hashlib import blake2b
from typing import Literal

import msgspec
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.kinds.rules.model import Alert
from sightline.live.periodic import Periodic
from sightline.model.filters import topic_fault
from sightline.rules.alert_changes import EventName

TOPIC = "sightline/alert"
_MOST = 1000
_AGAIN = 1.0  # s

Which = Literal["none", "all"]


def topic(id: str) -> str | None:
    """Return where an alert is published; None: its account's name fits in no topic."""
    found = f"{TOPIC}/{id}"
    return None if topic_fault(found) else found


def body(id: str, alert: Alert, event: EventName) -> bytes:
    """Return the payload, JSON: what became of an alert, and its state as the page gets it."""
    changed = {"fired": alert.at, "resolved": alert.resolved}.get(event, alert.by_at)
    said = msgspec.json.encode((id, event, changed))
    fields = {"id": blake2b(said, digest_size=16).hexdigest(), "alert": f"alert/{id}"}
    return msgspec.json.encode({**fields, "event": event, **msgspec.to_builtins(alert)})


class MqttAlerts(Service):
    """Publish alerts. ``publish`` sends a message and says whether it was taken."""

    _log = Logger()

    def __init__(
        self, clock: IReactorTime, publish: Callable[[str, bytes], bool], which: Which
    ) -> None:
        self._publish = publish
        self._which = which
        self._waiting: deque[tuple[str, str, bytes]] = deque()
        self._loop = Periodic(clock, _AGAIN, self._try, "the announcements of alerts")
        self.dropped = 0

    def startService(self) -> None:
        """Begin to look after what waits."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        """Publish nothing any more."""
        super().stopService()
        self._loop.stop()

    def happened(self, id: str, alert: Alert, event: EventName) -> None:
        """Publish what became of an alert, now or when the broker is there."""
        where = topic(id)
        if where is None or self._which == "none":
            return
        self._waiting.append((alert.thing, where, body(id, alert, event)))
        if len(self._waiting) > _MOST:
            self._waiting.popleft()
            self.dropped += 1
            if self.dropped == 1:
                self._log.warn("Alerts wait for the broker, and the first were dropped")
        self._try()

    def forget(self, thing: str) -> None:
        """Publish nothing of a thing that waits."""
        self._waiting = deque(each for each in self._waiting if each[0] != thing)

    def _try(self) -> None:
        while self._waiting and self._publish(*self._waiting[0][1:]):
            self._waiting.popleft()
