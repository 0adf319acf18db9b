"""List messages of a span page by page: of topics that match, with a text in their payloads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sightline.history.rewind.building import ArchiveLine, messages_in
from sightline.history.rewind.finding import TextFilter, of_topic
from sightline.history.rewind.index import key_of, numbers, split_key
from sightline.history.rewind.reader import ArchiveReader, Check, IndexedPart
from sightline.model.filters import matches

_CURSOR = re.compile(r"(\d{4}-\d\d-\d\d)-(\d{1,6}):(\d{1,12})")


class BadPosition(Exception):
    """It is no place in the archive."""


class ArchivePosition(NamedTuple):
    """A line of the archive: pages go on behind it, or before it. In order as lines are."""

    day: str
    number: int
    line: int

    @property
    def text(self) -> str:
        """Return it as it is handed out."""
        return f"{self.day}-{self.number}:{self.line}"

    @classmethod
    def read(cls, text: str) -> ArchivePosition:
        """Return the place that was handed out. Raises `BadPosition`."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise BadPosition(text)
        return cls(found[1], int(found[2]), int(found[3]))


class MessageFilter(NamedTuple):
    """Which messages: of ``broker`` and ``filter``, from ``since`` to ``until`` (epoch s), with
    ``text`` in their payloads, of topics that are ``seen``; after ``after``.

    ``newest``: the newest first. Then ``after`` is before, in time.
    """

    broker: str
    filter: str
    since: float
    until: float
    text: str = ""
    newest: bool = False
    after: ArchivePosition | None = None


class FoundMessage(NamedTuple):
    """A message, and where it stands. None: only looked so far by now."""

    place: ArchivePosition
    line: ArchiveLine | None


def scan(
    reader: ArchiveReader,
    parts: list[IndexedPart],
    wanted: MessageFilter,
    sees: Callable[[str], bool],
    check: Check,
) -> Iterator[FoundMessage]:
    """Yield the messages wanted in the order in which they came, or the other way round.

    After each block it yields how far it has looked. Raises as `ArchiveReader` does.
    """
    text = TextFilter(wanted.text)
    for part in reversed(parts) if wanted.newest else parts:
        if part.low > wanted.until or part.high < wanted.since or _passed(part, wanted):
            continue
        check()
        index = part.index
        keys = _keys(part, wanted, sees)
        counts = _counts(part, keys)
        order = sorted(counts, reverse=wanted.newest)
        single = keys[0] if len(keys) == 1 else None
        some = frozenset(keys)
        for number in order:
            block = index.blocks[number]
            place = ArchivePosition(part.file.day, part.file.number, block.line + block.lines - 1)
            if wanted.newest:
                place = place._replace(line=block.line)
            if block.low > wanted.until or block.high < wanted.since:
                continue
            if wanted.after is not None and _is_behind(place, wanted):
                continue
            check()
            data = reader.lines(part, number)
            if text.may_be_in(data):
                if single is not None:
                    lines = of_topic(data, block, single, counts[number])
                else:
                    lines = list(messages_in(data, block.line))
                for line in reversed(lines) if wanted.newest else lines:
                    at = ArchivePosition(part.file.day, part.file.number, line.number)
                    arrival = line.arrival
                    if (
                        wanted.since <= arrival.at <= wanted.until
                        and not (wanted.after is not None and _is_behind(at, wanted))
                        and (single is not None or key_of(arrival.source, arrival.topic) in some)
                        and text.is_in(arrival.payload)
                    ):
                        yield FoundMessage(at, line)
            yield FoundMessage(place, None)


def _keys(part: IndexedPart, wanted: MessageFilter, sees: Callable[[str], bool]) -> list[str]:
    """Return under what the topics wanted stand in a segment."""
    if "+" in wanted.filter or "#" in wanted.filter:
        return [key for key in part.index.keys if _wants(key, wanted, sees)]
    key = key_of(wanted.broker, wanted.filter)
    return [key] if sees(wanted.filter) and part.topic(key) else []


def _wants(key: str, wanted: MessageFilter, sees: Callable[[str], bool]) -> bool:
    broker, topic = split_key(key)
    return broker == wanted.broker and matches(wanted.filter, topic) and sees(topic)


def _counts(part: IndexedPart, keys: list[str]) -> dict[int, int]:
    """Return which blocks hold any of these topics, and how many messages of them."""
    wanted = frozenset(keys)
    counts: dict[int, int] = {}
    for key, topic in zip(part.index.keys, part.index.topics, strict=True):
        if key in wanted:
            block = -1
            found = numbers(topic.where)
            for step, count, _ in zip(found, found, found, strict=True):
                block += step
                counts[block] = counts.get(block, 0) + count
    return counts


def _passed(part: IndexedPart, wanted: MessageFilter) -> bool:
    """Tell whether all of a segment is before the page."""
    if wanted.after is None:
        return False
    file = (part.file.day, part.file.number)
    after = wanted.after[:2]
    return file > after if wanted.newest else file < after


def _is_behind(place: ArchivePosition, wanted: MessageFilter) -> bool:
    """Tell whether a place is on the pages before."""
    assert wanted.after is not None
    return place >= wanted.after if wanted.newest else place <= wanted.after


def span_of(parts: list[IndexedPart]) -> tuple[float, float]:
    """Return from when to when there are messages (epoch s); low is more than high: there are
    none.
    """
    low = min((part.low for part in parts), default=math.inf)
    high = max((part.high for part in parts), default=-math.inf)
    return low, high
