"""Say in one sentence what the server cannot do now because of its disk or its databases.

It is a field of ``server/sightline``, so that the page, the figures and ``/readyz`` say the same.
Once a week each database is checked whole, on a thread that gives way to all others.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from sightline.database.trouble import WORDS, Degraded
from sightline.live.periodic import Periodic
from sightline.model.server import Trouble
from sightline.wiring import members

CHECKED = "checked.json"
"""When each database was last checked whole (epoch s), in the state folder."""
_WEEK = 7 * 86400.0
_LOOK = 3600.0  # s
_INTERRUPT_AGAIN = 0.05  # s
_NICE = 19

Source = Callable[[], Degraded | None]
"""Says why something cannot be kept or changed; None: it can."""


class Health(Service):
    """The troubles of all parts, and the weekly check of the databases.

    ``sources`` tell the
    trouble of each part, by its name for people ("the accounts"). ``wall`` gives epoch s; ``clock``
    says when to look, the reactor if it is not given.

    ``wall`` gives epoch s; ``clock`` says when to look, the reactor if it is not given.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], float],
        folder: Path,
        databases: Sequence[str],
        sources: Sequence[tuple[str, Source]],
        *,
        clock: IReactorTime | None = None,
    ) -> None:
        self._reactor = reactor
        self._wall = wall
        self._folder = folder
        self._databases = databases
        self._sources = sources
        self._since: tuple[str, float] = "", 0.0
        self._damaged: dict[str, str] = {}
        self._pool = ThreadPool(0, 1, name="checks")
        self._checking: Deferred[Any] = succeed(None)
        self._running: sqlite3.Connection | None = None
        self._stopped = threading.Event()
        self._loop = Periodic(clock or reactor, _LOOK, self._look, "the check of the databases")

    # -- what is said

    def trouble(self) -> Trouble | None:
        """Return what cannot be done now, and why."""
        found = [(what, why) for what, source in self._sources if (why := source()) is not None]
        for name, damage in self._damaged.items():
            found.insert(0, (name, Degraded("damaged", damage)))
        if not found:
            self._since = "", 0.0
            return None
        reason = found[0][1].reason
        if reason != self._since[0]:
            self._since = reason, round(self._wall(), 3)
        return Trouble(reason, self._sentence(reason, found), self._since[1])

    def _sentence(self, reason: str, found: Sequence[tuple[str, Degraded]]) -> str:
        if self._damaged:
            name, why = next(iter(self._damaged.items()))
            return (
                f"The database {name} is damaged: {why}. Stop the server and put a backup back"
                " (sightline restore)."
            )
        parts = [what for what, why in found if why.reason == reason]
        words = WORDS[found[0][1].reason]
        return f"{words[0].upper()}{words[1:]}: {_listed(parts)} cannot be written just now."

    # -- the weekly check

    def startService(self) -> None:
        """Look every hour whether a check is due; the first is an hour after the start."""
        super().startService()
        self._pool.start()
        self._loop.start(now=False)

    def stopService(self) -> Deferred[Any]:
        """Interrupt the check that runs."""
        super().stopService()
        self._loop.stop()
        self._stopped.set()
        self._interrupt()
        return self._checking.addBoth(lambda _: self._pool.stop())

    def _interrupt(self) -> None:
        """Interrupt the check again and again: just before a statement SQLite does not hear it."""
        if self._checking.called:
            return
        running = self._running
        if running is not None:
            try:
                running.interrupt()
            except sqlite3.ProgrammingError:
                pass  # it was closed this moment
        self._reactor.callLater(_INTERRUPT_AGAIN, self._interrupt)

    def _look(self) -> Deferred[Any]:
        self._checking = deferToThreadPool(self._reactor, self._pool, self._check_due)
        self._checking.addCallbacks(self._checked, self._failed)
        return self._checking

    def _checked(self, found: dict[str, str]) -> None:
        for name, why in found.items():
            if why:
                self._log.critical(
                    "The database {name} is damaged: {why}. Stop the server and put a backup back:"
                    " sightline restore FOLDER",
                    name=name,
                    why=why,
                )
                self._damaged[name] = why
            else:
                self._log.info("The database {name} was checked: it is whole", name=name)
                self._damaged.pop(name, None)

    def _failed(self, failure: Any) -> None:
        if failure.check(sqlite3.Error, OSError):
            why = failure.getErrorMessage()
            self._log.warn("The databases cannot be checked now: {why}", why=why)
        else:
            self._log.failure("The databases cannot be checked", failure)

    # the thread

    def _check_due(self) -> dict[str, str]:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        now, found = self._wall(), {}
        checked = _read(self._folder)
        for name in self._databases:
            # A time to come is of a clock that was wrong.
            if 0 <= now - checked.get(name, 0.0) < _WEEK or self._stopped.is_set():
                continue
            why = members.look_through(self._folder / name, None, self._is_running)
            if why is None or self._stopped.is_set():
                break
            found[name] = why
            if not why:
                checked[name] = now
                _write(self._folder, checked)
        return found

    def _is_running(self, sql: sqlite3.Connection | None) -> None:
        self._running = sql
        if sql is not None and self._stopped.is_set():
            sql.interrupt()


def _read(folder: Path) -> dict[str, float]:
    try:
        return msgspec.json.decode((folder / CHECKED).read_bytes(), type=dict[str, float])
    except (OSError, msgspec.DecodeError):
        return {}


def _write(folder: Path, checked: dict[str, float]) -> None:
    part = folder / f"{CHECKED}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(msgspec.json.encode(checked))
    part.replace(folder / CHECKED)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
