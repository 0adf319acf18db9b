"""Ask the servers of remote maps, from the reactor: never for long, never for much.

An address of our own network is asked only where the settings allow it, as with webhooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.web.iweb import IPolicyForHTTPS

from sightline.maps.remote_check import Fetched, Unreachable
from sightline.web.outgoing import AddressDenied, CheckedEndpoints
from sightline.web.outgoing_fetch import OutgoingFetch

TIMEOUT = 10.0
"""s, for the whole answer."""


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
        endpoints = CheckedEndpoints(reactor, private=private, timeout=timeout, policy=policy)
        self._fetch = OutgoingFetch(reactor, endpoints, timeout)

    async def __call__(self, url: str, headers: Mapping[str, str], most: int) -> Fetched:
        """Return the answer of an address. Raises `Unreachable`."""
        try:
            answer = await self._fetch("GET", url, headers, most)
        except Exception as why:
            raise Unreachable(plain(why)) from why
        return Fetched(answer.status, answer.headers, answer.body)


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
