"""Say why a database cannot be used just now, in a word for programs and a text for people."""

from __future__ import annotations

import errno
import sqlite3
from typing import Literal

from sightline.model.faults import Unavailable

Reason = Literal["full", "readonly", "locked", "damaged", "failing"]

WORDS: dict[Reason, str] = {
    "full": "the disk is full",
    "readonly": "the disk cannot be written, it is read-only",
    "locked": "another program holds the database",
    "damaged": "the database is damaged",
    "failing": "the disk fails",
}
_CODES: dict[int, Reason] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_IOERR: "failing",
    sqlite3.SQLITE_CANTOPEN: "failing",
    sqlite3.SQLITE_PERM: "readonly",
}
_FULL = (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP)  # no room for the index
_NUMBERS: dict[int, Reason] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "readonly",
    errno.EACCES: "readonly",
    errno.EPERM: "readonly",
}


class Degraded(Unavailable):
    """A database cannot be used just now: ``reason``, and ``why`` in words."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


def degraded(error: BaseException) -> Degraded | None:
    """Return what an error of SQLite or of the system means; None if it is a fault of ours."""
    reason = _reason(error)
    if reason is None:
        return None
    words = WORDS[reason]
    return Degraded(reason, f"{words} ({error})" if reason in ("damaged", "failing") else words)


def describe(error: BaseException) -> str:
    """Describe an error of SQLite or of the system to people."""
    found = degraded(error)
    return str(error) if found is None else found.why


def _reason(error: BaseException) -> Reason | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code in _FULL:
            return "full"
        if code is None:
            return None
        return _CODES.get(code & 0xFF)
    if isinstance(error, OSError) and error.errno is not None:
        return _NUMBERS.get(error.errno, "failing" if error.errno == errno.EIO else None)
    return None
