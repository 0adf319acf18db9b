"""The pool: what it says when PostgreSQL is away, and that nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from select import select

import psycopg
import pytest

from postgres import Cluster, cluster, database, needs_postgres
from sightline.database.engine import Conflict
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.model.faults import CannotOpen, Unavailable
from waits import wait_until

pytestmark = needs_postgres


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with database() as url:
        made = Postgres(StoreOptions(url))
        made.open()
        yield made
        made.close()


def one(postgres: Postgres) -> int:
    with postgres.lend() as connection:
        row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def test_a_transaction_that_another_came_before_is_done_anew(postgres: Postgres):
    with postgres.lend() as connection:
        connection.execute("CREATE TABLE t (n int)")
        connection.execute("INSERT INTO t (n) VALUES (0)")
    both = threading.Barrier(2)
    ran: list[int] = []

    def add(connection: psycopg.Connection[tuple[int]]) -> None:
        row = connection.execute("SELECT n FROM t").fetchone()
        assert row is not None
        if len(ran) < 2:
            ran.append(1)
            both.wait(30)
        connection.execute("UPDATE t SET n = %s", (row[0] + 1,))

    threads = [threading.Thread(target=postgres.transact, args=(add,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with postgres.lend() as connection:
        assert connection.execute("SELECT n FROM t").fetchone() == (2,)


def test_a_transaction_in_which_we_were_too_slow_is_done_anew(postgres: Postgres):
    ran: list[int] = []

    def slow(connection: psycopg.Connection[tuple[int]]) -> int:
        ran.append(1)
        if len(ran) == 1:  # as on a machine that gives us no time
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 20")
            select([connection.fileno()], [], [], 60)  # until PostgreSQL has ended it
        row = connection.execute("SELECT 7").fetchone()
        assert row is not None
        return int(row[0])

    assert postgres.transact(slow) == 7
    assert len(ran) == 2


def test_what_breaks_a_rule_of_a_table_is_a_conflict(postgres: Postgres):
    with postgres.lend() as connection:
        connection.execute("CREATE TABLE t (n int PRIMARY KEY)")
        connection.execute("INSERT INTO t (n) VALUES (0)")
    with pytest.raises(Conflict), postgres.lend() as connection:
        connection.execute("INSERT INTO t (n) VALUES (0)")
    assert one(postgres) == 1


def test_connections_that_were_cut_are_made_anew_without_a_word(postgres: Postgres):
    assert one(postgres) == 1
    with cluster().connect() as sql:
        sql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'sightline'"
        )
    assert postgres.transact(lambda c: c.execute("SELECT 1").fetchone()) == (1,)


def test_a_server_that_is_not_there_is_said_to_be_away():
    postgres = Postgres(StoreOptions("postgresql://sightline@127.0.0.1:1/x"))
    postgres.open()
    with pytest.raises(Unavailable, match=r"PostgreSQL \(x at 127.0.0.1\) cannot be reached: "):
        one(postgres)
    postgres.close()


def test_what_waiting_does_not_mend_is_told_apart():
    url = cluster().url("there-is-no-such")
    with pytest.raises(CannotOpen, match="does not exist"):
        Postgres(StoreOptions(url)).connect()


def test_a_frozen_server_is_waited_for_no_longer_than_was_said():
    with Cluster() as own:
        postgres = Postgres(StoreOptions(own.url("postgres")), answer=0.5)
        postgres.open()
        assert one(postgres) == 1
        own.pause()
        try:
            with pytest.raises(Unavailable):
                one(postgres)
        finally:
            own.resume()

        def asked_again() -> int:
            with suppress(Unavailable):
                return one(postgres)
            return 0

        assert wait_until(asked_again, "an answer") == 1
        postgres.close()
