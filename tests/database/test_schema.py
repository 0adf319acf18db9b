"""Tables described once: their statements for each engine, and the versions that fit."""

from __future__ import annotations

from sightline.database.schema import (
    FixedRows,
    OnPostgres,
    OnSqlite,
    Part,
    SchemaStep,
    WatchedTables,
    for_postgres,
    for_sqlite,
)
from sightline.wiring.store import PARTS

STEP = SchemaStep(
    (
        "CREATE TABLE a (n INTEGER) STRICT;\nCREATE TABLE b (n INTEGER) STRICT;\n",
        FixedRows("a", "the log"),
        WatchedTables(("b",), "topic"),
        OnSqlite("DROP TABLE c"),
        OnPostgres("DROP TABLE d"),
    )
)


def test_each_engine_gets_what_is_for_it():
    lite, big = list(for_sqlite(STEP)), list(for_postgres(STEP))
    assert [text.strip() for text in lite[:2]] == [
        "CREATE TABLE a (n INTEGER) STRICT;",
        "CREATE TABLE b (n INTEGER) STRICT;",
    ]
    assert "DROP TABLE c" in lite
    assert "DROP TABLE d" not in lite
    assert not any("feed" in text for text in lite), "a file has one server"
    assert "DROP TABLE d" in big
    assert "DROP TABLE c" not in big
    assert sum("pg_notify" in text for text in big) == 1


def test_what_only_adds_leaves_older_servers_at_work():
    breaking = SchemaStep(("DROP TABLE a;",), additive=False)
    assert (Part("p", (STEP, STEP)).version, Part("p", (STEP, STEP)).least) == (2, 1)
    assert Part("p", (STEP, breaking, STEP)).least == 2


def test_every_insert_names_its_columns():
    """Or the first column that is added breaks the servers of before."""
    import re
    from pathlib import Path

    import sightline

    for path in Path(sightline.__file__).parent.rglob("*.py"):
        if any(part in path.parts for part in ("accounts", "regions", "cluster", "database")):
            text = re.sub(r'"\s*\n\s*f?"', "", path.read_text())
            assert not re.findall(r"INSERT INTO \w+ (?:VALUES|SELECT)", text), path


def test_no_two_parts_have_one_name():
    names = [part.name for part in PARTS]
    assert len(set(names)) == len(names)
