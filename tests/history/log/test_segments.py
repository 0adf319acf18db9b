"""Files of the log: safe before it is said, cut where torn, nobody's second writer."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from sightline.history.log import line
from sightline.history.log.reader import LogReader
from sightline.history.log.segments import OLD, LogEnd, LogPosition, SegmentWriter, names
from sightline.history.record import HistoryEntry, entry
from sightline.model.faults import CannotOpen

T0 = 1_795_235_000.0


def fix(n: int) -> HistoryEntry:
    return entry("friend/jane/phone", "fix", T0 + n, T0, b'{"n":%d}' % n)


class Writing:
    """A writer, and what it should have written."""

    def __init__(self, folder: Path, **how: object) -> None:
        self.now = T0
        self.writer = SegmentWriter(folder, lambda: self.now, **how)  # type: ignore[arg-type]
        self.writer.open()

    def append(self, *numbers: int) -> None:
        first = self.writer.end.n + 1
        lines = line.of_batch(first, [fix(n) for n in numbers], [])
        self.writer.append(lines, first + len(lines) - 1)


def read_all(folder: Path) -> list[HistoryEntry]:
    reader = LogReader(folder)
    piece = reader.read(None, 1_000_000)
    reader.close()
    assert piece.at_end
    return piece.entries


def test_what_was_appended_is_there_at_the_next_start_and_numbers_go_on(tmp_path):
    one = Writing(tmp_path / "log")
    one.append(0, 1)
    one.append(2)
    one.writer.close()
    two = Writing(tmp_path / "log")
    (name,) = names(tmp_path / "log")
    size = (tmp_path / "log" / name).stat().st_size
    assert two.writer.end == LogEnd(name, size, 3)
    two.append(3)
    assert read_all(tmp_path / "log") == [fix(n) for n in range(4)]
    assert two.writer.end.n == 4
    assert len(names(tmp_path / "log")) == 2
    two.writer.close()
    for path in (tmp_path / "log").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_disk_has_taken_everything_before_it_counts(tmp_path):
    """A power cut at any moment: what is in the file up to the last sync is all that is left."""
    safe: dict[str, int] = {}

    def sync(file: int) -> None:
        safe[os.readlink(f"/proc/self/fd/{file}")] = os.fstat(file).st_size

    writing = Writing(tmp_path / "log", part=500, sync=sync)
    for n in range(20):
        writing.append(n)
        after = tmp_path / f"after-{n}"
        after.mkdir()
        for path, size in safe.items():  # the rest was never written, and rubbish is behind it
            lost = Path(path).read_bytes()[:size] + b'{"crc":"00'
            (after / Path(path).name).write_bytes(lost)
        again = Writing(after)
        assert read_all(after) == [fix(n) for n in range(n + 1)]
        assert again.writer.end.n == n + 1
        again.writer.close()
    writing.writer.close()


def test_a_torn_last_line_is_cut_off(tmp_path):
    one = Writing(tmp_path)
    one.append(0, 1, 2)
    one.writer.close()
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-5])
    two = Writing(tmp_path)
    assert two.writer.end.n == 2
    two.append(9)
    assert read_all(tmp_path) == [fix(0), fix(1), fix(9)]
    two.writer.close()


def test_a_file_is_closed_when_it_is_full_or_old_whichever_way_the_clock_jumps(tmp_path):
    writing = Writing(tmp_path, part=300)
    for n in range(4):
        writing.append(n)
    full = len(names(tmp_path))
    assert full > 1
    writing.now -= 86_400 * 3  # jumped back
    writing.append(4)
    writing.now += OLD * 2
    writing.append(5)
    assert len(names(tmp_path)) >= full + 2
    assert read_all(tmp_path) == [fix(n) for n in range(6)]
    writing.writer.close()


def test_what_a_full_disk_did_not_take_is_not_there_and_later_it_is_once(tmp_path):
    room = [True]

    def sync(file: int) -> None:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")

    writing = Writing(tmp_path, sync=sync)
    writing.append(0)
    room[0] = False
    for _ in range(5):
        with pytest.raises(OSError, match="No space left"):
            writing.append(1, 2)
    assert writing.writer.end.n == 1
    assert read_all(tmp_path) == [fix(0)]
    assert len(names(tmp_path)) == 1, "tries leave no files behind"
    room[0] = True
    writing.append(1, 2)
    assert read_all(tmp_path) == [fix(0), fix(1), fix(2)]
    writing.writer.close()


def test_two_servers_never_write_into_one_folder(tmp_path):
    one = Writing(tmp_path)
    with pytest.raises(CannotOpen, match="another server writes there"):
        Writing(tmp_path)
    one.writer.close()
    Writing(tmp_path).writer.close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "log").write_text("in the way")
    with pytest.raises(CannotOpen, match=str(tmp_path / "log")):
        Writing(tmp_path / "log")


def test_old_files_go_when_the_store_has_them_and_no_other(tmp_path):
    writing = Writing(tmp_path, part=1)
    for n in range(6):
        writing.append(n)
    files = names(tmp_path)
    assert writing.writer.drop(files[3], lambda at: False, 1 << 30) == 0
    assert writing.writer.drop(files[3], lambda at: True, 1 << 30) == 3
    assert names(tmp_path) == files[3:]
    # Too much is let go of earlier; what the store does not have stays all the same.
    assert writing.writer.drop(files[5], lambda at: False, 0) == 2
    assert writing.writer.drop(files[5], lambda at: False, 0) == 0
    assert read_all(tmp_path) == [fix(5)]
    assert writing.writer.size_from(files[5]) == writing.writer.size > 0
    writing.writer.close()


def test_the_file_that_the_store_is_at_goes_too_once_it_is_closed_and_stored(tmp_path):
    writing = Writing(tmp_path)
    writing.append(0)
    (name,) = names(tmp_path)
    drop = writing.writer.drop
    assert drop(name, lambda at: True, 1 << 30, whole=True) == 0, "it still grows"
    writing.now += OLD
    writing.writer.rotate_old()
    assert drop(name, lambda at: True, 1 << 30) == 0
    assert drop(name, lambda at: True, 1 << 30, whole=True) == 1
    assert names(tmp_path) == []
    writing.append(1)
    assert writing.writer.end.n == 2
    assert read_all(tmp_path) == [fix(1)]
    writing.writer.close()


def test_a_file_counts_only_when_the_disk_knows_its_name(tmp_path, monkeypatch):
    synced: list[Path] = []
    full = [True]

    def sync_folder(folder: Path) -> None:
        if full[0] and names(folder):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        synced.append(folder)

    monkeypatch.setattr("sightline.history.log.segments.sync_folder", sync_folder)
    (tmp_path / "state").mkdir()
    full[0] = False
    writing = Writing(tmp_path / "state" / "log")
    assert synced == [tmp_path / "state"], "the folder's own name"
    full[0] = True
    for _ in range(3):
        with pytest.raises(OSError, match="Input/output"):
            writing.append(0)
        assert names(tmp_path / "state" / "log") == []
    full[0] = False
    writing.append(0)
    assert synced[1:] == [tmp_path / "state" / "log"]
    assert read_all(tmp_path / "state" / "log") == [fix(0)]
    writing.writer.close()


def test_leftovers_of_a_crash_are_removed(tmp_path):
    (tmp_path / "00000001-2026-11-30-aaaaaaaa.jsonl.tmp").write_text("half")
    Writing(tmp_path).writer.close()
    assert not list(tmp_path.glob("*.tmp"))


def test_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    writing = Writing(tmp_path)
    writing.append(0)
    assert read_all(tmp_path) == [fix(0)]
    assert LogPosition(names(tmp_path)[0], 1).n == writing.writer.end.n
    writing.writer.close()
    assert (tmp_path / "notes.txt").read_text() == "mine"
