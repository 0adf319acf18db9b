"""Hold the state folder: one server at a time, and databases that belong together and are whole."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from twisted.application.service import Service
from twisted.logger import Logger

from sightline.model.faults import CannotOpen
from sightline.settings import Settings
from sightline.wiring import members, switch
from sightline.wiring.errors import CannotStart

_log = Logger()


def _tighten(folder: Path) -> None:
    """Let nobody but its owner into the folder and what is in it, links left alone."""
    tightened = 0
    for root, _, files in os.walk(folder):
        for path, mode in ((root, 0o700), *((os.path.join(root, name), 0o600) for name in files)):
            found = os.lstat(path)
            fits = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
            if fits and found.st_uid == os.geteuid() and found.st_mode & 0o077:
                os.chmod(path, stat.S_IMODE(found.st_mode) & mode)
                tightened += 1
    if tightened:
        _log.warn(
            "State folder {folder}: {count} files or folders could be read by others on this"
            " machine; now they cannot",
            folder=folder,
            count=tightened,
        )


def is_running(folder: Path) -> bool:
    """Tell whether a server holds this state folder."""
    try:
        with (folder / "lock").open("r", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


class StateFolder(Service):
    """The state folder, locked: two servers with one client id would throw each other out for ever.

    ``databases`` are the names of those that are about to be opened in it.
    """

    _log = Logger()

    def __init__(self, folder: Path, databases: Sequence[str] = ()) -> None:
        self._folder = folder
        self._databases = databases
        self._manifest: members.Manifest | None = None
        self._lock: IO[str] | None = None

    def privilegedStartService(self) -> None:
        """Make it, lock it, and look at what is in it before anything is opened."""
        super().privilegedStartService()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _tighten(self._folder)
            self._lock = (self._folder / "lock").open("w", encoding="utf-8")
        except OSError as why:
            raise CannotStart(f"cannot use the state folder {self._folder}: {why}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"another Sightline uses the state folder {self._folder}; stop it, or name another"
                " folder with --state"
            ) from None
        try:
            self._manifest = opened(self._folder, self._databases, self._log.info)
        except (CannotOpen, OSError, sqlite3.Error) as why:
            raise CannotStart(why) from None

    def startService(self) -> None:
        """Write down which databases belong together: all are open, and so they are whole."""
        super().startService()
        try:
            if self._manifest is not None:
                self._manifest = members.seal(self._folder, self._manifest, self._databases)
        except (CannotOpen, OSError, sqlite3.Error) as why:
            self._log.error(
                "Cannot write down which databases belong together: {why}; the next start tries"
                " again",
                why=why,
            )

    def stopService(self) -> None:
        """Let others have it."""
        super().stopService()
        if self._lock is not None:
            self._lock.close()

    @property
    def accounts_anew(self) -> bool:
        """Tell whether the accounts were begun anew beside data of before: then nobody is
        invited.
        """
        return self._manifest is not None and members.ACCOUNTS in self._manifest.anew


def databases(settings: Settings) -> tuple[str, ...]:
    """Return the names of the databases in the folder of a server with these settings."""
    if settings.store.url:
        return ()
    history = (members.HISTORY,) if settings.history.store == "sqlite" else ()
    return (members.ACCOUNTS, members.REGIONS, *history, members.RULES, members.CHANNELS)


def opened(folder: Path, databases: Sequence[str], say: Callable[..., object]) -> members.Manifest:
    """Finish what was cut off, then check that the databases belong together and are whole.

    Files that are to be made are written down before. Raises `CannotOpen` and `OSError`.
    """
    done = switch.complete(folder)
    if done is not None:
        say("A restore that was cut off was finished: {names}", names=", ".join(done.names))
    switch.discard(folder)
    manifest = members.examine(folder, databases)
    for name in databases:
        path = folder / name
        if not members.size(folder, name):
            continue
        found = members.look_through(path)
        if found:
            raise CannotOpen(f"{path}: {members.damaged(found)}")
        if found is None:
            say("{path} is large: the rest of it is checked within a week", path=path)
    if manifest != members.read(folder):
        members.write(folder, manifest)
    return manifest
