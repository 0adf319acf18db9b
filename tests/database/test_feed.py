"""The feed: told at once, and nothing is missed that happened while nobody could hear it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from postgres import Cluster, cluster, database, needs_postgres
from sightline.database import migrations
from sightline.database.feed import Feed
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.schema import Part, SchemaStep, WatchedTables
from sightline.model.faults import Unavailable
from waits import wait_until

pytestmark = needs_postgres
PART = Part(
    "things",
    (
        SchemaStep(
            (
                "CREATE TABLE thing (id TEXT PRIMARY KEY) STRICT;",
                WatchedTables(("thing",), "things"),
            )
        ),
    ),
)


class Listener:
    def __init__(self, postgres: Postgres) -> None:
        self.heard: list[str] = []
        self.said: list[str] = []
        self.feed = Feed(postgres, self.heard.extend, self.said.append)
        self.feed.start()

    def hears(self, topic: str, times: int = 1) -> None:
        wait_until(lambda: self.heard.count(topic) >= times, topic)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with database() as url:
        made = Postgres(StoreOptions(url))
        made.open()
        migrations.prepare(made, (PART,))
        yield made
        made.close()


@pytest.fixture
def listener(postgres: Postgres) -> Iterator[Listener]:
    made = Listener(postgres)
    made.hears("schema")  # all that there is, at first
    yield made
    made.feed.stop()


def test_a_change_is_told(postgres: Postgres, listener: Listener):
    sql = PostgresEngine(postgres)
    sql.execute("INSERT INTO thing (id) VALUES (?)", ("a",))
    listener.hears("things")
    with postgres.lend() as connection:
        migrations.tell(connection, "locks")
    listener.hears("locks")
    assert listener.said == [""]


def test_what_happened_while_the_connection_was_lost_is_told(
    postgres: Postgres, listener: Listener
):
    sql = PostgresEngine(postgres)
    with cluster().connect() as killer:
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%%FROM feed%%' AND pid <> pg_backend_pid() AND datname = %s",
            (postgres.options.url.rpartition("/")[2],),
        )
        sql.transact(lambda: sql.execute("INSERT INTO thing (id) VALUES (?)", ("a",)))
    listener.hears("things")


def test_a_fault_of_our_own_is_told_and_the_change_is_heard_after_it(postgres: Postgres):
    heard: list[str] = []
    said: list[str] = []
    faults = [RuntimeError("broken")]

    def hears(topics: frozenset[str]) -> None:
        if faults and "things" in topics and "schema" not in topics:
            raise faults.pop()
        heard.extend(topics)

    feed = Feed(postgres, hears, said.append)
    feed.start()
    wait_until(lambda: "schema" in heard, "all that there is, at first")
    heard.clear()
    PostgresEngine(postgres).execute("INSERT INTO thing (id) VALUES (?)", ("a",))
    wait_until(lambda: "things" in heard, "the change")
    wait_until(lambda: said[-1] == "", "that all is well again")
    assert said == ["", "RuntimeError('broken')", ""]
    feed.stop()


def test_a_change_that_took_a_lower_number_and_ends_later_is_not_missed(
    postgres: Postgres, listener: Listener
):
    """The count is locked until its transaction ends: there are no gaps to fall into."""
    sql = PostgresEngine(postgres, ("things",))
    begun, end = threading.Event(), threading.Event()

    def slow() -> None:
        with sql.change():
            sql.execute("INSERT INTO thing (id) VALUES (?)", ("slow",))
            begun.set()
            end.wait(30)

    threads = [threading.Thread(target=slow)]
    threads[0].start()
    begun.wait(30)
    threads.append(
        threading.Thread(target=sql.execute, args=("INSERT INTO thing (id) VALUES (?)", ("q",)))
    )
    threads[1].start()
    wait_until(lambda: waits_for_a_lock(postgres), "the second to wait for the first")
    assert sql.version() == ()
    end.set()
    for thread in threads:
        thread.join(30)
    listener.hears("things")
    wait_until(lambda: rows(sql) == 2, "both")


def waits_for_a_lock(postgres: Postgres) -> bool:
    with postgres.lend() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        ).fetchone()
    return bool(row and row[0])


def rows(sql: PostgresEngine) -> int:
    return len(sql.execute("SELECT id FROM thing").fetchall())


def again(work: Callable[[], object]) -> None:
    def is_done() -> bool:
        with suppress(Unavailable):
            work()
            return True
        return False

    wait_until(is_done, "PostgreSQL")


def test_a_server_that_was_killed_or_frozen_is_heard_again():
    with Cluster() as own:
        postgres = Postgres(StoreOptions(own.url("postgres")), answer=1.0)
        postgres.open()
        migrations.prepare(postgres, (PART,))
        listener = Listener(postgres)
        listener.hears("schema")
        own.kill()
        wait_until(lambda: listener.said[-1], "a word of it")
        own.start()
        sql = PostgresEngine(postgres)
        again(lambda: sql.execute("INSERT INTO thing (id) VALUES (?)", ("a",)))
        listener.hears("things")
        own.pause()
        wait_until(lambda: listener.said[-1], "a word of it")
        own.resume()
        again(lambda: sql.execute("INSERT INTO thing (id) VALUES (?)", ("b",)))
        listener.hears("things", 2)
        wait_until(lambda: not listener.said[-1], "that all is well")
        listener.feed.stop()
        postgres.close()
