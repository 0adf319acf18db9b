"""PostgreSQL as the database of a part."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from postgres import common, needs_postgres
from sightline.database.engine import Engine

pytestmark = needs_postgres


@pytest.fixture
def sql() -> Iterator[Engine]:
    with common() as store:
        yield store.engine(("accounts",))


CHOSEN = "INSERT INTO chosen (name, value) VALUES (?, ?)"


def test_within_one_transaction_everything_is_seen_and_outside_nothing(sql: Engine):
    seen: list[int] = []

    def count() -> None:
        seen.append(len(sql.execute("SELECT name FROM chosen").fetchall()))

    with sql.change():
        sql.execute(CHOSEN, ("a", "b\0"))
        with sql.reading():
            count()
        thread = threading.Thread(target=count)  # in no transaction
        thread.start()
        thread.join(30)
    count()
    assert seen == [1, 0, 1]
    assert sql.execute("SELECT value FROM chosen").fetchone() == ("b\ufffd",)


def test_many_rows_are_all_or_none(sql: Engine):
    with pytest.raises(Exception, match="duplicate key"):
        sql.executemany(CHOSEN, [("a", "1"), ("b", "2"), ("a", "3")])
    assert sql.execute("SELECT name FROM chosen").fetchall() == []
    sql.executemany(CHOSEN, [])


def test_a_picture_of_the_tables_does_not_change_while_it_is_looked_at(sql: Engine):
    def add() -> None:
        sql.execute(CHOSEN, ("a", "1"))

    with sql.reading():
        before = sql.version(), sql.execute("SELECT name FROM chosen").fetchall()
        thread = threading.Thread(target=add)
        thread.start()
        thread.join(30)
        assert (sql.version(), sql.execute("SELECT name FROM chosen").fetchall()) == before
    assert sql.version() != before[0]
