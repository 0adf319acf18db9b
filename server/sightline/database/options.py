"""Say how PostgreSQL is reached: the URL of the settings, with what is safe where it is silent."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMA = "sightline"
"""The schema of all our tables; what PostGIS brings is in public."""
_CONNECT = 5  # s for one connection
_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
_HERE = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """The place of the common store. ``name`` is this server's among several; empty: it is alone.

    ``password`` is not shown to anybody.
    """

    url: str
    password: str = field(default="", repr=False)
    name: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts that the URL names; a folder is that of a socket."""
        parts = urlsplit(self.url)
        named = parts.netloc.rpartition("@")[2]
        hosts = [_host(each) for each in named.split(",")] if named else []
        asked = dict(parse_qsl(parts.query)).get("host", "")
        return tuple(asked.split(",")) if asked else tuple(hosts) or ("",)

    @property
    def is_here(self) -> bool:
        """Tell whether it is on this machine: then nobody can listen on the way."""
        return all(host in _HERE or host.startswith("/") for host in self.hosts)

    @property
    def shown(self) -> str:
        """Return where it is, for people."""
        parts = urlsplit(self.url)
        where = ", ".join(host or "this machine" for host in self.hosts)
        return f"PostgreSQL ({unquote(parts.path.lstrip('/')) or 'no database'} at {where})"

    @property
    def parameters(self) -> Mapping[str, str | int]:
        """Return what is asked of libpq besides the URL, and where that says nothing."""
        said = dict(parse_qsl(urlsplit(self.url).query))
        wanted: dict[str, str | int] = {
            "connect_timeout": _CONNECT,
            "application_name": f"sightline {self.name}".strip(),
            # With several hosts the one that is written; a standby alone is refused in words.
            "target_session_attrs": "read-write",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        }
        if not self.is_here:
            wanted["sslmode"] = "verify-full"
        if said.get("sslmode", wanted.get("sslmode")) in ("verify-full", "verify-ca"):
            wanted["sslrootcert"] = trusted()
        return {key: value for key, value in wanted.items() if key not in said} | (
            {"password": self.password} if self.password else {}
        )


def trusted() -> str:
    """Return the file of the certificate authorities that this machine trusts."""
    found = ssl.get_default_verify_paths().cafile
    for path in (found, *_BUNDLES):
        if path and Path(path).is_file():
            return path
    return "system"


def _host(text: str) -> str:
    """Return the host of ``host:port``, also of an address in brackets."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return unquote(text.partition(":")[0])
