"""Find AWS credentials: in the environment, or by the role of the machine (IMDSv2).

The role's are asked for at first use and again five minutes before they end; a caller that asks
meanwhile waits for the same answer. They are never logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from twisted.internet.defer import DeferredLock

from sightline.aws.sigv4 import Credentials

METADATA = "http://169.254.169.254"
"""Where a machine at AWS asks for its own role."""
_AHEAD = 300.0  # s before their end
_TIMEOUT = 2.0  # s for an answer
_TOKEN_SECONDS = "21600"
_LARGEST = 65_536

Source = Callable[[], Awaitable[Credentials]]
"""Gives credentials that are good now. Fails with `NoCredentials`."""


class NoCredentials(Exception):
    """There are none, for now or for good; the text says where was looked."""


class _Role(msgspec.Struct, rename="pascal"):
    access_key_id: str
    secret_access_key: str
    token: str
    expiration: str


def source(
    environ: Mapping[str, str], http: Any, wall: Callable[[], float], metadata: str = METADATA
) -> Source:
    """Return credentials from ``environ`` when it has some, else the machine's.

    ``http`` is treq, or something like it. Raises `NoCredentials` when the environment has half of
    them.
    """
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if bool(key) != bool(secret):
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise NoCredentials(f"the environment variable {missing} is missing")
    if key and secret:
        found = Credentials(key, secret, environ.get("AWS_SESSION_TOKEN") or None)

        async def from_environment() -> Credentials:
            return found

        return from_environment
    if environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise NoCredentials("the environment has no AWS_ACCESS_KEY_ID, and forbids to ask EC2")
    return Machine(http, wall, metadata)


class Machine:
    """The credentials of this machine's role, by IMDSv2."""

    def __init__(self, http: Any, wall: Callable[[], float], metadata: str = METADATA) -> None:
        self._http = http
        self._wall = wall
        self._metadata = metadata
        self._found: Credentials | None = None
        self._one_at_a_time = DeferredLock()

    async def __call__(self) -> Credentials:
        """Return good credentials: those that are still good while newer ones cannot be had."""
        if self._fresh():
            assert self._found is not None
            return self._found
        await self._one_at_a_time.acquire()
        try:
            if not self._fresh():
                self._found = await self._ask()
        except NoCredentials:
            until = self._found.until if self._found else None
            if until is None or until <= self._wall():
                raise
        finally:
            self._one_at_a_time.release()
        assert self._found is not None
        return self._found

    def _fresh(self) -> bool:
        until = self._found.until if self._found else None
        return until is not None and until - _AHEAD > self._wall()

    async def _ask(self) -> Credentials:
        base = f"{self._metadata}/latest"
        try:
            token = await self._get(
                "PUT",
                f"{base}/api/token",
                {"x-aws-ec2-metadata-token-ttl-seconds": _TOKEN_SECONDS},
            )
            headers = {"x-aws-ec2-metadata-token": token.decode("ascii")}
            roles = f"{base}/meta-data/iam/security-credentials/"
            name = (await self._get("GET", roles, headers)).decode("ascii").split("\n")[0].strip()
            role = msgspec.json.decode(
                await self._get("GET", f"{roles}{name}", headers), type=_Role
            )
            until = datetime.fromisoformat(role.expiration)
        except NoCredentials:
            raise
        except Exception as why:
            raise NoCredentials(
                "no AWS credentials: the environment has no AWS_ACCESS_KEY_ID, and this machine"
                f" tells of no role ({type(why).__name__}: {why})"
            ) from why
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return Credentials(
            role.access_key_id, role.secret_access_key, role.token, until.timestamp()
        )

    async def _get(self, method: str, url: str, headers: Mapping[str, str]) -> bytes:
        response = await self._http.request(
            method, url, headers=dict(headers), timeout=_TIMEOUT, allow_redirects=False
        )
        body: bytes = await response.content()
        if response.code != 200 or not body or len(body) > _LARGEST:
            raise NoCredentials(f"no AWS credentials: {url} answers {response.code}")
        return body
