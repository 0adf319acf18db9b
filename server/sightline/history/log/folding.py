"""Fold pieces of the log into the SQLite file, as a program of its own.

    python -m sightline.history.log.folding FOLDER FILE

It reads jobs on its standard input, a line of JSON each, and answers each with a line; it ends
when the input does. Beside the server's process it has a core of its own; where there is only one,
it gives way.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from sightline.database.trouble import Reason, degraded
from sightline.history import tables
from sightline.history.log.reader import LogReader
from sightline.history.log.segments import LogEnd, LogPosition
from sightline.history.record import LastState
from sightline.history.writing import StoreWriter

POSITION = "history-log/"
"""Begins the keys under which stores keep positions; behind it is the server's name."""
MOST_LINES = 8_000
"""Lines in one commit, about."""
_GIVE_WAY = 5  # of nice(1)


class FoldJob(msgspec.Struct, frozen=True):
    """Fold what is behind ``position`` and before ``end``; keep the new position under ``key``."""

    key: str
    position: LogPosition | None
    end: LogEnd


class FoldResult(msgspec.Struct, frozen=True):
    """What was done: up to ``position`` (None: there was nothing), with ``new`` entries.

    ``damage`` and ``damaged`` as in `sightline.history.log.reader.LogPiece`. ``why``: the store
    took nothing, for now; ``reason`` if it is the disk or the file. ``fault``: it never will, as it
    seems.
    """

    position: LogPosition | None = None
    at_end: bool = False
    new: int = 0
    damage: tuple[str, ...] = ()
    damaged: int = 0
    why: str = ""
    reason: Reason | None = None
    fault: str = ""


def mark(key: str, position: LogPosition) -> LastState:
    """Return the present state by which a store knows where it is in a log."""
    return LastState(key, 0.0, msgspec.json.encode(position))


class Folding:
    """Fold the log in ``folder`` into the file at ``path``, in this thread."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._reader = LogReader(folder)
        self._path = path
        self._writer: StoreWriter | None = None
        self._at: LogPosition | None = None
        self._sought = False

    def fold(self, job: FoldJob, most: int = MOST_LINES) -> FoldResult:
        """Do one job, in one commit."""
        try:
            return self._fold(job, most)
        except (sqlite3.Error, OSError) as why:
            self._sought = False
            state = degraded(why)
            if state is not None:
                return FoldResult(why=str(state), reason=state.reason)
            if isinstance(why, sqlite3.OperationalError | OSError):
                return FoldResult(why=str(why))
            return FoldResult(fault=f"{type(why).__name__}: {why}")
        except Exception as why:
            self._sought = False
            return FoldResult(fault=f"{type(why).__name__}: {why}")

    def _fold(self, job: FoldJob, most: int) -> FoldResult:
        if not self._sought or job.position != self._at:
            self._reader.seek(job.position)
            self._at, self._sought = job.position, True
        piece = self._reader.read(job.end, most)
        new = 0
        if piece.position is not None:
            if self._writer is None:
                self._writer = StoreWriter(tables.connect(self._path))
            states = (*piece.states, mark(job.key, piece.position))
            new = self._writer.write(piece.entries, states)
            self._at = piece.position
        damage = tuple(piece.damage)
        return FoldResult(piece.position, piece.at_end, new, damage, piece.damaged)

    def close(self) -> None:
        """Let go of all files."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()


def serve(folding: Folding, jobs: BinaryIO, answers: BinaryIO) -> None:
    """Do job after job until there are no more."""
    for line in jobs:
        done = folding.fold(msgspec.json.decode(line, type=FoldJob))
        answers.write(msgspec.json.encode(done) + b"\n")
        answers.flush()


def main() -> None:
    """Fold what is asked for on standard input, giving way to others."""
    folder, path = map(Path, sys.argv[1:3])
    os.nice(_GIVE_WAY)
    folding = Folding(folder, path)
    try:
        serve(folding, sys.stdin.buffer, sys.stdout.buffer)
    finally:
        folding.close()


if __name__ == "__main__":
    main()
