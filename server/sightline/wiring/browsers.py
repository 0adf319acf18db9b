"""Serve the browsers: their connections, the beat, and a port they come to."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.live.periodic import Periodic
from sightline.web.fanout import FanOut
from sightline.web.socket import Sockets
from sightline.wiring.errors import CannotStart

reactor: Any = _reactor

_BACKLOG = 4096  # connections not yet accepted


class Browsers(Service):
    """The connections of all browsers, and the beat that tells them we are alive."""

    def __init__(self, fanout: FanOut, sockets: Sockets, beat: float) -> None:
        self._fanout = fanout
        self._sockets = sockets
        self._beat = Periodic(reactor, beat, fanout.beat, "the beat for browsers")

    def startService(self) -> None:
        super().startService()
        self._sockets.start()
        self._beat.start(now=False)
        # What is alive now stays alive: keep the collector from walking over it again and again,
        # in the middle of a flush.
        reactor.callWhenRunning(_freeze)

    def stopService(self) -> Deferred[Any]:
        """Close all connections, with a word to come back later."""
        super().stopService()
        self._beat.stop()
        self._fanout.stop()
        return self._sockets.stop()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Listening(Service):
    """A port. One that is taken ends the start with a clear message.

    ``setting`` is where its endpoint stands; ``announce`` is told the address, and so is the log;
    None: nobody is. ``secure``: whether HTTPS is spoken there.
    Until ``ready`` fires, those who come wait in the kernel's queue.
    """

    _log = Logger()

    def __init__(
        self,
        endpoint: str,
        pages: IProtocolFactory,
        announce: Callable[[str], None] | None,
        *,
        setting: str = "server.listen",
        secure: bool = False,
        ready: Deferred[None] | None = None,
    ) -> None:
        self._ready = ready
        self._endpoint = endpoint
        self._announce = announce
        self._pages = pages
        self._setting = setting
        self._secure = secure or endpoint.startswith(("ssl:", "tls:"))
        self._ports: list[Any] = []

    @property
    def port(self) -> int | None:
        """Return the port's number, once it is open;"""
        for port in self._ports:
            return getattr(port.getHost(), "port", None)
        return None

    def privilegedStartService(self) -> None:
        """Listen, before privileges are dropped."""
        super().privilegedStartService()
        failures: list[Failure] = []
        try:
            listening = serverFromString(reactor, self._endpoint).listen(self._pages)
        except (ValueError, KeyError, IndexError) as why:
            raise CannotStart(f"{self._setting}: {self._endpoint!r}: {_why(why)}") from None
        listening.addCallbacks(self._listening, failures.append)
        for failure in failures:
            error: object = failure.value
            if isinstance(error, CannotListenError):
                error = f"cannot listen on {error.interface or '*'}:{error.port}: " + str(
                    error.socketError.strerror or error.socketError
                )
            raise CannotStart(
                f"{error}. Is another server running? See --port and {self._setting}."
            )

    def _listening(self, port: Any) -> None:
        self._ports.append(port)
        ready = self._ready
        if ready is not None and not ready.called and hasattr(port, "stopReading"):
            port.stopReading()
            ready.addCallback(lambda _: port.connected and port.startReading())
        if hasattr(port, "socket"):
            # Twisted's 50 are too few when thousands of browsers come back at once: what the kernel
            # drops then is sent again after seconds.
            port.socket.listen(_BACKLOG)

    def startService(self) -> None:
        """Write where it listens into the log."""
        super().startService()
        if self._announce is None:
            return
        for port in self._ports:
            url = _url(port.getHost(), self._endpoint, secure=self._secure)
            self._log.info("Sightline is at {url}", url=url)
            self._announce(url)

    def stopService(self) -> Deferred[Any]:
        """Take no new connections."""
        super().stopService()
        return gatherResults([maybeDeferred(port.stopListening) for port in self._ports])


def _why(error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    return f"systemd gave us no such socket ({error}); is its .socket unit started?"


def _url(address: Any, endpoint: str, *, secure: bool) -> str:
    if not hasattr(address, "port"):
        return endpoint
    scheme = "https" if secure else "http"
    host = address.host
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{address.port}/"
