"""Check an OwnTracks Frontend that has an address of its own, and a proxy that leads to us.

Its container has one: it passes /api/ and /ws/ on, but under another name than the one in the
browser. So what its page asks for is asked here as its page does, with its own origin.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from sightline.cli.check.findings import Finding
from sightline.cli.check.public import connect, handshake

WHERE = "frontend"


def check(url: str, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Tell whether the Frontend at this address reaches ``/api/0`` and ``/ws/last``."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        status, version = _version(parts, context)
        upgraded = _socket(parts, origin, context)
    except (OSError, http.client.HTTPException) as why:
        yield Finding(WHERE, "api", "fail", f"no sensible answer: {why}", "does it run there?")
        return
    yield api(status, version)
    yield socket(upgraded, origin)


def api(status: int, version: str) -> Finding:
    """Tell what ``/api/0/version`` answers through its proxy."""
    if status == 200 and version:
        return Finding(WHERE, "api", "ok", f"/api/0 answers as Recorder {version}")
    if status == 401:
        said = "/api/0 answers (it wants a sign-in: an account and a token of it with scope see)"
        return Finding(WHERE, "api", "ok", said)
    todo = "let its proxy pass /api/ on to Sightline: in its container SERVER_HOST, SERVER_PORT"
    return Finding(WHERE, "api", "fail", f"/api/0/version is answered by {status}", todo)


def socket(status: int | None, origin: str) -> Finding:
    """Tell what ``/ws/last`` answers to a page of this origin."""
    if status in (101, 401):
        return Finding(WHERE, "ws/last", "ok", "/ws/last is open to pages of this address")
    if status == 403:
        said = f"/ws/last refuses pages of {origin}"
        return Finding(WHERE, "ws/last", "fail", said, f'set server.origins = ["{origin}"]')
    said = f"/ws/last is answered by {status or 'nothing'}"
    todo = "let its proxy pass /ws/ on to Sightline, with Upgrade and Connection"
    return Finding(WHERE, "ws/last", "fail", said, todo)


def _version(parts: SplitResult, context: ssl.SSLContext | None) -> tuple[int, str]:
    connection = connect(parts, context)
    try:
        connection.request("GET", "/api/0/version")
        answer = connection.getresponse()
        try:
            said = json.loads(answer.read(65_536))
        except ValueError:
            said = None
        version = said.get("version") if isinstance(said, dict) else None
        return answer.status, version if isinstance(version, str) else ""
    finally:
        connection.close()


def _socket(parts: SplitResult, origin: str, context: ssl.SSLContext | None) -> int:
    connection = connect(parts, context)
    try:
        connection.request("GET", "/ws/last", headers=handshake(origin))
        return connection.getresponse().status
    finally:
        connection.close()
