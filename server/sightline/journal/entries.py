"""Declare the entries of a journal, and what its keeper must be able to do.

A journal is a numbered list of changes to one database, and an image of the whole database as it
was at a number, its horizon. What is behind the horizon is gone; whoever needs it takes the image.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

LARGEST = 350_000
"""The most bytes of an entry."""

Statement = tuple[str, tuple[tuple[Any, ...], ...]]
"""SQL, and its parameters for each time that it is run: text, numbers, bytes, None."""


class BadEntry(Exception):
    """An entry of the journal makes no sense to us."""


class TooLarge(Exception):
    """A change is too much for one entry; the text says how much it is."""


class JournalEntry(msgspec.Struct, frozen=True, array_like=True):
    """A change, made with that ``version`` of the tables. ``scrub``: nothing of before may stay."""

    version: int
    statements: tuple[Statement, ...]
    scrub: bool = False


class Image(msgspec.Struct, frozen=True, array_like=True):
    """A whole database as SQLite's bytes, compressed."""

    version: int
    data: bytes


def packed(entry: JournalEntry) -> bytes:
    """Encode an entry. Raises `TooLarge`."""
    body = msgspec.msgpack.encode(entry)
    if len(body) > LARGEST:
        raise TooLarge(f"a change of {len(body):,} bytes, of at most {LARGEST:,}")
    return body


def unpacked(body: bytes) -> JournalEntry:
    """Decode an entry. Raises `BadEntry`."""
    try:
        return _entry.decode(body)
    except msgspec.DecodeError as why:
        raise BadEntry(f"an entry cannot be read: {why}") from why


def image(version: int, data: bytes) -> bytes:
    """Encode the bytes of a database as an image."""
    return msgspec.msgpack.encode(Image(version, zlib.compress(data)))


def imaged(body: bytes) -> tuple[int, bytes]:
    """Return the version of an image's tables, and the bytes of its database.

    Raises `BadEntry`.
    """
    try:
        found = _image.decode(body)
        return found.version, zlib.decompress(found.data)
    except (msgspec.DecodeError, zlib.error) as why:
        raise BadEntry(f"an image cannot be read: {why}") from why


@dataclass(frozen=True, slots=True)
class JournalNews:
    """What is new in a journal: ``entries`` by number, in order; there may be gaps, and more.

    ``id`` is the journal's own, None: there is no journal yet. ``horizon`` is its image's number.
    """

    id: str | None
    horizon: int = 0
    entries: Sequence[tuple[int, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """The newest image, and the number of the last entry that is in it."""

    id: str
    number: int
    data: bytes


class Journal(Protocol):
    """The keeper of a journal. Every call waits, and raises `Unavailable` when it cannot be done.

    What could not be done may have been done all the same: its answer was lost.
    """

    def look(self, number: int) -> JournalNews:
        """Return the entries after that number."""

    def whole(self) -> Whole | None:
        """Return the newest image; None if there is no journal yet."""

    def begin(self, data: bytes) -> bool:
        """Begin the journal with this image, number 0; False if somebody was quicker."""

    def append(self, id: str, number: int, body: bytes) -> bool:
        """Append an entry to the journal ``id``; False if the number is taken or gone."""

    def compact(self, id: str, number: int, data: bytes) -> None:
        """Put an image that holds everything up to that number, and drop what was before.

        Where there is a newer image already, only what is behind that one is dropped.
        """

    def supersede(self, id: str, number: int, data: bytes) -> bool:
        """Put this image in place of that entry; False if that entry or a newer image exists."""


_entry = msgspec.msgpack.Decoder(JournalEntry)
_image = msgspec.msgpack.Decoder(Image)
