"""The nightly backup: whole while the server writes, never a broken one, only so many."""

from __future__ import annotations

import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ansible_files import carried

program = carried("roles/sightline/files/backup.py")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    state, settings, to = (tmp_path / name for name in ("state", "etc", "backups"))
    for folder in (state, settings, to):
        folder.mkdir()
    (settings / "sightline.toml").write_text("[server]\n")
    with closing(sqlite3.connect(state / "accounts.db")) as database:
        database.execute("pragma journal_mode = wal")
        database.execute("create table pairs (a integer, b integer)")
        database.commit()
    return state, settings, to


def restored(archive: Path, folder: Path) -> sqlite3.Connection:
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            if content := opened.extractfile(member):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    return sqlite3.connect(folder / "state" / "accounts.db")


def test_what_is_restored_is_one_moment_of_a_database_that_was_written_to(places, tmp_path):
    state, settings, to = places
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(state / "accounts.db", timeout=60)) as database:
            n = 0
            while not stop.is_set():
                n += 1
                with database:
                    database.execute("insert into pairs values (?, 0)", (n,))
                    database.execute("update pairs set b = ? where a = ?", (n, n))
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(10)
        made = program.backup(state, settings, to, 3)
    finally:
        stop.set()
        writer.join()
    with closing(restored(made, tmp_path / "new")) as database:
        rows = database.execute("select a, b from pairs order by a").fetchall()
    assert rows
    assert rows == [(n, n) for n in range(1, len(rows) + 1)]
    assert (tmp_path / "new" / "etc" / "sightline.toml").read_text() == "[server]\n"


def test_only_its_owner_can_read_it(places, monkeypatch):
    state, settings, to = places
    arguments = ["--state", str(state), "--settings", str(settings), "--to", str(to)]
    monkeypatch.setattr("sys.argv", ["backup.py", *arguments])
    mask = program.os.umask(0o022)
    try:
        assert program.main() == 0
    finally:
        program.os.umask(mask)
    (made,) = to.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_a_broken_database_ends_it_and_pushes_no_good_backup_out(places):
    state, settings, to = places
    good = to / "sightline-20200101T000000Z.tar.gz"
    good.write_bytes(b"")
    (state / "history.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(sqlite3.DatabaseError):
        program.backup(state, settings, to, 1)
    assert list(to.iterdir()) == [good]


def test_the_newest_are_kept(places):
    state, settings, to = places
    for day in range(1, 6):
        (to / f"sightline-2020010{day}T000000Z.tar.gz").write_bytes(b"")
    made = program.backup(state, settings, to, 3)
    assert sorted(one.name for one in to.iterdir()) == [
        "sightline-20200104T000000Z.tar.gz",
        "sightline-20200105T000000Z.tar.gz",
        made.name,
    ]
