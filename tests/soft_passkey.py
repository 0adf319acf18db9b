"""A passkey made of software, and the browser around it: what WebAuthn has them send."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from web_scene import GOOD

PRESENT, VERIFIED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x18, 0x40


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def data(given: str) -> bytes:
    return urlsafe_b64decode(given + "=" * (-len(given) % 4))


@dataclass
class SoftPasskey:
    """Makes what a browser at ``origin`` sends. ``count`` is its counter; it never counts at 0."""

    origin: str
    rp: str = "localhost"
    count: int = 0
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    user: str = ""

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def makes(self, options: dict[str, Any], **wrong: str) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        self.user = options["user"]
        numbers = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(key)
        auth = self._auth(ATTESTED) + attested
        return {
            "state": options["state"],
            "id": text(self.id),
            "client_data": text(self._client("webauthn.create", options, wrong)),
            "attestation": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth})),
            "transports": ["internal"],
        }

    def signs(self, options: dict[str, Any], **wrong: str) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        self.count += self.count > 0
        auth, client = self._auth(0), self._client("webauthn.get", options, wrong)
        signed = self._key.sign(auth + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "state": options["state"],
            "id": text(self.id),
            "client_data": text(client),
            "authenticator_data": text(auth),
            "signature": text(signed),
            "user": self.user,
        }

    def _auth(self, more: int) -> bytes:
        rp = hashlib.sha256(self.rp.encode()).digest()
        return rp + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _client(self, sort: str, options: dict[str, Any], wrong: dict[str, str]) -> bytes:
        said = {"type": sort, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False, **wrong}).encode()


class Page:
    """The page at a name, in one browser."""

    def __init__(self, home: Any, host: str = "localhost", scheme: str = "http") -> None:
        self.home = home
        self.origin = f"{scheme}://{host}:{home.port}"
        self.host = f"{host}:{home.port}"
        self.kept: dict[str, str] = {}

    async def asks(self, method: str, path: str, body: Any = None, cookie: str = "") -> Any:
        kept = [f"{name}={value}" for name, value in self.kept.items()]
        cookies = "; ".join([cookie, *kept] if cookie else kept) or None
        answer = await self.home.asks(
            method, path, body, cookie=cookies, origin=self.origin, host=self.host
        )
        for line in answer.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            if name.endswith(("-browser", "-known")):
                self.kept[name] = value
        return answer

    async def adds(self, cookie: str, passkey: SoftPasskey, name: str = "phone") -> Any:
        options = await self.asks("POST", "/me/passkeys/challenge", {}, cookie)
        assert options.status == 200, options.said
        asked = {"name": name, "passkey": passkey.makes(options.said)}
        return await self.asks("POST", "/me/passkeys", asked, cookie)

    async def challenge(self) -> dict[str, Any]:
        answer = await self.asks("POST", "/passkeys/challenge", {})
        assert answer.status == 200, answer.said
        return dict(answer.said)

    async def signs_in(self, passkey: SoftPasskey, **wrong: str) -> Any:
        signed = passkey.signs(await self.challenge(), **wrong)
        return await self.asks("POST", "/session/passkey", {"passkey": signed})


async def with_passkey(home: Any, **account: Any) -> tuple[Page, SoftPasskey, str]:
    """Jane, her passkey, and the cookie by which she added it."""
    cookie = await home.knows("jane", **{"password": GOOD, **account})
    page = Page(home)
    passkey = SoftPasskey(page.origin)
    added = await page.adds(cookie, passkey)
    assert added.status == 201, added.said
    return page, passkey, cookie
