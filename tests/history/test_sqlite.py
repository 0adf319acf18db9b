"""The SQLite file: never overwritten, never half upgraded, nothing left of what was erased.

Covers history/reading.py, history/tables.py, history/writing.py.
"""

from __future__ import annotations

import sqlite3
import stat
from typing import Any

import pytest
import pytest_twisted

from sightline.history import tables
from sightline.history.record import HistoryEntry, LastState, entry
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Span
from sightline.history.writing import PURGE, StoreWriter
from sightline.model.faults import CannotOpen, Unavailable

T0 = 1_795_235_000.0
JANE = "friend/jane/phone"


def fixes(count: int, thing: str = JANE, body: bytes = b'{"lat":1}'):
    return [entry(thing, "fix", T0 + n, T0, body) for n in range(count)]


@pytest.fixture
def store(tmp_path):
    made = SqliteStore(tmp_path, busy=0.05)
    pytest_twisted.blockon(made.open())
    yield made
    pytest_twisted.blockon(made.close())


@pytest_twisted.ensureDeferred
async def test_what_was_written_is_there_after_a_restart(tmp_path):
    for written in (0, 3):
        store = SqliteStore(tmp_path)
        await store.open()
        assert list((await store.page(Span(JANE, "fix"))).entries) == fixes(written)
        await store.write(fixes(3), [])
        await store.close()
    assert stat.S_IMODE((tmp_path / tables.FILE).stat().st_mode) == 0o600


@pytest_twisted.ensureDeferred
async def test_nothing_of_an_erased_thing_is_left_in_the_files(store, tmp_path):
    body = b'{"_type":"location","lat":12.3456789}'
    await store.write(fixes(200, body=body), [LastState(JANE, T0, body)])
    await store.write(fixes(5, "friend/omar/phone"), [])

    def left() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"12.3456789" in left()
    assert await store.erase([JANE]) == 200
    assert b"12.3456789" not in left()
    assert b"jane" not in left()
    assert b"omar" in left()


@pytest_twisted.ensureDeferred
async def test_a_locked_file_is_unavailable_and_then_available_again(store, tmp_path):
    other = sqlite3.connect(tmp_path / tables.FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="locked"):
        await store.write(fixes(1), [])
    assert (await store.page(Span(JANE, "fix"))).entries == []  # readers do not mind
    other.execute("ROLLBACK")
    other.close()
    assert await store.write(fixes(1), []) == 1


@pytest_twisted.ensureDeferred
async def test_a_write_that_fails_leaves_nothing_behind(store):
    wrong: Any = "no number"
    broken = [*fixes(2), HistoryEntry(JANE, "fix", T0, T0, b"{}", wrong)]
    with pytest.raises(Unavailable):
        await store.write(broken, [])
    assert await store.write(fixes(3), []) == 3


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / tables.FILE
    tables.opened(path).close()
    hurt = b"garbage!" * 4 + path.read_bytes()[32:]
    path.write_bytes(hurt)
    with pytest.raises(CannotOpen, match=r"damaged.*restore"):
        tables.opened(path)
    assert path.read_bytes() == hurt


def test_a_newer_file_is_refused(tmp_path):
    path = tmp_path / tables.FILE
    sql = tables.opened(path)
    sql.execute("PRAGMA user_version = 99")
    sql.close()
    with pytest.raises(CannotOpen, match="newer Sightline"):
        tables.opened(path)


def test_somebody_elses_file_is_refused(tmp_path):
    path = tmp_path / tables.FILE
    with sqlite3.connect(path) as sql:
        sql.execute("CREATE TABLE recipe (name)")
    sql.close()
    with pytest.raises(CannotOpen, match="not a history"):
        tables.opened(path)


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / tables.FILE).mkdir()
    with pytest.raises(CannotOpen, match="cannot be opened"):
        tables.opened(tmp_path / tables.FILE)


def test_an_upgrade_makes_a_backup_first(tmp_path):
    path = tmp_path / tables.FILE
    sql = tables.opened(path)
    StoreWriter(sql).write(fixes(3), [])
    sql.close()
    newer = (*tables.STEPS, "ALTER TABLE standing ADD COLUMN mood TEXT;\n")
    sql = tables.opened(path, newer)
    assert sql.execute("SELECT count(mood) FROM standing").fetchone() == (0,)
    assert sql.execute("SELECT count(*) FROM entry").fetchone() == (3,)
    sql.close()
    kept = tmp_path / f"{tables.FILE}.before-version-2"
    tables.check(kept)
    old = sqlite3.connect(kept)
    assert old.execute("PRAGMA user_version").fetchone() == (1,)
    assert old.execute("SELECT count(*) FROM entry").fetchone() == (3,)
    old.close()


def test_an_upgrade_that_fails_leaves_the_version_before(tmp_path):
    path = tmp_path / tables.FILE
    tables.opened(path).close()
    with pytest.raises(CannotOpen):
        tables.opened(path, (*tables.STEPS, "CREATE TABLE mood (a);\nCREATE TABLE mood (a);\n"))
    sql = tables.opened(path)
    assert sql.execute("SELECT name FROM sqlite_master WHERE name = 'mood'").fetchone() is None
    sql.close()


def test_a_backup_is_whole_while_others_write(tmp_path):
    path = tmp_path / tables.FILE
    writer = StoreWriter(tables.opened(path))
    writer.write(fixes(100), [])
    sql = tables.connect(path)
    tables.backup(sql, tmp_path / "copy.db")
    sql.close()
    writer.close()
    tables.check(tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_track_is_one_search_in_one_index(tmp_path):
    sql = tables.opened(tmp_path / tables.FILE)
    plan = " ".join(
        row[3]
        for row in sql.execute(
            "EXPLAIN QUERY PLAN SELECT tst, at, digest, hidden, body FROM entry"
            " WHERE thing = (SELECT id FROM thing WHERE key = ?)"
            " AND sort = (SELECT id FROM sort WHERE name = ?) AND tst BETWEEN ? AND ?"
            " AND hidden = 0 AND (tst, digest) > (?, ?) ORDER BY tst, digest LIMIT ?",
            ("a", "b", 1, 2, 1, 1, 10),
        )
    )
    assert "SEARCH entry USING PRIMARY KEY (thing=? AND sort=? AND tst>? AND tst<?)" in plan
    assert "TEMP B-TREE" not in plan
    sql.close()


def test_what_is_old_is_found_and_removed_by_the_index(tmp_path):
    sql = tables.opened(tmp_path / tables.FILE)
    plan = " ".join(
        row[3]
        for row in sql.execute(f"EXPLAIN QUERY PLAN {PURGE.format('t.key = ?')}", ("a", "b", 1, 2))
    )
    assert "SCAN entry" not in plan
    assert "SCAN e" not in plan
    sql.close()
