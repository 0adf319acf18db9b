"""The alarms about command topics on which somebody else speaks, as they are shown.

The first message is shown and logged at once, further ones a few times a second: a flood of them
changes the world no more often than that.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from sightline.driving.command_log import CommandLog
from sightline.driving.echo_monitor import ForeignCommand
from sightline.driving.states import Alarm
from sightline.kinds.probots import commands
from sightline.live.hub import Hub
from sightline.model.text import clean

SHOWN_FOR = 60.0
"""An alarm is shown this long after the last message, s."""
MOST = 50
"""Alarms at once, by topic."""
_HEAD = 80  # characters


class Alarms:
    """``clock`` is monotonic s, ``wall`` epoch s."""

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
        self._newest: dict[str, Alarm] = {}
        self._waiting: set[str] = set()

    def ring(self, found: ForeignCommand) -> None:
        """Show that somebody else published a command."""
        topic, arrival = found.topic, found.arrival
        base = commands.base_of(topic)  # is of the settings, and may be long
        name = base + clean(topic.removeprefix(base), 64)
        key = "alarm/" + name
        if key not in self._last and len(self._last) >= MOST:
            return
        self._last[key] = self._clock()
        at = round(self._wall(), 3)
        before = self._newest.get(key)
        self._newest[key] = alarm = Alarm(
            what="retained" if arrival.retain else "foreign",
            source=arrival.source,
            robot=found.robot,
            since=before.since if before else at,
            at=at,
            count=before.count + 1 if before else 1,
            size=len(arrival.payload),
            head=clean(arrival.payload[: 4 * _HEAD].decode("utf-8", "replace"), _HEAD),
        )
        if before is not None:
            self._waiting.add(key)
            return
        self._hub.show(key, alarm)
        what = "a retained message" if arrival.retain else "somebody else's message"
        why = f"{what} on {name}"
        self._log.warn("On a command topic: {why}", why=why)
        self._commands.write("somebody else", "alarm", found.robot or "", why=why)

    def look(self) -> None:
        """Show what came since, and remove alarms that are over. To be called now and then."""
        waiting, self._waiting = self._waiting, set()
        for key in waiting:
            self._hub.show(key, self._newest[key])
        now = self._clock()
        for key in [key for key, at in self._last.items() if now - at > SHOWN_FOR]:
            del self._last[key], self._newest[key]
            self._hub.show(key, None)
