"""A file as the database of a part.

Covers database/engine.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.database.engine import Conflict
from sightline.database.schema import Part, SchemaStep
from sightline.database.sqlite_engine import SqliteEngine
from sightline.model.faults import CannotOpen

FIRST = SchemaStep(("CREATE TABLE thing (id TEXT PRIMARY KEY) STRICT;",))
SECOND = SchemaStep(("CREATE TABLE more (id TEXT PRIMARY KEY) STRICT;",))
ADD = "INSERT INTO thing (id) VALUES (?)"


def opened(folder: Path, *steps: SchemaStep) -> SqliteEngine:
    return SqliteEngine(folder / "x.db", Part("x", steps or (FIRST,)))


def test_all_within_or_nothing_and_it_may_be_nested(tmp_path: Path):
    sql = opened(tmp_path)

    def fails() -> None:
        sql.execute(ADD, ("a",))
        with sql.change():
            sql.execute(ADD, ("b",))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sql.transact(fails)
    assert sql.execute("SELECT id FROM thing").fetchall() == []
    sql.executemany(ADD, [("a",), ("b",)])
    with sql.reading():
        assert len(sql.execute("SELECT id FROM thing").fetchall()) == 2
    with pytest.raises(Conflict):
        sql.execute(ADD, ("a",))
    sql.close()


def test_another_process_is_noticed(tmp_path: Path):
    sql, other = opened(tmp_path), opened(tmp_path)
    before = sql.version()
    assert sql.version() == before
    other.execute(ADD, ("a",))
    assert sql.version() != before
    for each in (sql, other):
        each.close()


def test_a_newer_file_is_refused_and_an_older_one_is_copied_first(tmp_path: Path):
    opened(tmp_path).close()
    opened(tmp_path, FIRST, SECOND).close()
    assert (tmp_path / "x.db.before-version-2").exists()
    with pytest.raises(CannotOpen, match="newer Sightline"):
        opened(tmp_path)
