"""Somebody signed in at a broker with our client id: said in the log and on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.logger import Logger

from sightline.driving.states import Alarm
from sightline.live.hub import Hub
from sightline.model.text import clean
from sightline.mqtt.second_connection import Takeover
from sightline.wiring.clock import now

KEPT = 3600.0
"""An alarm is shown for so long after the last take-over, s."""
_LINE = 30.0
"""A line in the log no more often than this, s."""


class TakeoverAlarm(Service):
    """The alarm of one broker. ``disputed`` is called at each take-over, before it is shown."""

    _log = Logger()

    def __init__(self, reactor: Any, hub: Hub, broker: str, disputed: Callable[[], None]) -> None:
        self._reactor = reactor
        self._hub = hub
        self._broker = broker
        self._disputed = disputed
        self._key = f"alarm/client/{broker}"
        self._said_at = float("-inf")
        self._untold = 0
        self._end: Any = None

    def stopService(self) -> None:
        """No more."""
        super().stopService()
        if self._end is not None and self._end.active():
            self._end.cancel()

    def ring(self, takeover: Takeover) -> None:
        """Show it."""
        self._disputed()
        user = f", user {clean(takeover.user, 64)}" if takeover.user else ", without a user"
        who = clean(takeover.address, 64) + user
        at = round(now(), 3)
        state = self._hub.world.state(self._key)
        before = state if isinstance(state, Alarm) else None
        self._hub.show(
            self._key,
            Alarm(
                what="taken",
                source=self._broker,
                since=before.since if before else at,
                at=at,
                count=before.count + 1 if before else 1,
                size=0,
                head=who,
            ),
        )
        if self._end is not None and self._end.active():
            self._end.cancel()
        self._end = self._reactor.callLater(KEPT, self._hub.show, self._key, None)
        self._say(who)

    def _say(self, who: str) -> None:
        now = self._reactor.seconds()
        if now - self._said_at < _LINE:
            self._untold += 1
            return
        more = f" (and {self._untold} times before)" if self._untold else ""
        self._said_at, self._untold = now, 0
        self._log.warn(
            "Broker {broker}: {who} signed in with our client id and threw us out{more}. Two"
            " servers with one client_id? Otherwise end that account, and remove clients.json from"
            " the state folder to come under a new id",
            broker=self._broker,
            who=who,
            more=more,
        )
