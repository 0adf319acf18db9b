"""Read arrivals and change the world by them.

What cannot be read is counted and shown, not raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sightline.live.presence import Presence
from sightline.live.quotas import DAY, OverQuota, WorldFull
from sightline.live.world import World
from sightline.model.kind import Arrival, CannotDecode, Kind, State, Update
from sightline.model.record import Record
from sightline.model.text import clean

_HEAD = 200  # characters of a rejected payload that are shown
_NO_ROOM = CannotDecode("too_many_things", "no room for another thing")
_PRIVATE = "(not shown: it may hold a password)"
# For so long (s) the quarantine list takes one of a reason from each device, and so many in all: a
# flood of one device neither fills the list nor keeps another device's message out of it.
_PER_REASON = 0.2
_DEVICES = 10

R = TypeVar("R")
Decode = Callable[[Arrival], Iterable[Update]]

# Of a reading: the thing that changed or that there is a record of, our receipt (epoch s), when the
# thing was alive (epoch s, if that was said), and what belongs into history.
News = tuple[str, float, float | None, Record | None]
Keep = Callable[[list[News]], None]
Refused = Callable[[Arrival, CannotDecode], None]
"""Hears of a message that was not taken, and why."""


def keep_nothing(news: list[News]) -> None:
    """Keep nothing: where there is no history."""


class Quarantined(State, frozen=True, omit_defaults=True, kw_only=True):
    """One rejected message, as people see it. ``size`` in bytes, ``at`` in epoch s."""

    n: int
    at: float
    source: str
    topic: str
    counter: str
    why: str
    size: int
    head: str


class Ingest:
    """Route each arrival to its kind, fold the updates, keep the counts.

    ``received`` = accepted + rejected, in messages. ``dropped`` counts optional fields that were
    left out of accepted messages because they made no sense.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        world: World,
        presence: Presence,
        *,
        keep: Keep = keep_nothing,
        quarantine: int = 50,
    ) -> None:
        self._decoders: dict[str, Decode] = {
            root: kind.decode for kind in kinds for root in kind.roots
        }
        self._world = world
        self._presence = presence
        self._quarantine = quarantine
        self._subscribers: dict[type, list[Callable[[Any], None]]] = {}
        self._news: list[News] = []
        self._keep = keep
        self._shown: dict[str, tuple[float, set[str]]] = {}  # by reason: since when, of whom
        self._over_quota: Callable[[OverQuota], None] = lambda over: None
        self._refused: list[Refused] = []
        self._day_ends = float("-inf")
        self.received = 0
        self.accepted = 0
        self.dropped = 0
        self.rejected: Counter[str] = Counter()
        self.refused_for = ""
        """Why the last message that was not taken was not: its counter."""
        self.quarantined = 0

    def when_over_quota(self, refused: Callable[[OverQuota], None]) -> None:
        """Call ``refused`` with each message that its sender has no quota for."""
        self._over_quota = refused

    def when_refused(self, refused: Refused) -> None:
        """Call ``refused`` with each message that is not taken, and why."""
        self._refused.append(refused)

    def tell(self, sort: type[R], hear: Callable[[R], None]) -> None:
        """Call ``hear`` with each update of this class, after it was folded."""
        self._subscribers.setdefault(sort, []).append(hear)

    def take(self, arrivals: Iterable[Arrival], now: float, *, keep: bool = True) -> None:
        """Let arrivals change the world. ``now`` is the monotonic clock's time, in s.

        ``keep`` false: they come once more by another way, which is the one for history.
        """
        if now >= self._day_ends:
            self._day_ends = now + DAY
            self._world.senders.new_day()
        decoders = self._decoders
        for arrival in arrivals:
            self.received += 1
            try:
                topic = arrival.topic
                decode = decoders.get(topic.partition("/")[0]) if type(topic) is str else None
                for update in (decode or self._decoder(topic))(arrival):
                    self._fold(update, arrival, now)
                self.accepted += 1
            except CannotDecode as why:
                self._reject(arrival, why, now)
            except OverQuota as over:
                self._reject(arrival, CannotDecode("over_quota", over.why), now)
                self._over_quota(over)
            except WorldFull:
                self._reject(arrival, _NO_ROOM, now)
        if self._news:
            news, self._news = self._news, []
            if keep:
                self._keep(news)

    def refuse(self, arrival: Arrival, why: CannotDecode, now: float) -> None:
        """Count and show an arrival that could not even be brought into the form of a message."""
        self.received += 1
        self._reject(arrival, why, now)

    def _decoder(self, topic: str | bytes) -> Decode:
        """Find the decoder of a topic that does not begin as they do."""
        if isinstance(topic, bytes):
            raise CannotDecode("bad_topic", "topic is not UTF-8")
        # Some senders put a slash in front of the first level.
        root = topic.removeprefix("/").partition("/")[0]
        try:
            return self._decoders[root]
        except KeyError:
            raise CannotDecode("bad_topic", "nobody listens to this topic") from None

    def _fold(self, update: Update, arrival: Arrival, now: float) -> None:
        world, thing, heard, at = self._world, update.thing, update.heard, arrival.at
        record: Record | None = getattr(update, "record", None)
        changed = world.fold(update, record is not None)
        if update.dropped:
            self.dropped += update.dropped
        if changed or record is not None:
            self._news.append((thing, at, heard, record))
        if heard is not None:
            self._presence.note(thing, now - (at - heard), arrival.source)
        elif changed and thing not in world:
            self._presence.forget(thing)
        for hear in self._subscribers.get(type(update), ()):
            hear(update)

    def _reject(self, arrival: Arrival, why: CannotDecode, now: float) -> None:
        self.rejected[why.counter] += 1
        self.refused_for = why.counter
        for refused in self._refused:
            refused(arrival, why)
        topic = arrival.topic
        if isinstance(topic, bytes):
            topic = topic.decode("utf-8", "replace")
        if not self._is_news(why.counter, "/".join(topic.removeprefix("/").split("/", 3)[:3]), now):
            return
        self.quarantined = n = self.quarantined + 1
        shown = Quarantined(
            n=n,
            at=round(arrival.at, 3),
            source=arrival.source,
            topic=clean(topic, _HEAD),
            counter=why.counter,
            why=clean(why.why, _HEAD),
            size=len(arrival.payload),
            head=_PRIVATE if why.private else _head(arrival.payload),
        )
        self._world.remove(f"quarantine/{n - self._quarantine}")
        try:
            self._world.put(f"quarantine/{n}", shown)
        except WorldFull:
            pass  # the counters still tell

    def _is_news(self, counter: str, device: str, now: float) -> bool:
        """Return whether a rejected message is to be listed, and remember that it was."""
        since, devices = self._shown.get(counter, (float("-inf"), set()))
        if now - since >= _PER_REASON:
            since, devices = now, set()
            self._shown[counter] = since, devices
        if device in devices or len(devices) >= _DEVICES:
            return False
        devices.add(device)
        return True


def _head(payload: bytes) -> str:
    return clean(payload[: 4 * _HEAD].decode("utf-8", "replace"), _HEAD)
