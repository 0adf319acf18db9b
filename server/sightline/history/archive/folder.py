"""Keep the archive's files: one plain file that grows, closed ones that are compressed and later
deleted.

    2026-11-21-1.jsonl          the open one
    2026-11-20-1.jsonl.gz       closed
    2026-11-20-2.jsonl.gz       the day went on in another file: the first was full, or a restart
    2026-11-20-2.jsonl.gz.tmp   being made; without meaning after a crash

Everything here may hold its thread, but never for long: what takes long is an iterator that stops
after each piece, so that messages can be written in between.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sightline.history.archive.blocks import BlockWriter, pieces
from sightline.history.lines import numbered
from sightline.history.log.segments import sync_folder
from sightline.history.torn_line import cut_torn_line

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-(\d{1,6})\.jsonl(\.gz)?")
_PIECE = 262_144  # bytes compressed at once
_LINES = 500  # lines looked at at once


def day_of(at: float) -> str:
    """Return the day (UTC) of this time (epoch s), as in a file's name."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


class SegmentFile(NamedTuple):
    """One file of the archive, in the order in which they were written."""

    day: str
    number: int
    path: Path

    @property
    def name(self) -> str:
        """Return what it is called, compressed or not."""
        return f"{self.day}-{self.number}"

    @property
    def zipped(self) -> bool:
        """Tell whether it is compressed, and so complete."""
        return self.path.suffix == ".gz"


def segments(path: Path) -> list[SegmentFile]:
    """List the files of an archive, one of each name; none where there is no such folder."""
    found: dict[tuple[str, int], SegmentFile] = {}
    try:
        names = sorted(entry.name for entry in path.iterdir())
    except FileNotFoundError:
        return []
    for name in names:  # the compressed one comes last and counts
        if match := _NAME.fullmatch(name):
            each = SegmentFile(match[1], int(match[2]), path / name)
            found[each.day, each.number] = each
    return sorted(found.values())


def index_of(path: Path) -> Path:
    """Return where the index of a file is (`sightline.history.rewind`); it goes with the file."""
    return path.with_name(f"{path.name.partition('.')[0]}.index")


class Folder:
    """The files in ``path``.

    ``days`` and ``most`` (bytes) bound what is kept; from ``part`` bytes on a file is full.
    """

    def __init__(self, path: Path, *, days: int, most: int, part: int) -> None:
        self._path = path
        self._days = days
        self._most = most
        self._part = part
        self._file: int | None = None
        self._open: Path | None = None
        self._size = 0  # of the open file
        self._closed: dict[Path, int] = {}  # sizes
        self._sealed: set[Path] = set()  # being worked at: not to be opened again
        self.untidy = False
        """A file was closed, or there is too much: something is to be compressed or removed."""

    def open(self) -> None:
        """Make or find it, and mend what a crash left behind. Raises `OSError`."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._closed.clear()
        for leftover in self._path.glob("*.tmp"):
            leftover.unlink()
        for path in self._path.iterdir():
            if _NAME.fullmatch(path.name):
                if path.suffix != ".gz" and path.with_name(f"{path.name}.gz").exists():
                    path.unlink()  # compressed already, but for the last step
                else:
                    self._closed[path] = path.stat().st_size
        indexes = {index_of(path) for path in self._closed}
        for orphan in set(self._path.glob("*.index")) - indexes:
            orphan.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Tell how much disk it takes."""
        return self._size + sum(self._closed.values())

    def append(self, day: str, data: bytes) -> None:
        """Write whole lines of this day. After an `OSError` none of them is in the file."""
        if self._open is None or day not in self._open.name or self._size >= self._part:
            self.untidy |= self._open is not None
            self.close()
            self._begin(day)
        assert self._file is not None
        written = 0
        try:
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += written
        self.untidy |= bool(self._closed) and self.size > self._most

    def sync(self) -> None:
        """Have the disk take what was written. Raises `OSError`."""
        if self._file is not None:
            os.fdatasync(self._file)

    def close(self) -> None:
        """Close the open file for good."""
        if self._file is None or self._open is None:
            return
        os.close(self._file)
        self._closed[self._open] = self._size
        self._file = self._open = None
        self._size = 0

    def _begin(self, day: str) -> None:
        """Go on with the last file of this day if it is plain and not full, else begin one."""
        found = {self._number(path): path for path in self._closed if path.name.startswith(day)}
        number = max(found, default=0)
        last = found.get(number)
        if (
            last is None
            or last.suffix == ".gz"
            or last in self._sealed
            or self._closed[last] >= self._part
        ):
            last = self._path / f"{day}-{number + 1}.jsonl"
        self._file = os.open(last, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._open = last
        self._closed.pop(last, None)
        self._size = cut_torn_line(self._file)

    # -- what is done in between, piece by piece

    def compress(self, today: str) -> Generator[None, None, None]:
        """Compress the files that nothing is written to any more. Raises `OSError`."""
        for path in sorted(self._closed):
            full = self._closed.get(path, 0) >= self._part
            if (
                path.suffix == ".gz"
                or path not in self._closed
                or (today in path.name and not full)
            ):
                continue
            made = path.with_name(f"{path.name}.gz")
            self._sealed.add(path)
            try:
                with path.open("rb+") as plain, _Tmp(made) as tmp:
                    cut_torn_line(plain.fileno())
                    with BlockWriter(tmp.stream) as zipped:
                        while piece := plain.read(_PIECE):
                            zipped.write(piece)
                            yield
                    tmp.keep()
                path.unlink()
            finally:
                self._sealed.discard(path)
            del self._closed[path]
            self._closed[made] = made.stat().st_size

    def prune(self, today: str) -> int:
        """Remove what is too old, and the oldest while there is too much; how many files went."""
        removed = 0
        self.untidy = False
        oldest = day_of(datetime.fromisoformat(f"{today}T00:00Z").timestamp() - self._days * 86400)
        for path in sorted(self._closed, key=lambda p: (p.name[:10], self._number(p))):
            if path.name[:10] >= oldest and self.size <= self._most:
                break
            index_of(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            del self._closed[path]
            removed += 1
        return removed

    def remove(
        self, unwanted: Callable[[bytes], bool], done: set[Path]
    ) -> Generator[None, None, None]:
        """Take the lines that are ``unwanted`` out of every file but those that are ``done``.

        What cannot be read goes, too: it may hold what must go. Files are noted in ``done``, so
        that another attempt goes on. Raises `OSError`, after all the others were seen to.
        """
        self.close()
        paths = sorted(set(self._closed) - done)
        self._sealed.update(paths)
        fault: OSError | None = None
        try:
            for path in paths:
                try:
                    yield from self._remove(path, unwanted)
                    index_of(path).unlink(missing_ok=True)  # one that was made of it meanwhile
                    self._closed[path] = path.stat().st_size
                except OSError as why:
                    if path.exists():
                        fault = why
                        continue
                    del self._closed[path]  # somebody removed it
                done.add(path)
        finally:
            self._sealed.difference_update(paths)
        if fault is not None:
            raise fault

    def _remove(self, path: Path, unwanted: Callable[[bytes], bool]) -> Generator[None, None, None]:
        with _Tmp(path) as tmp:
            work = _without_zipped if path.suffix == ".gz" else _without
            if (yield from work(path, tmp.stream, unwanted)):
                index_of(path).unlink(missing_ok=True)  # it names what goes
                tmp.keep()

    @staticmethod
    def _number(path: Path) -> int:
        match = _NAME.fullmatch(path.name)
        return int(match[2]) if match else 0


class _Tmp:
    """A file in the making: replaces another when it is kept, else it is deleted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tmp = path.with_name(f"{path.name}.tmp")
        self._complete = False
        self.stream = os.fdopen(
            os.open(self._tmp, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        )

    def keep(self) -> None:
        """Replace the other file: all of it is written."""
        self._complete = True

    def __enter__(self) -> _Tmp:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._complete and kind is None:
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()
            os.replace(self._tmp, self._path)
            sync_folder(self._path.parent)
        else:
            self.stream.close()
            self._tmp.unlink(missing_ok=True)


def _without(
    path: Path, out: BinaryIO, unwanted: Callable[[bytes], bool]
) -> Generator[None, None, bool]:
    """Copy the lines of a plain file but the unwanted; return whether there were any."""
    found = False
    with path.open("rb") as lines:
        for line in numbered(lines):
            if line.torn or line.long or unwanted(line.data):
                found = True
            else:
                out.write(line.data + b"\n")
            if line.number % _LINES == 0:
                yield
    return found


def _without_zipped(
    path: Path, out: BinaryIO, unwanted: Callable[[bytes], bool]
) -> Generator[None, None, bool]:
    """Do the same with a compressed file. Of a damaged block nothing is copied."""
    found = False
    with BlockWriter(out) as zipped:
        for piece in pieces(path):
            lines = piece.lines.split(b"\n")[:-1]
            wanted = [line for line in lines if not unwanted(line)]
            found |= bool(piece.fault) or len(wanted) < len(lines)
            zipped.write(b"".join([line + b"\n" for line in wanted]))
            yield
    return found
