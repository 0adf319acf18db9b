"""The server of the drive tests: everything is real, but a browser says who it is.

    python served.py CONFIG STATE PORT

A browser's header ``X-Test-User: amy:operator`` stands for a session. SIGUSR1 stands for an admin
who disables amy.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from sightline.core.access import User
from sightline.core.session import Visitor
from sightline.web import socket

reactor: Any = _reactor


class Named(socket.Connection):
    """Whoever it says it is."""

    def onConnect(self, request: Any) -> str:
        name, _, role = request.headers.get("x-test-user", "guest:viewer").partition(":")
        self.visitor = Visitor(User(name, role), "guest")  # type: ignore[arg-type]
        connected.append(self)
        return super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        self._unwatch()  # the door knows nobody of this name, and would see them out


connected: list[Named] = []


def disable(name: str) -> None:
    """What the door does to the connections of whoever an admin disables."""
    for connection in connected:
        if connection.user.name == name:
            connection._session_ended("disabled by an admin")


def main(config: str, state: str, port: str) -> None:
    from sightline.tap import Options, makeService

    socket.Connection = Named  # type: ignore[misc]
    globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stderr)], redirectStandardIO=False)
    options = Options()
    options.parseOptions(["--config", config, "--state", state, "--port", port])
    service: Any = makeService(options)
    service.privilegedStartService()
    service.startService()
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    signal.signal(signal.SIGUSR1, lambda *_: reactor.callFromThread(disable, "amy"))
    print(os.getpid(), flush=True)
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
