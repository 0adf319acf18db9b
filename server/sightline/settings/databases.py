"""The settings of what is kept elsewhere than in the state folder, and by several servers."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from msgspec import Meta

from sightline.settings.section import Section
from sightline.settings.values import Secret, is_here

_SAFE = ("verify-full", "verify-ca")


class DynamodbSettings(Section, frozen=True, kw_only=True):
    """The table in Amazon DynamoDB, for ``history.store = "dynamodb"``.

    ``region`` empty: as AWS_REGION says. ``endpoint`` is a URL where it is not AWS itself.
    ``ttl_days``: DynamoDB itself removes entries that are so old; 0: it does not. While AWS is away
    ``spill_megabytes`` may wait on disk, in the log of the history.
    """

    table: str = "sightline"
    region: str = ""
    endpoint: str = ""
    ttl_days: Annotated[int, Meta(ge=0, le=36_600)] = 0
    spill_megabytes: Annotated[int, Meta(ge=1, le=1_000_000)] = 256


class StoreSettings(Section, frozen=True, kw_only=True):
    """The database of everything that is kept; empty: SQLite files in the state folder.

    ``url`` is such as postgresql://sightline@db.example.org/sightline, without the password: that
    is in ``password_file``, in the environment variable that ``password_env`` names, or in
    SIGHTLINE_STORE_PASSWORD. On another host TLS is used and the certificate checked, unless the
    URL says otherwise (sslmode=…, sslrootcert=…). While it is away ``spill_megabytes`` of history
    may wait on disk. ``key_file`` has the key that seals secrets in the database (empty:
    sealing.key in the state folder); it is made when missing, several servers need the same.
    """

    url: str = ""
    password_file: str = ""
    password_env: str = ""
    password: Secret | None = None
    spill_megabytes: Annotated[int, Meta(ge=1, le=1_000_000)] = 256
    key_file: str = ""

    @property
    def warning(self) -> str:
        """Tell what is allowed, but should be said at every start; empty: nothing."""
        if not self.url:
            return ""
        parts = urlsplit(self.url)
        asked = dict(parse_qsl(parts.query))
        host = asked.get("host", parts.hostname or "")
        here = not host or host.startswith("/") or is_here(host)
        if here or asked.get("sslmode", _SAFE[0]) in _SAFE:
            return ""
        return (
            f"store.url: sslmode={asked['sslmode']}: the database's certificate is NOT checked;"
            " anybody on the way can read and change everything"
        )


class ReplicasSettings(Section, frozen=True, kw_only=True):
    """Several servers that act as one: they share the database of `StoreSettings`.

    ``name`` is this server's among them; empty: it is alone.
    """

    name: str = ""
