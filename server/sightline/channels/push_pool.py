"""Keep connections to push services open between pushes: a handshake costs 2 ms of the processor
and two ways there and back.

There is one pool for each origin. Each new connection goes to an address that was judged just
before (`sightline.web.outgoing`), and one that is kept leads nowhere else, whatever the name's
server says meanwhile. A pool is begun anew now and then, so that a service that moves is followed.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.web.client import URI, Agent, HTTPConnectionPool
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

MOST_IDLE = 16
"""Idle connections to one origin."""
MOST_ORIGINS = 16
"""Origins to which connections are kept; anybody's subscription may name another one."""
IDLE = 60
"""s after which a connection that nobody used is closed."""
RENEWED = 600.0
"""s after which no connection that is open then is used for another push."""


@implementer(IStreamClientEndpoint)
class _NotedEndpoint:
    """Connect, and note that this was done."""

    def __init__(self, noted: NotedEndpoints, endpoint: IStreamClientEndpoint) -> None:
        self._noted = noted
        self._endpoint = endpoint

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect, and note that a new connection was needed."""
        self._noted.connected = True
        made: Deferred[IProtocol] = self._endpoint.connect(factory)
        return made


@implementer(IAgentEndpointFactory)
class NotedEndpoints:
    """Make the endpoints of one request; ``connected`` tells whether it needed one.

    If not, it went over a connection of before, which the other side may have just closed.
    """

    def __init__(self, endpoints: IAgentEndpointFactory) -> None:
        self._endpoints = endpoints
        self.connected = False

    def endpointForURI(self, uri: URI) -> Any:
        """Return the endpoint of a URI."""
        return _NotedEndpoint(self, self._endpoints.endpointForURI(uri))


@dataclass(frozen=True, slots=True)
class _OriginPool:
    pool: HTTPConnectionPool
    since: float


class PushPools:
    """The pools of all origins. ``endpoints`` judge an address for each new connection."""

    def __init__(self, reactor: Any, endpoints: IAgentEndpointFactory) -> None:
        self._reactor = reactor
        self._endpoints = endpoints
        self._pools: OrderedDict[str, _OriginPool] = OrderedDict()

    @property
    def origins(self) -> list[str]:
        """Return the origins to which connections are kept, the one used last at the end."""
        return list(self._pools)

    def agent(self, origin: str) -> tuple[Agent, NotedEndpoints]:
        """Return what posts one message to this origin, and what tells how it did."""
        noted = NotedEndpoints(self._endpoints)
        pool = self._pool(origin)
        return Agent.usingEndpointFactory(self._reactor, noted, pool=pool), noted

    def close(self) -> Deferred[Any]:
        """Close what is open and idle; fire when that is done."""
        pools = [kept.pool for kept in self._pools.values()]
        self._pools.clear()
        return gatherResults([pool.closeCachedConnections() for pool in pools])

    def _pool(self, origin: str) -> HTTPConnectionPool:
        now = self._reactor.seconds()
        kept = self._pools.get(origin)
        if kept is None or now - kept.since >= RENEWED:
            if kept is not None:
                self._drop(origin)
            elif len(self._pools) >= MOST_ORIGINS:
                self._drop(next(iter(self._pools)))
            kept = self._pools[origin] = _OriginPool(self._made(), now)
        self._pools.move_to_end(origin)
        return kept.pool

    def _made(self) -> HTTPConnectionPool:
        pool = HTTPConnectionPool(self._reactor, persistent=True)
        pool.maxPersistentPerHost = MOST_IDLE
        pool.cachedConnectionTimeout = IDLE
        pool.retryAutomatically = False  # it would not repeat a POST
        return pool

    def _drop(self, origin: str) -> None:
        """Close the idle connections; what is under way ends, and is then kept no longer."""
        pool = self._pools.pop(origin).pool
        pool.cachedConnectionTimeout = 0
        pool.closeCachedConnections()
