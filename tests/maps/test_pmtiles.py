from __future__ import annotations

import contextlib
import gzip
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from archives import LAYERS, archive
from sightline.maps.pmtiles import BadArchive, check_directories, read_header, read_metadata


def checked(data: bytes) -> tuple[Any, Any, int]:
    file = io.BytesIO(data)
    header = read_header(file, len(data))
    metadata = read_metadata(file, header)
    return header, metadata, check_directories(file, header, all_of_them=True)


def test_an_archive_says_what_it_covers() -> None:
    header, metadata, count = checked(archive())
    assert header.bounds == (24.9, 60.1, 25.0, 60.2)
    assert (header.min_zoom, header.max_zoom, header.tile_type) == (0, 15, "mvt")
    assert metadata == LAYERS
    assert count == 2


BROKEN = {
    "no PMTiles archive": b"\x00\x00\x00\x0d\x0a\x09OSMHeader",
    "version 2": archive(version=2),
    "of the type AVIF": archive(type=5),
    "packed in a way": archive(packing=(1, 3, 2)),
    "covers no area": archive(bounds=(25.0, 60.1, 24.9, 60.2)),
    "zooms make no sense": archive(zooms=(9, 3)),
    "its tiles should end at byte": archive()[:-1],
    "within its header": archive()[:100],
    "metadata cannot be read": archive(gzip.compress(b"{not json")),
    "metadata cannot be unpacked": archive(b"no gzip at all"),
    "no object": archive([1]),
    "it is empty": archive(tiles=(), entries=()),
    "a tile is said to be": archive(entries=[(0, 1, 999, 1)]),
    "no end": archive(gzip.compress(b"{}")[:-8]),
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_archive_is_refused_in_words(words: str) -> None:
    with pytest.raises(BadArchive, match=words):
        checked(BROKEN[words])


def test_a_directory_that_leads_to_itself_is_refused() -> None:
    whole = archive(entries=[(0, 0, 1, 1)])
    root = read_header(io.BytesIO(whole), len(whole)).root
    looped = archive(entries=[(0, 0, root[1], 1)], leaves=root)
    assert read_header(io.BytesIO(looped), len(looped)).root[1] == root[1]
    with pytest.raises(BadArchive, match="directories have no end"):
        checked(looped)


@given(
    some.integers(min_value=0, max_value=len(archive()) - 1), some.binary(min_size=1, max_size=9)
)
def test_whatever_is_in_the_file_is_read_or_refused(at: int, instead: bytes) -> None:
    data = bytearray(archive())
    data[at : at + len(instead)] = instead
    with contextlib.suppress(BadArchive):
        checked(bytes(data))
