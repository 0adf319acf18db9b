"""What we published ourselves and have not heard back yet: to tell our own messages from others'.

We subscribe to our own command topics. What comes back and is noted here is ours, and tells how
long the way to the broker and back takes; somebody else published anything else.
"""

from __future__ import annotations

from collections import deque

_MOST = 500  # entries per topic
_FORGET = 30.0  # s
LOST = 3.0
"""What did not come back within this was lost by the broker, s."""


class SentCommand:
    """One message of ours. Messages of one ``path`` keep their order."""

    __slots__ = ("at", "path", "payload", "void")

    def __init__(self, payload: bytes, at: float, path: str) -> None:
        self.payload = payload
        self.at = at
        self.path = path
        self.void = False
        """It was not sent after all. May be set from another thread."""


class EchoTracker:
    """Our messages at one broker that have not come back yet. Times are monotonic s."""

    def __init__(self) -> None:
        self._out: dict[str, deque[SentCommand]] = {}

    def sent(self, topic: str, payload: bytes, now: float, path: str = "") -> SentCommand:
        """Note a message that we are about to publish."""
        out = self._out.setdefault(topic, deque(maxlen=_MOST))
        while out and now - out[0].at > _FORGET:
            out.popleft()
        out.append(entry := SentCommand(payload, now, path))
        return entry

    def match(self, topic: str, payload: bytes, now: float) -> float | None:
        """Match an arriving message; return how long it took in s, or None when it is not ours.

        What went the same path before it and was not heard never will be.
        """
        out = self._out.get(topic)
        if not out:
            return None
        entries = list(out)
        at = next((i for i, e in enumerate(entries) if e.payload == payload and not e.void), None)
        if at is None:
            return None
        mine = entries[at]
        before = [e for e in entries[:at] if e.path != mine.path and not e.void]
        self._out[topic] = deque(before + entries[at + 1 :], _MOST)
        return now - mine.at

    def overdue(self, topic: str, now: float) -> float:
        """Return how long we have waited for the oldest entry of ``topic``, in s.

        What is older than `LOST` is not waited for any more; should it come, it is known.
        """
        waited = (now - e.at for e in self._out.get(topic, ()) if not e.void)
        return max((seconds for seconds in waited if seconds <= LOST), default=0.0)

    def forget(self) -> None:
        """Forget all messages: the connection is lost, and nothing of it comes back."""
        self._out.clear()
