"""The server of the drive tests: everything is real, but a browser may say who it is.

    python served.py CONFIG STATE PORT

A header ``X-Test-User: amy:operator`` or a cookie ``who=amy:operator`` stands for a session.
Without one the door decides, as always.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from sightline.auth.permissions import User
from sightline.auth.session import Visitor
from sightline.web import socket

reactor: Any = _reactor


def said_to_be(headers: dict[str, str]) -> str:
    """Who a browser says it is; empty when it does not say."""
    for cookie in headers.get("cookie", "").split(";"):
        key, _, value = cookie.strip().partition("=")
        if key == "who":
            return value
    return headers.get("x-test-user", "")


def name_whoever_connects() -> None:
    """Believe it."""
    connect, opened = socket.BrowserConnection.onConnect, socket.BrowserConnection.onOpen

    def named(self: Any, request: Any) -> str:
        self.said = said_to_be(request.headers)
        if self.said:
            name, _, role = self.said.partition(":")
            self.visitor = Visitor(User(name, role), "guest")  # type: ignore[arg-type]
        return connect(self, request)

    def unwatched(self: Any) -> None:
        opened(self)
        if self.said:
            self._unwatch()  # the door knows nobody of this name, and would see them out

    socket.BrowserConnection.onConnect = named  # type: ignore[method-assign]
    socket.BrowserConnection.onOpen = unwatched  # type: ignore[method-assign]


def main(config: str, state: str, port: str) -> None:
    from sightline.tap import Options, makeService

    name_whoever_connects()
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)], redirectStandardIO=False)
    options = Options()
    options.parseOptions(["--config", config, "--state", state, "--port", port])
    service: Any = makeService(options)
    service.privilegedStartService()
    service.startService()
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    print(os.getpid(), flush=True)
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
