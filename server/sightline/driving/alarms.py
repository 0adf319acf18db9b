"""Somebody else speaks on a command topic: shown, and what they left with the broker is cleared."""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from sightline.driving.broker_ports import BrokerPort
from sightline.driving.command_log import CommandLog
from sightline.driving.echo_monitor import EchoMonitor, ForeignCommand
from sightline.driving.states import Alarm
from sightline.kinds.probots import commands
from sightline.live.hub import Hub
from sightline.model.text import clean

KEPT = 60.0
"""An alarm is shown this long after the last message, s."""
MOST = 50
"""Alarms at once, by topic."""
JUST_CLEARED = 2.0
"""What is retained on a topic is cleared no more often than this, s."""
_CLEARED_AT_ONCE = 4  # each takes a connection
_MOST_TO_CLEAR = 1000
_HEAD = 80  # characters


class Alarms:
    """``clock`` is monotonic s, ``wall`` epoch s. `look` is to be called now and then."""

    _log = Logger()

    def __init__(
        self,
        hub: Hub,
        log: CommandLog,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._hub = hub
        self._commands = log
        self._clock = clock
        self._wall = wall
        self._last: dict[str, float] = {}
        self._cleared: dict[str, float] = {}
        self._to_clear: dict[str, tuple[BrokerPort, EchoMonitor]] = {}

    def was_cleared(self, topic: str) -> bool:
        """Whether what is retained there may be our own: the stop that overwrites."""
        return self._clock() - self._cleared.get(topic, float("-inf")) <= JUST_CLEARED

    def ring(self, found: ForeignCommand, route: BrokerPort, watch: EchoMonitor) -> None:
        """Show that somebody else spoke, and see to it that nothing of it stays."""
        topic = str(found.arrival.topic)
        self._show(found, topic)
        if found.robot is not None and not self.was_cleared(topic):
            if len(self._to_clear) < _MOST_TO_CLEAR:
                self._to_clear[topic] = (route, watch)
            self._clear_some()

    def look(self) -> None:
        """Time goes by: clear what waits for it, take down what is over."""
        self._clear_some()
        now = self._clock()
        for key in [key for key, at in self._last.items() if now - at > KEPT]:
            del self._last[key]
            self._hub.show(key, None)
        for topic in [topic for topic in self._cleared if not self.was_cleared(topic)]:
            del self._cleared[topic]

    def _clear_some(self) -> None:
        for topic in list(self._to_clear):
            if len(self._cleared) >= _CLEARED_AT_ONCE:
                return
            route, watch = self._to_clear.pop(topic)
            self._cleared[topic] = now = self._clock()
            if topic.startswith("keys/"):
                route.overwrite(topic, commands.STOP)
            else:  # an empty message there does the robot no harm
                watch.ledger.sent(topic, b"", now, "bridge")
                route.send(topic, b"", retain=True)

    def _show(self, found: ForeignCommand, topic: str) -> None:
        arrival = found.arrival
        key = "alarm/" + clean(topic, 64)
        if key not in self._last and len(self._last) >= MOST:
            return
        self._last[key] = self._clock()
        at = round(self._wall(), 3)
        state = self._hub.world.state(key)
        before = state if isinstance(state, Alarm) else None
        self._hub.show(
            key,
            Alarm(
                what="retained" if arrival.retain else "foreign",
                source=arrival.source,
                robot=found.robot,
                since=before.since if before else at,
                at=at,
                count=before.count + 1 if before else 1,
                size=len(arrival.payload),
                head=clean(arrival.payload[: 4 * _HEAD].decode("utf-8", "replace"), _HEAD),
            ),
        )
        if before is None:
            what = "a retained message" if arrival.retain else "somebody else's message"
            why = f"{what} on {clean(topic, 64)}"
            self._log.warn("On a command topic: {why}", why=why)
            self._commands.write("somebody else", "alarm", found.robot or "", why=why)
