"""Locks as rows, in every engine: changed by conditions only, and a lost answer is no loss."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.sky import Server, Sky, pass_time
from postgres import Cluster, common, needs_postgres
from sightline.cluster.lock_table import PART, TIMELINE, LockTable
from sightline.cluster.locks import DEAD_AFTER, Lock, LockRequest
from sightline.database import migrations
from sightline.database.engine import Engine
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.sqlite_engine import SqliteEngine
from sightline.model.faults import Unavailable

ROBOT = "probot/ProBot1"
FREE = Lock(ROBOT)
FIRST = 1000


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = SqliteEngine(tmp_path / "locks.db", PART)
        yield made
        made.close()
        return
    with common() as store:
        yield store.engine(())


@pytest.fixture
def table(engine: Engine) -> LockTable:
    return LockTable(engine, FIRST, clock=lambda: 0.0)


def test_a_lock_is_taken_kept_and_given_back(table: LockTable):
    assert table.get(ROBOT) is None
    taken = table.take(FREE, "a/1", "amy")
    assert taken == Lock(ROBOT, "a/1", FIRST, 0, "amy")
    beaten = table.beat(taken, '{"holder":"amy"}', "")
    assert beaten == Lock(ROBOT, "a/1", FIRST, 1, "amy", '{"holder":"amy"}')
    assert table.get(ROBOT) == beaten
    table.release(beaten)
    free = table.get(ROBOT)
    assert free == Lock(ROBOT, "", FIRST, 2, "amy")
    again = table.take(free, "b/1", "bob")
    assert again == Lock(ROBOT, "b/1", FIRST + 1, 0, "bob")
    assert table.all() == [again]


def test_nobody_takes_what_is_not_as_it_was(table: LockTable):
    first = table.take(FREE, "a/1", "amy")
    assert first is not None
    assert table.take(FREE, "b/1", "bob") is None
    beaten = table.beat(first, "", "")
    assert beaten is not None
    assert table.take(first, "b/1", "bob") is None
    stolen = table.take(beaten, "b/1", "bob")
    assert stolen is not None
    assert table.beat(beaten, "", "") is None
    table.release(beaten)
    assert table.get(ROBOT) == stolen


def test_a_wish_is_put_down_with_the_holder_and_declined(table: LockTable):
    taken = table.take(FREE, "a/1", "amy")
    assert taken is not None
    want = LockRequest("b/1", "bob", "n1", over=True)
    assert table.want(taken, want)
    beaten = table.beat(taken, "", "n1")
    assert beaten is not None
    assert (beaten.wanted, beaten.declined) == (want, "n1")
    assert table.want(beaten, None)
    found = table.get(ROBOT)
    assert found is not None
    assert found.wanted is None
    table.release(found)
    assert not table.want(found, want)


def test_who_took_it_knows_so_though_the_answer_was_lost(table: LockTable, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: "mark")
    assert table.take(FREE, "a/1", "amy") is not None
    assert table.take(FREE, "a/1", "amy") == Lock(ROBOT, "a/1", FIRST, 0, "amy")


@pytest.mark.parametrize("seed", range(3))
def test_never_two_may_act_whatever_is_slow_lost_cut_off_or_frozen(
    table: LockTable, seed: int
) -> None:
    """The model of `test_lock_client`, over the rows of a real engine."""
    dice = random.Random(seed)
    sky = Sky(dice, slow=0.3, lossy=0.05, table=table)
    servers = [Server(sky, name, rate=1 + dice.uniform(-0.05, 0.05)) for name in "abc"]
    held = 0
    for _ in range(60):
        server = dice.choice(servers)
        match dice.randrange(6):
            case 0:
                server.cut = not server.cut
            case 1:
                server.frozen = not server.frozen
            case 2:
                server.client.release(ROBOT)
            case _:
                server.does(server.client.take(ROBOT, server.label)).addErrback(lambda _: None)
        for _ in range(10):
            pass_time(sky, servers, 0.1)
            # A frozen server says nothing: it cannot act before it looks at its clock.
            acting = [s for s in servers if s.client.holds(ROBOT)]
            assert len(acting) <= 1, [s.label for s in acting]
            held += len(acting)
    assert held > 50


@needs_postgres
def test_after_a_failover_nobody_takes_a_lock_before_former_holders_have_stopped():
    """The standby lacks the last rows: by them the lock is free, and somebody still drives."""
    with Cluster("synchronous_commit=local") as primary:
        postgres = Postgres(StoreOptions(primary.url("postgres")))
        postgres.open()
        migrations.prepare(postgres, (PART,))
        now = [0.0]
        before = LockTable(PostgresEngine(postgres), FIRST, era=TIMELINE, clock=lambda: now[0])
        before.all()
        held = before.take(Lock("other"), "a/1", "amy")
        assert held is not None
        with Cluster(copy_of=primary) as standby:
            primary.kill()
            postgres.close()
            standby.promote()
            moved = Postgres(StoreOptions(standby.url("postgres")))
            moved.open()
            after = LockTable(PostgresEngine(moved), FIRST, era=TIMELINE, clock=lambda: now[0])
            after.all()
            with pytest.raises(Unavailable, match="changed its place"):
                after.take(FREE, "b/1", "bob")
            now[0] += DEAD_AFTER - 0.1
            after.all()
            with pytest.raises(Unavailable, match="changed its place"):
                after.take(FREE, "b/1", "bob")
            now[0] += 0.2
            after.all()
            assert after.take(FREE, "b/1", "bob") is not None
            # Whatever was given and lost: its holder has it no more, and its fence comes to nobody.
            assert after.beat(held, "", "") is None
            free = after.get("other")
            assert free is not None
            assert (free.holder, free.fence) == ("", held.fence + 1000)
            moved.close()
