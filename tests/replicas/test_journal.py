"""A journal in DynamoDB: each number once, whatever the weather; nothing of what was dropped."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from aws import ENVIRON, Weather
from sightline.accounts.database import Database
from sightline.auth.account import Account, AuditEvent
from sightline.auth.permissions import Grants
from sightline.aws.endpoint import Endpoint
from sightline.aws.table import Table
from sightline.journal.entries import imaged
from sightline.model.faults import Unavailable
from sightline.replicas.journal import PART, DynamoJournal

reactor: Any = _reactor
NOW = 1_795_235_000.0
THROTTLED = "ProvisionedThroughputExceededException"
T = TypeVar("T")
_numbers = count(1)


class Aws:
    """A table of its own, and the weather on the way to it."""

    def __init__(self) -> None:
        self.weather = Weather()
        self.endpoint = Endpoint(
            reactor, "eu-west-1", ENVIRON, self.weather.endpoint, retry_for=30.0, answer=30.0
        )
        self.endpoint.prepare()
        name = f"shared-{next(_numbers)}"
        self.table = Table(reactor, self.endpoint.dynamo, name, retry_for=30.0, writing=30.0)
        self.made = False

    async def journal(self, name: str = "accounts") -> DynamoJournal:
        if not self.made:
            await self.table.make(False)
            self.made = True
        return DynamoJournal(reactor, self.table, name)

    async def items(self) -> list[dict[str, Any]]:
        """Everything that is in the table."""
        found: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"TableName": self.table.name}
        while True:
            told = await self.endpoint.dynamo.call("Scan", **asked)
            found += told["Items"]
            if "LastEvaluatedKey" not in told:
                return found
            asked["ExclusiveStartKey"] = told["LastEvaluatedKey"]

    async def ends(self) -> None:
        await self.endpoint.close()
        await self.weather.end()


@pytest.fixture
def aws() -> Iterator[Aws]:
    made = Aws()
    yield made
    made.weather.mood = lambda operation: None
    pytest_twisted.blockon(Deferred.fromCoroutine(made.ends()))


async def on_thread(work: Callable[..., T], *arguments: Any) -> T:
    found: T = await deferToThread(work, *arguments)
    return found


async def begun(aws: Aws) -> tuple[DynamoJournal, str]:
    journal = await aws.journal()
    assert (await on_thread(journal.look, 0)).id is None
    assert await on_thread(journal.whole) is None
    assert await on_thread(journal.begin, b"first")
    id = (await on_thread(journal.look, 0)).id
    assert id is not None
    return journal, id


@pytest_twisted.ensureDeferred
async def test_entries_are_told_in_order_and_an_image_has_them_all(aws):
    journal, id = await begun(aws)
    for number in (1, 2, 3):
        assert await on_thread(journal.append, id, number, b"%d" % number)
    assert not await on_thread(journal.append, id, 2, b"other")
    news = await on_thread(journal.look, 1)
    assert (news.id, news.horizon, news.entries) == (id, 0, [(2, b"2"), (3, b"3")])
    image = os.urandom(2 * PART + 1)
    await on_thread(journal.compact, id, 2, image)
    news = await on_thread(journal.look, 0)
    assert (news.horizon, news.entries) == (2, [(3, b"3")])
    whole = await on_thread(journal.whole)
    assert (whole.id, whole.number, whole.data) == (id, 2, image)
    assert sorted(item["sk"]["S"][:16] for item in await aws.items()) == [
        *["0000000000000002"] * 3,  # the parts of the image
        "0000000000000003",
        "head",
    ]
    for item in await aws.items():
        assert item.keys().isdisjoint(("ep", "es", "x"))  # not of history


@pytest_twisted.ensureDeferred
async def test_who_slept_over_an_image_writes_no_number_anew(aws):
    journal, id = await begun(aws)
    for number in (1, 2):
        assert await on_thread(journal.append, id, number, b"")
    await on_thread(journal.compact, id, 2, b"image")
    assert not await on_thread(journal.append, id, 1, b"late")
    assert not await on_thread(journal.append, id, 2, b"late")
    assert not await on_thread(journal.append, "another journal", 3, b"")
    await on_thread(journal.compact, id, 1, b"old image")
    assert (await on_thread(journal.whole)).data == b"image"
    assert await on_thread(journal.append, id, 3, b"")


@pytest_twisted.ensureDeferred
async def test_two_that_begin_at_once_have_one_journal(aws):
    journal = await aws.journal()
    won = await gatherResults(
        [deferToThread(journal.begin, b"%d" % number * PART) for number in range(3)]
    )
    assert sorted(won) == [False, False, True]
    whole = await on_thread(journal.whole)
    assert whole.data == b"%d" % won.index(True) * PART
    assert len(await aws.items()) == 2  # nothing is left of the others


@pytest_twisted.ensureDeferred
@pytest.mark.parametrize("operation", ["PutItem", "TransactWriteItems", "UpdateItem"])
async def test_what_was_done_although_the_answer_was_lost_is_known_to_be_ours(aws, operation):
    journal = await aws.journal()
    lost = [operation]
    aws.weather.mood = lambda asked: lost.pop() and "lost" if asked in lost else None
    assert await on_thread(journal.begin, b"first")
    id = (await on_thread(journal.look, 0)).id
    assert await on_thread(journal.append, id, 1, b"entry")
    await on_thread(journal.compact, id, 1, b"image")
    assert lost == []
    whole = await on_thread(journal.whole)
    assert (whole.number, whole.data) == (1, b"image")
    assert len(await aws.items()) == 2


@pytest_twisted.ensureDeferred
async def test_what_was_restored_comes_in_only_where_nobody_has_gone_on(aws):
    journal, id = await begun(aws)
    assert await on_thread(journal.append, id, 1, b"")
    assert not await on_thread(journal.supersede, id, 1, b"restored")
    assert await on_thread(journal.supersede, id, 2, b"restored")
    assert not await on_thread(journal.append, id, 2, b"")
    whole = await on_thread(journal.whole)
    assert (whole.number, whole.data) == (2, b"restored")
    assert len(await aws.items()) == 2


@pytest_twisted.ensureDeferred
async def test_a_long_journal_is_read_in_slices(aws):
    journal, id = await begun(aws)
    items = [
        {"pk": {"S": "J#accounts"}, "sk": {"S": f"{n:016d}"}, "b": {"B": ""}, "o": {"S": "x"}}
        for n in range(1, 451)
    ]
    await aws.table.put(items)
    found: list[int] = []
    while entries := (news := await on_thread(journal.look, len(found))).entries:
        found += [number for number, _ in entries]
        assert (news.id, len(entries) <= 200) == (id, True)
    assert found == list(range(1, 451))


@pytest_twisted.ensureDeferred
async def test_in_any_weather_each_number_is_one_entry(aws):
    journal, id = await begun(aws)
    dice = random.Random(5)
    moods = (None, None, None, None, THROTTLED, "busy", "cut", "lost")
    aws.weather.mood = lambda operation: dice.choice(moods)

    def write(who: int) -> list[int]:
        """As a copy does: the next number, or on to what is new."""
        granted, number = [], 0
        while len(granted) < 10:
            if journal.append(id, number + 1, b"%d %d" % (who, len(granted))):
                granted.append(number + 1)
                number += 1
            else:
                news = journal.look(number)
                number = max((n for n, _ in news.entries), default=number)
        return granted

    granted = await gatherResults([deferToThread(write, who) for who in range(3)])
    aws.weather.mood = lambda operation: None
    news = await on_thread(journal.look, 0)
    assert [number for number, _ in news.entries] == list(range(1, 31))
    assert sorted(number for some in granted for number in some) == list(range(1, 31))
    bodies = sorted(body for _, body in news.entries)
    assert bodies == sorted(b"%d %d" % (who, n) for who in range(3) for n in range(10))


@pytest_twisted.ensureDeferred
async def test_what_aws_refuses_for_good_is_no_slip_of_ours(aws):
    journal, id = await begun(aws)
    aws.weather.mood = {"TransactWriteItems": "ValidationException"}.get
    with pytest.raises(Unavailable, match="ValidationException"):
        await on_thread(journal.append, id, 1, b"")


@pytest_twisted.ensureDeferred
async def test_who_is_erased_is_in_no_item_and_no_file(aws, tmp_path):
    journal = await aws.journal()
    databases = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        databases.append(Database(tmp_path / name, lambda: NOW))
    one, two = databases

    def play() -> None:
        for database in databases:
            database.copy.prepare(journal, fresh=True)
            database.copy.join()
        grants = Grants(see=frozenset(("friend/zebedee/phone", "friend/bob/phone")))
        jane = Account("jane", "viewer", grants, created=NOW)
        one.copy.share(lambda: one.put_account(jane))
        for database in databases:
            with database.change():  # waits in the outbox
                database.write(AuditEvent("jane", "local", "locate", "friend/zebedee/phone"))
            database.copy.drain()
        one.copy.compact()
        two.copy.share(lambda: two.erase("friend/zebedee/phone"), scrub=True)

    def finish() -> None:
        two.copy.compact()
        one.copy.take(journal.look(one.copy.number))

    await on_thread(play)
    assert b"zebedee" in await _all(aws)
    await on_thread(finish)
    assert b"bob" in await _all(aws)
    assert b"zebedee" not in await _all(aws)
    for path in _files(tmp_path):
        assert b"zebedee" not in path.read_bytes(), path
    assert one.read_cache() == two.read_cache()
    for database in databases:
        database.close()


async def _all(aws: Aws) -> bytes:
    """All that the table holds, images as what is in them."""
    data = b""
    for item in await aws.items():
        body = base64.b64decode(item.get("b", {}).get("B", ""))
        data += imaged(body)[1] if "#image" in item["pk"]["S"] else body
    return data


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
