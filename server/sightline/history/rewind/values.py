"""Find what one topic held at a moment, without looking at any other topic."""

from __future__ import annotations

from typing import NamedTuple

from sightline.history.rewind.building import ArchiveLine
from sightline.history.rewind.finding import candidates, newest_of, of_topic
from sightline.history.rewind.index import postings, retained_at
from sightline.history.rewind.reader import ArchiveReader, Check, IndexedPart
from sightline.model.kind import Arrival

_ROUNDED = 0.001
"""s by which the time in an index may be off."""


class TopicValue(NamedTuple):
    """The last message of a topic by a moment, and its retained one; None: there was none."""

    value: Arrival | None
    retained: Arrival | None


def value_of(
    reader: ArchiveReader, parts: list[IndexedPart], key: str, at: float, check: Check
) -> TopicValue:
    """Return what a topic held at a moment. Raises as `ArchiveReader` does."""
    before = [part for part in parts if part.low <= at]
    return TopicValue(
        _last(reader, before, key, at, check), _retained(reader, before, key, at, check)
    )


def _last(
    reader: ArchiveReader, parts: list[IndexedPart], key: str, at: float, check: Check
) -> Arrival | None:
    best: ArchiveLine | None = None
    order = sorted(enumerate(parts), key=lambda each: (min(each[1].high, at), each[0]))
    for _, part in reversed(order):
        if best is not None and best.arrival.at > min(part.high, at):
            break
        check()
        topic, blocks = part.topic(key), part.index.blocks
        for posting in candidates(topic, blocks, at) if topic else ():
            if best is not None and best.arrival.at > min(posting.at + _ROUNDED, at):
                break
            check()
            lines = of_topic(
                reader.lines(part, posting.block), blocks[posting.block], key, posting.messages
            )
            found = newest_of(lines, at)
            if found and (best is None or found.arrival.at > best.arrival.at):
                best = found
    return None if best is None else best.arrival


def _retained(
    reader: ArchiveReader, parts: list[IndexedPart], key: str, at: float, check: Check
) -> Arrival | None:
    """Return the retained message that was heard of last; None: none, or it was cleared."""
    for part in reversed(parts):
        check()
        topic, blocks = part.topic(key), part.index.blocks
        for number, _ in reversed(list(retained_at(topic)) if topic else []):
            if blocks[number].low > at:
                continue
            check()
            for line in reversed(of_topic(reader.lines(part, number), blocks[number], key, 1)):
                arrival = line.arrival
                if arrival.at <= at and (arrival.retain or not arrival.payload):
                    return arrival if arrival.payload else None
    return None


def first_of(
    reader: ArchiveReader, parts: list[IndexedPart], key: str, check: Check
) -> float | None:
    """Return when the first message of a topic came (epoch s); None: none has."""
    for part in parts:
        check()
        if (topic := part.topic(key)) is not None:
            blocks = part.index.blocks
            posting = next(postings(topic, blocks))
            lines = reader.lines(part, posting.block)
            found = of_topic(lines, blocks[posting.block], key, posting.messages)
            return min((line.arrival.at for line in found), default=None)
    return None
