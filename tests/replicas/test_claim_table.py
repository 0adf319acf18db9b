"""Claims in DynamoDB (moto): changed by conditions only, and an answer that was lost is no loss."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_twisted
from twisted.internet import reactor

from aws import ENVIRON, Weather, endpoint
from sightline.aws.endpoint import Endpoint
from sightline.aws.table import Table
from sightline.cluster.locks import Lock, LockRequest
from sightline.model.faults import Unavailable
from sightline.replicas import claim_table
from sightline.replicas.claim_table import LockTable

ROBOT = "probot/ProBot1"
FREE = Lock(ROBOT)
FIRST = 1000
SOON = claim_table._PATIENCE


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may answer later than who drives could wait for."""
    monkeypatch.setattr(claim_table, "_PATIENCE", 20.0)


@asynccontextmanager
async def claims(name: str, at: str = "") -> AsyncIterator[LockTable]:
    aws = Endpoint(reactor, "eu-west-1", ENVIRON, at or endpoint(), retry_for=20.0)
    aws.prepare()
    table = Table(reactor, aws.dynamo, f"claims-{name}", retry_for=20.0, writing=20.0)
    await table.make(expires=False)
    yield LockTable(table, FIRST)
    await aws.close()


@pytest_twisted.ensureDeferred
async def test_a_claim_is_taken_kept_and_given_back():
    async with claims("life") as store:
        assert await store.get(ROBOT) is None
        taken = await store.take(FREE, "a/1", "amy")
        assert taken == Lock(ROBOT, "a/1", FIRST, 0, "amy")
        beaten = await store.beat(taken, '{"holder":"amy"}', "")
        assert beaten == Lock(ROBOT, "a/1", FIRST, 1, "amy", '{"holder":"amy"}')
        assert await store.get(ROBOT) == beaten
        await store.release(beaten)
        free = await store.get(ROBOT)
        assert free == Lock(ROBOT, "", FIRST, 2, "amy")
        again = await store.take(free, "b/1", "bob")
        assert again == Lock(ROBOT, "b/1", FIRST + 1, 0, "bob")
        assert await store.all() == [again]


@pytest_twisted.ensureDeferred
async def test_nobody_takes_what_is_not_as_it_was():
    async with claims("condition") as store:
        first = await store.take(FREE, "a/1", "amy")
        assert first is not None
        assert await store.take(FREE, "b/1", "bob") is None
        beaten = await store.beat(first, "", "")
        assert beaten is not None
        assert await store.take(first, "b/1", "bob") is None
        stolen = await store.take(beaten, "b/1", "bob")
        assert stolen is not None
        assert await store.beat(beaten, "", "") is None
        await store.release(beaten)
        assert await store.get(ROBOT) == stolen


@pytest_twisted.ensureDeferred
async def test_a_wish_is_put_down_with_the_holder_and_declined():
    async with claims("wish") as store:
        taken = await store.take(FREE, "a/1", "amy")
        assert taken is not None
        want = LockRequest("b/1", "bob", "n1", over=True)
        assert await store.want(taken, want)
        beaten = await store.beat(taken, "", "n1")
        assert beaten is not None
        assert (beaten.wanted, beaten.declined) == (want, "n1")
        assert await store.want(beaten, None)
        found = await store.get(ROBOT)
        assert found is not None
        assert found.wanted is None
        await store.release(found)
        assert not await store.want(found, want)


@pytest.fixture
def weather():
    made = Weather()
    yield made
    pytest_twisted.blockon(made.end())


def once(operation: str, mood: str) -> Callable[[str], str | None]:
    left = [mood]
    return lambda asked: left.pop() if asked == operation and left else None


@pytest_twisted.ensureDeferred
async def test_who_took_it_knows_so_though_the_answer_was_lost(weather):
    async with claims("lost", weather.endpoint) as store:
        weather.mood = once("UpdateItem", "lost")
        taken = await store.take(FREE, "a/1", "amy")
        assert taken == Lock(ROBOT, "a/1", FIRST, 0, "amy")
        weather.mood = once("UpdateItem", "lost")
        beaten = await store.beat(taken, "", "")
        assert beaten is not None
        assert beaten.beat == 2  # both counted, which does no harm
        weather.mood = once("UpdateItem", "lost")
        await store.release(beaten)
        found = await store.get(ROBOT)
        assert found is not None
        assert found.holder == ""


@pytest_twisted.ensureDeferred
async def test_a_store_that_does_not_answer_is_unavailable_soon(weather, monkeypatch):
    monkeypatch.setattr(claim_table, "_PATIENCE", SOON)
    async with claims("away", weather.endpoint) as store:
        weather.mood = lambda operation: "cut"
        for work in (store.all(), store.get(ROBOT), store.take(FREE, "a/1", "amy")):
            with pytest.raises(Unavailable):
                await work
