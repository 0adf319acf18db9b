"""The state folder: one server at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import IO

from twisted.application.service import Service
from twisted.logger import Logger

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


class StateFolder(Service):
    """Our folder, locked: two servers with one client id would throw each other out for ever."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None

    def privilegedStartService(self) -> None:
        """Make it and lock it."""
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

    def stopService(self) -> None:
        """Let others have it."""
        super().stopService()
        if self._lock is not None:
            self._lock.close()
