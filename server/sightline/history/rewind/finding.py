"""Find messages in blocks: by topic, by time, by a text in their payloads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from sightline.history.archive.line import NoMessage, read
from sightline.history.rewind.building import ArchiveLine, messages_in
from sightline.history.rewind.index import Block, Posting, TopicPast, key_of, postings, split_key

_json = msgspec.json.Encoder().encode


def of_topic(data: bytes, block: Block, key: str, count: int) -> list[ArchiveLine]:
    """Return the messages of a topic in a block, which holds ``count`` of them.

    Its lines are looked for as they are written here; where too few are found, all are read.
    """
    found = [line for line in _with_text(data, block, _topic_text(key)) if _is_of(line, key)]
    if len(found) < count:
        found = [line for line in messages_in(data, block.line) if _is_of(line, key)]
    return found


def _topic_text(key: str) -> bytes:
    return _json(split_key(key)[1])


def _is_of(line: ArchiveLine, key: str) -> bool:
    return key_of(line.arrival.source, line.arrival.topic) == key


def _with_text(data: bytes, block: Block, text: bytes) -> Iterator[ArchiveLine]:
    """Return the messages whose lines hold these bytes."""
    at = data.find(text)
    number, counted = block.line, 0
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        number += data.count(b"\n", counted, start)
        counted = start
        line = data[start:end]
        try:
            yield ArchiveLine(number, line, read(line))
        except NoMessage:
            pass
        at = data.find(text, end)


def newest_of(lines: Iterable[ArchiveLine], at: float) -> ArchiveLine | None:
    """Return the newest of these that is not later than ``at``; of equal ones the last."""
    best: ArchiveLine | None = None
    for line in lines:
        when = line.arrival.at
        if when <= at and (best is None or when >= best.arrival.at):
            best = line
    return best


def candidates(topic: TopicPast, blocks: list[Block], at: float) -> list[Posting]:
    """Return where the newest message until ``at`` may be, the likeliest first.

    Clocks jump, so it is not always in the last block; a block is as new as its newest message
    that may count.
    """
    found = [each for each in postings(topic, blocks) if blocks[each.block].low <= at]
    found.sort(key=lambda each: (min(each.at, at), each.block), reverse=True)
    return found


class TextFilter:
    """Tells which payloads hold a text, whatever its case."""

    def __init__(self, text: str) -> None:
        self._text = text.lower()
        self._bytes = self._text.encode()
        # Of plain letters the case is known without decoding anything.
        self._plain = text.isascii()
        self._in_line = _json(self._text)[1:-1]

    def may_be_in(self, data: bytes) -> bool:
        """Tell whether any payload of these lines may hold it. Never wrong when it says no."""
        if not self._text or b'"base64":' in data or b"\\u" in data:
            return True
        if self._plain:
            return self._in_line in data.lower()
        return self._in_line.decode() in data.decode("utf-8", "replace").lower()

    def is_in(self, payload: bytes) -> bool:
        """Tell whether it is in this payload."""
        if self._plain:
            return self._bytes in payload.lower()
        return self._text in payload.decode("utf-8", "replace").lower()
