"""Be the database of one part in a SQLite file (`sightline.database.engine`).

What is committed survives a power cut (synchronous=FULL). Other processes may have the file open at
once (WAL): the command line. The file is its owner's alone.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sightline.database.engine import Conflict, Result
from sightline.database.schema import Part, for_sqlite
from sightline.model.faults import CannotOpen

BUSY = 10.0
"""s to wait for somebody else's transaction."""
_ROOM = 1_000_000  # bytes that must be free again before we believe it
_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
)
_FORMER = ("journal", "outbox", "taken")
"""Of versions that copied such a file to other servers: what waited there names people."""

T = TypeVar("T")


class SqliteEngine:
    """The open file of a ``part``. Raises `CannotOpen`, `OSError`, `sqlite3.Error`."""

    several = False

    def __init__(self, path: Path, part: Part, busy: float = BUSY) -> None:
        """Open it, make it where it is missing, bring it up to date."""
        self.path = path
        self._busy = busy
        # The file is made before SQLite can make it readable by others; -wal and -shm follow.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        self.sql = sqlite3.connect(
            path, timeout=busy, isolation_level=None, check_same_thread=False
        )
        for setting in _SETTINGS:
            self.sql.execute(f"PRAGMA {setting}")
        keep_copy(self.sql, path, part.version)
        with self.change():
            self._upgrade(part)

    def _upgrade(self, part: Part) -> None:
        for table in _FORMER:
            self.sql.execute(f"DROP TABLE IF EXISTS {table}")
        (version,) = self.sql.execute("PRAGMA user_version").fetchone()
        if version > part.version:
            raise CannotOpen(
                f"{self.path}: was written by a newer Sightline (version {version} of the tables,"
                f" this one knows {part.version})"
            )
        for number in range(version, part.version):
            for statement in for_sqlite(part.steps[number]):
                self.sql.execute(statement)
            self.sql.execute(f"PRAGMA user_version = {number + 1}")

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement (`Engine`)."""
        try:
            return self.sql.execute(sql, parameters)
        except sqlite3.IntegrityError as why:
            raise Conflict(str(why)) from why

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run a statement for each of the rows (`Engine`)."""
        try:
            self.sql.executemany(sql, rows)
        except sqlite3.IntegrityError as why:
            raise Conflict(str(why)) from why

    @contextmanager
    def change(self) -> Iterator[None]:
        """Do everything within as one transaction (`Engine`)."""
        if self.sql.in_transaction:
            yield
            return
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.sql.execute("COMMIT")
        except BaseException:
            if self.sql.in_transaction:  # some errors end it themselves
                self.sql.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Show one picture within (`Engine`)."""
        if self.sql.in_transaction:
            yield
            return
        self.sql.execute("BEGIN")
        try:
            yield
        finally:
            self.sql.execute("COMMIT")

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does as one transaction (`Engine`).

        ``scrub``: the log of changes beside the file is emptied, too.
        """
        with self.change():
            done = work()
        if scrub:
            self.sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return done

    def version(self) -> object:
        """Return a number that changes when another process has changed the file (`Engine`)."""
        (version,) = self.sql.execute("PRAGMA data_version").fetchone()
        return int(version)

    def probe(self) -> None:
        """Find out quickly whether the file can be written. Raises `OSError`, `sqlite3.Error`."""
        found = os.statvfs(self.path.parent)
        if found.f_bavail * found.f_frsize < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        (version,) = self.sql.execute("PRAGMA user_version").fetchone()
        self.sql.execute("PRAGMA busy_timeout = 100")
        try:
            self.sql.execute("BEGIN IMMEDIATE")
            try:
                self.sql.execute(f"PRAGMA user_version = {version}")  # a page, as it was
            finally:
                self.sql.execute("COMMIT" if self.sql.in_transaction else "SELECT 1")
        finally:
            self.sql.execute(f"PRAGMA busy_timeout = {round(self._busy * 1000)}")

    def close(self) -> None:
        """Close the file of the database."""
        self.sql.close()


def keep_copy(sql: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy a file of an older version before it is brought up to date, for the way back.

    The copy lies beside it (``accounts.db.before-version-2``), whole and its owner's alone.
    """
    (found,) = sql.execute("PRAGMA user_version").fetchone()
    if not 0 < found < version:
        return
    copy = path.with_name(f"{path.name}.before-version-{version}")
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    sql.execute("VACUUM INTO ?", (str(part),))
    with open(part, "rb") as whole:
        os.fsync(whole.fileno())
    part.replace(copy)
