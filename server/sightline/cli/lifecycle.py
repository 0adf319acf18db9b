"""Run every subcommand, and end it: when it is done, or when a signal says so.

Ctrl-C or TERM ends whatever runs: `Ended` is raised where it is, or, with the reactor, what is
awaited is cancelled, so that everything is closed on the way out. What does not end by that within
`GRACE` is left as it is (what we write survives that), and a second signal leaves at once. The
signals are seen by a thread, since SQLite may hold the main one for long.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sqlite3
import sys
import termios
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any

GRACE = 1.5
"""Seconds from the first signal until nothing is waited for any more."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POKE = 0.1  # s between two pokes of statements that run on


class Ended(BaseException):
    """The subcommand was ended by a signal, with this exit ``status``."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class Life:
    """The signals of the one subcommand of this process."""

    def __init__(self) -> None:
        self.number = 0
        """The signal that ends us; 0: none yet."""
        self._instead: Callable[[], None] | None = None
        self._running: set[sqlite3.Connection] = set()
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._terminal = _terminal()
        self._before: dict[int, Any] = {}
        self._before_fd = -1
        self._watch = threading.Thread(target=self._watches, name="signals", daemon=True)

    def begin(self) -> None:
        """Take the signals over."""
        self._before = {number: signal.signal(number, self._signalled) for number in _SIGNALS}
        self._before_fd = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._watch.start()

    def finish(self) -> None:
        """Restore the signal handlers of before."""
        signal.set_wakeup_fd(self._before_fd)
        for number, before in self._before.items():
            signal.signal(number, before)
        os.write(self._write, b"\0")
        self._watch.join()
        os.close(self._read)
        os.close(self._write)

    def ignore(self) -> None:
        """Let signals change nothing any more: all is done, and the exit status is to say so.

        Python puts back what it does not ignore at its exit, and would then be killed.
        """
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    @contextlib.contextmanager
    def interruptible(self, sql: sqlite3.Connection) -> Iterator[None]:
        """End the statements that ``sql`` runs within when a signal comes."""
        self._running.add(sql)
        try:
            yield
        finally:
            self._running.discard(sql)

    def _signalled(self, number: int, _: FrameType | None) -> None:
        if self.number:
            return  # the thread sees it, too
        self.number = number
        if self._instead is None:
            raise Ended(number)
        self._instead()

    def call_instead(self, ended: Callable[[], None]) -> None:
        """Call ``ended`` when a signal comes, instead of raising `Ended` where it comes."""
        self._instead = ended

    # the thread

    def _watches(self) -> None:
        number = self._next(None)
        waited = 0.0
        while number and waited < GRACE:
            for sql in tuple(self._running):
                with contextlib.suppress(sqlite3.Error):
                    sql.interrupt()
            again = self._next(_POKE)
            if again == 0:
                return
            if again is not None:
                break
            waited += _POKE
        if number:
            _leave(number, self._terminal)

    def _next(self, seconds: float | None) -> int | None:
        """Return the next signal of ours; 0: there will be none; None: none came within
        ``seconds``.
        """
        while True:
            ready, _, _ = select.select([self._read], [], [], seconds)
            if not ready:
                return None
            found = os.read(self._read, 1)[0]
            if found == 0 or found in _SIGNALS:
                return found


_life: Life | None = None


def run(work: Callable[[], int], *, whole_process: bool) -> int:
    """Do ``work``; return its exit status, or 128 + the signal that ended it.

    ``whole_process``: nothing else is to be done after that; the grace covers the way out, too.
    """
    global _life  # signals are the process's
    if threading.current_thread() is not threading.main_thread() or _life is not None:
        return work()
    _life = life = Life()
    life.begin()
    status = 1
    try:
        status = work()
    except Ended as end:
        status = end.status
    finally:
        _life = None
        if not whole_process:
            life.finish()
        elif not life.number:
            life.ignore()
    if life.number:
        with contextlib.suppress(OSError):
            print(f"sightline: ended by {signal.Signals(life.number).name}", file=sys.stderr)
    return status


def interruptible(sql: sqlite3.Connection) -> contextlib.AbstractContextManager[None]:
    """End the statements that ``sql`` runs within, when a signal comes."""
    return contextlib.nullcontext() if _life is None else _life.interruptible(sql)


def react(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine with the reactor; return its exit status.

    A signal cancels what it awaits, and it has the grace for closing what it opened.
    """
    from twisted.internet import reactor as found
    from twisted.internet.defer import CancelledError, Deferred
    from twisted.python.failure import Failure

    reactor: Any = found
    life, ends = _life, []

    def over(result: Any) -> None:
        ends.append(result)
        reactor.stop()

    def begin() -> None:
        running: Deferred[Any] = Deferred.fromCoroutine(main())
        running.addBoth(over)
        if life is not None:
            life.call_instead(lambda: reactor.callFromThread(running.cancel))
            if life.number:
                running.cancel()

    if life is not None:
        life.call_instead(lambda: None)
    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    [end] = ends
    if not isinstance(end, Failure):
        return int(end)
    if life is not None and life.number and end.check(CancelledError):
        return 128 + life.number
    end.raiseException()
    raise AssertionError


def _terminal() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except (termios.error, OSError):
        return None


def _leave(number: int, terminal: list[Any] | None) -> None:
    """End the process here and now; the terminal shows again what is typed."""
    with contextlib.suppress(termios.error, OSError):
        if terminal is not None:
            termios.tcsetattr(0, termios.TCSANOW, terminal)
    os._exit(128 + number)
