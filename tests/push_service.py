"""A push service (RFC 8030) on a free loopback port, with browsers that read what comes (RFC 8291).

    with PushService() as service:
        phone = service.subscribe(key)        # as PushManager does; key of /api/1/push/key
        phone.json                            # what a page sends to the server
        service.messages                      # what came and could be read, in order
        service.answer = lambda push: (429, {"Retry-After": "2"})

It refuses what a real one refuses: no TTL, no or wrong VAPID (RFC 8292), more than 4096 bytes,
subscriptions that ended. What it reads is decrypted here, by the letter of RFC 8188 and RFC 8291
and by none of the server's own code.
"""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LARGEST = 4096
"""Bytes of a body that push services must take (RFC 8030 §7.2), and this one takes no more."""
_DAY = 86400


def b64(data: bytes) -> str:
    """base64url without padding, as everything about push is written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Phone:
    """A browser that subscribed: its keys, and whether it still wants anything.

    ``key`` is the server's public key that it subscribed with (base64url; "": any).
    """

    def __init__(self, endpoint: str, key: str = "") -> None:
        self.endpoint = endpoint
        self.key = key
        self.gone = False
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)

    @classmethod
    def of(cls, private: ec.EllipticCurvePrivateKey, auth: bytes) -> Phone:
        """A browser whose keys are known, such as that of the RFC's example."""
        phone = cls("")
        phone._private, phone._auth = private, auth
        return phone

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    @property
    def json(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON` returns."""
        keys = {"p256dh": b64(self.public), "auth": b64(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """Decrypt one body. Raises `ValueError` for what was not made for this browser."""
        salt, (size, length) = body[:16], struct.unpack("!IB", body[16:21])
        sender, content = body[21 : 21 + length], body[21 + length :]
        if size < 18 or length != 65 or not 0 < len(content) <= size:
            raise ValueError("no header of RFC 8188, or not one record")
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._private.exchange(ec.ECDH(), theirs)
        info = b"WebPush: info\0" + self.public + sender
        secret = _hkdf(self._auth, shared, info, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        try:
            padded = AESGCM(key).decrypt(nonce, content, None)
        except InvalidTag:
            raise ValueError("it cannot be decrypted") from None
        text, mark, rest = padded.rpartition(b"\x02")
        if not mark or rest.strip(b"\0"):
            raise ValueError("the record does not end as the last one must")
        return text


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


@dataclass
class Push:
    """One message that was pushed. ``data`` is the payload's JSON."""

    phone: Phone
    ttl: int
    urgency: str
    topic: str
    subject: str
    """The ``sub`` of VAPID: whom the push service may ask."""
    size: int
    data: dict[str, Any]
    at: float = field(default_factory=time.time)


class _Refused(Exception):
    """The push service says no: ``args`` are the status and why."""


class PushService:
    """``answer`` decides what each readable push is answered with; `None` of it: 201.

    While ``hanging`` is cleared nothing is answered. With a ``folder``, which holds cert.pem and
    key.pem (`certificates.Authority`), it speaks HTTPS only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.connections = 0
        """How many were made so far, and were let in."""
        self.open = 0
        """How many of them are open."""
        self.cuts: Callable[[Push], bool] = lambda push: False
        """Tells of which pushes the connection is cut, after they came, without an answer."""
        self.phones: dict[str, Phone] = {}
        self.messages: list[Push] = []
        """What was taken (201)."""
        self.seen: list[Push] = []
        """What was taken or refused by ``answer``."""
        self.refused: list[tuple[int, str]] = []
        """What this service refused by itself, and why."""
        self.answer: Callable[[Push], tuple[int, dict[str, str]] | None] = lambda push: None
        self.now: Callable[[], float] = time.time
        """Epoch s, by which signatures expire."""
        self.said = b""
        """The body of what ``answer`` answers."""
        self.hanging = threading.Event()
        self.hanging.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                outer._counts(1)

            def finish(self) -> None:
                super().finish()
                outer._counts(-1)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    status, more, said = outer._take(self.path, headers, body)
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
                try:
                    self.send_response(status)
                    for name, value in {**more, "Content-Length": str(len(said))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(said)
                except OSError:
                    pass  # it did not wait

            def log_message(self, *_: Any) -> None: ...

        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if folder is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
            # The handshake is made by the thread of the connection, at its first read.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port: int = self._server.server_address[1]
        self.origin = f"http{'s' if folder else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> PushService:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hanging.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def subscribe(self, key: str = "") -> Phone:
        """Let a new browser subscribe to what the server with this public key sends."""
        id = secrets.token_urlsafe(24)
        phone = self.phones[id] = Phone(f"{self.origin}/push/{id}", key)
        return phone

    def _counts(self, more: int) -> None:
        with self._lock:
            self.open += more
            self.connections += max(0, more)

    def _take(
        self, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        try:
            push = self._read(path, headers, body)
        except _Refused as why:
            self.refused.append(why.args)  # type: ignore[arg-type]
            return why.args[0], {}, str(why.args[1]).encode()
        self.seen.append(push)
        if self.cuts(push):
            raise ConnectionAbortedError
        self.hanging.wait(60)
        answer = self.answer(push)
        if answer is not None:
            return *answer, self.said
        self.messages.append(push)
        return 201, {"Location": f"{self.origin}/message/{len(self.messages)}"}, b""

    def _read(self, path: str, headers: dict[str, str], body: bytes) -> Push:
        phone = self.phones.get(path.removeprefix("/push/"))
        if phone is None:
            raise _Refused(404, "there is no such subscription")
        if phone.gone:
            raise _Refused(410, "the subscription has ended")
        subject = _vapid(headers.get("authorization", ""), phone.key, self.origin, self.now())
        ttl = headers.get("ttl", "")
        if not ttl.isdecimal():
            raise _Refused(400, "there is no TTL")
        topic, urgency = headers.get("topic", ""), headers.get("urgency", "normal")
        if len(topic) > 32 or not set(topic) <= _BASE64:
            raise _Refused(400, "the topic is none")
        if urgency not in ("very-low", "low", "normal", "high"):
            raise _Refused(400, "the urgency is none")
        if len(body) > LARGEST:
            raise _Refused(413, "the message is too large")
        if headers.get("content-encoding") != "aes128gcm":
            raise _Refused(400, "the content is not encrypted as aes128gcm")
        try:
            data = json.loads(phone.read(body))
        except (ValueError, struct.error) as why:
            raise _Refused(400, str(why)) from None
        return Push(phone, int(ttl), urgency, topic, subject, len(body), data)


_BASE64 = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def _vapid(header: str, wanted: str, origin: str, now: float) -> str:
    """Check who pushes (RFC 8292); return whom to ask about it."""
    scheme, _, rest = header.partition(" ")
    words = dict(each.strip().partition("=")[::2] for each in rest.split(","))
    if scheme.lower() != "vapid" or not words.get("t") or not words.get("k"):
        raise _Refused(401, "no VAPID")
    if wanted and words["k"] != wanted:
        raise _Refused(403, "this is not the key that was subscribed with")
    signed, _, signature = words["t"].rpartition(".")
    head, _, claims = signed.partition(".")
    raw = unb64(signature)
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(words["k"]))
        r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
        key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise _Refused(403, "the signature is wrong") from None
    said = json.loads(unb64(claims))
    if len(raw) != 64 or json.loads(unb64(head)) != {"typ": "JWT", "alg": "ES256"}:
        raise _Refused(403, "no ES256")
    if said.get("aud") != origin:
        raise _Refused(403, f"it is for {said.get('aud')}")
    if not now < said["exp"] <= now + _DAY:
        raise _Refused(403, "it has expired, or lasts longer than a day")
    subject = said.get("sub", "mailto:")
    if not subject.startswith(("mailto:", "https://")):
        raise _Refused(403, "the subject is no address")
    return str(subject)
