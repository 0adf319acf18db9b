"""Read what a PMTiles archive (version 3) says of itself, and check that it is whole.

Pure but for the file it is given: nothing is kept in memory but one directory at a time, and none
is believed to be larger than it may be.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

HEADER = 127
"""Bytes of the header."""
_MAGIC = b"PMTiles"
_FORMAT = struct.Struct("<11Q6B4iB2i")
_MOST = 67_108_864
"""Bytes that a directory or the metadata may have unpacked."""
_DEEPEST = 4
_E7 = 10_000_000
TILES = {1: "mvt", 2: "png", 3: "jpg", 4: "webp"}
"""The types of tiles that browsers show."""
_OTHER_TILES = {0: "unknown", 5: "AVIF", 6: "MapLibre (MLT)"}
_PLAIN, _GZIP = 1, 2


class BadArchive(Exception):
    """The file is no archive that can be used; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header: where the parts are (offset, length), how they are packed, what is covered."""

    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    tiles: tuple[int, int]
    count: int
    directory_packing: int
    tile_packing: int
    tile_type: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of a file with ``size`` bytes. Raises `BadArchive`."""
    file.seek(0)
    data = file.read(HEADER)
    if data[: len(_MAGIC)] != _MAGIC:
        raise BadArchive("it is no PMTiles archive: it does not begin with the word PMTiles")
    if len(data) < HEADER:
        raise BadArchive(f"it ends within its header, after {len(data)} bytes")
    if data[7] != 3:
        raise BadArchive(f"it is a PMTiles archive of version {data[7]}; version 3 is needed")
    found = _FORMAT.unpack(data[8:])
    tile_type = TILES.get(found[14])
    if tile_type is None:
        name = _OTHER_TILES.get(found[14], f"unknown ({found[14]})")
        raise BadArchive(f"its tiles are of the type {name}; vector tiles or pictures are needed")
    header = Header(
        root=(found[0], found[1]),
        metadata=(found[2], found[3]),
        leaves=(found[4], found[5]),
        tiles=(found[6], found[7]),
        count=found[8],
        directory_packing=found[12],
        tile_packing=found[13],
        tile_type=tile_type,
        min_zoom=found[15],
        max_zoom=found[16],
        bounds=_bounds(found[17:21]),
    )
    _check_header(header, size)
    return header


def _bounds(numbers: tuple[int, ...]) -> tuple[float, float, float, float]:
    west, south, east, north = (number / _E7 for number in numbers)
    return west, south, east, north


def _check_header(header: Header, size: int) -> None:
    parts = {
        "directory": header.root,
        "metadata": header.metadata,
        "further directories": header.leaves,
        "tiles": header.tiles,
    }
    for name, (offset, length) in parts.items():
        if offset + length > size:
            raise BadArchive(
                f"it is cut off: its {name} should end at byte {offset + length:,}, and the file"
                f" has {size:,}"
            )
    for name, packing in (
        ("directories", header.directory_packing),
        ("tiles", header.tile_packing),
    ):
        if packing not in (_PLAIN, _GZIP):
            raise BadArchive(f"its {name} are packed in a way that browsers cannot read")
    west, south, east, north = header.bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadArchive(
            f"it covers no area: west {west}, south {south}, east {east}, north {north}"
        )
    if not 0 <= header.min_zoom <= header.max_zoom <= 26:
        raise BadArchive(f"its zooms make no sense: {header.min_zoom} to {header.max_zoom}")


def read_metadata(file: BinaryIO, header: Header) -> Mapping[str, Any]:
    """Read what the archive says of its layers. Raises `BadArchive`."""
    data = _unpacked(file, header.metadata, header.directory_packing, "metadata")
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        raise BadArchive("its metadata cannot be read: they are no JSON") from None
    if not isinstance(found, dict):
        raise BadArchive("its metadata cannot be read: they are no object")
    return found


def check_directories(file: BinaryIO, header: Header, *, all_of_them: bool) -> int:
    """Check that every tile is within the file; return how many there are. Raises `BadArchive`.

    ``all_of_them`` false: only those of the first directory are looked at.
    """
    count = 0
    waiting = [(header.root, 1)]
    while waiting:
        part, depth = waiting.pop()
        for run, length, offset in _entries(_unpacked(file, part, header.directory_packing)):
            start, whole = header.tiles if run else header.leaves
            if offset + length > whole:
                raise BadArchive(f"it is damaged: a tile is said to be at byte {start + offset:,}")
            if run:
                count += run
            elif depth >= _DEEPEST:
                raise BadArchive("it is damaged: its directories have no end")
            elif all_of_them:
                waiting.append(((header.leaves[0] + offset, length), depth + 1))
            else:
                count += 1
    if count == 0:
        raise BadArchive("it is empty: there is no tile in it")
    return count


def _unpacked(
    file: BinaryIO, part: tuple[int, int], packing: int, name: str = "directory"
) -> bytes:
    offset, length = part
    file.seek(offset)
    data = file.read(min(length, _MOST))
    if len(data) < length:
        raise BadArchive(f"it is cut off: its {name} is not all there")
    if packing == _PLAIN or not data:
        return data
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(data, _MOST)
    except zlib.error:
        raise BadArchive(f"it is damaged: its {name} cannot be unpacked") from None
    if not unpacking.eof:
        raise BadArchive(f"it is damaged: its {name} has no end")
    return found


def _entries(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the entries of a directory: run length (0: a further directory), length, offset."""
    numbers = _numbers(data)
    try:
        count = next(numbers)
        if count > len(data):
            raise BadArchive("it is damaged: a directory is longer than it can be")
        for _ in range(count):  # the differences of the tiles' ids
            next(numbers)
        runs = [next(numbers) for _ in range(count)]
        lengths = [next(numbers) for _ in range(count)]
        end = 0
        for run, length in zip(runs, lengths, strict=True):
            offset = next(numbers)
            start = end if offset == 0 else offset - 1
            end = start + length
            yield run, length, start
    except StopIteration:
        raise BadArchive("it is damaged: a directory ends too early") from None


def _numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            yield value
            value = shift = 0
        else:
            shift += 7
            if shift > 63:
                raise BadArchive("it is damaged: a directory holds a number that is too large")
