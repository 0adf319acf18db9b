"""Remember a sign-in that was begun in the browser that began it, sealed: nobody reads or makes it.

Any server that has the key can end what another began. What is sealed: the secrets of this sign-in
(state, nonce, PKCE) and what it is for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LASTS = 600.0
"""s within which a sign-in elsewhere must come back."""
KEY_BYTES = 32
_ABOUT = b"sightline sign-in elsewhere 1"
_NONCE = 12
_LONGEST = 3000

Purpose = Literal["sign_in", "join", "link"]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that was begun. ``began`` in epoch s.

    ``session`` is the session that wants to link its ``account``; ``invitation`` the key of the one
    that is used, ``name`` how they want to be called; ``place`` where the page goes on.
    """

    provider: str
    issuer: str
    purpose: Purpose
    redirect: str
    began: float
    state: str
    nonce: str
    verifier: str
    place: str = ""
    session: str = ""
    account: str = ""
    invitation: str = ""
    name: str = ""

    @property
    def challenge(self) -> str:
        """Return what the provider is told of the verifier (RFC 7636, S256)."""
        found = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(found).rstrip(b"=").decode()

    def is_answered_by(self, state: str) -> bool:
        """Tell whether this is the state of ours that came back."""
        return hmac.compare_digest(self.state.encode(), state.encode())


def new_secrets() -> dict[str, str]:
    """Make the three secrets of a sign-in, of 256 random bits each."""
    return {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}


class FlowSealer:
    """Seals with a ``key`` of `KEY_BYTES` (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, flow: Flow) -> str:
        """Return a flow as a text for a cookie."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(flow), _ABOUT)
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def opened(self, text: str, now: float) -> Flow | None:
        """Return the flow of a cookie; None: none of ours, or too old at ``now`` (epoch s)."""
        if not text or len(text) > _LONGEST:
            return None
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
            said = self._cipher.decrypt(data[:_NONCE], data[_NONCE:], _ABOUT)
            flow = msgspec.json.decode(said, type=Flow)
        except (ValueError, InvalidTag, msgspec.MsgspecError):
            return None
        return flow if 0 <= now - flow.began < LASTS else None
