"""Reach DynamoDB of one region: its address, the credentials, and the connections to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from treq.client import HTTPClient
from twisted.internet.defer import Deferred, TimeoutError
from twisted.web.client import Agent, HTTPConnectionPool, _HTTP11ClientFactory

from sightline.aws.client import Dynamo
from sightline.aws.credentials import METADATA, NoCredentials, source
from sightline.model.faults import CannotOpen

_CONNECT = 5.0  # s
_CREDENTIALS = 10.0  # s


class _Connections(_HTTP11ClientFactory):
    noisy = False  # or the log would tell of each connection


class _Pool(HTTPConnectionPool):
    _factory = _Connections


class Endpoint:
    """DynamoDB of one region.

    An empty ``region`` is that of ``environ``, which may hold credentials, too.

    ``url`` is where it is, if not at AWS. ``retry_for`` (s) is how long one call is asked again,
    ``answer`` how long one answer may take.
    """

    def __init__(
        self,
        reactor: Any,
        region: str,
        environ: Mapping[str, str],
        url: str = "",
        *,
        metadata: str = METADATA,
        wall: Callable[[], float] = time.time,
        retry_for: float = 10.0,
        answer: float = 10.0,
    ) -> None:
        self._reactor = reactor
        self._environ = environ
        self._metadata = metadata
        self._wall = wall
        self._region = (
            region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        )
        self._pool = _Pool(reactor, persistent=True)
        self._pool.maxPersistentPerHost = 8
        self._http = HTTPClient(Agent(reactor, connectTimeout=_CONNECT, pool=self._pool))
        self._source: Any = None  # made when opened
        self.dynamo = Dynamo(
            reactor,
            self._http,
            wall,
            self._credentials,
            self._region,
            url,
            retry_for=retry_for,
            answer=answer,
        )

    async def _credentials(self) -> Any:
        return await self._source()

    def prepare(self) -> None:
        """Find out who we are there. Raises `CannotOpen`; asks nobody yet."""
        if not self._region:
            raise CannotOpen("no AWS region: set dynamodb.region or AWS_REGION")
        try:
            self._source = source(self._environ, self._http, self._wall, self._metadata)
        except NoCredentials as why:
            raise CannotOpen(str(why)) from why

    async def sign_in(self) -> None:
        """Have credentials, once prepared. Raises `CannotOpen`."""
        try:
            asking = Deferred.fromCoroutine(self._credentials())
            await asking.addTimeout(_CREDENTIALS, self._reactor)
        except (NoCredentials, TimeoutError) as why:
            raise CannotOpen(str(why)) from why

    def hush(self) -> None:
        """Repeat no call from now on."""
        self.dynamo.close()

    async def close(self) -> None:
        """Let go of the connections."""
        self.hush()
        await self._pool.closeCachedConnections()
