"""The program that folds: job by job, once each, and it says what it could not do."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import msgspec
import pytest
from log_scene import JANE, T0, fix

from sightline.history import reading, tables
from sightline.history.log import line
from sightline.history.log.folding import Folding, FoldJob, FoldResult, mark, serve
from sightline.history.log.segments import LogEnd, LogPosition, SegmentWriter
from sightline.history.record import LastState
from sightline.history.store import Span

KEY = "history-log/main"


class Scene:
    def __init__(self, folder: Path) -> None:
        self.path = folder / tables.FILE
        tables.opened(self.path).close()
        self.writer = SegmentWriter(folder / "log", lambda: T0, part=2000)
        self.writer.open()
        self.folding = Folding(folder / "log", self.path)
        self.position: LogPosition | None = None

    def append(self, *numbers: int) -> None:
        first = self.writer.end.n + 1
        lines = line.of_batch(first, [fix(n) for n in numbers], [LastState(JANE, T0, b"{}")])
        self.writer.append(lines, first + len(lines) - 1)

    def folds(self, most: int = 8000) -> FoldResult:
        done = self.folding.fold(FoldJob(KEY, self.position, self.writer.end), most)
        self.position = done.position or self.position
        return done

    @property
    def kept(self) -> list[int]:
        sql = tables.connect(self.path)
        try:
            page = reading.page(sql, Span(JANE, "fix"), 10_000, None)
        finally:
            sql.close()
        return [round(each.tst - T0) for each in page.entries]

    @property
    def states(self) -> dict[str, LastState]:
        sql = tables.connect(self.path)
        try:
            return {each.thing: each for each in reading.last_states(sql, 10, None)[0]}
        finally:
            sql.close()


@pytest.fixture
def scene(tmp_path: Path):
    made = Scene(tmp_path)
    yield made
    made.folding.close()
    made.writer.close()


def test_each_job_goes_on_where_the_last_one_ended(scene: Scene):
    for n in range(0, 100, 10):
        scene.append(*range(n, n + 10))
    new = 0
    while not (done := scene.folds(7)).at_end:
        new += done.new
        assert scene.position is not None
        # The position is in the same commit as the rows.
        assert scene.states[KEY] == mark(KEY, scene.position)
        assert len(scene.kept) == new
    assert scene.kept == list(range(100))
    scene.append(100)
    end = scene.writer.end
    assert scene.folds() == FoldResult(LogPosition(end.segment, 112, end.size), True, 1)
    assert JANE in scene.states


def test_a_job_that_is_asked_again_doubles_nothing(scene: Scene):
    scene.append(*range(20))
    job = FoldJob(KEY, None, scene.writer.end)
    assert scene.folding.fold(job).new == 20
    assert scene.folding.fold(job).new == 0
    assert scene.kept == list(range(20))


def test_a_file_that_is_held_is_said_and_the_same_is_done_later(scene: Scene):
    scene.append(*range(5))
    other = sqlite3.connect(scene.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = scene.folds()
    assert (done.position, done.reason) == (None, "locked")
    assert "holds" in done.why
    other.close()
    assert scene.folds().new == 5
    assert scene.kept == list(range(5))


def test_what_can_never_be_written_is_a_fault(scene: Scene):
    number = scene.writer.end.n + 1
    raw = line.written(line.HistoryLine(number, JANE, "fix", T0, T0, 1 << 63, msgspec.Raw(b"{}")))
    scene.writer.append([raw], number)
    done = scene.folds()
    assert (done.position, done.why) == (None, "")
    assert done.fault.startswith("OverflowError")


def test_damage_is_told(scene: Scene):
    scene.append(*range(5))
    path = scene.writer.folder / scene.writer.end.segment
    path.write_bytes(path.read_bytes().replace(b'{"n":3}', b'{"n":4}'))
    done = scene.folds()
    assert done.damaged == 1
    assert f"{path.name}:4" in done.damage[0]
    assert scene.kept == [0, 1, 2, 4]


def test_it_answers_line_by_line_until_there_are_no_more_jobs(scene: Scene):
    scene.append(0, 1)
    end = scene.writer.end
    half = LogEnd(end.segment, end.size // 3, 1)
    jobs = b"".join(msgspec.json.encode(FoldJob(KEY, None, at)) + b"\n" for at in (half, end))
    answers = io.BytesIO()
    serve(scene.folding, io.BytesIO(jobs), answers)
    one, two = (
        msgspec.json.decode(raw, type=FoldResult) for raw in answers.getvalue().splitlines()
    )
    assert one.at_end
    assert two.position == LogPosition(end.segment, 3, end.size)
    assert scene.kept == [0, 1]
