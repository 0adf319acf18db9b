"""Listen to the topics that rules name, by subscriptions of our own where nothing follows them.

A rule names one topic, never a wildcard. What comes only because a rule named it goes to the rules
and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sightline.model.filters import topic_fault
from sightline.model.kind import Arrival
from sightline.mqtt.bridge import Bridge

MessageListener = Callable[[str, str, bytes], None]
"""Is told of a message: the broker's name, the topic, the payload."""


class RuleTopics:
    """The topics of all rules, at all brokers."""

    def __init__(self) -> None:
        self._listeners: list[MessageListener] = []
        self._bridges: list[Bridge] = []
        self._topics: frozenset[str] = frozenset()
        self._mine: dict[str, set[str]] = {}
        """By the broker's name, what we subscribed to there and nothing else did."""

    def listen(self, listener: MessageListener) -> None:
        """Call ``listener`` with each message of these topics."""
        self._listeners.append(listener)

    def add(self, bridge: Bridge) -> None:
        """Listen over this connection, too."""
        self._bridges.append(bridge)
        self._look(bridge)

    def follow(self, topics: Iterable[str]) -> None:
        """Listen to these topics, and to no others."""
        self._topics = frozenset(topic for topic in topics if topic_fault(topic) is None)
        for bridge in self._bridges:
            self._look(bridge)

    def _look(self, bridge: Bridge) -> None:
        mine = self._mine.setdefault(bridge.broker, set())
        if gone := sorted(mine - self._topics):
            mine.difference_update(gone)
            bridge.unsubscribe(gone)
        new = sorted(each for each in self._topics - mine if not bridge.follows(each))
        if new:
            mine.update(new)
            bridge.subscribe([(each, 0) for each in new])

    def sift(self, broker: str, arrivals: list[Arrival]) -> list[Arrival]:
        """Let rules look at a batch; return it without what came only for them."""
        topics = self._topics
        if not topics:
            return arrivals
        mine, left = self._mine.get(broker, ()), []
        for arrival in arrivals:
            topic = arrival.topic
            if topic in topics:
                self._tell(broker, str(topic), arrival.payload)
                if topic in mine:
                    continue
            left.append(arrival)
        return left

    def _tell(self, broker: str, topic: str, payload: bytes) -> None:
        for listener in self._listeners:
            listener(broker, topic, payload)
