"""Real files: compressed, cut, damaged, rewritten and removed while they are read."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rewind_scene import ArchiveFiles, everything, lines_of, said
from sightline.history.archive.folder import Folder, index_of
from sightline.history.rewind.budget import TimeUp
from sightline.history.rewind.building import ArchiveLine
from sightline.history.rewind.index import key_of, unpacked
from sightline.history.rewind.messages import MessageFilter, scan
from sightline.history.rewind.reader import ArchiveReader, Changed, IndexedPart, make_indexes
from sightline.model.kind import Arrival


def heard(
    files: ArchiveFiles, topic: str = "#", reader: ArchiveReader | None = None
) -> list[ArchiveLine]:
    """Return all messages that are found, in order; asked anew where something has changed."""
    reader = reader or files.reader
    try:
        return looked(reader, topic)
    except Changed:
        return looked(reader, topic)


def looked(reader: ArchiveReader, topic: str = "#") -> list[ArchiveLine]:
    wanted = MessageFilter("main", topic, 0, 1e12)
    found = scan(reader, reader.parts(lambda: None), wanted, everything, lambda: None)
    return [each.line for each in found if each.line is not None]


def flaws(parts: list[IndexedPart]) -> list[tuple[str, int, str]]:
    return [
        (part.file.path.name, flaw.line, flaw.why) for part in parts for flaw in part.index.flaws
    ]


def many(count: int = 6000, start: int = 0) -> list[Arrival]:
    return [said(f"t/{n % 5}", f"{n:0100d}", n) for n in range(start, start + count)]


def test_the_open_segment_is_answered_as_it_grows(files: ArchiveFiles):
    path = files.add(many(3000))
    assert len(heard(files)) == 3000
    files.add(many(10, 3000))
    with path.open("ab") as out:
        out.write(b'{"at":1,"topic":"half')  # being written
    assert [line.number for line in heard(files)][-1] == 3010
    assert flaws(files.parts()) == []
    with path.open("ab") as out:
        out.write(b'way","payload":"x"}\n')
    assert len(heard(files)) == 3011


def test_a_compressed_segment_holds_the_same_and_its_index_is_beside_it(files: ArchiveFiles):
    files.add(many())
    before = heard(files)
    (zipped,) = files.compress()
    for _ in make_indexes(files.path):
        pass
    index = index_of(zipped)
    assert unpacked(index.read_bytes()).messages == 6000
    assert oct(index.stat().st_mode & 0o777) == "0o600"
    made = index.stat().st_mtime_ns
    assert heard(files, reader=ArchiveReader(files.path)) == before
    assert index.stat().st_mtime_ns == made, "it was used, not made anew"
    assert not list(files.path.glob("*.tmp"))


def test_only_the_blocks_wanted_of_a_compressed_segment_are_read(
    files: ArchiveFiles, monkeypatch: pytest.MonkeyPatch
):
    messages = many()
    messages.insert(3000, said("rare", "here", 3000))
    files.add(messages)
    files.compress()
    reader = ArchiveReader(files.path)
    reader.parts(lambda: None)
    read: list[int] = []
    pread = os.pread

    def counted(file: int, size: int, at: int) -> bytes:
        read.append(size)
        return pread(file, size, at)

    monkeypatch.setattr(os, "pread", counted)
    assert [line.arrival.payload for line in heard(files, "rare", reader)] == [b"here"]
    size = sum(path.stat().st_size for path in files.path.glob("*.gz"))
    assert len(read) == 1
    assert read[0] < size / 3


def test_a_segment_that_was_compressed_in_one_go_is_answered_too(files: ArchiveFiles):
    messages = many()
    (files.path / "2026-11-21-1.jsonl.gz").write_bytes(gzip.compress(lines_of(messages)))
    assert [line.arrival for line in heard(files)] == messages
    assert [line.arrival for line in heard(files, "t/3")] == messages[3::5]


@pytest.mark.parametrize("harm", ["missing", "damaged", "older", "of another file"])
def test_an_index_that_does_not_fit_is_made_anew(files: ArchiveFiles, harm: str):
    files.add(many())
    (zipped,) = files.compress()
    before = heard(files)
    index = index_of(zipped)
    if harm == "missing":
        index.unlink()
    elif harm == "damaged":
        data = bytearray(index.read_bytes())
        data[len(data) // 2] ^= 1
        index.write_bytes(data)
    elif harm == "older":
        with gzip.open(zipped, "ab") as out:
            out.write(lines_of([said("t/new", "new", 9000)]))
    else:
        other = ArchiveFiles(files.path / "other")
        other.add([said("else")])
        other.compress()
        heard(other)
        index.write_bytes(index_of(other.path / zipped.name).read_bytes())
    found = heard(files, reader=ArchiveReader(files.path))
    more = [b"new"] if harm == "older" else []
    assert [line.arrival.payload for line in found] == [
        *(line.arrival.payload for line in before),
        *more,
    ]
    assert unpacked(index.read_bytes()).messages == len(found)


def test_flipped_bits_in_a_compressed_segment_are_named_and_the_rest_is_used(files: ArchiveFiles):
    files.add(many())
    (zipped,) = files.compress()
    (part,) = files.parts()
    block = part.index.blocks[1]
    about = zipped.stat()
    raw = bytearray(zipped.read_bytes())
    raw[block.offset + block.length // 2] ^= 0x55
    zipped.write_bytes(raw)
    os.utime(zipped, ns=(about.st_atime_ns, about.st_mtime_ns))  # as of a disk that rots
    with pytest.raises(Changed):
        looked(files.reader)
    found = heard(files)
    assert len(found) == 6000 - block.lines
    ((name, line, why),) = flaws(files.parts())
    assert (name, line) == (zipped.name, block.line)
    assert "decompressed" in why
    assert zipped.read_bytes() == raw, "nothing is overwritten"


def test_flipped_bits_in_a_plain_segment_are_named_with_their_line(
    files: ArchiveFiles, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sightline.history.rewind.reader._BLOCKS", 0)
    path = files.add(many())
    heard(files)
    raw = bytearray(path.read_bytes())
    at = raw.index(b'"topic":"t/1"', 200_000)
    raw[at] = ord("x")  # of the name of a field
    line = raw.count(b"\n", 0, at) + 1
    with path.open("r+b") as out:
        out.write(raw)
    with pytest.raises(Changed):
        looked(files.reader)
    assert len(heard(files)) == 5999
    ((name, number, why),) = flaws(files.parts())
    assert (name, number) == (path.name, line)
    assert "not a message of the archive" in why


@pytest.mark.parametrize("zipped", [False, True])
def test_a_segment_that_was_cut_is_used_up_to_there(files: ArchiveFiles, zipped: bool):
    path = files.add(many())
    files.add([said("later")], number=2)
    if zipped:
        path, _ = files.compress()
    path.write_bytes(path.read_bytes()[:-50])
    found = heard(files)
    assert 5000 < len(found) <= 6000
    assert found[-1].arrival.topic == "later"
    ((name, line, why),) = flaws(files.parts())
    assert name == path.name
    assert line == len(found)
    assert "cut" in why or "ends within" in why


def test_an_index_of_the_open_segment_is_used_again_after_a_start(
    files: ArchiveFiles, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sightline.history.rewind.reader._SAVE", 2)
    path = files.add(many())
    heard(files)
    index = unpacked(index_of(path).read_bytes())
    assert 0 < index.covered < path.stat().st_size
    files.add(many(100, 6000))
    reader = ArchiveReader(files.path)
    assert len(heard(files, reader=reader)) == 6100
    # A file that was written anew, and is as long by now: the index is not of it.
    path.write_bytes(lines_of(said("other", f"{n:0200d}", n) for n in range(6000)))
    found = heard(files, reader=ArchiveReader(files.path))
    assert {line.arrival.topic for line in found} == {"other"}
    assert len(found) == 6000


def folder_of(files: ArchiveFiles, **more: Any) -> Folder:
    options = {"days": 3660, "most": 1 << 40, "part": 1 << 30} | more
    folder = Folder(files.path, **options)
    folder.open()
    return folder


def test_erasure_takes_the_index_along_and_readers_go_on(files: ArchiveFiles):
    files.add(many(3000) + [said("owntracks/jane/phone", "secret", n) for n in range(3000, 3010)])
    (zipped,) = files.compress()
    reader = ArchiveReader(files.path)
    assert len(heard(files, "owntracks/#", reader)) == 10
    index = index_of(zipped)
    assert unpacked(index.read_bytes()).keys[0] == key_of("main", "owntracks/jane/phone")
    parts = ArchiveReader(files.path).parts(lambda: None)
    for _ in folder_of(files).remove(lambda line: b"jane" in line, set()):
        pass
    assert not index.exists()
    with pytest.raises(Changed):  # whoever was at it begins anew
        ArchiveReader(files.path).lines(parts[0], 0)
    assert heard(files, "owntracks/#", reader) == []
    assert len(heard(files, reader=reader)) == 3000
    assert b"jane" not in index.read_bytes()


def test_retention_takes_the_index_along(files: ArchiveFiles):
    files.add([said("a", "old", -10 * 86400)])
    files.add([said("a", "new")])
    old, new = files.compress()
    heard(files)
    assert index_of(old).exists()
    folder_of(files, days=5).prune("2026-11-21")
    assert not old.exists()
    assert not index_of(old).exists()
    assert index_of(new).exists()
    assert len(heard(files)) == 1


def test_an_index_without_its_segment_is_swept_at_the_start(files: ArchiveFiles):
    files.add([said("a")])
    (files.path / "2026-11-01-1.index").write_bytes(b"x")
    folder_of(files)
    assert not (files.path / "2026-11-01-1.index").exists()


def test_a_segment_compressed_between_two_questions_is_the_same(
    files: ArchiveFiles, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sightline.history.rewind.reader._BLOCKS", 0)
    files.add(many())
    reader = files.reader
    before, parts = heard(files), reader.parts(lambda: None)
    files.compress()
    with pytest.raises(Changed):
        reader.lines(parts[0], 0)
    assert heard(files) == before


def test_two_servers_in_one_folder_are_read_as_what_they_wrote(files: ArchiveFiles):
    # Neither locks the other out here (the state folder's lock does): their lines stand in turn.
    for n in range(50):
        files.add([said("one", str(n), n)])
        files.add([said("two", str(n), n - 30)])
    found = heard(files)
    assert len(found) == 100
    assert {why for _, _, why in flaws(files.parts())} == {"the clock jumped back by 30 s"}
    assert [line.arrival.payload for line in heard(files, "two")] == [
        str(n).encode() for n in range(50)
    ]


def test_an_index_that_was_begun_goes_on_where_it_stopped(files: ArchiveFiles):
    files.add(many(20_000))
    files.compress()

    class Enough(Exception):
        pass

    def check() -> None:
        calls.append(1)
        if len(calls) == 5:
            raise Enough

    calls: list[int] = []
    reader = ArchiveReader(files.path)
    with pytest.raises(Enough):
        reader.parts(check)
    calls = [1] * 10
    before = len(calls)
    assert reader.parts(check)[0].messages == 20_000
    whole = len(ArchiveReader(files.path).parts(lambda: None)[0].index.blocks)
    assert len(calls) - before < whole, "not from its beginning"


def test_a_question_that_ended_in_the_middle_hides_nothing_from_the_next(files: ArchiveFiles):
    files.add(said("h/temp", json.dumps({"t": n, "more": "x" * 60}), n) for n in range(10_000))
    reader, looks = ArchiveReader(files.path), 0
    assert len(heard(files, reader=reader)) == 10_000
    files.add(said("h/temp", json.dumps({"t": n}), n) for n in range(10_000, 20_000))

    def impatient() -> None:
        nonlocal looks
        looks += 1
        if looks > 2:
            raise TimeUp

    with pytest.raises(TimeUp):
        reader.parts(impatient)
    assert len(heard(files, reader=reader)) == 20_000


def test_no_folder_is_an_empty_archive(tmp_path: Path):
    assert ArchiveReader(tmp_path / "none").parts(lambda: None) == []
