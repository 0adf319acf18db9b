"""Keep entries that a store cannot take now on disk until it can: in order, within a bound.

    00000007.jsonl      a line for each batch; the oldest file is read as a whole, then removed
    00000008.jsonl      the last one grows, until it is large enough or the oldest

A batch counts as kept once it is on disk for good. What a crash cuts off was never said to be kept.
All of this holds its thread; `Spill` calls it on one of the pool's, one call at a time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.logger import Logger

from sightline.history.record import HistoryEntry, LastState
from sightline.live.thread_queue import ThreadQueue
from sightline.model.faults import Unavailable

_NAME = re.compile(r"\d{8}\.jsonl")
_SEGMENT = 1_048_576  # bytes from which on another file is begun


class Batch(msgspec.Struct, frozen=True):
    """The entries of one write."""

    entries: tuple[HistoryEntry, ...] = ()
    last_states: tuple[LastState, ...] = msgspec.field(default=(), name="standings")


class Spill:
    """The files in ``folder``, at most ``most`` bytes; ``name`` is the store's, for people."""

    _log = Logger()

    def __init__(self, reactor: Any, folder: Path, most: int, name: str = "DynamoDB") -> None:
        self._files = _Files(folder, most, name)
        self._threads = ThreadQueue(reactor)

    @property
    def bytes(self) -> int:
        """Tell how much waits."""
        return self._files.size

    async def open(self) -> None:
        """Find what is there from before. Raises `OSError`."""
        await self._threads.call(self._files.open)

    async def put(self, batch: Batch) -> None:
        """Keep a batch. Raises `Unavailable` when it finds no room."""
        await self._threads.call(self._files.put, batch)

    async def oldest(self) -> tuple[str, Sequence[Batch]] | None:
        """Return the oldest file: its name and its batches; it does not grow any more.

        None: no file.
        """
        found = await self._threads.call(self._files.oldest)
        if found is not None and found[2]:
            self._log.warn(
                "{count} batches in {file} cannot be read and are left out",
                count=found[2],
                file=found[0],
            )
        return found and found[:2]

    async def drop(self, name: str) -> None:
        """Delete this file: its entries are in the store now."""
        await self._threads.call(self._files.drop, name)

    async def erase(self, things: Sequence[str]) -> int:
        """Forget these things; how many entries went."""
        return await self._threads.call(self._files.erase, frozenset(things))


class _Files:
    def __init__(self, folder: Path, most: int, name: str) -> None:
        self._name = name
        self._folder = folder
        self._most = most
        self._last: int | None = None  # number of the file that grows
        self._next = 1
        self.size = 0

    def open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = self._names()
        self.size = sum((self._folder / name).stat().st_size for name in names)
        self._next = int(names[-1][:8]) + 1 if names else 1

    def _names(self) -> list[str]:
        return sorted(p.name for p in self._folder.iterdir() if _NAME.fullmatch(p.name))

    def put(self, batch: Batch) -> None:
        line = msgspec.json.encode(batch) + b"\n"
        if self.size + len(line) > self._most:
            room = f"({self._most // 1_000_000} MB)"
            raise Unavailable(f"what waits for {self._name} fills its place on disk {room}")
        begun = self._last is None
        if self._last is None:
            self._last, self._next = self._next, self._next + 1
        path = self._folder / f"{self._last:08d}.jsonl"
        try:
            size = _append(path, line)
        except OSError as why:
            raise Unavailable(f"cannot be written to disk: {why.strerror or why}") from why
        if begun:
            _sync_folder(self._folder)
        self.size += len(line)
        if size >= _SEGMENT:
            self._last = None

    def oldest(self) -> tuple[str, Sequence[Batch], int] | None:
        names = self._names()
        if not names:
            self.size = 0
            return None
        if self._last is not None and int(names[0][:8]) == self._last:
            self._last = None
        batches, unread = self._read(names[0])
        return names[0], batches, unread

    def _read(self, name: str) -> tuple[list[Batch], int]:
        batches, unread = [], 0
        with (self._folder / name).open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break  # torn: it was never said to be kept
                try:
                    batches.append(msgspec.json.decode(line, type=Batch))
                except (msgspec.DecodeError, RecursionError):
                    unread += 1
        return batches, unread

    def drop(self, name: str) -> None:
        path = self._folder / name
        self.size -= path.stat().st_size
        path.unlink()

    def erase(self, things: frozenset[str]) -> int:
        removed = 0
        for name in self._names():
            kept = []
            for batch in self._read(name)[0]:
                entries = tuple(e for e in batch.entries if e.thing not in things)
                removed += len(batch.entries) - len(entries)
                last_states = tuple(s for s in batch.last_states if s.thing not in things)
                kept.append(Batch(entries, last_states))
            path = self._folder / name
            tmp = path.with_suffix(".tmp")
            tmp.unlink(missing_ok=True)
            _append(tmp, b"".join(msgspec.json.encode(batch) + b"\n" for batch in kept))
            self.size += tmp.stat().st_size - path.stat().st_size
            os.replace(tmp, path)
        return removed


def _append(path: Path, data: bytes) -> int:
    """Write it behind what is there, for good; all or nothing. The file's size then."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        before = os.fstat(file).st_size
        try:
            written = 0
            while written < len(data):
                written += os.write(file, data[written:])
            os.fsync(file)
        except OSError:
            os.ftruncate(file, before)
            raise
        return before + len(data)
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    """Have the disk take that there is a new file."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
