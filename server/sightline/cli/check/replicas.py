"""Check a server that is one of several: their table, the clock, the broker between them.

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
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from sightline.aws.client import AwsDenied, AwsRefused, Dynamo
from sightline.aws.credentials import NoCredentials, source
from sightline.aws.table import INDEX
from sightline.cli.check import judge_replicas
from sightline.cli.check.findings import Finding
from sightline.cli.check.probe import Probe
from sightline.cluster.messages import FILTERS, topic
from sightline.model.faults import Unavailable
from sightline.mqtt.options import BrokerOptions
from sightline.settings import Settings

_TIMEOUT = 5.0  # s
_TRIP_SECONDS = 4.0
_TABLE = "dynamodb"
_NEVER = "attribute_exists(pk)"  # of a key that nobody has
_CONDITION_FAILED = ("ConditionalCheckFailedException", "TransactionCanceledException")
_RIGHTS = {"TransactWriteItems": "ConditionCheckItem"}
"""Where the right is called otherwise: what a transaction does is allowed one by one."""


def check(
    settings: Settings, brokers: Mapping[str, BrokerOptions], environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Return everything about being one of several."""
    yield from _table(settings, environ)
    name = settings.replicas.name
    for where, options in brokers.items():
        yield judge_replicas.client_id(where, options.client_id, name)
        yield _between(where, options, name)
    if not settings.driving.guard and not settings.driving.need_guard:
        yield judge_replicas.nobody_sees_to_a_guard()


def _between(where: str, options: BrokerOptions, name: str) -> Finding:
    """Check that servers hear each other at this broker, by a message that means nothing to
    them.
    """
    text = secrets.token_hex(4).encode()
    probed = topic(name, "check", "of/us")
    try:
        with Probe(options) as probe:
            if not probe.connect():
                return Finding(where, "servers", "skip", "not tested: no connection")
            refused = probe.subscribe(FILTERS)
            if not refused:
                probe.publish(probed, text, 1)
            receives = probe.until(partial(probe.got, probed, text), _TRIP_SECONDS)
    except (OSError, ValueError):
        return Finding(where, "servers", "skip", "not tested: no connection")
    return judge_replicas.between(where, receives=receives)


# -- the table


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


def _table(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
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
        yield judge_replicas.no_credentials(_TABLE, str(why))
        return
    yield Finding(_TABLE, "credentials", "ok", f"{known.key} in {region}")

    async def credentials() -> Any:
        return known

    dynamo = Dynamo(Clock(), web, time.time, credentials, region, set_to.endpoint, retry_for=0.0)
    try:
        answer = _wait(dynamo.call("DescribeTable", TableName=set_to.table))["Table"]
    except (Unavailable, AwsDenied) as why:
        yield judge_replicas.no_table(_TABLE, set_to.table, getattr(why, "code", ""), str(why))
        if web.skew is not None:
            yield judge_replicas.clock(_TABLE, web.skew)
        return
    indexes = [one["IndexName"] for one in answer.get("GlobalSecondaryIndexes", ())]
    yield judge_replicas.table(
        _TABLE, set_to.table, answer["TableStatus"], indexed=INDEX in indexes
    )
    if web.skew is not None:
        yield judge_replicas.clock(_TABLE, web.skew)
    missing = {}
    for call, asked in _calls(set_to.table, expires=bool(set_to.ttl_days)):
        try:
            _wait(dynamo.call(call, **asked))
        except AwsDenied as why:
            if why.code not in _CONDITION_FAILED:  # that was the point
                missing[_RIGHTS.get(call, call)] = str(why)
        except AwsRefused as why:
            missing[_RIGHTS.get(call, call)] = why.code
        except Unavailable as why:
            yield Finding(_TABLE, "rights", "fail", str(why), "try again: AWS did not answer")
            return
    yield judge_replicas.rights(_TABLE, set_to.table, missing)


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
    yield "GetItem", {"TableName": table, "Key": key}
    yield "BatchGetItem", {"RequestItems": {table: {"Keys": [key]}}}
    yield "PutItem", {"TableName": table, "Item": key, "ConditionExpression": _NEVER}
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
    never = {"TableName": table, "Key": key, "ConditionExpression": _NEVER}
    yield "TransactWriteItems", {"TransactItems": [{"ConditionCheck": never}]}
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
