"""Say what the tree of topics was at a moment: which topics, how often and when last heard.

The totals of segments that were over by then are added up from their indexes; of the one in which
the moment lies only the blocks that it cuts are read. Values are read for the topics shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sightline.history.rewind.building import messages_in
from sightline.history.rewind.finding import newest_of, of_topic
from sightline.history.rewind.index import Retained, key_of, postings, retained_at
from sightline.history.rewind.reader import ArchiveReader, Changed, Check, Identity, IndexedPart
from sightline.model.kind import Arrival

PAGE = 200
"""Levels in one answer."""


class BlockPlace(NamedTuple):
    """Where a message is: in which block of which part."""

    part: Identity
    block: int


class TopicThen(NamedTuple):
    """What is known of a topic at the moment. ``at`` is of the newest message, ``place`` holds it.

    ``retained_place`` holds what was last heard of its retained message.
    """

    messages: int
    size: int
    at: float
    place: BlockPlace
    retained: Retained
    retained_place: BlockPlace | None


Topics = dict[str, TopicThen]


@dataclass(slots=True)
class Level:
    """One level of a topic: what came to it and below."""

    messages: int = 0
    topics: int = 0
    retained: int = 0
    at: float = 0.0
    children: set[str] = field(default_factory=set)
    itself: TopicThen | None = None
    """The topic of exactly this name; None: there is only more below."""


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some levels below one, in the order of their names. ``after`` continues; None: all."""

    here: Level
    children: list[tuple[str, Level]]
    total: int
    after: str | None


class TreeSnapshot:
    """The topics of all brokers at a moment."""

    def __init__(self, at: float, topics: Topics) -> None:
        self.at = at
        self.topics = topics

    def page(
        self,
        broker: str,
        below: str,
        sees: Callable[[str], bool],
        *,
        after: str | None = None,
        most: int = PAGE,
    ) -> PastPage:
        """Return the levels below a prefix ("" or ending in a slash) whose topics one sees."""
        here, levels = Level(), dict[str, Level]()
        own = below[:-1] if below else None
        for topic, about in self.of(broker, sees):
            if topic == own:
                here.itself = about
                _add(here, about)
            elif topic.startswith(below):
                name, slash, rest = topic[len(below) :].partition("/")
                level = levels.setdefault(name, Level())
                _add(here, about)
                _add(level, about)
                if slash:
                    level.children.add(rest.partition("/")[0])
                else:
                    level.itself = about
        names = sorted(name for name in levels if after is None or name > after)
        shown = names[:most]
        return PastPage(
            here,
            [(name, levels[name]) for name in shown],
            len(levels),
            shown[-1] if len(names) > most else None,
        )

    def of(self, broker: str, sees: Callable[[str], bool]) -> Iterator[tuple[str, TopicThen]]:
        """Return the topics of a broker that one sees."""
        start = f"{broker}\n"
        for key, known in self.topics.items():
            if key.startswith(start) and sees(topic := key[len(start) :]):
                yield topic, known


def _add(level: Level, known: TopicThen) -> None:
    level.messages += known.messages
    level.topics += 1
    level.retained += known.retained == 1
    level.at = max(level.at, known.at)


class Snapshots:
    """Makes snapshots, and keeps the last ones: anybody who looks at one level looks at the
    next.
    """

    def __init__(self, reader: ArchiveReader) -> None:
        self._reader = reader
        self._base: tuple[tuple[Identity, ...], Topics] = ((), {})
        self._made: list[tuple[tuple[Identity, ...], TreeSnapshot]] = []

    def forget(self) -> None:
        """Let go of all memory."""
        self._base = ((), {})
        self._made = []

    def at(self, at: float, parts: list[IndexedPart], check: Check) -> TreeSnapshot:
        """Return what there was at a moment (epoch s). Raises as `ArchiveReader` does."""
        before = [part for part in parts if part.low <= at]
        identities = tuple(part.identity for part in before)
        for of, made in self._made:
            if of == identities and made.at == at:
                return made
        # What grows is added anew each time; the sum of all others is kept.
        over = [part for part in before if part.zipped and part.high <= at]
        topics = dict(self._totals(over, check))
        for part in before:
            check()
            if part.high > at:
                _merge_until(topics, self._reader, part, at, check)
            elif not part.zipped:
                _merge_all(topics, part)
        made = TreeSnapshot(at, topics)
        self._made = [*self._made[-2:], (identities, made)]
        return made

    def _totals(self, parts: list[IndexedPart], check: Check) -> Topics:
        identities = tuple(part.identity for part in parts)
        of, topics = self._base
        if identities[: len(of)] != of:
            of, topics = (), {}
        if len(of) < len(parts):
            topics = dict(topics)
            for part in parts[len(of) :]:
                check()
                _merge_all(topics, part)
            self._base = (identities, topics)
        return topics


def _merge(topics: Topics, key: str, new: TopicThen) -> None:
    old = topics.get(key)
    if old is None:
        topics[key] = new
        return
    later = new.at >= old.at
    topics[key] = TopicThen(
        old.messages + new.messages,
        old.size + new.size,
        new.at if later else old.at,
        new.place if later else old.place,
        new.retained or old.retained,
        new.retained_place or old.retained_place,
    )


def _merge_all(topics: Topics, part: IndexedPart) -> None:
    """Add a segment that was over by then."""
    index, identity = part.index, part.identity
    for key, topic in zip(index.keys, index.topics, strict=True):
        retained_place = BlockPlace(identity, topic.retained_block) if topic.retained else None
        place = BlockPlace(identity, topic.block)
        _merge(
            topics,
            key,
            TopicThen(topic.count, topic.size, topic.at, place, topic.retained, retained_place),
        )


def _merge_until(
    topics: Topics, reader: ArchiveReader, part: IndexedPart, at: float, check: Check
) -> None:
    """Add what of a segment was until the moment."""
    index, identity = part.index, part.identity
    blocks = index.blocks
    over = [block.high <= at and block.lines > 0 for block in blocks]
    for key, topic in zip(index.keys, index.topics, strict=True):
        count, newest, place = 0, -1.0, -1
        for posting in postings(topic, blocks):
            if over[posting.block]:
                count += posting.messages
                if posting.at >= newest:
                    newest, place = posting.at, posting.block
        if not count:
            continue
        retained: Retained = 0
        retained_place = None
        for number, what in retained_at(topic):
            if over[number]:
                retained, retained_place = what, BlockPlace(identity, number)
        size = topic.size * count // topic.count
        _merge(
            topics,
            key,
            TopicThen(count, size, newest, BlockPlace(identity, place), retained, retained_place),
        )
    for number, block in enumerate(blocks):
        if block.low <= at < block.high:
            check()
            place_here = BlockPlace(identity, number)
            for line in messages_in(reader.lines(part, number), block.line):
                if line.arrival.at <= at:
                    _merge_one(topics, line.arrival, len(line.data) + 1, place_here)


def _merge_one(topics: Topics, arrival: Arrival, size: int, place: BlockPlace) -> None:
    retained: Retained = 0
    if arrival.retain or not arrival.payload:
        retained = 1 if arrival.payload else 2
    known = TopicThen(1, size, arrival.at, place, retained, place if retained else None)
    _merge(topics, key_of(arrival.source, arrival.topic), known)


def value_at(
    reader: ArchiveReader, parts: dict[Identity, IndexedPart], key: str, known: TopicThen, at: float
) -> Arrival:
    """Return the newest message of a topic at the moment. Raises as `ArchiveReader` does."""
    return _message(reader, parts, key, known.place, at, retained=False)


def retained_value_at(
    reader: ArchiveReader, parts: dict[Identity, IndexedPart], key: str, known: TopicThen, at: float
) -> Arrival | None:
    """Return the retained message of a topic at the moment, if one was heard of."""
    if known.retained != 1 or known.retained_place is None:
        return None
    return _message(reader, parts, key, known.retained_place, at, retained=True)


def _message(
    reader: ArchiveReader,
    parts: dict[Identity, IndexedPart],
    key: str,
    place: BlockPlace,
    at: float,
    *,
    retained: bool,
) -> Arrival:
    part = parts.get(place.part)
    if part is None:
        raise Changed(place.part[0])
    block = part.index.blocks[place.block]
    lines = of_topic(reader.lines(part, place.block), block, key, 1)
    if retained:
        lines = [line for line in lines if line.arrival.retain]
    found = newest_of(lines, at)
    if found is None:
        raise Changed(place.part[0])
    return found.arrival
