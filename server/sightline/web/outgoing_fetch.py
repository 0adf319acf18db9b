"""Ask another server by HTTP from the reactor: never for long, never for much, never elsewhere.

Redirects are not followed, and a body is read as far as it is wanted. Whom may be asked is decided
by the endpoints (`sightline.web.outgoing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import treq
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers

from sightline.web.outgoing import CheckedEndpoints, UndecodedAgent


@dataclass(frozen=True, slots=True)
class OutgoingAnswer:
    """An answer: headers by lower-case name, and the body as far as it was read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _BoundedBody(Protocol):
    """Collect a body, and close the connection when that is enough."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = bytearray()
        self.done: Deferred[bytes] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        """Take a piece; more than enough is let go."""
        self._data += data[: self._most - len(self._data)]
        if len(self._data) >= self._most and self.transport is not None:
            self.transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Hand over what came, or say that not all of it did."""
        if len(self._data) < self._most and not reason.check(ResponseDone, PotentialDataLoss):
            self.done.errback(reason)
        else:
            self.done.callback(bytes(self._data))


class OutgoingFetch:
    """Asks through the reactor; an answer that is not whole after ``timeout`` s is given up."""

    def __init__(self, reactor: Any, endpoints: CheckedEndpoints, timeout: float) -> None:
        self._reactor = reactor
        self._endpoints = endpoints
        self._timeout = timeout

    async def __call__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        most: int,
        body: bytes | None = None,
    ) -> OutgoingAnswer:
        """Return the answer, of which ``most`` bytes are read. Raises whatever went wrong."""
        asking = Deferred.fromCoroutine(self._ask(method, url, headers, most, body))
        asking.addTimeout(self._timeout, self._reactor)
        return await asking

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], most: int, body: bytes | None
    ) -> OutgoingAnswer:
        # No pool: a connection is for one request, so that each address is judged anew.
        agent = Agent.usingEndpointFactory(self._reactor, self._endpoints)
        sent = {**headers, "accept-encoding": "identity", "user-agent": "Sightline"}
        answer = await treq.request(
            method,
            url,
            headers=Headers({name: [value] for name, value in sent.items()}),
            data=body,
            agent=UndecodedAgent(agent),
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,
        )
        bounded = _BoundedBody(most)
        answer.deliverBody(bounded)
        found = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1")
            for name, values in answer.headers.getAllRawHeaders()
        }
        return OutgoingAnswer(answer.code, found, await bounded.done)
