"""Put messages into a topic tree, many at a time.

A single message that wakes the server costs ten times its share of a hundred, as nothing of the
tree's code and nodes is in the processor's cache then. Nobody sees the tree between two looks at
it, so messages wait for the next look, or until there are many.
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.console.topic_tree import TopicTree
from sightline.kinds import redacted
from sightline.model.kind import Arrival

MOST = 256
"""So many messages wait at most."""
LARGEST = 1_048_576
"""So many bytes of payloads wait at most, and what comes last."""


class TopicFeed:
    """The tree of one broker, and the messages that are not in it yet."""

    def __init__(self) -> None:
        self._tree = TopicTree()
        self._waiting: list[Arrival] = []
        self._bytes = 0

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Put these messages into the tree, before anybody looks at it."""
        self._waiting += arrivals
        self._bytes += sum([len(arrival.payload) for arrival in arrivals])
        if len(self._waiting) >= MOST or self._bytes >= LARGEST:
            self._settle()

    @property
    def tree(self) -> TopicTree:
        """Return the tree, with all messages in it."""
        if self._waiting:
            self._settle()
        return self._tree

    def _settle(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        self._tree.feed([redacted(one) for one in waiting if not _is_log(one.topic)])


def _is_log(topic: str | bytes) -> bool:
    """Return whether this is the broker's log: it names addresses and users, not for all who may
    read topics.
    """
    return isinstance(topic, str) and topic.startswith("$SYS/broker/log/")
