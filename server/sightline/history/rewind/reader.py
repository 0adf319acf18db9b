"""Read segments of the archive by their indexes, which are made where there is none.

Everything here may take its time, so it is called on a thread of its own. What a question reads
may be compressed, rewritten or removed meanwhile: then `Changed` is raised, and it is asked anew.
"""

from __future__ import annotations

import os
import threading
import zlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

from sightline.history.archive.blocks import BLOCK, MemberStream, pieces, unzipped
from sightline.history.archive.folder import SegmentFile, index_of, segments
from sightline.history.lines import LONGEST
from sightline.history.rewind.building import IndexBuilder
from sightline.history.rewind.index import (
    HEAD_BYTES,
    Block,
    Damaged,
    Head,
    SegmentIndex,
    TopicPast,
    head_of,
    packed,
    unpacked,
    unpacked_head,
)

_KEEP = 40_000_000
"""Bytes of indexes that are kept in memory, about."""
_WEIGHT = 250
"""Bytes that a topic in an index takes besides its blocks."""
_BLOCKS = 24
"""Blocks that are kept as lines."""
_SAVE = 64
"""Blocks of an open segment after which its index is written again: 8 MB of lines."""

Identity = tuple[str, int, int, int]
"""A segment's name, and what tells whether it is still the same."""
Check = Callable[[], None]
"""Called between pieces of work; raises what ends it."""


class Changed(Exception):
    """A segment is not any more what its index says."""


class IndexedPart:
    """A segment, or the newest lines of the open one, with what is known of it.

    Two parts of the same ``identity`` are the same. The messages are of ``low`` to ``high`` (epoch
    s; low is more than high where there is none).
    """

    def __init__(
        self, file: SegmentFile, identity: Identity, head: Head, load: Callable[[], SegmentIndex]
    ) -> None:
        self.file = file
        self.identity = identity
        self.low = head.low
        self.high = head.high
        self.messages = head.messages
        self.zipped = head.zipped
        self._load = load

    @property
    def index(self) -> SegmentIndex:
        """Return all that is known. Raises `Changed` and `OSError`."""
        return self._load()

    def topic(self, key: str) -> TopicPast | None:
        """Return what is known of a topic; None: it does not occur here."""
        index = self.index
        at = bisect_left(index.keys, key)
        return index.topics[at] if at < len(index.keys) and index.keys[at] == key else None


class _Growing:
    """The open segment: what is known of its full blocks."""

    def __init__(self, inode: int, builder: IndexBuilder, saved: int) -> None:
        self.inode = inode
        self.builder = builder
        self.saved = saved
        self.index: SegmentIndex | None = None


class ArchiveReader:
    """The segments in ``folder``. Safe to be used by several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._heads: dict[str, Head] = {}
        self._indexes: OrderedDict[str, SegmentIndex] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._making: dict[str, tuple[tuple[int, int], Generator[None, None, SegmentIndex]]] = {}
        self._growing: dict[str, _Growing] = {}
        self._blocks: OrderedDict[tuple[Identity, int], bytes] = OrderedDict()
        self._stream: tuple[Identity, int, MemberStream] | None = None

    def forget(self) -> None:
        """Let go of all memory."""
        with self._lock:
            self._heads.clear()
            self._indexes.clear()
            self._weights.clear()
            self._growing.clear()
            self._making.clear()
            self._blocks.clear()
            if self._stream is not None:
                self._stream[2].close()
                self._stream = None

    def parts(self, check: Check) -> list[IndexedPart]:
        """Return all segments in the order in which they were written.

        Raises `OSError`, and what ``check`` raises.
        """
        with self._lock:
            found: list[IndexedPart] = []
            for file in segments(self._folder):
                check()
                try:
                    found += self._closed(file, check) if file.zipped else self._open(file, check)
                except FileNotFoundError:
                    raise Changed(file.name) from None
            return found

    def lines(self, part: IndexedPart, number: int) -> bytes:
        """Return the lines of a block. Raises `Changed` and `OSError`."""
        with self._lock:
            if (known := self._blocks.get((part.identity, number))) is not None:
                self._blocks.move_to_end((part.identity, number))
                return known
            data = self._read(part, number)
            self._blocks[part.identity, number] = data
            if len(self._blocks) > _BLOCKS:
                self._blocks.popitem(last=False)
            return data

    def _read(self, part: IndexedPart, number: int) -> bytes:
        block = part.index.blocks[number]
        try:
            with part.file.path.open("rb") as stream:
                if not part.zipped:
                    data = os.pread(stream.fileno(), block.size, block.offset)
                elif block.length:
                    data = unzipped(os.pread(stream.fileno(), block.length, block.offset))
                else:
                    data = self._streamed(part, block)
        except FileNotFoundError:
            raise Changed(part.file.name) from None
        except zlib.error:
            data = b""
        if len(data) != block.size or zlib.crc32(data) != block.crc:
            self._drop(part.file)
            raise Changed(part.file.name)
        return data

    def _streamed(self, part: IndexedPart, block: Block) -> bytes:
        """Return lines that no member begins with; the next ones are read on from there."""
        begun = self._stream
        if begun is None or begun[:2] != (part.identity, block.offset):
            if begun is not None:
                begun[2].close()
            stream = MemberStream(part.file.path, block.offset)
            begun = self._stream = (part.identity, block.offset, stream)
        return begun[2].read(block.skip, block.size)

    def _drop(self, file: SegmentFile) -> None:
        """Let go of an index that does not fit its segment."""
        self._heads.pop(file.name, None)
        if self._indexes.pop(file.name, None) is not None:
            del self._weights[file.name]
        self._growing.pop(file.name, None)
        index_of(file.path).unlink(missing_ok=True)

    # -- complete segments

    def _closed(self, file: SegmentFile, check: Check) -> list[IndexedPart]:
        self._growing.pop(file.name, None)
        stamp = stamp_of(file.path)
        head = self._heads.get(file.name)
        if head is None or (head.size, head.changed) != stamp:
            head = head_beside(file)
            if head is None:
                head = self._hold(file, self._made(file, stamp, check))
            self._heads[file.name] = head
        identity = (file.name, head.size, head.changed, 0)
        return [IndexedPart(file, identity, head, lambda: self._loaded(file, identity))]

    def _loaded(self, file: SegmentFile, identity: Identity) -> SegmentIndex:
        """Return the index of a complete segment, from memory or from beside it."""
        with self._lock:
            index = self._indexes.get(file.name)
            if index is None:
                index = loaded(file)
                if index is None:
                    self._drop(file)
                    raise Changed(file.name)
                self._hold(file, index)
            self._indexes.move_to_end(file.name)
            if (index.size, index.changed) != identity[1:3]:
                self._drop(file)
                raise Changed(file.name)
            return index

    def _hold(self, file: SegmentFile, index: SegmentIndex) -> Head:
        """Keep an index in memory, the least used ones no more."""
        self._indexes[file.name] = index
        self._weights[file.name] = sum(len(each.where) + _WEIGHT for each in index.topics)
        while len(self._indexes) > 1 and sum(self._weights.values()) > _KEEP:
            name, _ = self._indexes.popitem(last=False)
            del self._weights[name]
        return head_of(index)

    def _made(self, file: SegmentFile, stamp: tuple[int, int], check: Check) -> SegmentIndex:
        """Make an index; one that was begun, and had to wait, goes on."""
        begun = self._making.get(file.name)
        if begun is None or begun[0] != stamp:
            begun = self._making[file.name] = (stamp, making(file))
        while True:
            try:
                next(begun[1])
            except StopIteration as made:
                del self._making[file.name]
                index: SegmentIndex = made.value
                return index
            except BaseException:
                del self._making[file.name]
                raise
            check()

    # -- the open one

    def _open(self, file: SegmentFile, check: Check) -> list[IndexedPart]:
        with file.path.open("rb") as stream:
            about = os.fstat(stream.fileno())
            growing = self._growing.get(file.name)
            if (
                growing is None
                or growing.inode != about.st_ino
                or growing.builder.covered > about.st_size
            ):
                known = _beginning(file, stream.fileno(), about.st_size)
                blocks = 0 if known is None else len(known.blocks)
                growing = _Growing(about.st_ino, IndexBuilder(known), blocks)
                self._growing[file.name] = growing
            builder = growing.builder
            while about.st_size - builder.covered >= BLOCK:
                if not _add(builder, stream.fileno(), about.st_size):
                    break
                check()
            # Not by what this question added: one before it may have ended in the middle.
            if growing.index is None or len(growing.index.blocks) != len(builder.blocks):
                growing.index = builder.index(about.st_size, about.st_mtime_ns, zipped=False)
                if len(builder.blocks) - growing.saved >= _SAVE:
                    save(file, growing.index)
                    growing.saved = len(builder.blocks)
            tail = builder.rest()
            data = os.pread(stream.fileno(), about.st_size - builder.covered, builder.covered)
        whole = data.rfind(b"\n") + 1
        tail.add(data[:whole], builder.covered, whole)
        if whole < len(data) and file != segments(self._folder)[-1]:
            tail.flaw(tail.lines + 1, "the last line is cut")
        rest = tail.index(about.st_size, about.st_mtime_ns, zipped=False)
        name, inode = file.name, about.st_ino
        full = growing.index
        return [
            IndexedPart(file, (name, inode, full.covered, 1), head_of(full), lambda: full),
            IndexedPart(file, (name, inode, about.st_size, 2), head_of(rest), lambda: rest),
        ]


def loaded(file: SegmentFile) -> SegmentIndex | None:
    """Return the index beside a complete segment; None: there is none that fits it."""
    try:
        index = unpacked(index_of(file.path).read_bytes())
    except (FileNotFoundError, Damaged):
        return None
    return index if _fits(file, head_of(index)) else None


def part_beside(path: Path) -> IndexedPart | None:
    """Return a complete segment by the index beside it; None: it has none that fits it."""
    found = [file for file in segments(path.parent) if file.path == path and file.zipped]
    index = loaded(found[0]) if found else None
    if index is None:
        return None
    head = head_of(index)
    return IndexedPart(found[0], (found[0].name, head.size, head.changed, 0), head, lambda: index)


def head_beside(file: SegmentFile) -> Head | None:
    """Return the beginning of the index beside a complete segment; None as `loaded`."""
    try:
        with index_of(file.path).open("rb") as stream:
            head = unpacked_head(stream.read(HEAD_BYTES))
    except (FileNotFoundError, Damaged):
        return None
    return head if _fits(file, head) else None


def _fits(file: SegmentFile, head: Head) -> bool:
    return head.zipped == file.zipped and (head.size, head.changed) == stamp_of(file.path)


def making(file: SegmentFile) -> Generator[None, None, SegmentIndex]:
    """Make the index of a complete segment piece by piece, and put it beside it.

    Raises `OSError`.
    """
    before = stamp_of(file.path)
    builder = IndexBuilder()
    for piece in pieces(file.path):
        if piece.fault:
            builder.flaw(builder.lines + 1, piece.fault)
        else:
            builder.add(piece.lines, piece.offset, piece.length, piece.skip)
        yield
    index = builder.index(*before, zipped=True)
    if before == stamp_of(file.path):
        save(file, index)
    return index


def make_indexes(folder: Path) -> Generator[None, None, None]:
    """Make the indexes that complete segments lack, piece by piece."""
    for file in segments(folder):
        try:
            if file.zipped and loaded(file) is None:
                yield from making(file)
        except FileNotFoundError:  # it was removed meanwhile
            continue


def save(file: SegmentFile, index: SegmentIndex) -> None:
    """Write an index beside its segment, whole or not at all: then it is made anew."""
    path = index_of(file.path)
    made = path.with_name(f"{path.name}.{threading.get_ident()}.tmp")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(packed(index))
        os.replace(made, path)
    except OSError:
        with suppress(OSError):
            made.unlink(missing_ok=True)


def _beginning(file: SegmentFile, stream: int, size: int) -> SegmentIndex | None:
    """Return the index beside an open segment, if it is one of its beginning."""
    try:
        index = unpacked(index_of(file.path).read_bytes())
    except (FileNotFoundError, Damaged):
        return None
    if index.zipped or index.covered > size or not index.blocks:
        return None
    last = index.blocks[-1]
    data = os.pread(stream, last.size, last.offset)
    return index if len(data) == last.size and zlib.crc32(data) == last.crc else None


def _add(builder: IndexBuilder, stream: int, size: int) -> bool:
    """Learn the next block of a plain file; False: its line has no end yet."""
    start = builder.covered
    data = os.pread(stream, min(BLOCK, size - start), start)
    end = data.rfind(b"\n") + 1
    if not end:
        data = os.pread(stream, min(2 * LONGEST, size - start), start)
        end = data.find(b"\n") + 1
    if end:
        builder.add(data[:end], start, end)
    return end > 0


def stamp_of(path: Path) -> tuple[int, int]:
    """Return what tells whether a file is still the same: its size and when it changed (ns)."""
    about = path.stat()
    return about.st_size, about.st_mtime_ns
