"""Read files of lines from outside, a line at a time with a bound, each with its number.

What writes line by line and is cut off leaves a torn last line. It is told apart here, so that
readers can pass over it without a word.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

LONGEST = 1_048_576
"""Bytes in a line; MQTT messages that we take are much shorter."""


class FileLine(msgspec.Struct, frozen=True, gc=False):
    """One line without its end. ``stop`` is where the next one begins (bytes)."""

    number: int
    data: bytes
    stop: int
    torn: bool = False
    """The file ends before the line does."""
    long: bool = False
    """It has more than `LONGEST` bytes; ``data`` is the beginning of it."""


class Problem(Exception):
    """A part of a file that cannot be used: which file, which line (from 1), and why."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(file, line, why)
        self.file = file
        self.line = line
        self.why = why

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


def numbered(stream: BinaryIO, number: int = 1, start: int = 0) -> Iterator[FileLine]:
    """Return the lines of ``stream``, which stands at byte ``start``, before line ``number``.

    An empty line is a line. Raises `OSError`, for a compressed stream also `EOFError` and
    `zlib.error`.
    """
    stop = start
    while data := stream.readline(LONGEST + 1):
        stop += len(data)
        if data.endswith(b"\n"):
            yield FileLine(number, data[:-1], stop)
        elif len(data) <= LONGEST:
            yield FileLine(number, data, stop, torn=True)
            return
        else:
            begun = data[:200]
            while data and not data.endswith(b"\n"):
                data = stream.readline(LONGEST)
                stop += len(data)
            yield FileLine(number, begun, stop, long=True)
        number += 1


def open_lines(path: Path) -> BinaryIO:
    """Open a file to read lines from, plain or compressed by gzip, whatever its name is."""
    with path.open("rb") as begin:
        zipped = begin.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]  # reads as one


def place(stream: BinaryIO) -> int:
    """Tell how far (bytes of the file) `open_lines` has read."""
    raw: BinaryIO = stream.fileobj if isinstance(stream, gzip.GzipFile) else stream
    return raw.tell()


BROKEN = (OSError, EOFError, zlib.error)
"""What reading from `open_lines` may raise when the file is broken."""
