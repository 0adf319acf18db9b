"""Sign what is posted by the rules of Standard Webhooks (standardwebhooks.com). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
"""How a secret begins that is base64 for the key itself."""


def signing_key(secret: str) -> bytes:
    """Return the key of a secret; one that is not in the standard's form is the key itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            pass
    return secret.encode()


def standard_headers(id: str, now: float, body: bytes, key: bytes | None) -> dict[str, str]:
    """Return the headers of a message: its id, when it was sent (epoch s), its signature."""
    stamp = str(int(now))
    found = {"webhook-id": id, "webhook-timestamp": stamp}
    if key is not None:
        signed = b".".join((id.encode(), stamp.encode(), body))
        made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        found["webhook-signature"] = f"v1,{made}"
    return found
