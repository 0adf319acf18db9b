"""Ask one provider: what it is, which keys it has, and what a sign-in of somebody comes to.

What it says of itself is kept for an hour, and used for a day longer while it does not answer. A
provider that is away is asked again every 15 s at most, and nobody waits longer than `TIMEOUT`.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sightline.accounts.oidc.errors import CodeRefused, ProviderAway, UnknownKey, Untrusted
from sightline.accounts.oidc.flow import Flow
from sightline.accounts.oidc.id_token import Expected, ProviderKey, read_keys, verified_claims
from sightline.accounts.oidc.metadata import (
    LARGEST,
    Metadata,
    discovery_url,
    json_object,
    read_metadata,
)
from sightline.accounts.oidc.once import Once
from sightline.accounts.oidc.options import ProviderOptions

TIMEOUT = 5.0
"""s that one answer of a provider may take."""
METADATA_LASTS = 3600.0
STALE = 86_400.0
AGAIN = 15.0
"""s between two questions to a provider that is away, and between two looks for a new key."""
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
_JSON = {"accept": "application/json"}


class ProviderReply(Protocol):
    """What an address answered."""

    @property
    def status(self) -> int:
        """Return the status of the answer."""

    @property
    def body(self) -> bytes:
        """Return the body as far as it was read."""


Ask = Callable[[str, str, Mapping[str, str], int, bytes | None], Awaitable[ProviderReply]]
"""Asks by method, address, headers, most bytes and body. Raises `ProviderAway`."""


class Provider:
    """One provider. ``clock`` is never stepped; ``wall`` gives epoch s."""

    _log = Logger()

    def __init__(
        self,
        name: str,
        options: ProviderOptions,
        ask: Ask,
        clock: IReactorTime,
        wall: Callable[[], float],
    ) -> None:
        self.name = name
        self.options = options
        self._ask = ask
        self._clock = clock
        self._wall = wall
        self._metadata: Metadata | None = None
        self._keys: tuple[ProviderKey, ...] = ()
        self._read_at = self._failed_at = self._keys_at = float("-inf")
        self._why: ProviderAway | Untrusted | None = None
        self._discovering = Once(self._discover)
        self._fetching = Once(self._fetch_keys)

    @property
    def trouble(self) -> str:
        """Return why it could not be asked last; "" when it could, or never was."""
        return "" if self._why is None else str(self._why)

    async def metadata(self) -> Metadata:
        """Return what it says of itself. Raises `ProviderAway` or `Untrusted`."""
        now = self._clock.seconds()
        if self._metadata is not None and now - self._read_at < METADATA_LASTS:
            return self._metadata
        if now - self._failed_at >= AGAIN:
            await self._discovering()
        if self._metadata is None or now - self._read_at >= METADATA_LASTS + STALE:
            raise self._why or ProviderAway("it does not answer")
        return self._metadata

    async def _discover(self) -> None:
        """Read its document and its keys anew; what was known stays when that fails."""
        issuer = self.options.issuer
        try:
            data = await self._get(discovery_url(issuer))
            found = read_metadata(data, issuer, private=self.options.private)
            keys = read_keys(await self._get(found.jwks))
        except (ProviderAway, Untrusted) as why:
            self._failed_at = self._clock.seconds()
            if self.trouble != str(why):
                self._log.warn(
                    "Nobody can sign in by {name} just now: {why}", name=self.name, why=str(why)
                )
            self._why = why
            return
        if self._why is not None:
            self._log.info("People can sign in by {name} again", name=self.name)
        self._metadata, self._keys, self._why = found, keys, None
        self._read_at = self._clock.seconds()

    async def _fetch_keys(self) -> None:
        if self._metadata is not None:
            self._keys = read_keys(await self._get(self._metadata.jwks))

    async def claims(self, flow: Flow, code: str) -> dict[str, Any]:
        """Return the verified claims of who signed in, for the code that came back.

        Raises `ProviderAway`, `Untrusted` and `CodeRefused`.
        """
        metadata = await self.metadata()
        tokens = await self._exchange(metadata, flow, code)
        token, access = tokens.get("id_token"), tokens.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access, str):
            raise Untrusted("it gives no ID token; is openid among the scopes?")
        expected = Expected(
            metadata.issuer, self.options.client_id, flow.nonce, metadata.algorithms
        )
        try:
            claims = verified_claims(token, self._keys, expected, self._wall(), access)
        except UnknownKey:
            if self._clock.seconds() - self._keys_at < AGAIN:
                raise
            self._keys_at = self._clock.seconds()
            await self._fetching()
            claims = verified_claims(token, self._keys, expected, self._wall(), access)
        return await self._completed(metadata, claims, access)

    async def _exchange(self, metadata: Metadata, flow: Flow, code: str) -> dict[str, Any]:
        """Return the tokens for a code (RFC 6749, 4.1.3)."""
        options = self.options
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.redirect,
            "code_verifier": flow.verifier,
        }
        headers = dict(_FORM)
        if not options.client_secret or metadata.secret_in_body:
            fields["client_id"] = options.client_id
        if options.client_secret and metadata.secret_in_body:
            fields["client_secret"] = options.client_secret
        elif options.client_secret:
            pair = f"{quote_plus(options.client_id)}:{quote_plus(options.client_secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        body = urlencode(fields).encode()
        answer = await self._ask("POST", metadata.token, headers, LARGEST, body)
        if answer.status == 200:
            return json_object(answer.body, "its answer with tokens")
        raise self._refused(answer)

    def _refused(self, answer: ProviderReply) -> Exception:
        """Return what a refusal of the token endpoint means (RFC 6749, 5.2)."""
        if answer.status >= 500 or answer.status == 429:
            return ProviderAway(f"it answers with {answer.status}")
        try:
            error = str(json_object(answer.body, "its refusal").get("error"))[:100]
        except Untrusted:
            error = ""
        if error == "invalid_grant":
            return CodeRefused("this sign-in took too long, or was used already")
        self._log.warn(
            "{name} gives us no tokens: {status} {error}",
            name=self.name,
            status=answer.status,
            error=error,
        )
        if error == "invalid_client":
            return Untrusted("it does not accept this server's client_id and secret")
        return Untrusted(f"it gives this server no tokens ({answer.status} {error})".rstrip())

    async def _completed(
        self, metadata: Metadata, claims: dict[str, Any], access: str
    ) -> dict[str, Any]:
        """Return the claims with those that stand in its userinfo only, where they are wanted."""
        wanted = ["preferred_username", "name"]
        if path := self.options.rules.roles_claim:
            wanted.append(path if path in claims else path.partition(".")[0])
        if not metadata.userinfo or not access or all(each in claims for each in wanted):
            return claims
        headers = {**_JSON, "authorization": f"Bearer {access}"}
        said = json_object(await self._get(metadata.userinfo, headers), "what it says of somebody")
        if said.get("sub") != claims["sub"]:
            raise Untrusted("it speaks of two people in one sign-in (sub)")
        return {**said, **claims}

    async def _get(self, url: str, headers: Mapping[str, str] = _JSON) -> bytes:
        answer = await self._ask("GET", url, headers, LARGEST, None)
        if answer.status != 200:
            raise ProviderAway(f"it answers with {answer.status}")
        return answer.body
