"""The state folder: one server at a time."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from twisted.application.service import Service

from sightline.wiring.errors import CannotStart


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
