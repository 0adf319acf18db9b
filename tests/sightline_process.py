"""A whole Sightline as its users run it: `twistd sightline` in a process of its own."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path

from broker import free_port
from child_process import ChildProcess
from waits import DEADLINE, wait_until

ROOT = Path(__file__).parent.parent


class SightlineProcess:
    """Starts on a free port (the same over `restart`), with a settings file of the given text.

    Everybody is let in as an admin, unless the settings say something about accounts, and there is
    no guard, unless they say something about driving: a process less for each of a hundred servers.
    With ``as_set`` it listens where the settings say instead; it may have ``files`` descriptors.
    """

    def __init__(
        self, settings: str = "", *options: str, as_set: bool = False, files: int | None = None
    ) -> None:
        # Its broker may still write for a moment when it was killed.
        self._made = tempfile.TemporaryDirectory(prefix="sightline-", ignore_cleanup_errors=True)
        self.folder = Path(self._made.name)
        self.port = self._free = free_port()
        self._as_set = as_set
        self._options = options
        self._limit = ["prlimit", f"--nofile={files}:{files}", "--"] if files else []
        if "[accounts]" not in settings:
            settings += '\n[accounts]\nguest = "admin"\n'
        if "[driving]" not in settings:
            settings += "\n[driving]\nguard = false\n"
        (self.folder / "sightline.toml").write_text(settings)
        self._process: ChildProcess | None = None
        self._began = 0  # where in the log this start begins

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self._process is not None, "not running"
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it was started, and not ended by us."""
        return self._process is not None

    @property
    def logged(self) -> str:
        """Everything it said, over all its starts."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def start(self) -> SightlineProcess:
        """Start it and wait until it says where it is.

        Another test may have taken our port meanwhile: a first start then takes another.
        """
        for _ in range(3):
            began = len(self.logged)
            try:
                return self._start()
            except RuntimeError:
                if (
                    self._as_set
                    or self.port != self._free
                    or began
                    or "Address already in use" not in self.logged[began:]
                ):
                    raise
                (self.folder / "log").unlink()
                self.port = self._free = free_port()
        return self._start()

    def _start(self) -> SightlineProcess:
        known = self.logged.count("Sightline is at")
        self._began = len(self.logged)
        twistd = str(Path(sys.executable).parent / "twistd")
        command = [twistd, "--nodaemon", "--pidfile=", "sightline"]
        command += ["--config", "sightline.toml", "--state", "state"]
        if not self._as_set:
            command += ["--port", str(self.port)]
        command = [*self._limit, *command]
        self._process = process = ChildProcess(
            [*command, *self._options], self.folder / "log", self.folder, PYTHONUNBUFFERED="1"
        )
        until = time.monotonic() + DEADLINE
        while self.logged.count("Sightline is at") == known:
            if process.has_ended or time.monotonic() > until:
                raise RuntimeError(f"Sightline does not start:\n{self.logged[-3000:]}")
            time.sleep(0.02)
        return self

    def hears(self, broker: str = "main") -> SightlineProcess:
        """Wait until it has subscribed at this broker: what is published before may be lost."""
        wait_until(
            lambda: f"Broker {broker}: connected to" in self.logged[self._began :],
            lambda: f"its connection to {broker}:\n{self.logged[-3000:]}",
        )
        return self

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end; its exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        status = process.end(sign)
        assert status != -signal.SIGKILL or sign == signal.SIGKILL, "it did not end in a minute"
        return status

    def restart(self, sign: signal.Signals = signal.SIGTERM) -> SightlineProcess:
        """End it and start it anew on the same port."""
        self.end(sign)
        return self.start()

    def __enter__(self) -> SightlineProcess:
        try:
            return self.start()
        except RuntimeError:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.end(signal.SIGKILL)
        self._made.cleanup()
