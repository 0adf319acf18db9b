"""Exchange messages with the other servers that act as one with this one, over their broker.

    sightline/replicas/<server>/posted/<user>/<device>   a message as a phone posted it there
    sightline/replicas/<server>/phone/<user>/<device>    how it stands with a phone (`Phone`, JSON)
    sightline/replicas/<server>/delivered/<webhook>      what a webhook has taken; also `recent` and
                                                         `missed`, see `webhooks.exchange`

None of it is retained. QoS 1, so that a server that is away gets it when it is back. Anybody who
may publish there is believed no more than a phone: levels and sizes are looked at here, and anybody
who listens reads strictly. What is in the common database is told there
(`sightline.database.feed`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.live.periodic import Periodic
from sightline.model.kind import Arrival, CannotDecode, id_of
from sightline.model.topic import LONGEST_LEVEL, levels

TOPIC = "sightline/replicas"
FILTERS = ((f"{TOPIC}/+/#", 1),)
"""What each of several servers subscribes besides."""
LARGEST = 65_536
"""Bytes of a message: as much as may be posted."""
MOST, MOST_BYTES = 1_000, 8_000_000
"""What waits for a broker that is away."""
_AGAIN = 1.0  # s
_ROOT, _ROOT_BYTES = f"{TOPIC}/", f"{TOPIC}/".encode()
_MOST_LEVELS = 6

Publish = Callable[[str, bytes, int], bool]
"""Sends a message at this QoS; False: no broker takes it now."""
Hear = Callable[[str, bytes, float], None]
"""Gets what another server says: about what (``jane/phone``), the message, our receipt (epoch s).
Raises `CannotDecode` when it makes no sense."""


class PeerBus(Protocol):
    """What a part needs to speak with its like at the other servers."""

    def tell(self, what: str, about: str, payload: bytes = b"") -> None:
        """Tell them ``what`` about something of one or two levels, as soon as a broker takes it."""

    def hear(self, what: str, hear: Hear) -> None:
        """Call ``hear`` with what they tell under this word."""


def topic(server: str, what: str, about: str = "") -> str:
    """Return the topic of a message."""
    return f"{_ROOT}{server}/{what}" + (f"/{about}" if about else "")


def address(topic_given: str | bytes) -> tuple[str, str, str] | None:
    """Tell which server tells what about what; None: it is none of ours, or nothing could be so."""
    try:
        found = levels(topic_given)
    except CannotDecode:
        return None
    if not 4 <= len(found) <= _MOST_LEVELS or "/".join(found[:2]) != TOPIC:
        return None
    for level in found:
        if not 0 < len(level) <= LONGEST_LEVEL or any(sign in level for sign in "+#"):
            return None
    _, _, server, what, *about = found
    return server, what, "/".join(about)


class Peers(Service):
    """The other servers; ``name`` is ours among them. Waiting messages are sent in their order."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, name: str, publish: Publish) -> None:
        self._name = name
        self._publish = publish
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._hears: dict[str, Hear] = {}
        self._loop = Periodic(clock, _AGAIN, self._send, "the messages to other servers")
        self.dropped = 0
        """Messages that found no room while no broker took them."""
        self.refused = 0
        """Messages that made no sense."""

    def startService(self) -> None:
        """Begin to send what waits."""
        super().startService()
        self._loop.start(now=False)

    def stopService(self) -> None:
        """Send nothing any more."""
        super().stopService()
        self._loop.stop()

    # -- told by us

    def tell(self, what: str, about: str, payload: bytes = b"") -> None:
        """Queue a message for the other servers (`PeerBus`)."""
        self._waiting.append((topic(self._name, what, about), payload))
        self._bytes += len(payload)
        while len(self._waiting) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= len(self._waiting.popleft()[1])
            self.dropped += 1
            if self.dropped == 1:
                self._log.warn("Other servers cannot be told, and the first messages were dropped")
        self._send()

    def forget(self, thing: str) -> None:
        """Drop every waiting message about this friend or robot."""
        end = f"/{id_of(thing)}"
        self._waiting = deque(each for each in self._waiting if not each[0].endswith(end))
        self._bytes = sum(len(payload) for _, payload in self._waiting)

    def _send(self) -> None:
        while self._waiting and self._publish(*self._waiting[0], 1):
            self._bytes -= len(self._waiting.popleft()[1])

    # -- told to us

    def hear(self, what: str, hear: Hear) -> None:
        """Call a handler with messages of this name (`PeerBus`)."""
        self._hears[what] = hear

    def sift(self, arrivals: Iterable[Arrival]) -> list[Arrival]:
        """Take what other servers say, and hand back all the rest."""
        rest = []
        for arrival in arrivals:
            if _is_below_root(arrival.topic):
                self._take(arrival)
            else:
                rest.append(arrival)
        return rest

    def _take(self, arrival: Arrival) -> None:
        found = address(arrival.topic)
        if found is None or len(arrival.payload) > LARGEST:
            self._refuse()
            return
        server, what, about = found
        if arrival.retain:
            return  # a copy of the past
        if server == self._name:
            return  # our own
        hear = self._hears.get(what)
        if hear is None:
            return  # a newer server's
        try:
            hear(about, arrival.payload, arrival.at)
        except CannotDecode:
            self._refuse()
        except Exception:  # a slip of ours must not hold up the messages behind it
            self._log.failure("Could not take what another server says")

    def _refuse(self) -> None:
        self.refused += 1
        if self.refused == 1:
            self._log.warn("Somebody says below {topic} what makes no sense", topic=TOPIC)


def _is_below_root(topic_given: str | bytes) -> bool:
    return (
        topic_given.startswith(_ROOT)
        if isinstance(topic_given, str)
        else topic_given.startswith(_ROOT_BYTES)
    )
