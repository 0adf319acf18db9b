"""Answer on the port for plain HTTP beside HTTPS: send browsers on, and answer for certbot.

Pages lead to their address over HTTPS. What would carry a secret (the API, the WebSocket, figures)
is refused instead: it was sent in the open, and a redirect would hide that. Certbot's answers
(RFC 8555 §8.3) are read from the webroot, by names that cannot lead out of it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

_CHALLENGE = re.compile(rb"/\.well-known/acme-challenge/([A-Za-z0-9_-]{1,128})")
_MOST = 4096  # bytes of a challenge's answer
_RETRY = 300  # s after which a phone may come again, when somebody has set it up right
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]*)?", re.IGNORECASE)
_NOT_HERE = (b"api", b"ws", b"metrics", b"in")


class PlainHttp(Resource):
    """The resource of the plain port. ``webroot``: certbot's folder; None: it has none.

    ``secure`` gives the address of HTTPS as people know it (``https://map.example.org``); None: it
    is at the host they asked for, at ``port``.
    """

    isLeaf = True
    _log = Logger()

    def __init__(
        self, secure: str | None, port: Callable[[], int | None], webroot: Path | None
    ) -> None:
        super().__init__()
        self._secure = secure
        self._port = port
        self._webroot = webroot

    def render(self, request: Request) -> bytes | int:
        """Redirect to HTTPS, or serve what certbot laid down, or refuse."""
        request.setHeader(b"cache-control", b"no-store")
        path: bytes = request.path
        if request.method == b"POST" and path == b"/pub":
            # A phone that is set up with http: an iPhone would let go of its fix at a 4xx.
            request.setHeader(b"retry-after", b"%d" % _RETRY)
            return _refuse(request, 503, b"Only over HTTPS.\n")
        if request.method not in (b"GET", b"HEAD"):
            return _refuse(request, 403, b"Only over HTTPS.\n")
        if (asked := _CHALLENGE.fullmatch(path)) and self._webroot is not None:
            return self._challenge(request, self._webroot, asked[1].decode())
        if path.startswith(b"/.well-known/acme-challenge/"):
            return _refuse(request, 404, b"There is nothing here.\n")
        if path.lstrip(b"/").split(b"/")[0] in _NOT_HERE or request.getHeader(b"upgrade"):
            return _refuse(request, 403, b"Only over HTTPS.\n")
        where = self._where(request)
        if where is None:
            return _refuse(request, 400, b"Which host?\n")
        # The absolute form of a target (RFC 9112 §3.2.2) names a host of its own; path it is.
        uri: bytes = request.uri if request.uri.startswith(b"/") else path
        request.redirect(where.encode() + uri)
        request.setResponseCode(301)
        return b""

    def _where(self, request: Request) -> str | None:
        if self._secure is not None:
            return self._secure
        asked = _HOST.fullmatch(request.getHeader(b"host") or b"")
        port = self._port()
        if asked is None or port is None:
            return None
        return f"https://{asked[1].decode()}" + ("" if port == 443 else f":{port}")

    def _challenge(self, request: Request, webroot: Path, token: str) -> int:
        gone: list[Any] = []
        request.notifyFinish().addErrback(gone.append)

        def answer(found: bytes | None) -> None:
            if gone:
                return
            if found is None:
                found = _refuse(request, 404, b"There is nothing here.\n")
            request.setHeader(b"content-length", str(len(found)).encode())
            if request.method != b"HEAD":
                request.write(found)
            request.finish()

        def failed(failure: Failure) -> None:
            self._log.failure("Failed to answer for certbot", failure)
            if not gone:
                request.loseConnection()

        path = webroot / ".well-known" / "acme-challenge" / token
        deferToThread(_read, path).addCallback(answer).addErrback(failed)
        return NOT_DONE_YET


def _refuse(request: Request, status: int, why: bytes) -> bytes:
    request.setResponseCode(status)
    return why


def _read(path: Path) -> bytes | None:
    """Return a small plain file, no link. On a thread."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        data = os.read(opened, _MOST + 1)
    except OSError:
        return None
    finally:
        os.close(opened)
    return data if len(data) <= _MOST else None
