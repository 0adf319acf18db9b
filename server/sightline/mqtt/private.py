"""Run a mosquitto of our own as a child process, when no broker is configured.

It listens on loopback, and for robots at an interface of the settings, and keeps its files in our
state folder. It comes back at the same port, when it dies and at our next start, and it ends with
us, even when we are killed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from twisted.application import service
from twisted.internet import protocol
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ProcessExitedAlready
from twisted.logger import Logger
from twisted.python.failure import Failure

from sightline.model.environment import for_child
from sightline.mqtt.mosquitto import (
    HOST,
    NoBroker,
    child_guard,
    configuration,
    find_mosquitto,
)
from sightline.mqtt.robots import ACL_FILE, RobotsListener, acl

PORT_FILE = "port"
"""In the folder: where it listened the last time."""
# It accepts connections after some 20 ms; a loaded machine may take longer (s).
READY_SECONDS = 10.0
PROBE_SECONDS = 0.01
# A mosquitto too old to say that it runs is believed after this long (s).
SILENT_SECONDS = 1.0
# Between a death and the next start (s); grows up to the last while it does not stay up.
RESTART_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0
# After TERM it saves its messages; what takes longer than this (s) is killed.
STOP_SECONDS = 3.0
# A port that was free may be taken a moment later.
PORT_TRIES = 5


class PrivateBrokerReactor(Protocol):
    """What the private broker needs of a Twisted reactor."""

    def callLater(self, delay: float, f: Callable[..., Any], /, *args: object, **kw: object) -> Any:
        """Call ``f`` after ``delay`` s."""

    def seconds(self) -> float:
        """Return a clock that is never stepped."""

    def spawnProcess(
        self,
        processProtocol: Any,
        executable: Any,
        args: Any = (),
        env: Any = None,
        path: Any = None,
    ) -> Any:
        """Start a child process."""

    def connectTCP(
        self, host: str, port: int, factory: Any, timeout: float = 30, bindAddress: Any = None
    ) -> Any:
        """Open a TCP connection."""


class PrivateBroker(service.Service):
    """A mosquitto child process.

    ``folder`` holds its configuration and its messages. ``port`` is the port to listen on; None
    takes any free one, which is kept in the folder for later starts. ``robots`` is where robots
    without a password get in.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: PrivateBrokerReactor,
        folder: Path,
        port: int | None = None,
        extra: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        robots: RobotsListener | None = None,
    ) -> None:
        self._reactor = reactor
        self._folder = folder.absolute()
        self._fixed = port
        self._extra = extra
        self._environ = environ
        self._robots = robots
        self.port = port
        self.starts = 0
        self._child: _Child | None = None
        self._waiting: list[Deferred[int]] = []
        self._ready = False
        self._started_at = 0.0
        self._quick_deaths = 0
        self._call: Any = None
        self._stopping: Deferred[None] | None = None

    # ---- the service

    def start(self) -> Deferred[int]:
        """Start it; the port once it accepts connections, `NoBroker` when it cannot be started."""
        if self._ready and self.port:
            return succeed(self.port)
        ready: Deferred[int] = Deferred()
        self._waiting.append(ready)
        if not self.running:
            super().startService()
            self._launch(PORT_TRIES)
        return ready

    def startService(self) -> None:
        """Do as `start`, with a failure in the log; nothing when `start` was called before."""
        self.start().addErrback(
            lambda failure: self._log.error("{why}", why=failure.getErrorMessage())
        )

    def stopService(self) -> Deferred[None]:
        """Let it save its messages and end."""
        super().stopService()
        if self._call is not None and self._call.active():
            self._call.cancel()
        self._ready = False
        self._answer(Failure(NoBroker("stopped")))
        if self._child is None:
            return succeed(None)
        if self._stopping is None:
            self._stopping = Deferred()
            self._child.signal("TERM")
            self._call = self._reactor.callLater(STOP_SECONDS, self._child.signal, "KILL")
        return self._stopping

    @property
    def pid(self) -> int | None:
        """Return the child's process id while it runs."""
        return self._child.pid if self._child else None

    # ---- start, watch, start again

    def _launch(self, tries: int) -> None:
        self._call = None
        try:
            executable = find_mosquitto()
            port = self._fixed or (self.port if self.starts else None) or self._usual_port()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.chmod(0o700)  # messages are people's positions
            config = self._folder / "mosquitto.conf"
            text = configuration(self._folder, port, self._extra, self._robots_now())
            config.write_text(text, encoding="utf-8")
        except NoBroker as error:
            self._failed(error)
            return
        except OSError as error:
            self._failed(NoBroker(f"cannot use the folder {self._folder}: {error.strerror}"))
            return
        self.port = port
        command = [*child_guard(), executable, "-c", str(config)]
        self._started_at = self._reactor.seconds()
        self._child = child = _Child(lambda why: self._died(why, tries))
        child.attach(
            self._reactor.spawnProcess(child, command[0], command, env=for_child(self._environ))
        )
        self._probe(child, self._reactor.seconds() + READY_SECONDS)

    def _robots_now(self) -> RobotsListener | None:
        """Return the robots' listener if it can listen: without their network the rest still
        runs.
        """
        if self._robots is None:
            return None
        if fault := self._robots.fault():
            self._log.error(
                "Robots get in nowhere (probots.listen): {fault}. Start again when that is mended",
                fault=fault,
            )
            return None
        (self._folder / ACL_FILE).write_text(acl(self._robots.bases), encoding="utf-8")
        return self._robots

    def _usual_port(self) -> int:
        """Return the port of the last start, where it is free; otherwise another."""
        try:
            usual = int((self._folder / PORT_FILE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return _free_port()
        if _is_free(usual):
            return usual
        port = _free_port()
        self._log.warn(
            "Port {usual}, where our own broker used to listen, is taken: it listens at {port} now",
            usual=usual,
            port=port,
        )
        return port

    def _probe(self, child: _Child, until: float) -> None:
        """Try to connect until the broker listens."""
        if child is not self._child or not self.running:
            return
        assert self.port is not None
        endpoint = TCP4ClientEndpoint(self._reactor, HOST, self.port, timeout=1)

        def opened(probe: Any) -> None:
            probe.transport.loseConnection()
            # Somebody else may be listening on this port; then ours is about to die.
            age = self._reactor.seconds() - self._started_at
            if child is self._child and self.running and (child.runs or age > SILENT_SECONDS):
                self._opened()
            else:
                again()

        def closed(_: Failure) -> None:
            if self._reactor.seconds() > until:
                child.signal("KILL")  # its death is told as any other
            else:
                again()

        def again() -> None:
            if child is self._child and self.running:
                self._call = self._reactor.callLater(PROBE_SECONDS, self._probe, child, until)

        factory = protocol.Factory.forProtocol(protocol.Protocol)
        factory.noisy = False
        endpoint.connect(factory).addCallbacks(opened, closed)

    def _opened(self) -> None:
        self._ready = True
        self.starts += 1
        if not self._fixed:
            (self._folder / PORT_FILE).write_text(f"{self.port}\n", encoding="ascii")
        self._log.info("Our own broker listens on {host}:{port}", host=HOST, port=self.port)
        self._answer(self.port)

    def _died(self, why: str, tries: int) -> None:
        was_ready, self._ready = self._ready, False
        words = self._child.last_words if self._child else ""
        self._child = None
        if not self.running:
            if self._call is not None and self._call.active():
                self._call.cancel()
            stopping, self._stopping = self._stopping, None
            if stopping is not None:
                stopping.callback(None)
            return
        if not was_ready and not self.starts:
            taken = "already in use" in words
            if taken and not self._fixed and tries > 1:
                self._launch(tries - 1)
                return
            hint = f"port {self.port} is taken" if taken else words or why
            self._failed(NoBroker(f"mosquitto does not start: {hint}"))
            return
        self._again(f"Our own broker died ({why}): {words}")

    def _again(self, why: str) -> None:
        """Start it again after a while."""
        if self._reactor.seconds() - self._started_at > STEADY_SECONDS:
            self._quick_deaths = 0
        wait = RESTART_SECONDS[min(self._quick_deaths, len(RESTART_SECONDS) - 1)]
        self._quick_deaths += 1
        self._log.warn("{why}; starting it again in {wait} s", why=why, wait=wait)
        self._call = self._reactor.callLater(wait, self._launch, 1)

    def _failed(self, error: NoBroker) -> None:
        """Try again after a failed start if it ever ran; before that, end with the reason."""
        if self.starts:
            self._again(str(error))
            return
        super().stopService()
        self._answer(Failure(error))

    def _answer(self, result: int | Failure | None) -> None:
        waiting, self._waiting = self._waiting, []
        for ready in waiting:
            ready.callback(result)  # type: ignore[arg-type]  # a Failure makes it an errback


class _Child(protocol.ProcessProtocol):
    """The running process, with its last words and the news of its end."""

    def __init__(self, died: Callable[[str], None]) -> None:
        self._died = died
        self._tail = b""
        self.runs = False
        self._process: Any = None
        self.pid: int | None = None

    def attach(self, process: Any) -> None:
        """Take the process that this is the protocol of."""
        self._process = process
        self.pid = process.pid

    def signal(self, name: str) -> None:
        """Send a signal, if it still runs."""
        try:
            self._process.signalProcess(name)
        except ProcessExitedAlready:
            pass

    @property
    def last_words(self) -> str:
        """Return the end of what it said, without the time."""
        lines = self._tail.decode(errors="replace").strip().splitlines()
        return "; ".join(line.partition(": ")[2] or line for line in lines[-2:])

    def errReceived(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-2000:]
        self.runs = self.runs or b" running\n" in self._tail

    outReceived = errReceived

    def processEnded(self, reason: Failure) -> None:
        status: Any = reason.value  # ProcessDone or ProcessTerminated
        self._died(f"signal {status.signal}" if status.signal else f"exit code {status.exitCode}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
