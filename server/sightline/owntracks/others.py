"""What several servers tell each other of phones, over the broker that they share.

A phone that posts reaches one of them. That one hands the post on, and whenever it has dealt with a
phone, how it stands with it; so each of them has the same fixes and knows what is still to be
fetched, wherever the phone posts next.

    sightline/replicas/<server>/posted/<user>/<device>   a message as the phone posted it
    sightline/replicas/<server>/phone/<user>/<device>    a `Phone` as JSON

QoS 1, not retained. Whoever may publish there is believed no more than a phone: levels and sizes
are looked at, and a post is read as any message is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
from twisted.application.service import Service
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from sightline.kinds.friends.phone import Phone
from sightline.model.kind import Arrival, CannotDecode
from sightline.model.topic import LONGEST_LEVEL, levels

TOPIC = "sightline/replicas"
FILTERS = ((f"{TOPIC}/+/+/+/+", 1),)
"""What each of several servers subscribes besides."""
LARGEST = 65_536
"""Bytes of a message: as much as may be posted."""
MOST, MOST_BYTES = 1_000, 8_000_000
"""What waits for a broker that is away."""
_AGAIN = 1.0  # s
_ROOT, _ROOT_BYTES = f"{TOPIC}/", f"{TOPIC}/".encode()

_encode = msgspec.json.Encoder().encode
_phone = msgspec.json.Decoder(Phone).decode

Publish = Callable[[str, bytes], bool]
"""Sends a message at QoS 1; False: no broker takes it now."""


class Address(NamedTuple):
    """Who tells what (``posted``, ``phone``) of which ``user/device``."""

    server: str
    what: str
    device: str


def topic(server: str, what: str, device: str) -> str:
    """Where it is told."""
    return f"{_ROOT}{server}/{what}/{device}"


def address(told: str | bytes) -> Address | None:
    """What a topic is about; None: it is none of ours, or no device could be called so."""
    try:
        found = levels(told)
    except CannotDecode:
        return None
    if len(found) != 6 or not all(0 < len(level) <= LONGEST_LEVEL for level in found):
        return None
    if "/".join(found[:2]) != TOPIC or any(sign in level for level in found for sign in "+#"):
        return None
    _, _, server, what, user, device = found
    return Address(server, what, f"{user}/{device}")


class Others(Service):
    """The other servers. ``name`` is ours among them. What waits is sent in its order."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, name: str, publish: Publish) -> None:
        self._name = name
        self._publish = publish
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._loop = LoopingCall(self._send)
        self._loop.clock = clock
        self.dropped = 0
        """Messages that found no room while no broker took them."""
        self.refused = 0
        """Messages that made no sense."""
        self.posted: Callable[[str, bytes, float], None] = lambda device, payload, at: None
        """Gets what was posted at another server: ``user/device``, message, our receipt."""
        self.dealt: Callable[[str, Phone], None] = lambda device, phone: None
        """Gets how it stands with a phone that another server dealt with."""

    def startService(self) -> None:
        """Begin to look after what waits."""
        super().startService()
        self._loop.start(_AGAIN, now=False).addErrback(
            lambda failure: self._log.failure("Other servers are not told any more", failure)
        )

    def stopService(self) -> None:
        """Tell nothing any more."""
        super().stopService()
        if self._loop.running:
            self._loop.stop()

    # -- told by us

    def tell_posted(self, device: str, payload: bytes) -> None:
        """A phone posted this."""
        self._tell("posted", device, payload)

    def tell_dealt(self, device: str, phone: Phone) -> None:
        """How it stands with a phone."""
        self._tell("phone", device, _encode(phone))

    def _tell(self, what: str, device: str, payload: bytes) -> None:
        self._waiting.append((topic(self._name, what, device), payload))
        self._bytes += len(payload)
        while len(self._waiting) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= len(self._waiting.popleft()[1])
            self.dropped += 1
            if self.dropped == 1:
                self._log.warn("Other servers cannot be told of phones, and the first were dropped")
        self._send()

    def forget(self, device: str) -> None:
        """Nothing of what waits about ``user/device`` is told."""
        end = f"/{device}"
        self._waiting = deque(each for each in self._waiting if not each[0].endswith(end))
        self._bytes = sum(len(payload) for _, payload in self._waiting)

    def _send(self) -> None:
        while self._waiting and self._publish(*self._waiting[0]):
            self._bytes -= len(self._waiting.popleft()[1])

    # -- told to us

    def sift(self, arrivals: Iterable[Arrival]) -> list[Arrival]:
        """Take what other servers say, and hand back all the rest."""
        rest = []
        for arrival in arrivals:
            if _is_ours(arrival.topic):
                self._hear(arrival)
            else:
                rest.append(arrival)
        return rest

    def _hear(self, arrival: Arrival) -> None:
        found = address(arrival.topic)
        if found is None or len(arrival.payload) > LARGEST:
            self.refused += 1
            return
        if found.server == self._name or arrival.retain:
            return  # our own; a copy of the past
        if found.what == "posted":
            self.posted(found.device, arrival.payload, arrival.at)
        elif found.what == "phone":
            try:
                phone = _phone(arrival.payload)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self.refused += 1
                return
            self.dealt(found.device, phone)


def _is_ours(told: str | bytes) -> bool:
    return told.startswith(_ROOT) if isinstance(told, str) else told.startswith(_ROOT_BYTES)
