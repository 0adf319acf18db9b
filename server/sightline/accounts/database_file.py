"""Open the accounts' SQLite file, bring its tables up to date, change it as a whole or not at all.

What is committed survives a power cut (synchronous=FULL). Both the server and the command line may
have the file open at once (WAL). Where there are several servers, the file is a copy of their
journal (`sightline.journal`).
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sightline.accounts import schema
from sightline.accounts.pseudonyms import Pseudonyms
from sightline.accounts.schema import STEPS as _STEPS
from sightline.database.trouble import said
from sightline.journal.copy import Copy
from sightline.journal.recording import RecordingConnection

FILE = "accounts.db"
_BUSY = 10.0  # s to wait for somebody else's transaction
_ROOM = 1_000_000  # bytes that must be free again before we believe it


class BadDatabase(Exception):
    """The accounts cannot be read; the message says why and what to do."""


class DatabaseFile:
    """The open file. ``wall`` gives epoch s."""

    def __init__(self, folder: Path, wall: Callable[[], float], busy: float = _BUSY) -> None:
        """Open it, make it where it is missing, bring it up to date.

        ``busy`` s are waited for somebody else's transaction. Raises `BadDatabase`.
        """
        self.path = folder / FILE
        self.fresh = not self.path.exists()
        """Whether the file was made just now."""
        self._wall = wall
        self._busy = busy
        try:
            # The file is made before SQLite can make it readable by others; -wal and -shm follow.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
            self._sql = sqlite3.connect(
                self.path,
                timeout=busy,
                isolation_level=None,
                check_same_thread=False,
                factory=RecordingConnection,
            )
            for setting in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
                "trusted_schema=OFF",
            ):
                self._sql.execute(f"PRAGMA {setting}")
            schema.keep_copy(self._sql, self.path)
            self.copy = Copy(self._sql, self.path, wall, self._upgrade)
            self.copy.upgrade()
        except (OSError, sqlite3.Error) as why:
            raise BadDatabase(f"{self.path}: {said(why)}") from why

    def _upgrade(self) -> None:
        with self.change():
            self._migrate()
            self.pseudonyms = Pseudonyms(self._pseudonym_key())

    def _migrate(self) -> None:
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        if version > len(_STEPS):
            raise BadDatabase(
                f"{self.path}: was written by a newer Sightline (version {version} of the tables,"
                f" this one knows {len(_STEPS)})"
            )
        for number in range(version, len(_STEPS)):
            # Not executescript(), which would commit what came before.
            for statement in schema.statements(_STEPS[number]):
                self._sql.execute(statement)
            self._sql.execute(f"PRAGMA user_version = {number + 1}")

    def _pseudonym_key(self) -> bytes:
        found = self._sql.execute("SELECT value FROM secret WHERE name = 'veil'").fetchone()
        if found:
            return bytes(found[0])
        key = secrets.token_bytes(32)
        self._sql.execute("INSERT INTO secret VALUES ('veil', ?)", (key,))
        return key

    def now(self) -> float:
        """Return the time, epoch s."""
        return self._wall()

    def close(self) -> None:
        """Close the file of the database."""
        self._sql.close()

    def change(self) -> AbstractContextManager[None]:
        """Do all that is done within, or nothing of it."""
        return self.copy.change()

    def probe(self) -> None:
        """Find out quickly whether the file can be written. Raises `OSError`, `sqlite3.Error`."""
        found = os.statvfs(self.path.parent)
        if found.f_bavail * found.f_frsize < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        self._sql.execute("PRAGMA busy_timeout = 100")
        try:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                self._sql.execute(f"PRAGMA user_version = {version}")  # a page, as it was
            finally:
                self._sql.execute("COMMIT" if self._sql.in_transaction else "SELECT 1")
        finally:
            self._sql.execute(f"PRAGMA busy_timeout = {round(self._busy * 1000)}")

    @property
    def sql(self) -> sqlite3.Connection:
        """Return the connection, for what has a table of its own (`sightline.accounts.aliases`)."""
        return self._sql

    @property
    def version(self) -> int:
        """Return a number that changes when another process has changed the file."""
        (version,) = self._sql.execute("PRAGMA data_version").fetchone()
        return int(version)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Return one picture, whatever others write meanwhile."""
        if self._sql.in_transaction:
            yield
            return
        self._sql.execute("BEGIN")
        try:
            yield
        finally:
            self._sql.execute("COMMIT")
