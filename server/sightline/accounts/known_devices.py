"""Recognise devices from which somebody has signed in before: they keep a signed cookie.

The cookie opens nothing. While strangers guess an account's password from everywhere, and are made
to wait all together, a device that has it is not among them (OWASP calls it a device cookie). It is
signed with the account's password hash: nothing is kept of it, all servers know it, and a new
password ends it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

_LONGEST = 200  # characters


def issue(password_hash: str) -> str:
    """Make a cookie for a device from which the owner of this password has just signed in."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_signature(password_hash, nonce)}"


def recognise(cookie: str, password_hash: str | None) -> str | None:
    """Return the device's own mark, if the cookie is of the account with this password; else
    None.
    """
    nonce, _, signature = cookie[:_LONGEST].partition(".")
    if password_hash is None or not nonce or not signature.isascii():
        return None
    right = hmac.compare_digest(signature, _signature(password_hash, nonce))
    return nonce if right else None


def _signature(password_hash: str, nonce: str) -> str:
    key = hashlib.sha256(b"known device\0" + password_hash.encode()).digest()
    return hmac.new(key, nonce.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
