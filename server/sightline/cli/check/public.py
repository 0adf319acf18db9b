"""Check the address that people use: the page, and the WebSocket through a proxy."""

from __future__ import annotations

import base64
import http.client
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from sightline.cli.check import judge
from sightline.cli.check.findings import Finding
from sightline.live.protocol import SUBPROTOCOL

TIMEOUT = 5.0
_WHERE = "public_url"
_DAY = 86_400


def check(url: str, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Return everything about the public address.

    ``context``: whom to trust, by default the system's.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        yield judge.no_name(_WHERE, host, error)
        return
    try:
        plain = socket.create_connection((host, port), TIMEOUT)
    except OSError as error:
        yield judge.no_tcp(_WHERE, f"{host}:{port}", error)
        return
    plain.close()
    if secure:
        found = _tls(host, port, context or ssl.create_default_context())
        yield found
        if found.level == "fail" and found.step == "tls":
            return
    elif not judge.is_here(host):
        todo = "put a proxy with TLS in front; passwords and positions travel open"
        yield Finding(_WHERE, "tls", "warn", "the page is not encrypted", todo)
    try:
        status = _get(parts, context)
    except (OSError, http.client.HTTPException) as error:
        said = f"no sensible answer: {error}"
        yield Finding(_WHERE, "page", "fail", said, "is this the address of the proxy?")
        return
    yield judge.page(_WHERE, status)
    yield _upgrade(parts, context)


def _tls(host: str, port: int, context: ssl.SSLContext) -> Finding:
    try:
        with (
            socket.create_connection((host, port), TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
    except OSError as error:
        return judge.no_tls(_WHERE, host, error, None)
    until = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    return judge.expiry(_WHERE, "certificate", "its", (until - time.time()) / _DAY)


def connect(parts: SplitResult, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    """Return a connection to an address, not yet open."""
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)


def handshake(origin: str) -> dict[str, str]:
    """Return the headers with which a page of this origin asks for a WebSocket."""
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Origin": origin,
    }


def _get(parts: SplitResult, context: ssl.SSLContext | None) -> int:
    connection = connect(parts, context)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def _upgrade(parts: SplitResult, context: ssl.SSLContext | None) -> Finding:
    connection = connect(parts, context)
    headers = handshake(f"{parts.scheme}://{parts.netloc}")
    headers["Sec-WebSocket-Protocol"] = SUBPROTOCOL
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/ws", headers=headers)
        sock = connection.sock  # before the answer: a 101 lets go of it
        answer = connection.getresponse()
        hello = b""
        if answer.status == 101:
            sock.settimeout(TIMEOUT)
            hello = answer.fp.read1(4096) if answer.fp else sock.recv(4096)
        return judge.upgrade(_WHERE, answer.status, hello=b'"hello"' in hello)
    except (OSError, http.client.HTTPException):
        return judge.upgrade(_WHERE, None)
    finally:
        connection.close()
