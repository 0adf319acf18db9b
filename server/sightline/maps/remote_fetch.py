"""Ask the servers of remote maps, from the reactor: never for long, never for much.

An address of our own network is asked only where the settings allow it, as with webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import treq
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IPolicyForHTTPS

from sightline.maps.remote_check import Fetched, Unreachable
from sightline.web.outgoing import AddressDenied, CheckedEndpoints

TIMEOUT = 10.0
"""s, for the whole answer."""


class _Body(Protocol):
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


class HttpFetch:
    """Fetches through the reactor. ``policy``: whose certificates count; absent: the system's."""

    def __init__(
        self,
        reactor: Any,
        *,
        private: bool,
        policy: IPolicyForHTTPS | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._reactor = reactor
        self._timeout = timeout
        self._endpoints = CheckedEndpoints(reactor, private=private, timeout=timeout, policy=policy)

    async def __call__(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        """Return the answer of an address. Raises `Unreachable`."""
        asking = Deferred.fromCoroutine(self._ask(url, headers, most))
        asking.addTimeout(self._timeout, self._reactor)
        try:
            return await asking
        except Exception as why:
            raise Unreachable(plain(why)) from why

    async def _ask(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        # No pool: a connection is for one request, so that each address is judged anew.
        agent = Agent.usingEndpointFactory(self._reactor, self._endpoints)
        sent = {**headers, "accept-encoding": "identity", "user-agent": "Sightline"}
        answer = await treq.request(
            "GET",
            url,
            headers=Headers({name: [value] for name, value in sent.items()}),
            agent=agent,
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,
        )
        body = _Body(most)
        answer.deliverBody(body)
        found = {
            name.decode("latin-1").lower(): values[-1].decode("latin-1")
            for name, values in answer.headers.getAllRawHeaders()
        }
        return Fetched(answer.code, found, await body.done)


def plain(why: BaseException) -> str:
    """Return what went wrong in a few words, without addresses and class names."""
    inner = getattr(why, "reasons", None)  # twisted.web wraps what went wrong on the connection
    if inner:
        return plain(inner[0].value)
    name = type(why).__name__
    if name in ("TimeoutError", "TCPTimedOutError", "CancelledError"):
        return "it does not answer in time"
    if isinstance(why, AddressDenied):
        return "its address is one of a private network, which this server does not ask for a page"
    if name in ("ConnectionRefusedError", "ConnectError"):
        return "nobody listens there"
    if name in ("DNSLookupError",):
        return "there is no host of that name"
    if "certificate" in str(why).lower() or name in ("VerificationError", "Error", "SSLError"):
        return "its certificate is not one that browsers trust"
    text = str(why).strip().rstrip(".")
    return text[:200] if text else name
