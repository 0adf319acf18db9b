"""Let what we ask by HTTP go to the internet only, and into our own network where it was allowed.

A name is looked up once for each connection, its addresses are judged, and one of those is
connected to; so no second answer of the name's server can lead elsewhere.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.web.client import URI, BrowserLikePolicyForHTTPS
from twisted.web.http_headers import Headers
from twisted.web.iweb import (
    IAgent,
    IAgentEndpointFactory,
    IBodyProducer,
    IPolicyForHTTPS,
    IResponse,
)
from zope.interface import implementer

from sightline.model.addresses import is_public

_MOST_TRIED = 4


class AddressDenied(Exception):
    """The address is one of our own network."""


@implementer(IAgent)
class UndecodedAgent:
    """Ask through another agent, and leave each body as it came.

    treq undoes any gzip, however often it was applied, whole and at once: some hundred bytes become
    gigabytes before anybody can stop reading. So it is not told that a body is compressed.
    """

    def __init__(self, agent: IAgent) -> None:
        self._agent = agent

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> Deferred[IResponse]:
        """Ask as `IAgent.request` does."""
        asked = self._agent.request(method, uri, headers, bodyProducer)
        return asked.addCallback(_undecoded)


def _undecoded(response: IResponse) -> IResponse:
    response.headers.removeHeader(b"content-encoding")
    return response


@implementer(IResolutionReceiver)
class _Addresses:
    """Gather what a name resolves to."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.done: Deferred[list[str]] = Deferred()

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        """Do nothing yet: the addresses follow."""

    def addressResolved(self, address: Any) -> None:
        if isinstance(address, IPv4Address | IPv6Address):
            self.found.append(address.host)

    def resolutionComplete(self) -> None:
        """Hand over all addresses."""
        self.done.callback(self.found)


@implementer(IStreamClientEndpoint)
class CheckedEndpoint:
    """Connect to ``host``, unless its address is one that is denied."""

    def __init__(
        self, reactor: Any, host: str, port: int, *, private: bool, timeout: float
    ) -> None:
        self._reactor = reactor
        self._host = host
        self._port = port
        self._private = private
        self._timeout = timeout

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect, or fail with `AddressDenied`."""
        return Deferred.fromCoroutine(self._connect(factory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        receiver = _Addresses()
        self._reactor.nameResolver.resolveHostName(
            receiver, self._host, self._port, [IPv4Address, IPv6Address], "TCP"
        )
        found = await receiver.done
        if not found:
            raise OSError("there is no host of that name")
        allowed = [each for each in found if self._private or is_public(each)]
        if len(allowed) < len(found):
            raise AddressDenied(
                "its address is one of a private network (private = true allows that)"
            )
        last: Exception | None = None
        for address in allowed[:_MOST_TRIED]:
            kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
            try:
                return await kind(self._reactor, address, self._port, self._timeout).connect(
                    factory
                )
            except Exception as why:
                last = why
        assert last is not None
        raise last


@implementer(IAgentEndpointFactory)
class CheckedEndpoints:
    """Make them for treq's agent; HTTPS checks the receiver's certificate."""

    def __init__(
        self,
        reactor: Any,
        *,
        private: bool,
        timeout: float,
        policy: IPolicyForHTTPS | None = None,
    ) -> None:
        self._reactor = reactor
        self._private = private
        self._timeout = timeout
        self._policy = policy or BrowserLikePolicyForHTTPS()

    def endpointForURI(self, uri: URI) -> Any:
        """Return the endpoint of a URI."""
        plain = CheckedEndpoint(
            self._reactor,
            uri.host.decode("ascii").strip("[]"),
            uri.port,
            private=self._private,
            timeout=self._timeout,
        )
        if uri.scheme != b"https":
            return plain
        return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), plain)
