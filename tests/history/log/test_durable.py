"""The log on its thread: what it says is safe is on disk, what it cannot keep it says."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_twisted
from log_scene import fix, fixes_in
from twisted.internet import reactor
from twisted.internet.defer import gatherResults

from sightline.database.trouble import Degraded
from sightline.history.log.durable import KEEP, HistoryLog
from sightline.history.log.segments import LogPosition, SegmentWriter, names
from sightline.history.record import LastState
from sightline.model.faults import CannotOpen, Unavailable

JANE, OMAR, T0 = "friend/jane/phone", "friend/omar/phone", 1_795_235_000.0


@pytest_twisted.ensureDeferred
async def test_what_is_appended_is_in_order_and_on_disk_when_it_is_said(tmp_path: Path):
    log = HistoryLog(reactor, tmp_path / "log", time.time)
    log.open()
    counts = await gatherResults(
        [log.append([fix(n), fix(n + 1)], [LastState(JANE, T0, b"{}")]) for n in range(0, 40, 2)]
    )
    assert counts == [2] * 20
    assert fixes_in(log.folder) == list(range(40))
    assert log.end.n == 60
    await log.close()
    with pytest.raises(Unavailable, match="closed"):
        await log.append([fix(0)], [])


@pytest_twisted.ensureDeferred
async def test_a_disk_that_is_full_is_told_in_words_and_later_it_goes_on(tmp_path: Path):
    full = [True]

    def sync(file: int) -> None:
        if full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer = SegmentWriter(tmp_path, time.time, sync=sync)
    log = HistoryLog(reactor, tmp_path, time.time, writer=writer)
    log.open()
    with pytest.raises(Degraded, match="the disk is full"):
        await log.append([fix(0)], [])
    full[0] = False
    assert await log.append([fix(0)], []) == 1
    assert fixes_in(tmp_path) == [0]
    await log.close()


@pytest_twisted.ensureDeferred
async def test_no_more_waits_for_the_store_than_is_allowed(tmp_path: Path):
    log = HistoryLog(reactor, tmp_path, time.time, most=1000, store="PostgreSQL")
    log.open()
    taken = 0
    while log.waiting <= 1000:
        await log.append([fix(taken)], [])
        taken += 1
    with pytest.raises(Unavailable, match="what waits for PostgreSQL fills its place"):
        await log.append([fix(taken)], [])
    assert taken > 2
    log.stored(taken - 1)
    assert 0 < log.waiting < 1000
    assert await log.append([fix(taken)], []) == 1
    log.stored(log.end.n)
    assert log.waiting == 0
    await log.close()


@pytest_twisted.ensureDeferred
async def test_what_an_older_version_left_is_in_the_log_before_anything_new(tmp_path: Path):
    import msgspec

    from sightline.history.log.former_spill import FormerBatch

    left = tmp_path / "spill"
    left.mkdir()
    for number in (7, 8):
        batch = FormerBatch((fix(number),), (LastState(JANE, T0 + number, b"{}"),))
        (left / f"{number:08d}.jsonl").write_bytes(msgspec.json.encode(batch) + b"\n")
    (left / "notes.txt").write_text("mine")
    log = HistoryLog(reactor, tmp_path / "log", time.time, left=left)
    log.open()
    await log.append([fix(9)], [])
    assert fixes_in(log.folder) == [7, 8, 9]
    assert [path.name for path in left.iterdir()] == ["notes.txt"]
    await log.close()


@pytest_twisted.ensureDeferred
async def test_who_is_erased_is_in_no_file_of_the_log(tmp_path: Path):
    log = HistoryLog(
        reactor, tmp_path, time.time, writer=SegmentWriter(tmp_path, time.time, part=300)
    )
    log.open()
    for n in range(6):
        await log.append([fix(n), fix(n, OMAR)], [LastState(JANE, T0, b"{}")])
    stored = LogPosition(names(tmp_path)[0], 6)
    assert await log.erase({JANE}, stored) == 4  # of six, two are in the store, which counts them
    assert await log.append([fix(6)], []) == 1
    assert fixes_in(tmp_path) == [6]
    assert fixes_in(tmp_path, OMAR) == list(range(6))
    await log.close()


async def of_five_files(folder: Path, wall: Callable[[], float]) -> HistoryLog:
    log = HistoryLog(reactor, folder, wall, writer=SegmentWriter(folder, wall, part=1))
    log.open()
    for n in range(5):
        await log.append([fix(n)], [])
    return log


@pytest_twisted.ensureDeferred
async def test_files_written_while_the_clock_was_ahead_go_as_well(tmp_path: Path):
    now = [time.time()]
    log = await of_five_files(tmp_path, lambda: now[0])
    files = names(tmp_path)
    os.utime(tmp_path / files[0], (now[0] + 365 * KEEP, now[0] + 365 * KEEP))
    now[0] += KEEP + 60
    tidying = log.tidy(LogPosition(files[3], 4), 4)
    assert tidying is not None
    assert await tidying == 3
    await log.close()


@pytest_twisted.ensureDeferred
async def test_old_files_go_now_and_then(tmp_path: Path):
    now = [time.time()]
    log = await of_five_files(tmp_path, lambda: now[0])
    files = names(tmp_path)
    now[0] += KEEP + 60
    position = LogPosition(files[3], 4)
    tidying = log.tidy(position, 4)
    assert tidying is not None
    assert await tidying == 3
    assert names(tmp_path) == files[3:]
    assert log.tidy(position, 4) is None, "not at each step"
    # The store is in the last file, and lacks a line of it.
    await log.append([fix(5)], [])
    log._tidied, now[0] = 0.0, now[0] + 2 * KEEP
    tidying = log.tidy(LogPosition(names(tmp_path)[-1], 5), 5)
    assert tidying is not None
    await tidying
    assert fixes_in(tmp_path) == [5]
    await log.close()


@pytest_twisted.ensureDeferred
async def test_what_waits_for_long_takes_little_memory(tmp_path: Path):
    log = HistoryLog(
        reactor, tmp_path, time.time, writer=SegmentWriter(tmp_path, time.time, sync=lambda _: None)
    )
    log.open()
    for n in range(300):
        await log.append([fix(n)], [])
    assert len(log._appended) < 10
    assert log.waiting == sum(path.stat().st_size for path in tmp_path.glob("*.jsonl"))
    log.stored(log.end.n)
    assert log.waiting == 0
    await log.close()


def test_a_folder_that_another_server_uses_ends_the_start(tmp_path: Path):
    one = HistoryLog(reactor, tmp_path, time.time)
    one.open()
    with pytest.raises(CannotOpen, match="another server"):
        HistoryLog(reactor, tmp_path, time.time).open()
    one.abandon()
    two = HistoryLog(reactor, tmp_path, time.time)
    two.open()
    two.abandon()
