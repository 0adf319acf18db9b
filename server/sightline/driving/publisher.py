"""One robot's commands on their way out: the last place where a fence is checked.

A drive frame that waits for a slow broker is thrown away when anything newer was sent; a stop
throws all of them away, and overtakes whatever else waits.

Where robots have several base topics, a robot is driven below the one where it was heard when its
lease began. A stop goes out below all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from sightline.driving.broker_ports import BrokerPort, WillPort
from sightline.driving.echoes import EchoTracker
from sightline.kinds.probots import commands
from sightline.kinds.probots.bases import RobotTopics

AGAIN = (0.05, 0.10)
"""The stop is sent once, and again so much later (s)."""
_JUST_NOW = 0.05  # s
_UNSURE = 15.0
"""For so long (s) after a stop its connection may turn out to have been dead when it took it."""


class CommandPublisher:
    """``fence`` gives the number of the robot's lease; it is also asked on paho's thread."""

    def __init__(
        self,
        clock: IReactorTime,
        robot: str,
        port: BrokerPort,
        echoes: EchoTracker,
        fence: Callable[[], int],
        topics: RobotTopics | None = None,
    ) -> None:
        self._robot = robot
        self._topics = topics or RobotTopics()
        self._clock = clock
        self._port = port
        self._echoes = echoes
        self._fence = fence
        self._turn = 0  # of the newest command: only this one may go out
        self._again: list[Any] = []
        self._stopped = float("-inf")
        self.topic = ""
        """The topic on which it is driven."""
        self._stop_topics: tuple[str, ...] = ()  # on which it is stopped, that one first
        self.aim()
        self.will_connection: WillPort | None = None
        self.owes = False
        """A stop could not be sent. It is the first thing sent when the broker is back."""

    @property
    def homes(self) -> tuple[str, ...]:
        """Return the base topic below which the robot was heard last; all, if it never was."""
        return self._topics.homes(self._robot)

    def aim(self) -> None:
        """Drive the robot from now on where it was heard last: a new lease begins."""
        self.topic = commands.keys_topic(self._robot, self.homes[0])
        every = [commands.keys_topic(self._robot, base) for base in self._topics.bases]
        self._stop_topics = tuple(dict.fromkeys((self.topic, *every)))

    @property
    def strayed(self) -> bool:
        """Tell whether the robot was heard below another base since."""
        if len(self._stop_topics) == 1:
            return False
        return self.topic != commands.keys_topic(self._robot, self.homes[0])

    def move(self, keys: commands.Keys, fence: int) -> bool:
        """Send a motion; return False if it cannot be sent."""
        connection = self.will_connection
        if connection is None:
            return False
        self._turn = turn = self._turn + 1
        self._stopped = float("-inf")
        self._forget_repeats()
        payload = commands.payload(keys)
        entry = self._echoes.sent(self.topic, payload, self._clock.seconds(), f"line {fence}")

        def wanted() -> bool:  # paho's thread
            if turn == self._turn and fence == self._fence():
                return True
            entry.void = True
            return False

        if connection.publish(payload, wanted):
            return True
        entry.void = True
        return False

    def stop(self) -> None:
        """Send the stop three times, on two ways."""
        now = self._clock.seconds()
        self._turn += 1
        if now - self._stopped < _JUST_NOW:
            return  # it is being sent already, and nothing else was since
        self._stopped = now
        self._forget_repeats()
        # A new lease may have another topic before the last of them is sent.
        connection, topics = self.will_connection, self._stop_topics
        self._send_stop(connection, topics)
        second, third = AGAIN
        self._again = [
            self._clock.callLater(second, self._send_stop, None, topics),
            self._clock.callLater(third, self._send_stop, connection, topics),
        ]

    def cut(self) -> None:
        """Owe the last stop, if it may have gone into the connection that is found to be lost."""
        if self._clock.seconds() - self._stopped < _UNSURE:
            self.owes = True

    def _send_stop(self, connection: WillPort | None, topics: tuple[str, ...]) -> None:
        now = self._clock.seconds()
        self._stop_own(connection, topics[0], now)
        for topic in topics[1:]:
            entry = self._echoes.sent(topic, commands.STOP, now, "bridge")
            if not self._port.send(topic, commands.STOP, urgent=True):
                entry.void = True
                self.owes = True

    def _stop_own(self, connection: WillPort | None, topic: str, now: float) -> None:
        entry = self._echoes.sent(topic, commands.STOP, now, f"stop {id(connection)}")
        if connection is not None and connection.stop(commands.STOP):
            return
        entry.path = "bridge"
        if self._port.send(topic, commands.STOP, urgent=True):
            self.owes = False
        else:
            entry.void = True
            self.owes = True

    def _forget_repeats(self) -> None:
        for call in self._again:
            if call.active():
                call.cancel()
        self._again.clear()
