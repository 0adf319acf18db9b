"""The program that folds runs while there is much to do, and its end loses nothing."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest
import pytest_twisted
from log_scene import JANE, T0, fix
from logged_scene import logged
from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from sightline.history import tables
from sightline.history.log.folding import FoldJob, FoldResult
from sightline.history.log.folding_process import FoldingProcess, folding_command
from sightline.history.log.segments import LogEnd
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline.live.line_program import LineProgram
from sightline.model.faults import Unavailable
from waits import until

JOB = FoldJob("history-log/main", None, LogEnd())


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest_twisted.ensureDeferred
async def test_it_is_started_for_a_job_and_ended_when_there_was_none_for_a_while(tmp_path: Path):
    tables.opened(tmp_path / tables.FILE).close()
    (tmp_path / "log").mkdir()
    process = FoldingProcess(
        reactor, folding_command(tmp_path / "log", tmp_path / tables.FILE), idle=0.05
    )
    assert process.pid is None
    for _ in range(2):
        done = await process.fold(JOB)
        assert done.at_end
        pid = process.pid
        assert pid is not None
        await until(lambda: process.pid is None)
        await until(lambda pid=pid: gone(pid))


@pytest_twisted.ensureDeferred
async def test_a_program_that_dies_or_says_rubbish_is_unavailable_with_its_last_words():
    dies = FoldingProcess(reactor, [sys.executable, "-c", "input(); raise SystemExit('no more')"])
    with pytest.raises(Unavailable, match="ended no more"):
        await dies.fold(JOB)
    assert dies.pid is None
    rubbish = FoldingProcess(reactor, [sys.executable, "-c", "input(); print('what'); input()"])
    with pytest.raises(Unavailable, match="unreadable"):
        await rubbish.fold(JOB)
    rubbish.end()


@pytest_twisted.ensureDeferred
async def test_killed_and_stopped_in_the_middle_nothing_is_lost_or_doubled(tmp_path: Path):
    """Much comes while the program is killed, frozen and begun anew."""
    command = folding_command(tmp_path / "log", tmp_path / tables.FILE)
    process = FoldingProcess(reactor, command)
    store = logged(tmp_path / "log", SqliteStore(tmp_path), process=process, many=100)
    await store.open()
    count, kills = 0, 0

    async def some() -> None:
        nonlocal count
        await store.write([fix(n) for n in range(count, count + 500)], [])
        count += 500

    ended: set[int | None] = {None}
    for turn in range(12):
        await some()
        await until(lambda: process.pid not in ended)
        pid = process.pid
        assert pid is not None
        if turn % 3 == 2:
            os.kill(pid, signal.SIGSTOP)
            await some()
            await some()
            os.kill(pid, signal.SIGCONT)
        else:
            os.kill(pid, signal.SIGKILL)
            ended.add(pid)
            kills += 1
    await until(lambda: store.indexer.has(store._log.end.n) and not store.trouble)
    page = await store.page(Span(JANE, "fix"), 10_000)
    assert [round(each.tst - T0) for each in page.entries] == list(range(count))
    assert kills == 8
    pid = process.pid
    await store.close()
    assert process.pid is None
    if pid is not None:
        await until(lambda: gone(pid))


@pytest_twisted.ensureDeferred
async def test_one_that_stops_for_good_is_given_up_and_another_goes_on(tmp_path: Path):
    command = folding_command(tmp_path / "log", tmp_path / tables.FILE)
    process = FoldingProcess(reactor, command, hung=1.5)
    store = logged(tmp_path / "log", SqliteStore(tmp_path), process=process, many=100)
    await store.open()
    await store.write([fix(n) for n in range(500)], [])
    await until(lambda: process.pid is not None)
    stopped = process.pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    await store.write([fix(n) for n in range(500, 1500)], [])
    await until(lambda: store.indexer.has(store._log.end.n) and not store.trouble)
    page = await store.page(Span(JANE, "fix"), 10_000)
    assert [round(each.tst - T0) for each in page.entries] == list(range(1500))
    await until(lambda: gone(stopped))
    await store.close()


@pytest_twisted.ensureDeferred
async def test_what_it_cannot_write_is_left_out_here_and_it_goes_on(tmp_path: Path):
    from sightline.history.record import HistoryEntry

    command = folding_command(tmp_path / "log", tmp_path / tables.FILE)
    process = FoldingProcess(reactor, command)
    store = logged(tmp_path / "log", SqliteStore(tmp_path), process=process, many=10)
    await store.open()
    await until(lambda: store.indexer.has(0))
    bad = HistoryEntry(JANE, "fix", T0 + 0.5, T0, b"{}", 1 << 63)
    await store.write([*(fix(n) for n in range(50)), bad, *(fix(n) for n in range(50, 99))], [])
    await until(lambda: store.indexer.has(100))
    assert store.indexer.left_out == 1
    assert len((await store.page(Span(JANE, "fix"), 10_000)).entries) == 99
    await store.write([fix(n) for n in range(99, 150)], [])
    await until(lambda: store.indexer.has(store._log.end.n))
    assert process.pid is not None
    await store.close()


class Reactor(Clock):
    """Starts programs that do nothing by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.programs: list[LineProgram] = []

    def spawnProcess(self, program: LineProgram, *_: object, **__: object) -> None:
        self.programs.append(program)
        program.transport = SilentTransport()


class SilentTransport:
    pid = 1

    def write(self, line: bytes) -> None: ...

    def signalProcess(self, name: str) -> None: ...


def test_what_a_program_that_was_given_up_says_is_no_answer_to_the_next_job():
    clock = Reactor()
    process = FoldingProcess(clock, ["fold"], hung=60.0)
    failed: list[Failure] = []
    process.fold(JOB).addErrback(failed.append)
    clock.advance(61)
    assert failed[0].check(Unavailable)
    answers: list[FoldResult] = []
    process.fold(JOB).addCallback(answers.append)
    hung, new = clock.programs
    hung.outReceived(msgspec.json.encode(FoldResult(at_end=True)) + b"\n")
    assert answers == []
    new.outReceived(msgspec.json.encode(FoldResult(new=7)) + b"\n")
    assert [each.new for each in answers] == [7]
