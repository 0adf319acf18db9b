"""Call DynamoDB through treq: signed, bounded, and repeated when it says so.

Everything we ask may be asked twice, so whatever failed on the way is simply asked again, after a
random wait that grows; until the time for it is over and `Unavailable` is the answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore, TimeoutError
from twisted.internet.task import deferLater
from twisted.logger import Logger

from sightline.aws.credentials import NoCredentials, Source
from sightline.aws.sigv4 import Scope, signed
from sightline.model.faults import Unavailable

_PREFIX = "DynamoDB_20120810."
_AT_ONCE = 8  # requests under way
_FIRST, _LONGEST = 0.05, 5.0  # s: the waits grow from here to there

# What DynamoDB says when asking again may help; everything it answers 5xx does, too.
_AGAIN = frozenset(
    (
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "TransactionInProgressException",
        "InternalServerError",
        "ServiceUnavailable",
    )
)
# The same once the operator (or the clock) has been mended: what was not stored is not lost.
_RETRIED = frozenset(
    (
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
    )
)

Item = dict[str, Any]


class AwsRefused(Unavailable):
    """DynamoDB refuses everything until somebody mends something. ``code`` is its word."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"DynamoDB: {code}: {why}")
        self.code = code


class AwsDenied(Exception):
    """DynamoDB refuses this call, and will again. ``code`` is its word."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class Dynamo:
    """Calls of one service. ``endpoint`` is a URL; ``http`` is treq or something like it.

    ``retry_for`` (s) is how long one call is asked again, ``answer`` (s) how long one answer may
    take to its end. ``wall`` gives epoch s.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        http: Any,
        wall: Callable[[], float],
        credentials: Source,
        region: str,
        endpoint: str = "",
        *,
        retry_for: float = 20.0,
        answer: float = 10.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._reactor = reactor
        self._http = http
        self._wall = wall
        self._credentials = credentials
        self._endpoint = endpoint.rstrip("/") or f"https://dynamodb.{region}.amazonaws.com"
        self._scope = Scope(region, "dynamodb", urlsplit(self._endpoint).netloc)
        self._retry_for = retry_for
        self._answer = answer
        self._jitter = jitter
        self._places = DeferredSemaphore(_AT_ONCE)
        self._closed = False
        self.repeated = 0
        """How often something was asked again."""

    def close(self) -> None:
        """Repeat no call from now on."""
        self._closed = True

    async def call(self, operation: str, retry_for: float | None = None, **asked: Any) -> Item:
        """Make one call; return its answer. Raises `Unavailable` or `AwsDenied`."""
        body = msgspec.json.encode(asked)
        until = self._reactor.seconds() + (self._retry_for if retry_for is None else retry_for)
        tries = 0
        while True:
            try:
                return await self._once(operation, body)
            except Unavailable as why:
                await self.wait(tries, until, why)
            tries += 1

    async def wait(self, tries: int, until: float, why: Unavailable) -> None:
        """Wait before the next try, with full jitter.

        Raises ``why`` when it would take too long.
        """
        seconds = min(_LONGEST, _FIRST * 2 ** min(tries, 20)) * self._jitter()
        if self._closed or self._reactor.seconds() + seconds > until:
            raise why
        self.repeated += 1
        await deferLater(self._reactor, seconds)

    async def _post(self, target: str, body: bytes) -> tuple[int, bytes]:
        credentials = await self._credentials()
        response = await self._http.post(
            f"{self._endpoint}/",
            data=body,
            headers=signed(credentials, self._scope, target, body, self._wall()),
            allow_redirects=False,
        )
        return response.code, await response.content()

    async def _once(self, operation: str, body: bytes) -> Item:
        await self._places.acquire()
        try:
            asking = Deferred.fromCoroutine(self._post(_PREFIX + operation, body))
            status, answer = await asking.addTimeout(self._answer, self._reactor)
        except NoCredentials as why:
            raise Unavailable(str(why)) from why
        except Exception as why:  # refused, cut, timed out: the network has many words for it
            raise Unavailable(f"DynamoDB cannot be reached: {_words(why)}") from why
        finally:
            self._places.release()
        fault = _table(answer)
        if status == 200:
            if fault is None:
                raise Unavailable("DynamoDB's answer cannot be read")
            return fault
        fault = fault or {}
        code = str(fault.get("__type", f"HTTP {status}")).rpartition("#")[2]
        why_not = str(fault.get("message") or fault.get("Message") or "no reason given")
        if code in _RETRIED:
            raise AwsRefused(code, why_not)
        if code in _AGAIN or status >= 500:
            raise Unavailable(f"DynamoDB: {code}: {why_not}")
        raise AwsDenied(code, why_not)


def _words(why: Exception) -> str:
    reasons = getattr(why, "reasons", None)  # twisted.web wraps what really happened
    if reasons:
        inner = reasons[0]
        return _words(getattr(inner, "value", inner))
    if isinstance(why, CancelledError | TimeoutError):
        return "no answer in time"
    return f"{type(why).__name__}: {why}" if str(why) else type(why).__name__


def _table(answer: bytes) -> Item | None:
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
