"""The tables of PostgreSQL: made when there are none, and refused when they do not fit."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from postgres import database, needs_postgres
from sightline.database import migrations
from sightline.database.engine import Conflict
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.schema import FixedRows, OnPostgres, Part, SchemaStep, WatchedTables
from sightline.model.faults import CannotOpen

pytestmark = needs_postgres

FIRST = SchemaStep(
    (
        "CREATE TABLE thing (id TEXT PRIMARY KEY, size REAL) STRICT, WITHOUT ROWID;",
        "CREATE TABLE deed (n INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL) STRICT;",
        FixedRows("deed", "the log"),
        WatchedTables(("thing",), "things"),
        WatchedTables(("deed",), "burials", "changed.what = 'bury'"),
    )
)
MORE = SchemaStep(("ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT '';",))
BREAKING = SchemaStep((OnPostgres("ALTER TABLE thing DROP COLUMN size"),), additive=False)
ONE, TWO = Part("things", (FIRST,)), Part("things", (FIRST, MORE))
THREE = Part("things", (FIRST, MORE, BREAKING))


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with database() as url:
        made = Postgres(StoreOptions(url))
        made.open()
        yield made
        made.close()


def test_an_empty_database_gets_its_tables_once_whoever_comes_first(postgres: Postgres):
    threads = [
        threading.Thread(target=migrations.prepare, args=(postgres, (ONE,))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = postgres.transact(lambda c: migrations.states(c, (ONE,)))
    assert [(each.name, each.found, each.known) for each in found] == [
        ("base", 1, 1),
        ("things", 1, 1),
    ]


def test_an_older_database_is_brought_up_to_date_by_the_command_alone(postgres: Postgres):
    migrations.prepare(postgres, (ONE,))
    with pytest.raises(CannotOpen, match="sightline store upgrade"):
        migrations.prepare(postgres, (TWO,))
    before = migrations.upgrade(postgres, (TWO,))
    assert [each.found for each in before] == [1, 1]
    migrations.prepare(postgres, (TWO,))


def test_an_older_server_goes_on_beside_what_was_added_and_not_beside_what_was_removed(
    postgres: Postgres,
):
    migrations.prepare(postgres, (ONE,))
    migrations.upgrade(postgres, (TWO,))
    migrations.prepare(postgres, (ONE,))
    sql = PostgresEngine(postgres)
    sql.execute("INSERT INTO thing (id, size) VALUES (?, ?)", ("a", 1.5))
    migrations.upgrade(postgres, (THREE,))
    with pytest.raises(CannotOpen, match="newer Sightline"):
        migrations.prepare(postgres, (TWO,))


def test_what_changes_is_counted_with_the_change_and_nothing_else_is(postgres: Postgres):
    migrations.prepare(postgres, (ONE,))
    sql = PostgresEngine(postgres, ("things", "burials"))
    sql.execute("DELETE FROM thing")  # no row
    sql.execute("INSERT INTO deed (what) VALUES (?)", ("sing",))
    assert sql.version() == ()
    sql.executemany("INSERT INTO thing (id, size) VALUES (?, ?)", [("a", 1.0), ("b", None)])
    sql.execute("INSERT INTO deed (what) VALUES (?)", ("bury",))
    found = dict(sql.version())
    assert found.keys() == {"things", "burials"}
    assert found["burials"] == 1

    def fails() -> None:
        sql.execute("DELETE FROM thing")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sql.transact(fails)
    assert dict(sql.version()) == found
    assert len(sql.execute("SELECT id FROM thing").fetchall()) == 2


def test_rows_that_are_fixed_are_only_added_to(postgres: Postgres):
    migrations.prepare(postgres, (ONE,))
    sql = PostgresEngine(postgres)
    sql.execute("INSERT INTO deed (what) VALUES (?)", ("sing",))
    for statement in ("DELETE FROM deed", "UPDATE deed SET what = ''", "TRUNCATE deed"):
        with pytest.raises(Conflict, match="the log is never changed"):
            sql.execute(statement)


def test_a_database_is_told_from_its_copy_by_its_fingerprint(postgres: Postgres):
    migrations.prepare(postgres, (ONE,))
    found = migrations.fingerprint(postgres)
    assert len(found) == 16
    assert migrations.fingerprint(postgres) == found
    with database() as url:
        other = Postgres(StoreOptions(url))
        other.open()
        migrations.prepare(other, (ONE,))
        with postgres.lend() as one, other.lend() as two:  # as a restored dump has it
            (id,) = one.execute("SELECT id FROM identity").fetchone() or ("",)
            two.execute("UPDATE identity SET id = %s", (id,))
        assert migrations.fingerprint(other) != found
        other.close()
