"""Open the accounts' database, and change it as a whole or not at all.

It is a SQLite file of this server's own, or in the PostgreSQL that several servers share; what is
asked of either is the same (`sightline.database.engine`).
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from sightline.accounts.pseudonyms import Pseudonyms
from sightline.accounts.schema import PART, TOPICS
from sightline.auth.passkeys import Ceremonies
from sightline.database.engine import Engine, EngineSource
from sightline.database.sqlite_engine import BUSY, SqliteEngine
from sightline.database.trouble import describe
from sightline.model.faults import CannotOpen

FILE = "accounts.db"
T = TypeVar("T")


class BadDatabase(Exception):
    """The accounts cannot be read; the message says why and what to do."""


class DatabaseFile:
    """The open database. ``wall`` gives epoch s."""

    def __init__(
        self, place: Path | EngineSource, wall: Callable[[], float], busy: float = BUSY
    ) -> None:
        """Open it; in a folder make the file where it is missing, and bring it up to date.

        ``busy`` s are waited for the transaction of another process. Raises `BadDatabase`, and
        `Unavailable` of PostgreSQL.
        """
        self._wall = wall
        self._sql: Engine = _opened(place, busy)
        try:
            self.pseudonyms = Pseudonyms(self._sql.transact(lambda: self._own_key("veil")))
            self.ceremonies = Ceremonies(self._sql.transact(lambda: self._own_key("ceremonies")))
        except sqlite3.Error as why:
            raise BadDatabase(f"{place}: {describe(why)}") from why

    def _own_key(self, name: str) -> bytes:
        """Return a random key of this database, the same for all servers; make it if missing."""
        self._sql.execute(
            "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            (name, secrets.token_bytes(32)),
        )
        (key,) = self._sql.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return bytes(key)

    def now(self) -> float:
        """Return the time, epoch s."""
        return self._wall()

    def close(self) -> None:
        """Let go of it."""
        self._sql.close()

    def change(self) -> AbstractContextManager[None]:
        """Do all that is done within, or nothing of it."""
        return self._sql.change()

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does, all or nothing; it may run again (`Engine.transact`)."""
        return self._sql.transact(work, scrub=scrub)

    def probe(self) -> None:
        """Find out quickly whether it can be written (`Engine.probe`)."""
        self._sql.probe()

    @property
    def several(self) -> bool:
        """Tell whether other servers use it, too."""
        return self._sql.several

    @property
    def sql(self) -> Engine:
        """Return the engine, for what has a table of its own (`sightline.accounts.aliases`)."""
        return self._sql

    @property
    def version(self) -> object:
        """Return what is another one when somebody else has changed the accounts."""
        return self._sql.version()

    def reading(self) -> AbstractContextManager[None]:
        """Show one picture, whatever others write meanwhile."""
        return self._sql.reading()


def _opened(place: Path | EngineSource, busy: float) -> Engine:
    if not isinstance(place, Path):
        return place.engine(TOPICS)
    path = place / FILE
    try:
        return SqliteEngine(path, PART, busy)
    except CannotOpen as why:
        raise BadDatabase(str(why)) from None
    except (OSError, sqlite3.Error) as why:
        raise BadDatabase(f"{path}: {describe(why)}") from why
