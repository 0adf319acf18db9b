"""Decide whether a page of this origin may open our WebSocket (cross-site hijacking, DNS
rebinding).

A browser sends the page's origin with the handshake. It must be the very host the handshake was
sent to, or one the settings name; and that host must be one nobody else can point at us by DNS:
an address, ``localhost``, or a name the settings give.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def allowed(origins: Iterable[str], host: str | None, trusted: Iterable[str]) -> bool:
    """Tell whether a handshake with these ``Origin`` headers, sent to ``host``, may go on.

    ``trusted`` are origins (``https://sight.example.org``) the settings allow; their hosts may
    also be asked for by name. No origin, two origins and ``null`` are refused.
    """
    given = list(origins)
    trusted = [origin.rstrip("/").lower() for origin in trusted]
    if len(given) != 1 or host is None:
        return False
    origin = given[0].lower()
    if origin in trusted:
        return True
    try:
        page, here = urlsplit(origin), urlsplit(f"//{host.lower()}")
        same = page.scheme in ("http", "https") and page.netloc == here.netloc
        name, _ = here.hostname, here.port  # a port that is none raises only when read
    except ValueError:
        return False
    if not same or not name or page.path or page.query or page.fragment:
        return False
    return _is_allowed(name, trusted)


def trusted_host(host: str, trusted: Iterable[str]) -> bool:
    """Tell whether nobody else can point the name a request was sent to (``Host``) at us by DNS."""
    try:
        name = urlsplit(f"//{host.lower()}").hostname
    except ValueError:
        return False
    return bool(name) and _is_allowed(name or "", [origin.lower() for origin in trusted])


def _is_allowed(name: str, trusted: Iterable[str]) -> bool:
    return name == "localhost" or _is_address(name) or name in _names(trusted)


def is_loopback(address: str) -> bool:
    """Tell whether this is an address of our own machine (``127.0.0.1``, ``::1``, a UNIX
    socket).
    """
    try:
        found = ipaddress.ip_address(address)
        return (getattr(found, "ipv4_mapped", None) or found).is_loopback
    except ValueError:
        return address == "local"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _names(trusted: Iterable[str]) -> set[str | None]:
    return {urlsplit(origin).hostname for origin in trusted}
