"""Find the client that really asks, when a proxy of ours stands in between.

A header that says so is believed only from an address the settings name; anybody can write one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

UNIX = "local"
"""The address of peers that connect through a socket file."""


def plain(address: str) -> str:
    """Write ``::ffff:10.0.0.7``, as a port for both sorts shows it, as ``10.0.0.7``."""
    try:
        mapped = getattr(ipaddress.ip_address(address), "ipv4_mapped", None)
    except ValueError:
        return address
    return str(mapped) if mapped else address


def client_key(address: str) -> str:
    """Return the name under which budgets count a client.

    An IPv4 address, or the /64 network of an IPv6 address: the owner of one of those addresses has
    all 2**64 of them.
    """
    found = plain(address)
    if ":" not in found:
        return found
    try:
        network = ipaddress.ip_network((found.partition("%")[0], 64), strict=False)
    except ValueError:
        return found
    return str(network)


class Proxies:
    """The proxies in front of us: addresses, networks (``10.0.0.0/8``), or ``local``.

    Raises ValueError for what is neither.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._socket_file = False
        self._networks = []
        for name in names:
            if name == UNIX:
                self._socket_file = True
            else:
                self._networks.append(ipaddress.ip_network(name, strict=False))

    def __contains__(self, address: str) -> bool:
        if address == UNIX:
            return self._socket_file
        try:
            found = ipaddress.ip_address(plain(address))
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    def client(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """Return the nearest address that is no proxy of ours, going back along
        ``X-Forwarded-For``.
        """
        found = plain(peer)
        if found not in self:
            return found
        for step in reversed([step.strip() for line in forwarded_for for step in line.split(",")]):
            try:
                found = str(ipaddress.ip_address(step))
            except ValueError:
                break
            if found not in self:
                break
        return found

    def secure(self, peer: str, forwarded_proto: str | None) -> bool:
        """Tell whether the browser speaks HTTPS with our proxy."""
        return peer in self and (forwarded_proto or "").strip().lower() == "https"
