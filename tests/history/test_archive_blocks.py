from __future__ import annotations

import gzip
import io
import subprocess
import zlib
from pathlib import Path

import pytest

from rewind_scene import ArchiveFiles, lines_of, said
from sightline.history.archive.blocks import (
    BLOCK,
    BlockWriter,
    MemberStream,
    members,
    pieces,
    unzipped,
)


def many(count: int = 6000) -> bytes:
    return lines_of(said(f"house/room{n % 7}", f"{n} {'x' * 40}", n) for n in range(count))


def test_a_compressed_file_is_of_members_that_are_each_whole_lines(tmp_path: Path):
    data, out = many(), io.BytesIO()
    with BlockWriter(out) as blocks:
        for start in range(0, len(data), 50_000):
            blocks.write(data[start : start + 50_000])
    path = tmp_path / "x.gz"
    path.write_bytes(out.getvalue())
    found = list(members(path))
    assert len(found) > 4
    assert not any(each.fault for each in found)
    assert all(each.data.endswith(b"\n") and len(each.data) < BLOCK + 200 for each in found)
    assert b"".join(each.data for each in found) == data
    for each in found:  # each alone
        raw = out.getvalue()[each.offset : each.offset + each.length]
        assert unzipped(raw) == each.data
    assert subprocess.run(["zcat", path], capture_output=True, check=True).stdout == data


def test_a_file_of_nothing_is_gzip_too(tmp_path: Path):
    out = io.BytesIO()
    BlockWriter(out).close()
    assert gzip.decompress(out.getvalue()) == b""


def test_a_line_longer_than_a_block_stays_whole(tmp_path: Path):
    data = lines_of([said("a", "y" * (2 * BLOCK)), said("b"), said("c")])
    out = io.BytesIO()
    with BlockWriter(out) as blocks:
        blocks.write(data)
    path = tmp_path / "x.gz"
    path.write_bytes(out.getvalue())
    assert next(each.data for each in members(path)).count(b"\n") == 1
    assert gzip.decompress(out.getvalue()) == data


def test_a_file_of_one_member_is_read_in_pieces_and_from_the_middle(tmp_path: Path):
    data = many(30_000)
    path = tmp_path / "old.gz"
    path.write_bytes(gzip.compress(data))
    found = list(pieces(path))
    assert len(found) > 10
    assert b"".join(each.lines for each in found) == data
    assert all(each.length == 0 and each.lines.endswith(b"\n") for each in found)
    stream = MemberStream(path, 0)
    for each in (found[3], found[4], found[2], found[-1]):  # on, and back
        assert stream.read(each.skip, len(each.lines)) == each.lines
    stream.close()


def test_members_of_another_program_that_cut_lines_are_read_as_one(tmp_path: Path):
    data = many(3000)
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(data[:100_001]) + gzip.compress(data[100_001:]))
    found = list(pieces(path))
    assert b"".join(each.lines for each in found) == data
    assert not any(e.fault for e in found)
    stream = MemberStream(path, 0)
    for each in found:
        assert stream.read(each.skip, len(each.lines)) == each.lines
    stream.close()


def test_behind_a_damaged_member_it_goes_on_with_the_next(tmp_path: Path):
    files = ArchiveFiles(tmp_path)
    path = files.add(said(f"t{n % 5}", f"{n:0100d}", n) for n in range(6000))
    plain = path.read_bytes()
    (zipped,) = files.compress()
    whole = list(members(zipped))
    broken = whole[1]
    raw = bytearray(zipped.read_bytes())
    middle = broken.offset + broken.length // 2
    raw[middle] ^= 0xFF
    raw[middle + 1] ^= 0xFF
    zipped.write_bytes(raw)
    found = list(pieces(zipped))
    assert [each.fault != "" for each in found].count(True) == 1
    assert str(broken.offset) in next(each.fault for each in found if each.fault)
    lines = b"".join(each.lines for each in found)
    assert lines == plain.replace(broken.data, b"")


def test_what_stands_before_a_cut_is_used(tmp_path: Path):
    files = ArchiveFiles(tmp_path)
    path = files.add(said(f"t{n % 5}", f"{n:0100d}", n) for n in range(6000))
    plain = path.read_bytes()
    (zipped,) = files.compress()
    zipped.write_bytes(zipped.read_bytes()[:-200])
    found = list(pieces(zipped))
    lines = b"".join(each.lines for each in found)
    assert plain.startswith(lines)
    assert len(lines) > len(plain) * 0.8
    assert [each.fault for each in found if each.fault] == [
        "the file ends within a compressed block"
    ]


def test_half_a_member_is_no_member():
    with pytest.raises(zlib.error):
        unzipped(gzip.compress(b"x" * 1000)[:-5])
