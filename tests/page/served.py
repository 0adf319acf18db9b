"""The server of the drive page's tests: everything is real, but a browser says who it is.

    python served.py CONFIG STATE PORT

A cookie ``who=amy:operator`` stands for a session; without one it is a guest, who may watch.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from sightline.core.access import User
from sightline.core.session import Visitor
from sightline.web import socket

reactor: Any = _reactor


def name_whoever_connects() -> None:
    """Believe what the cookie says."""
    connect, opened = socket.Connection.onConnect, socket.Connection.onOpen

    def named(self: socket.Connection, request: Any) -> str:
        for cookie in request.headers.get("cookie", "").split(";"):
            key, _, value = cookie.strip().partition("=")
            if key == "who":
                name, _, role = value.partition(":")
                self.visitor = Visitor(User(name, role), "guest")  # type: ignore[arg-type]
        return connect(self, request)

    def unwatched(self: socket.Connection) -> None:
        opened(self)
        self._unwatch()  # the door knows nobody of this name, and would see them out

    socket.Connection.onConnect = named  # type: ignore[method-assign]
    socket.Connection.onOpen = unwatched  # type: ignore[method-assign]


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
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
