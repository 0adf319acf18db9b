"""One robot's commands on their way out: the last place where a fence is checked.

A drive frame that waits for a slow broker is thrown away when anything newer was said; a stop
throws all of them away, and overtakes whatever else waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.driving.broker_ports import BrokerPort, WillPort
from sightline.driving.echo_monitor import EchoMonitor
from sightline.kinds.probots import commands

AGAIN = (0.05, 0.10)
"""The stop is said once, and again so much later (s)."""
_JUST_NOW = 0.05  # s


class CommandPublisher:
    """``fence`` gives the number of the robot's lease; it is also asked on paho's thread."""

    def __init__(
        self,
        clock: IReactorTime,
        robot: str,
        route: BrokerPort,
        watch: EchoMonitor,
        fence: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._route = route
        self._watch = watch
        self._fence = fence
        self._turn = 0  # of the newest command: only this one may go out
        self._again: list[Any] = []
        self._stopped = float("-inf")
        self.topic = commands.keys_topic(robot)
        self.line: WillPort | None = None
        self.owes = False
        """A stop could not be said. It is the first thing said when the broker is back."""

    def move(self, keys: commands.Keys, fence: int) -> bool:
        """Tell the robot to move; False: it cannot be told."""
        line = self.line
        if line is None:
            return False
        self._turn = turn = self._turn + 1
        self._stopped = float("-inf")
        self._forget_repeats()
        payload = commands.payload(keys)
        entry = self._watch.ledger.sent(self.topic, payload, self._clock.seconds(), f"line {fence}")

        def wanted() -> bool:  # paho's thread
            if turn == self._turn and fence == self._fence():
                return True
            entry.void = True
            return False

        if line.publish(payload, wanted):
            return True
        entry.void = True
        return False

    def stop(self) -> None:
        """Tell it to stand still, three times, on two ways."""
        now = self._clock.seconds()
        self._turn += 1
        if now - self._stopped < _JUST_NOW:
            return  # being said already, and nothing else since
        self._stopped = now
        self._forget_repeats()
        line = self.line
        self._say_stop(line)
        second, third = AGAIN
        self._again = [
            self._clock.callLater(second, self._say_stop, None),
            self._clock.callLater(third, self._say_stop, line),
        ]

    def _say_stop(self, line: WillPort | None) -> None:
        ledger, now = self._watch.ledger, self._clock.seconds()
        entry = ledger.sent(self.topic, commands.STOP, now, f"stop {id(line)}")
        if line is not None and line.stop(commands.STOP):
            return
        entry.path = "bridge"
        if self._route.send(self.topic, commands.STOP, urgent=True):
            self.owes = False
        else:
            entry.void = True
            self.owes = True

    def _forget_repeats(self) -> None:
        for call in self._again:
            if call.active():
                call.cancel()
        self._again.clear()
