"""Sign a POST by AWS Signature Version 4, for a service that speaks JSON. Pure."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

_ALGORITHM = "AWS4-HMAC-SHA256"
_TYPE = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys to sign with. ``until`` is when they end (epoch s); None: they do not."""

    key: str
    secret: str
    token: str | None = None
    until: float | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.key!r}, ***)"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a signature: ``host`` (with its port unless usual) in a region."""

    region: str
    service: str
    host: str


def signed(
    credentials: Credentials, scope: Scope, target: str, body: bytes, now: float
) -> dict[str, str]:
    """Return the headers of the request for ``target`` (``DynamoDB_20120810.Query``) at ``now``."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": _TYPE, "host": scope.host, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = target
    names = ";".join(headers)  # they stand in alphabetical order, as they must
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in headers.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    within = f"{stamp[:8]}/{scope.region}/{scope.service}/aws4_request"
    text = f"{_ALGORITHM}\n{stamp}\n{within}\n{sha256(request.encode()).hexdigest()}"
    key = _key(credentials.secret, stamp[:8], scope.region, scope.service)
    signature = hmac.new(key, text.encode(), sha256).hexdigest()
    del headers["host"]  # the client sends that itself
    headers["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.key}/{within}, SignedHeaders={names},"
        f" Signature={signature}"
    )
    return headers


@lru_cache(maxsize=4)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for word in (day, region, service, "aws4_request"):
        key = hmac.new(key, word.encode(), sha256).digest()
    return key
