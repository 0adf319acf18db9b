"""Read and write a table: put, remove, change, query, each as often as it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.aws.client import AwsDenied, AwsRefused, Dynamo, Item
from sightline.model.faults import CannotOpen, Unavailable

INDEX = "events"
_PUTS = 25  # items BatchWriteItem takes
_GETS = 100  # keys BatchGetItem takes
_AT_ONCE = 8  # of either
_READY = 60.0  # s a new table may take

T = TypeVar("T")


class Table:
    """One table. ``retry_for`` (s) is how long a read is tried, ``writing`` how long a write is."""

    _log = Logger()

    def __init__(
        self, reactor: Any, dynamo: Dynamo, name: str, *, retry_for: float, writing: float
    ) -> None:
        self._reactor = reactor
        self._dynamo = dynamo
        self.name = name
        self._retry_for = retry_for
        self._writing = writing

    async def make(self, expires: bool) -> None:
        """Find the table, or make it. Raises `CannotOpen` or `Unavailable`."""
        try:
            try:
                await self._describe()
            except AwsRefused as why:
                if why.code != "ResourceNotFoundException":
                    raise
                await self._create()
            if expires:
                await self._expire()
        except (AwsRefused, AwsDenied) as why:
            raise CannotOpen(
                f"the DynamoDB table {self.name} cannot be used: {why}. The rights that are"
                " needed: operators/aws.md in the documents"
            ) from why

    async def _describe(self) -> Item:
        answer = await self._dynamo.call("DescribeTable", 0.0, TableName=self.name)
        found: Item = answer["Table"]
        return found

    async def _create(self) -> None:
        keys = {"pk": "HASH", "sk": "RANGE"}
        index = {"ep": "HASH", "es": "RANGE"}
        self._log.info("Making the DynamoDB table {table}", table=self.name)
        try:
            await self._dynamo.call(
                "CreateTable",
                0.0,
                TableName=self.name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": n, "AttributeType": "S"} for n in (*keys, *index)
                ],
                KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in keys.items()],
                GlobalSecondaryIndexes=[
                    {
                        "IndexName": INDEX,
                        "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in index.items()],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
            )
        except AwsDenied as why:
            if why.code != "ResourceInUseException":  # somebody else makes it just now
                raise
        until = self._reactor.seconds() + _READY
        while True:
            answer: dict[str, Any] = await self._describe()
            parts = [answer, *answer.get("GlobalSecondaryIndexes", ())]
            if all(p.get("TableStatus", p.get("IndexStatus")) == "ACTIVE" for p in parts):
                return
            if self._reactor.seconds() > until:
                raise Unavailable(f"the DynamoDB table {self.name} is still being made")
            await deferLater(self._reactor, 0.5)

    async def _expire(self) -> None:
        answer = await self._dynamo.call("DescribeTimeToLive", TableName=self.name)
        if answer["TimeToLiveDescription"]["TimeToLiveStatus"] in ("ENABLED", "ENABLING"):
            return
        await self._dynamo.call(
            "UpdateTimeToLive",
            TableName=self.name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "x"},
        )

    async def size(self) -> int:
        """Tell how many bytes it has, as of some hours ago."""
        answer: dict[str, Any] = await self._describe()
        return int(answer.get("TableSizeBytes", 0))

    # -- writing

    async def put(self, items: Sequence[Item], removed: Sequence[Item] = ()) -> None:
        """Put items, and remove those with the keys ``removed``. No key may be given twice."""
        requests: list[dict[str, Any]] = [{"PutRequest": {"Item": item}} for item in items]
        requests += [{"DeleteRequest": {"Key": key}} for key in removed]
        await all_of(
            [self._batch(requests[at : at + _PUTS]) for at in range(0, len(requests), _PUTS)]
        )

    async def _batch(self, requests: list[dict[str, Any]]) -> None:
        until = self._reactor.seconds() + self._writing
        tries = 0
        while requests:
            answer = await self._dynamo.call(
                "BatchWriteItem",
                max(0.0, until - self._reactor.seconds()),
                RequestItems={self.name: requests},
            )
            left = answer.get("UnprocessedItems", {}).get(self.name, [])
            tries = tries + 1 if len(left) == len(requests) else 1
            requests = left
            if requests:
                why = Unavailable(f"DynamoDB leaves {len(requests)} items unwritten")
                await self._dynamo.wait(tries, until, why)

    async def known(self, keys: Sequence[Item]) -> set[tuple[str, str]]:
        """Return those of these keys that are in the table."""
        slices = [keys[at : at + _GETS] for at in range(0, len(keys), _GETS)]
        found = await all_of([self._known(some) for some in slices])
        return set().union(*found)

    async def _known(self, keys: Sequence[Item]) -> set[tuple[str, str]]:
        until = self._reactor.seconds() + self._writing
        found: set[tuple[str, str]] = set()
        tries = 0
        asked: dict[str, Any] = {
            "Keys": keys,
            "ProjectionExpression": "pk,sk",
            "ConsistentRead": True,
        }
        while asked:
            answer = await self._dynamo.call(
                "BatchGetItem",
                max(0.0, until - self._reactor.seconds()),
                RequestItems={self.name: asked},
            )
            some = answer.get("Responses", {}).get(self.name, [])
            found.update((item["pk"]["S"], item["sk"]["S"]) for item in some)
            asked = answer.get("UnprocessedKeys", {}).get(self.name, {})
            if asked:
                tries = 1 if some else tries + 1
                await self._dynamo.wait(tries, until, Unavailable("DynamoDB leaves keys unread"))
        return found

    async def change(self, key: Item, update: str, condition: str, values: Item) -> bool:
        """Change an item if it is as the condition says; return whether it was."""
        answer = await self._if_so(
            "UpdateItem",
            self._writing,
            Key=key,
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        return answer is not None

    async def _if_so(self, operation: str, retry_for: float, **asked: Any) -> Item | None:
        """Make a call with a condition; return None when the condition does not hold."""
        try:
            return await self._dynamo.call(operation, retry_for, TableName=self.name, **asked)
        except AwsDenied as why:
            if why.code == "ConditionalCheckFailedException":
                return None
            raise

    # -- asking

    async def query(
        self,
        pk: str,
        low: str = " ",
        high: str = "\U0010ffff",
        *,
        newest_first: bool = False,
        page: int = 1000,
        index: bool = False,
        only: str = "",
        consistent: bool = False,
        retry_for: float | None = None,
    ) -> AsyncIterator[Item]:
        """Return the items of a partition with low <= sk <= high in order, ``page`` at a time.

        ``only`` names the attributes wanted; empty: all. ``consistent``: as they are now, not a
        moment ago. ``retry_for`` (s) is for each page.
        """
        first, second = ("ep", "es") if index else ("pk", "sk")
        asked: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": f"{first} = :p AND {second} BETWEEN :l AND :h",
            "ExpressionAttributeValues": {":p": {"S": pk}, ":l": {"S": low}, ":h": {"S": high}},
            "ScanIndexForward": not newest_first,
            "Limit": page,
        }
        if low > high:
            return
        if index:
            asked["IndexName"] = INDEX
        if only:
            asked["ProjectionExpression"] = only
        if consistent:
            asked["ConsistentRead"] = True
        if retry_for is None:
            retry_for = self._retry_for
        while True:
            answer = await self._dynamo.call("Query", retry_for, **asked)
            for item in answer["Items"]:
                yield item
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    async def count(self, pk: str, low: str, high: str, now: float) -> int:
        """Tell how many items of a partition there are that are neither hidden nor ended."""
        asked: dict[str, Any] = {
            "TableName": self.name,
            "Select": "COUNT",
            "KeyConditionExpression": "pk = :p AND sk BETWEEN :l AND :h",
            "FilterExpression": "attribute_not_exists(h) AND (attribute_not_exists(x) OR x > :n)",
            "ExpressionAttributeValues": {
                ":p": {"S": pk},
                ":l": {"S": low},
                ":h": {"S": high},
                ":n": {"N": str(int(now))},
            },
        }
        found = 0
        while low <= high:
            answer = await self._dynamo.call("Query", self._retry_for, **asked)
            found += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return found


async def all_of(works: Sequence[Coroutine[Deferred[Any], Any, T]]) -> list[T]:
    """Return the results of these, a few at a time; the first failure is raised once the others
    ended.
    """
    found: list[T] = []
    for at in range(0, len(works), _AT_ONCE):
        some = [Deferred.fromCoroutine(work) for work in works[at : at + _AT_ONCE]]
        done = await DeferredList(some, consumeErrors=True)
        for good, result in done:
            if not good:
                for work in works[at + _AT_ONCE :]:
                    work.close()
                raise result.value  # type: ignore[attr-defined]  # a Failure, as good says
            found.append(result)
    return found
