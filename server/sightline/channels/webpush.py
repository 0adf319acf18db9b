"""Make Web Push messages: encrypted for one browser (RFC 8291), signed by this server (RFC 8292).

Pure, but for the random numbers that encryption needs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from sightline.channels.address import origin_of
from sightline.model.notification import Notification

LIFETIME = 12 * 3600
"""s for which a signature is good; push services allow a day at most."""
_POINT, _AUTH = 65, 16  # bytes
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


class BadSubscription(Exception):
    """A subscription cannot be used; the message says why."""


class PushTarget(msgspec.Struct, frozen=True):
    """Where one browser is reached, and its keys."""

    endpoint: str
    p256dh: bytes
    auth: bytes


def read_subscription(endpoint: str, p256dh: str, auth: str, *, private: bool) -> PushTarget:
    """Return a subscription as a browser tells it. Raises `BadSubscription` and `BadAddress`."""
    origin_of(endpoint, private=private)
    point, secret = _decoded("p256dh", p256dh, _POINT), _decoded("auth", auth, _AUTH)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadSubscription("keys.p256dh is no point of the curve P-256") from None
    return PushTarget(endpoint, point, secret)


def _decoded(name: str, text: str, size: int) -> bytes:
    if len(text) < 200 and _BASE64.issuperset(text):
        try:
            found = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
        except ValueError:
            found = b""
        if len(found) == size:
            return found
    raise BadSubscription(f"keys.{name} must be {size} bytes in base64url")


def encrypt(payload: bytes, to: PushTarget) -> bytes:
    """Return the body of a push (``aes128gcm``) that this browser alone can read."""
    once = ec.generate_private_key(ec.SECP256R1())
    done: bytes = http_ece.encrypt(
        payload,
        salt=secrets.token_bytes(16),
        private_key=once,
        dh=to.p256dh,
        auth_secret=to.auth,
        version="aes128gcm",
    )
    return done


class Vapid:
    """The key pair by which push services know this server again."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = _text(point)
        """The public key as a page subscribes with it (``applicationServerKey``)."""

    @classmethod
    def make(cls) -> Vapid:
        """Make a new pair."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def read(cls, data: bytes) -> Vapid:
        """Return the pair that `written` wrote."""
        private = load_der_private_key(data, None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return cls(private)

    def written(self) -> bytes:
        """Return the private key, to be sealed."""
        return self._private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def header(self, origin: str, contact: str, now: float) -> str:
        """Return the ``Authorization`` for a push service at ``origin``. ``now`` is epoch s."""
        claims: dict[str, Any] = {"aud": origin, "exp": int(now) + LIFETIME}
        if contact:
            claims["sub"] = contact
        head = _text(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
        signed = f"{head}.{_text(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(SHA256())))
        token = f"{signed}.{_text(r.to_bytes(32) + s.to_bytes(32))}"
        return f"vapid t={token}, k={self.public}"


def headers(notification: Notification, ttl: float) -> dict[str, str]:
    """Return what a push service must know: how long it is worth anything, how urgent it is.

    A later message on the same topic takes the place of one that the phone has not fetched yet.
    """
    topic = hashlib.sha256(notification.tag.encode("utf-8", "surrogatepass")).digest()[:24]
    return {
        "TTL": str(max(0, int(ttl))),
        "Urgency": "high" if notification.urgent else "normal",
        "Topic": _text(topic),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
