"""Ctrl-C and TERM end every subcommand, whenever they come, and what it works on stays whole."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import Broker
from child_process import ChildProcess, is_asleep, processor_seconds
from sightline.accounts.database import Database
from sightline.cli import lifecycle
from sightline.history import tables
from sightline.history.archive.line import written
from sightline.history.formats import rec
from sightline.model.kind import Arrival
from sightline.wiring import members
from waits import DEADLINE, wait_until

TST = 1_795_235_749
LINES = 15_000
SIGNS = (signal.SIGINT, signal.SIGTERM)
CHANCE = random.Random(6)
MOMENTS = (0.0, 0.0, 0.2)  # s of work: while it is loaded, when it begins, when it is at work
ENDED = {-signal.SIGINT, -signal.SIGTERM, 130, 143}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Recorder's store with a long month of one phone."""
    folder = tmp_path_factory.mktemp("recorder") / "rec" / "jane" / "phone"
    folder.mkdir(parents=True)
    lines = []
    for number in range(LINES):
        said = {"_type": "location", "lat": 48.8, "lon": 2.2, "tst": TST + number, "tid": "JA"}
        lines.append(rec.written(TST + number, "", msgspec.json.encode(said)))
    (folder / "2026-11.rec").write_bytes(b"".join(lines))
    return folder.parents[2]


def begun(*words: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sightline.cli.main", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def ends(process: subprocess.Popen[str], sign: signal.Signals) -> int:
    process.send_signal(sign)
    try:
        process.communicate(timeout=DEADLINE)
    finally:
        process.kill()
        process.wait()
    return process.returncode


@contextlib.contextmanager
def loaded(log: Path | None, *words: Any) -> Iterator[ChildProcess]:
    """Begin it where all of it is loaded already; nobody types what it may ask for."""
    reads, writes = os.pipe()
    with os.fdopen(reads), os.fdopen(writes, "w"):
        command = [sys.executable, "-m", "sightline.cli.main", *map(str, words)]
        yield ChildProcess(command, log, stdin=reads)


def count(state: Path) -> int:
    sql = sqlite3.connect(state / tables.FILE)
    (found,) = sql.execute("SELECT count(*) FROM entry").fetchone()
    sql.close()
    return int(found)


def whole(state: Path) -> bool:
    return not any(
        members.look_through(state / name, None) for name in members.ALL if (state / name).exists()
    )


def has_worked(pid: int, has_ended: Callable[[], bool], seconds: float) -> bool:
    """Whether it has had the processor for so long, or it is done, or has nothing to do."""
    return has_ended() or processor_seconds(pid) >= seconds or is_asleep(pid)


@pytest.mark.parametrize("sign", SIGNS)
def test_an_import_ends_and_goes_on_where_it_was_cut(
    tmp_path: Path, recorded: Path, sign: signal.Signals
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    log = tmp_path / "log"

    words = ("import", recorded, "--state", state)
    cut = 0
    for _ in range(4):
        before = count(state) if (state / tables.FILE).exists() else 0
        with loaded(log, *words) as process:
            wait_until(partial(_brings_more, process, state, before))
            moment = processor_seconds(process.pid) + CHANCE.uniform(0, 0.2)
            wait_until(partial(_has_worked, process, moment))
            status = process.end(sign)
        assert status in (128 + sign, 0)
        cut += status != 0
        assert whole(state)
    assert cut
    log.unlink()
    with loaded(log, *words) as process:
        assert process.ended() == 0
    assert count(state) == LINES
    said = log.read_text()
    entries = int(said.split(" entries read")[0].split()[-1]) if "entries read" in said else 0
    assert entries < LINES, "it went on where it was"


def _has_worked(process: ChildProcess, seconds: float) -> bool:
    return has_worked(process.pid, lambda: process.has_ended, seconds)


def _brings_more(process: ChildProcess, state: Path, before: int) -> bool:
    """Whether more is there than ``before``, or it was done."""
    with contextlib.suppress(sqlite3.Error):
        return process.has_ended or count(state) > before
    return False


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, recorded: Path) -> Path:
    """A state folder with much history."""
    state = tmp_path_factory.mktemp("filled") / "state"
    state.mkdir(mode=0o700)
    with loaded(None, "import", recorded, "--state", state) as process:
        assert process.ended() == 0
    assert count(state) == LINES
    return state


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("archive") / "day.jsonl"
    arrivals = (
        Arrival(f"owntracks/jane/p{n}", b"{}", False, 1, float(TST + n)) for n in range(20_000)
    )
    file.write_bytes(b"".join(written(each) for each in arrivals))
    return file


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker() as running:
        yield running


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        (name, SIGNS[number % 2 :] + SIGNS[: number % 2])
        for number, name in enumerate(
            ("export", "backup", "restore", "state", "replay", "simulate", "check", "user", "audit")
        )
    ],
)
def test_each_subcommand_ends_whenever_it_is_told_to(
    name: str,
    signs: tuple[signal.Signals, ...],
    tmp_path: Path,
    filled: Path,
    archived: Path,
    broker: Broker,
) -> None:
    """Both signals, and at each moment one of them: all that is done with them is the same."""
    at = f"127.0.0.1:{broker.port}"
    backup = tmp_path / "backup"
    if name == "restore":
        with loaded(None, "backup", backup, "--state", filled) as child:
            assert child.ended() == 0
    for number in range(3):
        words: dict[str, tuple[Any, ...]] = {
            "export": ("export", "--to", tmp_path / f"to{number}", "--state", filled),
            "backup": ("backup", tmp_path / f"backup{number}", "--state", filled),
            "restore": ("restore", backup, "--state", tmp_path / "state"),
            "state": ("state", "check", "--state", filled),
            "replay": ("replay", archived, "--broker", at),
            "simulate": ("simulate", "--broker", at, "--friends", "3", "--robots", "2"),
            "check": ("check", "--broker", at),
            "user": ("user", "passwd", "nobody", "--state", filled),
            "audit": ("audit", "--state", filled),
        }
        moment, sign = MOMENTS[number] + CHANCE.uniform(0, 0.2), signs[number % 2]
        if number == 0:  # while it is loaded
            process = begun(*words[name])
            ended = partial(_is_over, process)
            wait_until(partial(has_worked, process.pid, ended, moment))
            status = ends(process, sign)
        else:
            with loaded(None, *words[name]) as child:
                wait_until(partial(_has_worked, child, moment))
                status = child.end(sign)
        done = {0, 1}  # it was done before; a check may fail, nobody has no account
        assert status in ENDED | done, status
        assert whole(filled)
        for made in tmp_path.glob("backup*"):
            assert whole(made)
        assert not list(tmp_path.glob("backup*/*.new"))


def _is_over(process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None


def test_a_second_signal_ends_at_once_what_cannot_end(tmp_path: Path, recorded: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    Database(state, time.time).close()
    tables.opened(state / tables.FILE).close()
    holder = sqlite3.connect(state / "accounts.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    process = begun("user", "add", "jane", "--state", state, "--no-password")
    wait_until(lambda: _holds(process, "accounts.db-wal"))
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 143
    holder.execute("ROLLBACK")
    holder.close()
    assert whole(state)


def _holds(process: subprocess.Popen[str], name: str) -> bool:
    with contextlib.suppress(OSError):
        return any(
            name in str(each.readlink()) for each in Path(f"/proc/{process.pid}/fd").iterdir()
        )
    return False


def test_what_does_not_end_by_itself_is_left_after_the_grace() -> None:
    """SQLite holds the main thread, where Python's handlers cannot run."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys\n"
            "from sightline.cli import lifecycle\n"
            "def work():\n"
            "    print('on', flush=True)\n"
            "    sql = sqlite3.connect(':memory:')\n"
            "    sql.execute('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
            " SELECT count(*) FROM n').fetchall()\n"
            "    return 0\n"
            "sys.exit(lifecycle.run(work, whole_process=True))\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert lifecycle.GRACE < 2.0
