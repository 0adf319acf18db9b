"""Open the SQLite file of history, bring it up to date, and copy it.

Plain functions that wait for the disk; nothing here knows the reactor. What is committed survives
a power cut (synchronous=FULL), and a damaged or newer file is refused and left as it is.

An entry is one row of a table without rowids, so that the table itself is the covering index for
"this thing from-to": a track lies in one piece, however large the rest grows. Times are whole µs.
Sorts are numbers; those of events are negative, and only they are in the second index, by time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sightline.model.faults import CannotOpen

FILE = "history.db"
APPLICATION = 0x5368746C  # "Shtl", so that nobody else's file is taken for ours
BUSY = 2.0  # s to wait for somebody else's transaction
_WAL_LIMIT = 67_108_864  # bytes of the -wal file that a checkpoint leaves
_CACHE = 32_768  # KiB

# Each step leads from the version before to the next; PRAGMA user_version says how many were taken.
# A step that was released is never changed.
STEPS = (
    """
    CREATE TABLE thing (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE sort (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE entry (
        thing INTEGER NOT NULL, sort INTEGER NOT NULL, tst INTEGER NOT NULL,
        digest INTEGER NOT NULL, at INTEGER NOT NULL, hidden INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (thing, sort, tst, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX event ON entry (sort, tst, digest, thing) WHERE sort < 0;
    CREATE TABLE act (
        id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, undo TEXT NOT NULL, sort INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE (thing, undo)
    ) STRICT;
    CREATE TABLE standing (
        thing TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tally (rows INTEGER NOT NULL) STRICT;
    INSERT INTO tally VALUES (0);
    """,
)


def connect(path: Path, *, busy: float = BUSY) -> sqlite3.Connection:
    """Open a connection to a file that is there, set up as all of ours are."""
    sql = sqlite3.connect(
        f"file:{path.absolute().as_posix().replace('?', '%3f').replace('#', '%23')}?mode=rw",
        uri=True,
        timeout=busy,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "trusted_schema=OFF",
            f"journal_size_limit={_WAL_LIMIT}",
            f"cache_size=-{_CACHE}",
        ):
            sql.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        sql.close()
        raise
    return sql


def opened(path: Path, steps: Sequence[str] = STEPS) -> sqlite3.Connection:
    """Open the file at ``path``: made where it is missing, brought up to date after a backup."""
    try:
        # Made before SQLite can make it readable by others; -wal and -shm follow.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        sql = connect(path)
        try:
            _upgrade(sql, path, steps)
        except BaseException:
            sql.close()
            raise
        return sql
    except sqlite3.DatabaseError as why:
        raise CannotOpen(_trouble(path, why)) from why
    except OSError as why:
        raise CannotOpen(f"{path}: cannot be opened: {why.strerror}") from why


def _trouble(path: Path, why: sqlite3.DatabaseError) -> str:
    if isinstance(why, sqlite3.OperationalError):
        return f"{path}: cannot be opened: {why}"
    return (
        f"{path}: is damaged ({why}). Nothing was changed in it. Put a backup in its place"
        " (sightline restore), or move the file away to begin a new history (sightline state"
        " accept)"
    )


def version(sql: sqlite3.Connection, path: Path, known: int = len(STEPS)) -> int:
    """Tell how many steps the file was taken. Raises `CannotOpen` for one that we cannot use."""
    (found,) = sql.execute("PRAGMA user_version").fetchone()
    (application,) = sql.execute("PRAGMA application_id").fetchone()
    (tables,) = sql.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION:
        raise CannotOpen(f"{path}: is an SQLite file, but not a history of Sightline's")
    if found > known:
        raise CannotOpen(
            f"{path}: was written by a newer Sightline (version {found} of the tables, this one"
            f" knows {known}); use that one, or a backup from before the upgrade"
        )
    return int(found)


def _upgrade(sql: sqlite3.Connection, path: Path, steps: Sequence[str]) -> None:
    before = version(sql, path, len(steps))
    for number in range(before, len(steps)):
        if number:
            backup(sql, path.with_name(f"{path.name}.before-version-{number + 1}"))
        sql.execute("BEGIN IMMEDIATE")
        try:
            # Not executescript(), which would commit what came before.
            statement = ""
            for line in steps[number].splitlines():
                statement += line + "\n"
                if sqlite3.complete_statement(statement):
                    sql.execute(statement)
                    statement = ""
            sql.execute(f"PRAGMA application_id = {APPLICATION}")
            sql.execute(f"PRAGMA user_version = {number + 1}")
            sql.execute("COMMIT")
        except BaseException:
            if sql.in_transaction:
                sql.execute("ROLLBACK")
            raise


def backup(sql: sqlite3.Connection, target: Path) -> None:
    """Copy the file as of now, whole and compact, while others go on writing.

    Replaces ``target``.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        sql.execute("VACUUM INTO ?", (str(part),))
        with open(part, "rb") as copy:
            os.fsync(copy.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def check(
    path: Path,
    application: int | None = APPLICATION,
    watch: Callable[[sqlite3.Connection], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Look through the whole file. Raises `CannotOpen` when anything in it is wrong.

    It may take long: it runs within ``watch`` of its connection, which may interrupt it.
    """
    if not path.is_file():
        raise CannotOpen(f"{path}: there is no such file")
    try:
        sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            with watch(sql):
                found = sql.execute("PRAGMA integrity_check(3)").fetchall()
            if application is not None:
                version(sql, path)
        finally:
            sql.close()
    except sqlite3.Error as why:
        raise CannotOpen(f"{path}: is damaged ({why})") from why
    if found != [("ok",)]:
        raise CannotOpen(f"{path}: is damaged ({'; '.join(row[0] for row in found)})")
