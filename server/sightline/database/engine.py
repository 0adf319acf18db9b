"""Say what a part may ask of its database, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Conflict(Exception):
    """A row breaks a rule of its table: it is there already, or what it needs is not."""


class Result(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Return how many rows it changed."""

    def fetchone(self) -> Any:
        """Return the next row; None: there is none."""

    def fetchall(self) -> Sequence[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows one by one."""


class Queries(Protocol):
    """What can be asked; also a plain connection of sqlite3."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement; outside of a transaction it is one of its own."""


class Engine(Queries, Protocol):
    """A database, used by one thread at a time. ``?`` in a statement is a value.

    PostgreSQL raises `Unavailable` where it cannot be reached, SQLite its own errors
    (`sightline.database.trouble`); both raise `Conflict`.
    """

    @property
    def several(self) -> bool:
        """Tell whether other servers use it, too."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run a statement once for each of the rows."""

    def change(self) -> AbstractContextManager[None]:
        """Do everything within as one transaction: all of it or nothing. May be nested."""

    def reading(self) -> AbstractContextManager[None]:
        """Show one picture within, whatever others write meanwhile. May be nested."""

    def transact(self, work: Callable[[], T], *, scrub: bool = False) -> T:
        """Return what ``work`` does as one transaction; it may run again when others came first.

        ``scrub``: nothing of what it removed may be left in any file that is ours.
        """

    def version(self) -> object:
        """Return what is another one when somebody else has changed the tables."""

    def probe(self) -> None:
        """Find out quickly whether it can be written."""

    def close(self) -> None:
        """Let go of it."""


class EngineSource(Protocol):
    """The common database of several servers, as a part opens it."""

    def engine(self, topics: Sequence[str]) -> Engine:
        """Return a way into it, by whose topics others' changes are known.

        Raises `Unavailable` while it is away, `CannotOpen` when it does not fit.
        """
