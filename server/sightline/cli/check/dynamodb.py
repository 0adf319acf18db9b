"""Check the table in DynamoDB that keeps the history, and the clock.

Each right on the table is tried by itself, with a call that changes nothing: keys that nobody has,
and conditions that never hold.
"""

from __future__ import annotations

import http.client
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.aws.client import AwsDenied, AwsRefused, Dynamo
from sightline.aws.credentials import NoCredentials, source
from sightline.aws.table import INDEX
from sightline.cli.check import judge_dynamodb
from sightline.cli.check.findings import Finding
from sightline.model.faults import Unavailable
from sightline.settings import Settings

_TIMEOUT = 5.0  # s
_TABLE = "dynamodb"
_NEVER = "attribute_exists(pk)"  # of a key that nobody has
_CONDITION_FAILED = "ConditionalCheckFailedException"


@dataclass(slots=True)
class _Answer:
    code: int
    body: bytes

    async def content(self) -> bytes:
        return self.body


@dataclass(slots=True)
class _Http:
    """What `Dynamo` and the credentials need of treq, without a reactor: it waits."""

    skew: float | None = field(default=None)
    """How far our clock is before the other side's at the last answer, s."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], data: bytes = b"", **_: Any
    ) -> _Answer:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = make(parts.netloc, timeout=_TIMEOUT)
        try:
            connection.request(method, parts.path, data, dict(headers))
            answer = connection.getresponse()
            found = _Answer(answer.status, answer.read())
        finally:
            connection.close()
        if date := answer.getheader("date"):
            try:
                self.skew = time.time() - parsedate_to_datetime(date).timestamp()
            except ValueError:
                pass
        return found

    async def post(self, url: str, **asked: Any) -> _Answer:
        return await self.request("POST", url, **asked)


def check(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is found about credentials, table, clock and rights."""
    set_to = settings.dynamodb
    region = set_to.region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    if not region:
        todo = "set dynamodb.region, or AWS_REGION in the environment"
        yield Finding(_TABLE, "region", "fail", "no AWS region", todo)
        return
    web = _Http()
    try:
        known = _wait(source(environ, web, time.time)())
    except NoCredentials as why:
        yield judge_dynamodb.no_credentials(_TABLE, str(why))
        return
    yield Finding(_TABLE, "credentials", "ok", f"{known.key} in {region}")

    async def credentials() -> Any:
        return known

    dynamo = Dynamo(Clock(), web, time.time, credentials, region, set_to.endpoint, retry_for=0.0)
    try:
        answer = _wait(dynamo.call("DescribeTable", TableName=set_to.table))["Table"]
    except (Unavailable, AwsDenied) as why:
        yield judge_dynamodb.no_table(_TABLE, set_to.table, getattr(why, "code", ""), str(why))
        if web.skew is not None:
            yield judge_dynamodb.clock(_TABLE, web.skew)
        return
    indexes = [one["IndexName"] for one in answer.get("GlobalSecondaryIndexes", ())]
    yield judge_dynamodb.table(
        _TABLE, set_to.table, answer["TableStatus"], indexed=INDEX in indexes
    )
    if web.skew is not None:
        yield judge_dynamodb.clock(_TABLE, web.skew)
    missing = {}
    for call, asked in _calls(set_to.table, expires=bool(set_to.ttl_days)):
        try:
            _wait(dynamo.call(call, **asked))
        except AwsDenied as why:
            if why.code != _CONDITION_FAILED:  # that was the point
                missing[call] = str(why)
        except AwsRefused as why:
            missing[call] = why.code
        except Unavailable as why:
            yield Finding(_TABLE, "rights", "fail", str(why), "try again: AWS did not answer")
            return
    yield judge_dynamodb.rights(_TABLE, set_to.table, missing)


def _calls(table: str, *, expires: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each call that the server makes, so that nothing comes of it."""
    key = {"pk": {"S": f"check#{secrets.token_hex(8)}"}, "sk": {"S": "x"}}
    yield (
        "Query",
        {
            "TableName": table,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": key["pk"]},
        },
    )
    yield "BatchGetItem", {"RequestItems": {table: {"Keys": [key]}}}
    yield (
        "UpdateItem",
        {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET h = :h",
            "ConditionExpression": _NEVER,
            "ExpressionAttributeValues": {":h": {"S": "x"}},
        },
    )
    yield "BatchWriteItem", {"RequestItems": {table: [{"DeleteRequest": {"Key": key}}]}}
    if expires:
        yield "DescribeTimeToLive", {"TableName": table}


def _wait(work: Any) -> Any:
    """Tell what a coroutine comes to that waits for nobody. Raises what it raises."""

    async def whole() -> Any:
        return await work

    results: list[Any] = []
    failures: list[Any] = []
    Deferred.fromCoroutine(whole()).addCallbacks(results.append, failures.append)
    if failures:
        failures[0].raiseException()
    return results[0]
