"""The robots' own listener, in their network, for clients that have no password.

A ProBot's program has port 1883 and no user fixed in it, so a broker that asks for a password never
hears it. This listener lets in anybody who is in that network, and lets them do what a robot does
and nothing else: write telemetry and status, read commands.
"""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HEAD = """\
# What a client without a password may do, at the robots' listener: what a robot does, no more.
# No line here stands behind a "user": who names one gets nothing.
"""
_RIGHTS = (
    ("write", "telemetry"),
    ("write", "ClientStatus"),
    ("read", "keys/#"),
    ("read", "MainRoutine/#"),
    ("read", "shutdownProBot/#"),
)


def acl(bases: Sequence[str] = ("",)) -> str:
    """Return the ACL, for robots below these base topics."""
    lines = (f"topic {may} {base}{name}\n" for base in bases for may, name in _RIGHTS)
    return _HEAD + "".join(lines)


ACL = acl()
"""The same as config/mosquitto/acl.robots."""
ACL_FILE = "acl.robots"
_SIOCGIFADDR = 0x8915  # linux/sockios.h
_LONGEST_NAME = 15


class NoInterface(Exception):
    """There is no such network interface, or it has no IPv4 address; the text says so."""


@dataclass(frozen=True, slots=True)
class RobotsListener:
    """A listener on ``interface``, a name (``wlan0``) or its address, and nowhere else.

    ``bases`` are the base topics of the robots.
    """

    interface: str
    port: int = 1883
    bases: Sequence[str] = ("",)

    def address(self) -> str:
        """Return the IPv4 address to listen at. Raises `NoInterface`."""
        return address_of(self.interface)

    def fault(self) -> str:
        """Tell why nobody can listen there now; empty when one can."""
        try:
            address = self.address()
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, self.port))
        except NoInterface as why:
            return str(why)
        except OSError as why:
            return f"{self.interface}, port {self.port}: {(why.strerror or str(why)).lower()}"
        return ""

    def lines(self, folder: Path) -> list[str]:
        """Return lines for mosquitto.conf, for per_listener_settings; ``folder`` holds the ACL."""
        return [
            f"listener {self.port} {self.address()}",
            "allow_anonymous true",
            f"acl_file {folder / ACL_FILE}",
        ]


def address_of(interface: str) -> str:
    """Return the IPv4 address of an interface, or the address itself. Raises `NoInterface`."""
    try:
        return str(ipaddress.IPv4Address(interface))
    except ValueError:
        pass
    name = interface.encode()
    if not name or len(name) > _LONGEST_NAME:
        raise NoInterface(f"{interface!r} is no network interface and no IPv4 address")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            found = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name))
    except OSError as why:
        lacks = "has no IPv4 address" if _is_there(interface) else "is not there"
        raise NoInterface(f"the network interface {interface} {lacks}") from why
    return socket.inet_ntoa(found[20:24])


def _is_there(interface: str) -> bool:
    return interface in (name for _, name in socket.if_nameindex())
