"""Open and seal encrypted messages: OwnTracks' use of libsodium's secretbox.

The key is the shared secret, padded with NUL to 32 bytes; ``data`` is base64 of a nonce of 24
bytes and the box. One secret per device, so that one that leaks opens nobody else's messages.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

from sightline.model.kind import CannotDecode

LONGEST_SECRET = 32
"""Bytes of a secret; the apps cut or refuse longer ones."""
_LEAST = 24 + 16  # bytes: nonce and authenticator


def is_available() -> bool:
    """Tell whether this machine has what it takes (the extra ``encryption``)."""
    return find_spec("nacl") is not None


class EncryptionKeys:
    """The secrets by device (``user/device``). Shows none of them."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._keys = {
            device: secret.encode().ljust(LONGEST_SECRET, b"\0")
            for device, secret in (secrets or {}).items()
        }

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __contains__(self, device: str) -> bool:
        return device in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __repr__(self) -> str:
        return f"Keys({len(self._keys)} devices)"

    def open(self, device: str, data: object) -> bytes:
        """Tell what is in the box that ``device`` sent.

        Raises `CannotDecode` (``encrypted``), whose text tells what is missing.
        """
        if not isinstance(data, str):
            raise CannotDecode("encrypted", "encrypted, but without data")
        try:
            box = b64decode(data, validate=True)
        except ValueError as why:
            raise CannotDecode("encrypted", "encrypted, but not as base64") from why
        if len(box) <= _LEAST:
            raise CannotDecode("encrypted", "encrypted, but too short to hold anything")
        key = self._keys.get(device)
        if key is None:
            raise CannotDecode("encrypted", "encrypted, and we have no key for this device")
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        try:
            return SecretBox(key).decrypt(box)
        except CryptoError as why:
            raise CannotDecode("encrypted", "encrypted with another key than ours") from why

    def seal(self, device: str, plain: bytes) -> bytes:
        """Encrypt a message for this device alone. KeyError: we have no key for it."""
        from nacl.secret import SecretBox

        box = SecretBox(self._keys[device]).encrypt(plain)
        return b'{"_type":"encrypted","data":"%b"}' % b64encode(box)


NO_KEYS = EncryptionKeys()
