"""Remember how far files were read, so that an import that was cut off goes on where it was."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

import msgspec

_HEAD = 4096  # bytes at the beginning by which a file is known again


class Bookmark(msgspec.Struct, frozen=True):
    """A place in a file: the next line to read, where it begins (bytes), and what the file begins
    with.
    """

    place: int = 0
    line: int = 1
    head: str = ""


class Bookmarks:
    """The marks kept in ``file``. One that cannot be read counts as empty."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._marks = msgspec.json.decode(file.read_bytes(), type=dict[str, Bookmark])
        except (OSError, msgspec.DecodeError):
            self._marks = {}

    def of(self, key: str, path: Path) -> Bookmark:
        """Tell where to go on in this file; at its beginning unless it is the same one, maybe
        longer.
        """
        mark = self._marks.get(key)
        if mark is None or mark.place > path.stat().st_size or mark.head != _head(path, mark.place):
            return Bookmark()
        return mark

    def put(self, key: str, path: Path, place: int, line: int) -> None:
        """Note that the file was read up to here."""
        self._marks[key] = Bookmark(place, line, _head(path, place))

    def save(self) -> None:
        """Write them down. Raises `OSError`."""
        tmp = self._file.with_suffix(".tmp")
        tmp.write_bytes(msgspec.json.encode(self._marks))
        os.replace(tmp, self._file)


def _head(path: Path, most: int) -> str:
    with path.open("rb") as stream:
        return blake2b(stream.read(min(most, _HEAD)), digest_size=8).hexdigest()
