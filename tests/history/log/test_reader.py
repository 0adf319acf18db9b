"""The log is read once from where one was; what is damaged is named, and the rest used."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.history.log import line
from sightline.history.log.reader import LogPiece, LogReader
from sightline.history.log.segments import LogEnd, LogPosition, SegmentWriter, names
from sightline.history.record import HistoryEntry, LastState, entry

T0 = 1_795_235_000.0
JANE = "friend/jane/phone"


def fix(n: int) -> HistoryEntry:
    return entry(JANE, "fix", T0 + n, T0, b'{"n":%d}' % n)


@pytest.fixture
def writer(tmp_path: Path):
    made = SegmentWriter(tmp_path, lambda: T0, part=2000)
    made.open()
    yield made
    made.close()


def append(writer: SegmentWriter, *numbers: int) -> None:
    first = writer.end.n + 1
    state = LastState(JANE, T0 + numbers[-1], b"{}")
    lines = line.of_batch(first, [fix(n) for n in numbers], [state])
    writer.append(lines, first + len(lines) - 1)


def rest(reader: LogReader, end: LogEnd, most: int = 1_000_000) -> LogPiece:
    whole = LogPiece()
    while True:
        piece = reader.read(end, most)
        whole.entries += piece.entries
        whole.states += piece.states
        whole.damage += piece.damage
        whole.position = piece.position or whole.position
        if piece.at_end:
            return whole


def test_pieces_come_in_order_over_files_and_end_at_the_end(writer, tmp_path):
    for n in range(0, 100, 5):
        append(writer, *range(n, n + 5))
    assert len(names(tmp_path)) > 3
    reader = LogReader(tmp_path)
    reader.seek(None)
    found = rest(reader, writer.end, most=7)
    assert found.entries == [fix(n) for n in range(100)]
    assert len(found.states) == 20
    assert found.damage == []
    assert found.position == LogPosition(writer.end.segment, writer.end.n, writer.end.size)
    assert reader.read(writer.end).position is None
    append(writer, 100)
    assert reader.read(writer.end).entries == [fix(100)]
    reader.close()


def test_one_goes_on_from_any_position(writer, tmp_path):
    for n in range(30):
        append(writer, n)
    reader = LogReader(tmp_path)
    reader.seek(None)
    seen = 0
    while not (piece := reader.read(writer.end, 3)).at_end:
        seen += len(piece.entries)
        other = LogReader(tmp_path)
        other.seek(piece.position)
        assert rest(other, writer.end).entries == [fix(n) for n in range(seen, 30)]
        other.close()
    reader.close()


def test_what_is_not_safe_yet_is_not_read(writer, tmp_path):
    append(writer, 0)
    end = writer.end
    path = tmp_path / end.segment
    path.write_bytes(path.read_bytes() + line.of_entry(3, fix(9)))
    reader = LogReader(tmp_path)
    reader.seek(None)
    assert rest(reader, end).entries == [fix(0)]
    reader.close()


def test_of_a_file_that_is_not_there_all_that_is_left_is_read(writer, tmp_path):
    append(writer, 0)
    reader = LogReader(tmp_path)
    reader.seek(LogPosition("00000099-2026-11-30-0badcafe.jsonl", 12))
    assert rest(reader, writer.end).entries == [fix(0)]
    reader.close()


def test_a_flipped_bit_is_named_with_file_and_line_and_the_rest_used(writer, tmp_path):
    append(writer, *range(9))
    path = tmp_path / writer.end.segment
    data = bytearray(path.read_bytes())
    at = data.index(b'{"n":4}')
    data[at + 5] ^= 4
    path.write_bytes(data)
    reader = LogReader(tmp_path)
    reader.seek(None)
    found = rest(reader, writer.end)
    assert found.entries == [fix(n) for n in range(9) if n != 4]
    assert found.damage == [f"{path.name}:5: was changed on disk: its check does not fit"]
    reader.close()


def test_a_file_that_was_cut_and_one_that_is_missing_are_named(writer, tmp_path):
    for n in range(0, 90, 3):
        append(writer, n, n + 1, n + 2)
    files = names(tmp_path)
    assert len(files) > 4
    (tmp_path / files[1]).write_bytes((tmp_path / files[1]).read_bytes()[:-30])
    (tmp_path / files[3]).unlink()
    reader = LogReader(tmp_path)
    reader.seek(None)
    found = rest(reader, writer.end)
    assert 50 < len(found.entries) < 90
    torn, before, missing = found.damage
    assert torn.startswith(f"{files[1]}:")
    assert "ends in the middle of a line" in torn
    assert before.startswith(f"{files[2]}:1: line")
    assert "missing" in before
    assert missing.startswith(f"{files[4]}:1: lines")
    assert "missing" in missing
    reader.close()


def test_a_file_of_rubbish_harms_no_other(writer, tmp_path):
    append(writer, 0)
    writer.rotate()
    (tmp_path / "00000002-2026-11-30-0badcafe.jsonl").write_bytes(b"rubbish\n" * 300 + b"\n\n")
    append_behind = SegmentWriter(tmp_path / "other", lambda: T0)
    append_behind.open()
    append(append_behind, 0)
    append(append_behind, 1)
    made = (tmp_path / "other" / append_behind.end.segment).read_bytes()
    (tmp_path / "00000003-2026-11-30-0badcafe.jsonl").write_bytes(made)
    append_behind.close()
    reader = LogReader(tmp_path)
    reader.seek(None)
    piece = reader.read(None, 1000)
    assert piece.entries == [fix(0), fix(0), fix(1)]
    assert piece.damaged == 302
    assert len(piece.damage) == 100  # a log of them would help nobody
    reader.close()


def test_what_is_not_said_to_be_safe_yet_is_not_read(writer, tmp_path):
    """A file that is made while the first piece is read: its append may still fail."""
    reader, end = LogReader(tmp_path), writer.end
    append(writer, 0)
    piece = reader.read(end)
    assert (piece.entries, piece.position, piece.at_end) == ([], None, True)
    assert reader.read(writer.end).entries == [fix(0)]
    reader.close()
