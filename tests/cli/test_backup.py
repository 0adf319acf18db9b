"""A backup is whole, and what it replaces is kept."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from sightline.accounts.database import Database
from sightline.cli.main import main
from sightline.database.key_file import FILE, KeyFile
from sightline.history import tables
from sightline.history.record import entry
from sightline.history.writing import StoreWriter


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    Database(folder, time.time).close()
    writes(folder, 1)
    return folder


def writes(folder: Path, count: int) -> None:
    writer = StoreWriter(tables.opened(folder / tables.FILE))
    writer.write([entry("friend/jane/phone", "fix", n, n, b"{}") for n in range(count)], [])
    writer.close()


def rows(folder: Path) -> int:
    sql = sqlite3.connect(folder / tables.FILE)
    (count,) = sql.execute("SELECT count(*) FROM entry").fetchone()
    sql.close()
    return int(count)


def test_what_was_backed_up_comes_back_and_what_was_there_is_set_aside(
    state: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = str(tmp_path / "copy")
    assert main(["backup", "--state", str(state), copy]) == 0
    assert "looked through" in capsys.readouterr().out
    writes(state, 5)
    assert main(["restore", "--state", str(state), copy]) == 0
    assert rows(state) == 1
    [aside] = state.glob("history.db.before-restore-*")
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM entry").fetchone() == (5,)
    Database(state, time.time).close()


def test_nothing_is_restored_under_a_running_server_nor_from_a_damaged_backup(
    state: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = tmp_path / "copy"
    assert main(["backup", "--state", str(state), str(copy)]) == 0
    assert main(["backup", "--state", str(state), str(copy)]) == 1
    assert "is there already" in capsys.readouterr().err
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["restore", "--state", str(state), str(copy)]) == 1
    assert "stop it first" in capsys.readouterr().err
    whole = (copy / tables.FILE).read_bytes()
    (copy / tables.FILE).write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    assert main(["restore", "--state", str(state), str(copy)]) == 1
    assert "damaged" in capsys.readouterr().err
    assert rows(state) == 1
    assert main(["restore", "--state", str(state), str(tmp_path / "none")]) == 1
    assert "no backup" in capsys.readouterr().err


def test_what_is_in_postgresql_is_said_not_to_be_among_it(
    state: Path, tmp_path: Path, capsys: Any
) -> None:
    settings = tmp_path / "several.toml"
    settings.write_text('[store]\nurl = "postgresql://db.example.org/sightline"\n')
    several = ["--state", str(state), "--config", str(settings), str(tmp_path / "copy")]
    assert main(["backup", *several]) == 0
    assert "pg_dump" in capsys.readouterr().out
    assert main(["restore", *several, "--for-all"]) == 1
    assert "pg_restore" in capsys.readouterr().err
    assert main(["restore", *several]) == 0


def test_the_key_that_seals_secrets_goes_along_both_ways(state: Path, tmp_path: Path) -> None:
    key, copy = KeyFile(state / FILE), tmp_path / "copy"
    sealed = key.seal(b"a secret", "x")
    assert main(["backup", "--state", str(state), str(copy)]) == 0
    assert (copy / FILE).stat().st_mode & 0o777 == 0o600
    (state / FILE).unlink()
    KeyFile(state / FILE).seal(b"another begun anew", "x")
    assert main(["restore", "--state", str(state), str(copy)]) == 0
    assert KeyFile(state / FILE).open(sealed, "x") == b"a secret"
    assert len(list(state.glob(f"{FILE}.before-restore-*"))) == 1
