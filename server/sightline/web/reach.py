"""Tell from where an address can be reached at all, as far as it shows that by itself. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

Reach = Literal["machine", "network", "anywhere"]
"""An address is good on this machine only, in this network only, or it may be good anywhere."""
_NEAR = (".local", ".lan", ".home.arpa", ".internal")


def reach(url: str) -> Reach:
    """Return from where an address can be reached at all, as far as it shows that by itself."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return "machine"
        return "network" if "." not in host or host.endswith(_NEAR) else "anywhere"
    if address.is_loopback or address.is_unspecified:
        return "machine"
    return "anywhere" if address.is_global else "network"
