"""Write the files of the log: one that grows, and closed ones, in the order of their numbers.

    00000017-2026-11-30-9f3c01aa.jsonl       closed: full, or from before the last start
    00000018-2026-11-30-5d00e1b7.jsonl       the one that grows
    00000016-2026-11-30-77aa0c1e.jsonl.tmp   being made; without meaning after a crash
    lock                                     held by the server that writes here

The number alone orders them, so a clock that jumps back changes nothing; the last part is random,
so that a file of another copy of this folder is never taken for the same. Everything here may hold
its thread.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sightline.history.log.line import DamagedLine, read
from sightline.history.torn_line import cut_torn_line
from sightline.model.faults import CannotOpen

PART = 16_777_216
"""Bytes from which on a file is full."""
OLD = 21_600.0
"""s after which a file is closed, full or not, so that it can go one day."""
_NAME = re.compile(r"(\d{8})-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.jsonl")


class LogPosition(msgspec.Struct, frozen=True):
    """A place in the log: behind line ``n``, which is in the file ``segment``.

    ``offset`` is where that is in the file, in bytes, unless the file was written anew since; 0:
    unknown.
    """

    segment: str
    n: int
    offset: int = 0


class LogEnd(msgspec.Struct, frozen=True):
    """The end of what is safe on disk: ``size`` bytes of the file ``segment``, up to line ``n``.

    Without a file nothing is.
    """

    segment: str = ""
    size: int = 0
    n: int = 0


def order(name: str) -> int:
    """Return the number of a file; 0: it is none of the log's."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0


def names(folder: Path) -> list[str]:
    """List the files of a log in their order. Raises `OSError`."""
    return sorted(path.name for path in folder.iterdir() if order(path.name))


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class SegmentWriter:
    """The files in ``folder``. ``wall`` gives epoch s, ``sync`` has the disk take a file's bytes.

    From ``part`` bytes on, or after `OLD` s, a file is closed.
    """

    def __init__(
        self,
        folder: Path,
        wall: Callable[[], float],
        *,
        part: int = PART,
        sync: Callable[[int], None] = os.fdatasync,
    ) -> None:
        self.folder = folder
        self._wall = wall
        self._part = part
        self._sync = sync
        self._lock: int | None = None
        self._file: int | None = None
        self._began = 0.0
        self._order = 0
        self._closed: dict[str, int] = {}  # sizes, bytes
        self.end = LogEnd()
        """The end of what the disk has taken for good."""

    @property
    def size(self) -> int:
        """Return how much disk all files take, bytes."""
        return sum(self._closed.values()) + (self.end.size if self._file is not None else 0)

    def open(self) -> None:
        """Make the folder or find what is in it; cut off a torn last line. Raises `CannotOpen`."""
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True)
                sync_folder(self.folder.parent)
            self._take_lock()
            for leftover in self.folder.glob("*.jsonl.tmp"):
                leftover.unlink()
            found = names(self.folder)
            for name in found[-1:]:
                _mend(self.folder / name)
            self._closed = {name: (self.folder / name).stat().st_size for name in found}
            self._order = max(map(order, found), default=0)
            last = found[-1] if found else ""
            self.end = LogEnd(last, self._closed.get(last, 0), self._last_number(found))
        except OSError as why:
            raise CannotOpen(f"{self.folder}: cannot be used: {why.strerror or why}") from why

    def _take_lock(self) -> None:
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise CannotOpen(f"{self.folder}: another server writes there") from None
        self._lock = lock

    def _last_number(self, found: Sequence[str]) -> int:
        """Return the number of the newest line that can be read; 0: there is none."""
        for name in reversed(found):
            newest = 0
            for raw in (self.folder / name).read_bytes().split(b"\n"):
                try:
                    newest = max(newest, read(raw).next - 1)
                except DamagedLine:
                    continue
            if newest:
                return newest
        return 0

    def append(self, lines: Sequence[bytes], n: int) -> None:
        """Write lines, of which the last has number ``n``, and have the disk take them.

        After an `OSError` none of them counts.
        """
        file = self._ready()
        size, data = self.end.size, b"".join(lines)
        written = 0
        try:
            while written < len(data):
                written += os.write(file, data[written:])
            self._sync(file)
        except OSError:
            self._undo(file)
            raise
        self.end = LogEnd(self.end.segment, size + len(data), n)

    def _ready(self) -> int:
        self.rotate_old()
        if self._file is not None and self.end.size >= self._part:
            self.rotate()
        if self._file is None:
            self._begin()
        assert self._file is not None
        return self._file

    def _begin(self) -> None:
        self._began = self._wall()
        day = datetime.fromtimestamp(self._began, UTC).strftime("%Y-%m-%d")
        name = f"{self._order + 1:08d}-{day}-{secrets.token_hex(4)}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        file = os.open(self.folder / name, flags, 0o600)
        self._order += 1
        try:
            sync_folder(self.folder)
        except OSError:  # a file whose name may be lost keeps nothing safe
            os.close(file)
            (self.folder / name).unlink(missing_ok=True)
            raise
        self._file = file
        self.end = LogEnd(name, 0, self.end.n)

    def _undo(self, file: int) -> None:
        """Take back what was not made safe, and go on in another file: this one's state is unknown.

        A file in which nothing is goes at once, since a full disk is tried many times.
        """
        try:
            os.ftruncate(file, self.end.size)
            if not self.end.size:
                (self.folder / self.end.segment).unlink()
        except OSError:
            pass  # what is behind the end was never said to be kept, and does no harm
        os.close(file)
        self._file = None
        if self.end.size:
            self._closed[self.end.segment] = self.end.size

    def rotate_old(self) -> None:
        """Close the file that grows if it was begun long ago."""
        if self._file is not None and abs(self._wall() - self._began) >= OLD:
            self.rotate()

    def rotate(self) -> None:
        """Close the file that grows; the next line begins another."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._closed[self.end.segment] = self.end.size

    def closed(self) -> list[str]:
        """List the files that nothing is written to any more, in order."""
        return sorted(self._closed)

    def rewritten(self, name: str) -> None:
        """Note that a closed file was replaced by another of the same name. Raises `OSError`."""
        size = self._closed[name] = (self.folder / name).stat().st_size
        if name == self.end.segment:
            self.end = LogEnd(name, size, self.end.n)

    def drop(
        self, before: str, old: Callable[[float], bool], most: int, *, whole: bool = False
    ) -> int:
        """Remove files before that one if they are ``old`` or there is more than ``most`` bytes.

        ``old`` is told when a file was last written (epoch s). ``whole``: that one itself may go,
        too. How many went. Raises `OSError`.
        """
        removed = 0
        for name in self.closed():
            if order(name) >= order(before) + whole:
                break
            path = self.folder / name
            if self.size <= most and not old(path.stat().st_mtime):
                break
            path.unlink()
            del self._closed[name]
            removed += 1
        return removed

    def size_from(self, name: str) -> int:
        """Return the bytes of this file and of those behind it."""
        first = order(name)
        sizes = [size for each, size in self._closed.items() if order(each) >= first]
        return sum(sizes) + (self.end.size if self._file is not None else 0)

    def close(self) -> None:
        """Let go of the files."""
        self.rotate()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _mend(path: Path) -> None:
    """Cut a torn last line off, for good."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        size = os.fstat(file).st_size
        if cut_torn_line(file) < size:
            os.fsync(file)
    finally:
        os.close(file)
