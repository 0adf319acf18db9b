"""What is known of a segment of the archive without reading it: its blocks, and topics in them.

A segment is cut into blocks of whole lines. Of each topic it is noted in which blocks it occurs,
how often, and when there for the last time; so each block is a checkpoint of last values. Pure:
bytes in, bytes out.

    SLINDEX1 · `Head` · CRC-32 of both (4 bytes) · MessagePack of `SegmentIndex`, deflated
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import msgspec

_MAGIC = b"SLINDEX1"
_HEAD = struct.Struct("<8sqqq?ddqI")
_CRC = struct.Struct("<I")
_LEVEL = 4  # a third of the size; undone in 1 ms
HEAD_BYTES = _HEAD.size + _CRC.size
"""Bytes of an index file that say what it is of; the rest can be read when it is needed."""

Retained = Literal[0, 1, 2]
"""What was heard of a topic's retained message: nothing; that there is one; that it was cleared."""


class Damaged(Exception):
    """These bytes are no index, or not all of one."""


class Block(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Some whole lines, ``size`` bytes: ``length`` bytes of the file from ``offset``.

    ``length`` 0: they begin ``skip`` bytes of lines after the beginning of the member at
    ``offset``. ``line`` is the number of the first. The messages are of ``low`` to ``high``
    (epoch s; low is more than high where there is none). ``crc`` is of the lines.
    """

    offset: int
    length: int
    skip: int
    size: int
    line: int
    lines: int
    low: float
    high: float
    crc: int


class Flaw(msgspec.Struct, frozen=True, array_like=True):
    """A place that cannot be used, or that is doubtful: from which line on, and why."""

    line: int
    why: str


class TopicPast(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One topic in a segment: ``count`` messages, of ``size`` bytes as lines, the newest ``at``.

    ``block`` holds that one, ``retained_block`` what was last heard of its retained message.
    ``where`` packs the blocks, ``retains`` those that tell of the retained message.
    """

    count: int
    size: int
    at: float
    block: int
    retained: Retained
    retained_block: int
    where: bytes
    retains: bytes


class Posting(NamedTuple):
    """A topic in a block: how many messages, and when the newest of them came (epoch s)."""

    block: int
    messages: int
    at: float


class SegmentIndex(msgspec.Struct, frozen=True, array_like=True):
    """The index of one segment.

    ``size`` and ``changed`` (ns) are those of the file it was made of; of a plain one it covers the
    first ``covered`` bytes. The newest message of those read last is of ``newest``. ``keys`` are in
    order, ``topics`` beside them. ``flaws`` are the first ones of ``flawed``.
    """

    size: int
    changed: int
    covered: int
    lines: int
    zipped: bool
    low: float
    high: float
    newest: float
    blocks: list[Block]
    keys: list[str]
    topics: list[TopicPast]
    flaws: list[Flaw]
    flawed: int

    @property
    def messages(self) -> int:
        """Count the messages in it."""
        return sum(topic.count for topic in self.topics)


def key_of(broker: str, topic: str | bytes) -> str:
    """Return what a topic of a broker stands under; one that is no text as it is shown."""
    text = topic if isinstance(topic, str) else topic.decode("utf-8", "replace")
    return f"{broker}\n{text}"


def split_key(key: str) -> tuple[str, str]:
    """Return broker and topic."""
    broker, _, topic = key.partition("\n")
    return broker, topic


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SegmentIndex).decode


class Head(NamedTuple):
    """What stands in the first `HEAD_BYTES` of an index file; see `SegmentIndex`.

    ``body`` is the CRC-32 of the rest.
    """

    size: int
    changed: int
    covered: int
    zipped: bool
    low: float
    high: float
    messages: int
    body: int


def head_of(index: SegmentIndex, body: int = 0) -> Head:
    """Return what the beginning of an index says."""
    return Head(
        index.size,
        index.changed,
        index.covered,
        index.zipped,
        index.low,
        index.high,
        index.messages,
        body,
    )


def packed(index: SegmentIndex) -> bytes:
    """Return the index as it stands in its file."""
    body = zlib.compress(_encode(index), _LEVEL)
    head = _HEAD.pack(_MAGIC, *head_of(index, zlib.crc32(body)))
    return head + _CRC.pack(zlib.crc32(head)) + body


def unpacked_head(data: bytes) -> Head:
    """Return what the beginning of an index file says. Raises `Damaged`."""
    if len(data) < HEAD_BYTES or not data.startswith(_MAGIC):
        raise Damaged("it is no index of a segment")
    head = data[: _HEAD.size]
    if zlib.crc32(head) != _CRC.unpack(data[_HEAD.size : HEAD_BYTES])[0]:
        raise Damaged("its checksum is wrong")
    return Head(*_HEAD.unpack(head)[1:])


def unpacked(data: bytes) -> SegmentIndex:
    """Return the index in these bytes. Raises `Damaged`."""
    head, body = unpacked_head(data), memoryview(data)[HEAD_BYTES:]
    if zlib.crc32(body) != head.body:
        raise Damaged("its checksum is wrong")
    try:
        return _decode(zlib.decompress(body))
    except (zlib.error, msgspec.DecodeError) as why:
        raise Damaged(str(why)) from why


def put(into: bytearray, number: int) -> None:
    """Append a number, seven bits a byte, the lowest first."""
    while number > 127:
        into.append(number & 127 | 128)
        number >>= 7
    into.append(number)


def numbers(data: bytes) -> Iterator[int]:
    """Return the numbers that `put` has appended."""
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        if byte & 128:
            shift += 7
        else:
            yield number
            number = shift = 0


def postings(topic: TopicPast, blocks: list[Block]) -> Iterator[Posting]:
    """Return in which blocks a topic occurs, in the order of the file."""
    found = numbers(topic.where)
    block = -1
    for step, count, late in zip(found, found, found, strict=True):
        block += step
        yield Posting(block, count, blocks[block].low + late / 1000)


def blocks_with(index: SegmentIndex, wanted: Callable[[str], bool]) -> list[int]:
    """Return the blocks that hold any topic of those that are wanted, of whatever broker."""
    found: set[int] = set()
    for key, topic in zip(index.keys, index.topics, strict=True):
        if wanted(split_key(key)[1]):
            found.update(each.block for each in postings(topic, index.blocks))
    return sorted(found)


def retained_at(topic: TopicPast) -> Iterator[tuple[int, Retained]]:
    """Return the blocks that tell of the retained message, and what the last one there says."""
    found = numbers(topic.retains)
    block = -1
    for step, retained in zip(found, found, strict=True):
        block += step
        yield block, 1 if retained == 1 else 2
