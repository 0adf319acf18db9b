"""Seal secrets that must be read again, so that who has the database alone reads none of them.

Passwords are hashed; what must be used as it is (the secret of an authenticator app, the address
of a channel) is sealed with AES-256-GCM under a key that is not in the database. The purpose is
sealed along: what was sealed for one account or use cannot be put in the place of another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_MARK = "s1"


class CannotUnseal(Exception):
    """Text was sealed with another key or for another purpose, or is damaged; says so in words."""


class Seal:
    """The seal of one key of `KEY_BYTES` bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._cipher = AESGCM(key)
        self.id = hashlib.sha256(b"sightline seal\0" + key).hexdigest()[:8]
        """A name of the key that tells nothing of it."""

    def seal(self, plain: bytes, purpose: str) -> str:
        """Return the sealed text of a secret: ``s1.<key's id>.<base64url>``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = nonce + self._cipher.encrypt(nonce, plain, purpose.encode())
        return f"{_MARK}.{self.id}.{base64.urlsafe_b64encode(box).decode().rstrip('=')}"

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return the secret that was sealed for this purpose. Raises `CannotUnseal`."""
        mark, _, rest = sealed.partition(".")
        key, _, text = rest.partition(".")
        if mark != _MARK:
            raise CannotUnseal("it is not sealed as this version does")
        if key != self.id:
            raise CannotUnseal(f"it is sealed with the key {key[:8]}, and ours is {self.id}")
        try:
            box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError, binascii.Error) as why:
            raise CannotUnseal("it is damaged, or was sealed for something else") from why
