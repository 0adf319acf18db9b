"""Sightline's programs without their loading: a process that has loaded them is forked for each.

Loading takes more of the processor than most of what the tests do with a program. So the first test
that starts one starts this file as a process of its own; it loads everything once, and every
`Forked` is a child of it that runs the program to its natural end: its arguments, environment,
folder, streams, signals and exit status are its own, and it makes its own reactor. What a fork
cannot be is started as always: see `can_be_forked`.

A child ends with that process, which ends with the tests, whatever their end is.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

HERE = Path(__file__).parent
PROGRAMS = ("twistd", "sightline", "served.py")
_NOT_OURS = ("LD_PRELOAD", "COVERAGE_PROCESS_CONFIG")  # of the environment: at work while we load
_OUR_PATH = os.environ.get("PYTHONPATH")
_PR_SET_PDEATHSIG = 1
_LARGEST = 200_000  # bytes of a request
_ENDING = (signal.SIGINT, signal.SIGTERM)

spent = 0.0
"""What the ended children have had of the processor, s."""


def program(command: Sequence[str]) -> list[str] | None:
    """The program that this command runs and its arguments; None: it is not one of ours."""
    first, rest = Path(command[0]), list(command[1:])
    if first.parent != Path(sys.executable).parent:
        return None
    if first.name in ("twistd", "sightline"):
        return [str(first), *rest]
    if str(first) == sys.executable and rest[:2] == ["-m", "sightline.cli.main"]:
        return [str(first.with_name("sightline")), *rest[2:]]
    if str(first) == sys.executable and rest[:1] == [str(HERE / "served.py")]:
        return rest
    return None


def can_be_forked(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether it is one of Sightline's programs, and nothing has to be there before Python is."""
    if environ.get("PYTHONPATH") != _OUR_PATH:
        return False  # it is to run another copy of Sightline than the one that is loaded
    return program(command) is not None and not any(name in environ for name in _NOT_OURS)


# -- on the side of the tests


class _Preloaded:
    """The process, and the way to it."""

    def __init__(self) -> None:
        self._way, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
        atexit.register(self.end)

    def fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        with self._lock:
            socket.send_fds(self._way, [json.dumps(request).encode()], descriptors)
            answer = self._way.recv(64)
        if not answer:
            raise RuntimeError("the process that has loaded Sightline has ended")
        return int(answer)

    def end(self) -> None:
        self._way.close()
        self._process.wait()


_preloaded: _Preloaded | None = None
_making = threading.Lock()


def _the_one() -> _Preloaded:
    global _preloaded
    with _making:
        if _preloaded is None:
            _preloaded = _Preloaded()
        return _preloaded


class Forked:
    """A program that runs, as `subprocess.Popen` tells of one."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path | None,
        environ: Mapping[str, str],
        streams: Sequence[int],
    ) -> None:
        self.args = list(command)
        self.returncode: int | None = None
        self._ended, said = os.pipe()
        request = {
            "program": program(command),
            "folder": str(folder or Path.cwd()),
            "environ": dict(environ),
        }
        try:
            self.pid = _the_one().fork(request, [*streams, said])
        finally:
            os.close(said)

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit status. Raises `subprocess.TimeoutExpired`."""
        global spent
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            told = os.read(self._ended, 64).split()
            os.close(self._ended)
            # Nothing is told by a process that was ended itself, and its children with it.
            self.returncode = int(told[0]) if told else -signal.SIGKILL
            spent += float(told[1]) if told else 0.0
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def sightline(
    *arguments: object,
    input: str = "",
    timeout: float = 60.0,
    check: bool = False,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end, as `subprocess.run` does, and return what it said."""
    words = [str(word) for word in (Path(sys.executable).with_name("sightline"), *arguments)]
    if not can_be_forked(words, os.environ):
        return subprocess.run(
            words,
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=check,
            cwd=folder,
        )
    with contextlib.ExitStack() as stack:
        files: list[IO[str]] = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3)]
        files[0].write(input)
        files[0].seek(0)
        process = Forked(words, folder, os.environ, [file.fileno() for file in files])
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        for file in files:
            file.seek(0)
        said = subprocess.CompletedProcess(words, status, files[1].read(), files[2].read())
    if check:
        said.check_returncode()
    return said


# -- the process itself


def _load() -> None:
    from twisted.application.service import IServiceMaker
    from twisted.plugin import getPlugins

    import served  # noqa: F401
    import sightline.cli.main
    import sightline.tap  # noqa: F401

    list(getPlugins(IServiceMaker))
    assert threading.active_count() == 1, "what is forked has one thread"


def _own_streams(descriptors: list[int], unbuffered: bool) -> None:
    """Let the standard streams be these files, opened as Python opens them."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    again: Any = sys
    again.stdin = again.__stdin__ = os.fdopen(0, closefd=False)
    again.stdout = again.__stdout__ = os.fdopen(1, "w", closefd=False)
    again.stderr = again.__stderr__ = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    if unbuffered:
        again.stdout.reconfigure(write_through=True)


def _own_reactor() -> None:
    """Make the reactor anew: a child would share what its parent's waits with."""
    from twisted.internet import reactor as made

    reactor: Any = made
    reactor._poller.close()
    for descriptor in (reactor.waker.i, reactor.waker.o):
        os.close(descriptor)
    reactor.__init__()


def _become(request: dict[str, Any], descriptors: list[int]) -> list[str]:
    """Be the child: a process of its own, but for what is loaded. The program's arguments."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    _own_streams(descriptors, "PYTHONUNBUFFERED" in os.environ)
    _own_reactor()
    arguments: list[str] = request["program"]
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # The command line is ended by it at once, as it is while it is loaded; see its package.
    command_line = Path(arguments[0]).name == "sightline"
    signal.signal(signal.SIGINT, signal.SIG_DFL if command_line else signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    return arguments


def _serve(way: socket.socket) -> list[str]:
    """Fork for each request. Returns in the children only: the arguments of the program."""
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    telling: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([way, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell(telling)
        if way not in ready:
            continue
        data, descriptors, _, _ = socket.recv_fds(way, _LARGEST, 8)
        if not data:
            _end(telling)
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # until the child is itself
        if not (pid := os.fork()):
            signal.set_wakeup_fd(-1)
            way.close()
            for descriptor in (woken, wakes, descriptors.pop(), *telling.values()):
                os.close(descriptor)
            return _become(json.loads(data), descriptors)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        telling[pid] = descriptors.pop()
        for descriptor in descriptors:
            os.close(descriptor)
        way.send(str(pid).encode())


def _tell(telling: dict[int, int]) -> None:
    """Tell of each child that has ended how it did, and what it had of the processor."""
    while telling:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if not pid:
            return
        said = f"{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime:.3f}"
        descriptor = telling.pop(pid)
        with contextlib.suppress(BrokenPipeError):
            os.write(descriptor, said.encode())
        os.close(descriptor)


def _end(telling: dict[int, int]) -> NoReturn:
    for pid in telling:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _run(arguments: list[str]) -> int | None:
    """Run the program as its script does."""
    sys.argv = arguments
    name = Path(arguments[0]).name
    if name == "twistd":
        from twisted.scripts.twistd import run

        run()
        return None
    if name == "sightline":
        from sightline.cli.main import main

        return main()
    import served

    served.main(*arguments[1:])
    return None


if __name__ == "__main__":
    _load()
    gc.collect()
    gc.freeze()  # what is shared stays shared
    sys.exit(_run(_serve(socket.socket(fileno=int(sys.argv[1])))))
