"""Show who took our place at a broker, and who was refused there, in the log and on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.logger import Logger

from sightline.driving.states import Alarm
from sightline.live.hub import Hub
from sightline.live.periodic import Periodic
from sightline.model.text import clean
from sightline.mqtt.second_connection import Takeover
from sightline.wiring.clock import now

SHOWN_FOR = 3600.0
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
        self._logged_at = float("-inf")
        self._unlogged = 0
        self._end: Any = None

    def stopService(self) -> None:
        super().stopService()
        if self._end is not None and self._end.active():
            self._end.cancel()

    def ring(self, takeover: Takeover) -> None:
        """Show that another take-over happened."""
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
        self._end = self._reactor.callLater(SHOWN_FOR, self._hub.show, self._key, None)
        self._say(who)

    def _say(self, who: str) -> None:
        now = self._reactor.seconds()
        if now - self._logged_at < _LINE:
            self._unlogged += 1
            return
        more = f" (and {self._unlogged} times before)" if self._unlogged else ""
        self._logged_at, self._unlogged = now, 0
        self._log.warn(
            "Broker {broker}: {who} signed in with our client id and threw us out{more}. Two"
            " servers with one client_id? Otherwise end that account, and remove clients.json from"
            " the state folder to come under a new id",
            broker=self._broker,
            who=who,
            more=more,
        )


REFUSED = 600.0
"""A refusal is shown for so long after the last one of that host, s."""
_HOSTS = 5
"""Hosts shown at once, of one broker."""
_SHOW = 5.0
"""A host that knocks again and again is shown anew no more often than this, s."""


class KnockAlarm(Service):
    """The clients that one broker refused. While there are any, `look` is called each `_SHOW` s."""

    _log = Logger()

    def __init__(self, reactor: Any, hub: Hub, broker: str) -> None:
        self._reactor = reactor
        self._hub = hub
        self._broker = broker
        self._hosts: dict[str, Alarm] = {}
        self._last: dict[str, float] = {}
        self._changed: set[str] = set()
        self._loop = Periodic(reactor, _SHOW, self.look, "the list of refused clients")

    def stopService(self) -> None:
        super().stopService()
        self._loop.stop()

    def ring(self, host: str) -> None:
        """Show that the broker refused a client at this host."""
        before = self._hosts.get(host)
        if before is None and len(self._hosts) >= _HOSTS:
            return
        at = round(now(), 3)
        self._hosts[host] = Alarm(
            what="refused",
            source=self._broker,
            since=before.since if before else at,
            at=at,
            count=before.count + 1 if before else 1,
            size=0,
            head=clean(host, 64),
        )
        self._last[host] = self._reactor.seconds()
        self._changed.add(host)
        if before is None:
            self._log.warn(
                "Broker {broker} refused somebody at {host}: no user and password that it knows. A"
                " robot as it comes has none; probots.listen in the settings lets it in",
                broker=self._broker,
                host=clean(host, 64),
            )
            self._show()
        self._loop.start(now=False)

    def look(self) -> None:
        """Show who knocked again, take down who does not any more."""
        now = self._reactor.seconds()
        for host in [host for host, at in self._last.items() if now - at > REFUSED]:
            del self._hosts[host], self._last[host]
            self._hub.show(self._key(host), None)
        self._show()
        if not self._hosts:
            self._loop.stop()

    def _show(self) -> None:
        changed, self._changed = self._changed, set()
        for host in changed & self._hosts.keys():
            self._hub.show(self._key(host), self._hosts[host])

    def _key(self, host: str) -> str:
        return f"alarm/knock/{self._broker}/{clean(host, 64)}"
