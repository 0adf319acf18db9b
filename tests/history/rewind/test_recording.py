from __future__ import annotations

import pytest
from msgspec import UNSET

from rewind_scene import DAY, NOON, ArchiveFiles, endless, everything, said
from sightline.history.rewind.answers import Recorded
from sightline.history.rewind.recording import Recording, recorded

RECORDING = Recording(True, ("#",), 30, 256)


def told(files: ArchiveFiles, sees=everything) -> Recorded:
    return recorded(files.reader, RECORDING, sees, endless())


def test_what_a_day_costs_is_measured_of_days_that_are_over(files: ArchiveFiles):
    for day in (0, 1, 2, 5):
        files.add(
            said(f"{'big' if n % 4 else '/small'}/{n % 9}", f"{day} {n}", day * DAY + n)
            for n in range(2000)
        )
    files.compress()
    files.parts()
    files.add([said("big/1", "open", 6 * DAY)])
    found = told(files)
    assert [(day.day, day.messages, day.open) for day in found.recorded] == [
        ("2026-11-21", 2000, False),
        ("2026-11-22", 2000, False),
        ("2026-11-23", 2000, False),
        ("2026-11-26", 2000, False),
        ("2026-11-27", 1, True),
    ]
    assert found.missing == ["2026-11-24", "2026-11-25"]
    assert (found.begins, found.ends, found.messages) == (NOON, NOON + 6 * DAY, 8001)
    whole = [day.size for day in found.recorded[1:-1]]
    assert (found.measured, found.a_day) == ("days", sum(whole) / len(whole))
    on_disk = sum(path.stat().st_size for path in files.path.iterdir())
    assert found.size == on_disk
    assert [(share.level, share.messages) for share in found.shares] == [
        ("big/", 6001),
        ("/small/", 2000),
    ]
    assert [share.level for share in told(files, lambda topic: topic[0] == "b").shares] == ["big/"]


def test_of_less_than_a_day_the_hours_are_measured(files: ArchiveFiles):
    files.add(said("a", str(n), n * 10) for n in range(361))
    found = told(files)
    assert found.measured == "hours"
    assert found.a_day == pytest.approx(24 * found.size)


def test_flaws_are_told_with_file_and_line(files: ArchiveFiles):
    path = files.add([said("a", "1", 100), said("a", "2", 0)])
    with path.open("ab") as out:
        out.write(b"nonsense\n")
    found = told(files)
    assert [(flaw.file, flaw.line) for flaw in found.flaws] == [(path.name, 2), (path.name, 3)]
    assert found.flawed == 2
    assert "jumped back by 100 s" in found.flaws[0].why


def test_an_empty_archive_says_so(files: ArchiveFiles):
    found = told(files)
    assert (found.begins, found.a_day, found.recorded, found.messages) == (UNSET, UNSET, [], 0)
