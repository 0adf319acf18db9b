"""Read the log from a position on, in pieces. What is damaged is named and left out."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from sightline.history.log.line import LONGEST, DamagedLine, HistoryLine, entry_of, read, state_of
from sightline.history.log.segments import LogEnd, LogPosition, names, order
from sightline.history.record import HistoryEntry, LastState

MOST_LINES = 2_000
"""Lines after which a piece ends, about."""
_CHUNK = 262_144  # bytes read at once
_MOST_NAMED = 100  # damaged places that one piece names


@dataclass(slots=True)
class LogPiece:
    """Some of the log, in its order. ``position`` is behind it; None: there was nothing.

    ``damage`` names file and line of what could not be used, and of what is missing; ``damaged``
    counts such places. ``at_end``: there is no more before the end.
    """

    entries: list[HistoryEntry] = field(default_factory=list)
    states: list[LastState] = field(default_factory=list)
    position: LogPosition | None = None
    damage: list[str] = field(default_factory=list)
    damaged: int = 0
    at_end: bool = False


def first_number(folder: Path) -> int:
    """Return the number of the first line that can be read; 0: there is none. Raises `OSError`."""
    for name in names(folder):
        with (folder / name).open("rb") as stream:
            for raw in stream:
                try:
                    return read(raw.rstrip(b"\n")).n
                except DamagedLine:
                    continue
    return 0


def is_there(folder: Path, position: LogPosition) -> bool:
    """Tell whether the file of a position is there."""
    return (folder / position.segment).is_file()


class LogReader:
    """Read the files in ``folder``, which another thread or process may be writing.

    To be used by one thread at a time. What is behind the end that `read` is given is not looked
    at: nobody knows yet whether it stays.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._file: int | None = None
        self._offset = 0
        self._number = 0  # of the line in the file, for people
        self._skip = 0
        self._expected: int | None = None

    def seek(self, position: LogPosition | None) -> None:
        """Go on behind a position. Where its file is not there, at the beginning.

        Then what is read may have been read before: better twice than not at all.
        """
        self.close()
        self._expected = None
        self._name, self._skip = "", 0
        if position is not None and is_there(self._folder, position):
            self._open(position.segment)
            self._skip = position.n
            self._jump(position)

    def _jump(self, position: LogPosition) -> None:
        """Go to the offset that a position has, if it still leads to the next line."""
        assert self._file is not None
        if not 0 < position.offset <= os.fstat(self._file).st_size:
            return
        next_line = os.pread(self._file, LONGEST, position.offset - 1)[:LONGEST].split(b"\n", 2)
        if next_line[0] or len(next_line) < 2:
            return
        if next_line[1]:
            try:
                if read(next_line[1]).n != position.n + 1:
                    return
            except DamagedLine:
                return
        self._offset = position.offset

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self, name: str) -> None:
        self.close()
        self._file = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        self._name, self._offset, self._number, self._skip = name, 0, 0, 0

    def read(self, end: LogEnd | None, most: int = MOST_LINES) -> LogPiece:
        """Return the next lines before ``end``, ``most`` or a few more; None: all there are.

        Raises `OSError`.
        """
        piece = LogPiece()
        while len(piece.entries) + len(piece.states) < most:
            data = self._chunk(end)
            if data:
                for raw in data.split(b"\n")[:-1]:
                    self._line(raw, piece)
                self._offset += len(data)
                if piece.position is not None:
                    piece.position = replace(piece.position, offset=self._offset)
            elif not self._next(end, piece):
                piece.at_end = True
                break
        return piece

    def _next(self, end: LogEnd | None, piece: LogPiece) -> bool:
        """Open the file behind this one; False: there is none yet."""
        behind = order(self._name)
        for name in names(self._folder):
            if order(name) > behind and (end is None or order(name) <= order(end.segment)):
                self._torn(piece)
                self._open(name)
                return True
        return False

    def _torn(self, piece: LogPiece) -> None:
        """Name what is behind the last whole line of a file that does not grow any more."""
        if self._file is not None and self._offset < os.fstat(self._file).st_size:
            where = f"{self._name}:{self._number + 1}"
            self._damage(piece, f"{where}: the file ends in the middle of a line")

    def _chunk(self, end: LogEnd | None) -> bytes:
        """Return the next whole lines of this file; empty: there are none."""
        if self._file is None:
            return b""
        limit = os.fstat(self._file).st_size
        if end is not None and self._name == end.segment:
            limit = end.size
        want = _CHUNK
        while True:
            data = os.pread(self._file, min(want, max(0, limit - self._offset)), self._offset)
            whole = data.rfind(b"\n") + 1
            if whole or len(data) < want or want > LONGEST:
                return data[:whole]
            want *= 2

    def _line(self, raw: bytes, piece: LogPiece) -> None:
        self._number += 1
        try:
            line = read(raw)
        except DamagedLine as why:
            self._damage(piece, f"{self._name}:{self._number}: {why}")
            self._expected = None  # it is this one that is missing
            return
        if line.n <= self._skip:
            self._expected = line.next
            return
        self._count(line, piece)
        if line.sort:
            piece.entries.append(entry_of(line))
        elif not line.erased:
            piece.states.append(state_of(line))
        piece.position = LogPosition(self._name, line.next - 1)

    def _count(self, line: HistoryLine, piece: LogPiece) -> None:
        expected = self._expected
        if expected is not None and line.n > expected:
            lines = (
                f"line {expected} is"
                if line.n == expected + 1
                else (f"lines {expected} to {line.n - 1} are")
            )
            self._damage(piece, f"{self._name}:{self._number}: {lines} missing before it")
        self._expected = max(line.next, expected or 0)

    def _damage(self, piece: LogPiece, text: str) -> None:
        piece.damaged += 1
        if len(piece.damage) < _MOST_NAMED:
            piece.damage.append(text)
