"""Tables go from one engine to the other and back: rows, numbers that go on, whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import database, needs_postgres
from sightline.database import migrations
from sightline.database.copying import copy, digest, is_empty, tables_of
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.schema import FixedRows, Part, SchemaStep
from sightline.database.sqlite_engine import SqliteEngine

pytestmark = needs_postgres
PART = Part(
    "people",
    (
        SchemaStep(
            (
                """
                CREATE TABLE account (name TEXT PRIMARY KEY, seen REAL, key BLOB) STRICT;
                CREATE TABLE a_token (
                    id TEXT PRIMARY KEY,
                    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE
                ) STRICT;
                CREATE TABLE audit (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL) STRICT;
                CREATE TABLE met (server TEXT NOT NULL, thing TEXT NOT NULL,
                    PRIMARY KEY (server, thing)) STRICT, WITHOUT ROWID;
                """,
                FixedRows("audit", "the audit log"),
            )
        ),
    ),
)


@pytest.fixture
def postgres() -> Iterator[PostgresEngine]:
    with database() as url:
        pool = Postgres(StoreOptions(url), answer=60.0)
        pool.open()
        migrations.prepare(pool, (PART,))
        yield PostgresEngine(pool)
        pool.close()


def test_rows_go_there_and_back_the_same_and_numbers_go_on(
    postgres: PostgresEngine, tmp_path: Path
):
    file = SqliteEngine(tmp_path / "people.db", PART)
    tables = tables_of(file)
    assert [table.name for table in tables] == ["account", "audit", "met", "a_token"]
    with file.change():
        for n in range(1500):
            row = (f"u{n}", 5.0 if n % 2 else None, bytes((n % 256, 0)))
            file.execute("INSERT INTO account (name, seen, key) VALUES (?, ?, ?)", row)
        file.execute("INSERT INTO a_token (id, account) VALUES ('t', 'u7')")
        for n in range(3):
            file.execute("INSERT INTO audit (what) VALUES (?)", (f"did {n}",))
        file.execute("UPDATE sqlite_sequence SET seq = 9")  # some were given and are gone
        file.execute("INSERT INTO met (server, thing) VALUES ('', 'friend/a')")
    assert is_empty(postgres, tables)
    copy(file, postgres, tables, "north")
    assert not is_empty(postgres, tables)
    before = [digest(file, table) for table in tables]
    assert [digest(postgres, table) for table in tables] == before
    assert before[0].count == 1500
    assert postgres.execute("SELECT server FROM met").fetchall() == [("north",)]
    assert postgres.execute("INSERT INTO audit (what) VALUES ('x') RETURNING n").fetchone() == (10,)

    back = SqliteEngine(tmp_path / "back.db", PART)
    copy(postgres, back, tables, "")
    assert digest(back, tables[0]) == before[0]
    assert digest(back, tables[1]) != before[1]  # one came meanwhile
    assert back.execute("SELECT server, thing FROM met").fetchall() == [("", "friend/a")]
    found = back.execute("INSERT INTO audit (what) VALUES ('y') RETURNING n").fetchone()
    assert found[0] == 11
    back.close()
    file.close()
