"""Find out what an index knows, from the lines of a segment. Pure: bytes in, an index out."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from sightline.history.archive.line import NoMessage, read
from sightline.history.lines import LONGEST
from sightline.history.rewind.index import (
    Block,
    Flaw,
    Retained,
    SegmentIndex,
    TopicPast,
    key_of,
    numbers,
    put,
)
from sightline.model.kind import Arrival

MOST_FLAWS = 20
"""Flaws of a segment that are told one by one; further ones are counted."""
JUMP = 2.0
"""s that a message may be older than one before it: brokers' threads are not in step."""


class ArchiveLine(NamedTuple):
    """A message, its line's number in the segment, and its bytes without the end."""

    number: int
    data: bytes
    arrival: Arrival


def messages_in(
    data: bytes, first: int, flaw: Callable[[int, str], None] | None = None
) -> Iterator[ArchiveLine]:
    """Return the messages of whole lines, of which the first has this number."""
    for number, line in enumerate(data.split(b"\n"), first):
        if not line:
            continue
        if len(line) > LONGEST:
            if flaw:
                flaw(number, f"longer than {LONGEST} bytes")
            continue
        try:
            arrival = read(line)
        except NoMessage as why:
            if flaw:
                flaw(number, str(why))
            continue
        yield ArchiveLine(number, line, arrival)


class _Topic(msgspec.Struct, gc=False):
    """A topic as it is being learned."""

    count: int = 0
    size: int = 0
    at: float = -math.inf
    block: int = 0
    retained: Retained = 0
    retained_block: int = 0
    where: bytearray = msgspec.field(default_factory=bytearray)
    retains: bytearray = msgspec.field(default_factory=bytearray)
    last: int = -1
    """The block that was noted last in ``where``, and in ``retains``."""
    last_retained: int = -1
    # in the block that is being read
    here: int = 0
    here_at: float = -math.inf
    here_retained: Retained = 0


class IndexBuilder:
    """Learns a segment block by block. ``known`` is an index of its beginning, to go on from."""

    def __init__(self, known: SegmentIndex | None = None) -> None:
        self.blocks: list[Block] = [] if known is None else list(known.blocks)
        self.lines = 0 if known is None else known.lines
        self.covered = 0 if known is None else known.covered
        self._newest = -math.inf if known is None else known.newest
        self._flaws: list[Flaw] = [] if known is None else list(known.flaws)
        self._flawed = 0 if known is None else known.flawed
        self._topics: dict[str, _Topic] = {}
        if known is not None:
            for key, topic in zip(known.keys, known.topics, strict=True):
                self._topics[key] = _learned(topic)

    def rest(self) -> IndexBuilder:
        """Return a builder for the lines that follow, with nothing of those before."""
        rest = IndexBuilder()
        rest.lines, rest._newest = self.lines, self._newest
        return rest

    def flaw(self, line: int, why: str) -> None:
        """Note something that cannot be used."""
        self._flawed += 1
        if len(self._flaws) < MOST_FLAWS:
            self._flaws.append(Flaw(line, why))

    def add(self, data: bytes, offset: int, length: int, skip: int = 0) -> None:
        """Learn the next block of whole lines; see `Block` for where it stands in the file."""
        number, first = len(self.blocks), self.lines + 1
        low, high = math.inf, -math.inf
        here: list[_Topic] = []
        for line in messages_in(data, first, self.flaw):
            at = line.arrival.at
            self._look_at_the_clock(line.number, at)
            low, high = min(low, at), max(high, at)
            topic = self._take(line, number)
            if topic.here == 1:
                here.append(topic)
        for topic in here:
            _settle(topic, number, low)
        lines = data.count(b"\n")
        self.blocks.append(
            Block(offset, length, skip, len(data), first, lines, low, high, zlib.crc32(data))
        )
        self.lines += lines
        self.covered += len(data)

    def _look_at_the_clock(self, line: int, at: float) -> None:
        if at < self._newest - JUMP:
            self.flaw(line, f"the clock jumped back by {self._newest - at:.0f} s")
            self._newest = at
        elif at > self._newest:
            self._newest = at

    def _take(self, line: ArchiveLine, number: int) -> _Topic:
        arrival = line.arrival
        key = key_of(arrival.source, arrival.topic)
        topic = self._topics.get(key)
        if topic is None:
            topic = self._topics[key] = _Topic()
        topic.here += 1
        topic.count += 1
        topic.size += len(line.data) + 1
        at = arrival.at
        if at >= topic.here_at:
            topic.here_at = at
        if at >= topic.at:
            topic.at, topic.block = at, number
        if arrival.retain or not arrival.payload:
            topic.here_retained = 1 if arrival.payload else 2
        return topic

    def index(self, size: int, changed: int, *, zipped: bool) -> SegmentIndex:
        """Return what is known by now of a file of this size that changed then (ns)."""
        keys = sorted(self._topics)
        return SegmentIndex(
            size=size,
            changed=changed,
            covered=self.covered,
            lines=self.lines,
            zipped=zipped,
            low=min((block.low for block in self.blocks), default=math.inf),
            high=max((block.high for block in self.blocks), default=-math.inf),
            newest=self._newest,
            blocks=list(self.blocks),
            keys=keys,
            topics=[_past_of(self._topics[key]) for key in keys],
            flaws=list(self._flaws),
            flawed=self._flawed,
        )


def _settle(topic: _Topic, number: int, low: float) -> None:
    """Note what a block had of a topic."""
    put(topic.where, number - topic.last)
    put(topic.where, topic.here)
    put(topic.where, round((topic.here_at - low) * 1000))
    topic.last = number
    if topic.here_retained:
        put(topic.retains, number - topic.last_retained)
        put(topic.retains, topic.here_retained)
        topic.last_retained = topic.retained_block = number
        topic.retained = topic.here_retained
    topic.here, topic.here_at, topic.here_retained = 0, -math.inf, 0


def _past_of(topic: _Topic) -> TopicPast:
    return TopicPast(
        topic.count,
        topic.size,
        topic.at,
        topic.block,
        topic.retained,
        topic.retained_block,
        bytes(topic.where),
        bytes(topic.retains),
    )


def _learned(topic: TopicPast) -> _Topic:
    return _Topic(
        count=topic.count,
        size=topic.size,
        at=topic.at,
        block=topic.block,
        retained=topic.retained,
        retained_block=topic.retained_block,
        where=bytearray(topic.where),
        retains=bytearray(topic.retains),
        last=_last_block(topic.where, 3),
        last_retained=_last_block(topic.retains, 2),
    )


def _last_block(packed: bytes, width: int) -> int:
    """Return the last block of packed postings of so many numbers each; -1: there is none."""
    return sum(list(numbers(packed))[::width]) - 1
