"""Define the tables of the accounts' file, and how an older file gets them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

# Each step leads from the version before to the next; PRAGMA user_version says how many were taken.
# A step that was released is never changed.
STEPS = (
    """
    CREATE TABLE account (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT, disabled INTEGER NOT NULL,
        created REAL NOT NULL, seen REAL
    ) STRICT;
    CREATE TABLE given (
        account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        verb TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (account, verb, what)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE token (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, key TEXT NOT NULL, scopes TEXT NOT NULL, things TEXT NOT NULL,
        created REAL NOT NULL, expires REAL, used REAL
    ) STRICT;
    CREATE TABLE share (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, things TEXT NOT NULL,
        created REAL NOT NULL, starts REAL NOT NULL, ends REAL NOT NULL, revoked REAL
    ) STRICT;
    CREATE TABLE session (
        key TEXT PRIMARY KEY, account TEXT REFERENCES account ON DELETE CASCADE,
        share TEXT REFERENCES share ON DELETE CASCADE,
        created REAL NOT NULL, seen REAL NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL,
        CHECK ((account IS NULL) <> (share IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE audit (
        n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL,
        address TEXT NOT NULL, what TEXT NOT NULL, thing TEXT NOT NULL, result TEXT NOT NULL,
        more TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_who ON audit (who, n);
    CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is never shortened'); END;
    CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
    CREATE TABLE retention (
        thing TEXT PRIMARY KEY, days INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE secret (
        name TEXT PRIMARY KEY, value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE person (
        account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE, display TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE alias (
        spelling TEXT PRIMARY KEY, device TEXT NOT NULL, how TEXT NOT NULL, at REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE chosen (
        name TEXT PRIMARY KEY, value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE invitation (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
        owner TEXT REFERENCES account ON DELETE CASCADE,
        account TEXT REFERENCES account ON DELETE CASCADE,
        label TEXT NOT NULL, role TEXT NOT NULL,
        sees TEXT NOT NULL, drives TEXT NOT NULL, owns TEXT NOT NULL,
        adds_phone INTEGER NOT NULL,
        created REAL NOT NULL, ends REAL NOT NULL, used REAL, revoked REAL
    ) STRICT;
    """,
)


def statements(step: str) -> Iterator[str]:
    """Yield the statements of a step, one by one: `executescript` would commit what came before."""
    statement = ""
    for line in step.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def keep_copy(sql: sqlite3.Connection, path: Path) -> None:
    """Copy a file of an older version before it is brought up to date, for the way back.

    The copy lies beside it (``accounts.db.before-version-2``), whole and its owner's alone.
    """
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    if not 0 < version < len(STEPS):
        return
    copy = path.with_name(f"{path.name}.before-version-{len(STEPS)}")
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    sql.execute("VACUUM INTO ?", (str(part),))
    with open(part, "rb") as whole:
        os.fsync(whole.fileno())
    part.replace(copy)
