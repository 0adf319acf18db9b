"""Lend connections to PostgreSQL from a pool, and say in words why there is none.

Everything here waits and is for threads that are not the reactor's. No answer is waited for without
end: a server that is frozen, or a network that swallows everything, is as if it were not there.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from sightline.database.engine import Conflict
from sightline.database.options import SCHEMA, StoreOptions
from sightline.database.watchdog import Watchdog
from sightline.model.faults import CannotOpen, Unavailable

ANSWER = 5.0
"""s that an answer is waited for, unless somebody knows better."""
_WAIT = 3.0  # s that somebody waits for a connection
_SHORTLY = 0.3  # … while there was none a moment ago
_MOMENT = 3.0  # s
_AGAIN = 2.0  # s that the pool tries to connect; who asks next has it try again
_HELD = 3.0  # s that an idle transaction may hold locks: its server may be frozen
_TRIES = 20  # of a transaction that others came before
_PAUSE = 0.005  # s, doubled with each try
_LONGEST_PAUSE = 0.25  # s

T = TypeVar("T")
Connection = psycopg.Connection[Any]

_log = logging.getLogger("psycopg.pool")
_log.addHandler(logging.NullHandler())
_log.propagate = False  # it says in our words why it cannot be reached

WORDS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.ReadOnlySqlTransaction, "it is a standby, or read-only"),
    (errors.DiskFull, "its disk is full"),
    (errors.TooManyConnections, "it has too many connections"),
    (errors.QueryCanceled, "it did not answer in time"),
    (errors.LockNotAvailable, "another server holds it up"),
    (errors.IdleInTransactionSessionTimeout, "we were too slow for it"),
    (errors.AdminShutdown, "it is shut down"),
    (errors.CrashShutdown, "it crashed and starts anew"),
    (errors.CannotConnectNow, "it starts, or is shut down"),
)
_ENDED = (errors.AdminShutdown, errors.CrashShutdown, errors.IdleInTransactionSessionTimeout)
"""With these the server ends the connection, and with it the transaction."""
_FOR_GOOD = (
    errors.InvalidPassword,
    errors.InvalidAuthorizationSpecification,
    errors.InvalidCatalogName,
    errors.InsufficientPrivilege,
)


class Postgres:
    """The pool of one purpose: ``most`` connections, ``answer`` s for a statement."""

    def __init__(self, options: StoreOptions, *, most: int = 4, answer: float = ANSWER) -> None:
        self.options = options
        self.answer = answer
        self._most = most
        self._watchdog = Watchdog()
        self._pool: ConnectionPool[Connection] | None = None
        self.refused = ""
        """Reason why nobody is to use it, although it can be reached; "": they may."""
        self._failed = float("-inf")
        self._why = ""

    # -- start and stop

    def open(self) -> None:
        """Make the pool; nothing is asked yet."""
        pool = self

        class Noted(psycopg.Connection[Any]):
            """A connection of this pool: why it cannot be made is written down."""

            @classmethod
            def connect(cls, conninfo: str = "", **kwargs: Any) -> Any:
                try:
                    made = super().connect(conninfo, **kwargs)
                except psycopg.Error as why:
                    pool._why, pool._failed = reason(why), time.monotonic()
                    raise
                return made

        self._pool = ConnectionPool(
            self.options.url,
            connection_class=Noted,
            kwargs={**self.options.parameters, "autocommit": True},
            min_size=0,
            max_size=self._most,
            open=False,
            configure=self._configure,
            reconnect_timeout=_AGAIN,
            num_workers=1,
            max_idle=600.0,
        )
        self._pool.open()

    def close(self) -> None:
        """Close all connections of the pool."""
        if self._pool is not None:
            self._pool.close(timeout=1.0)

    def connect(self) -> Connection:
        """Return a connection of the caller's own. Raises `Unavailable` and `CannotOpen`."""
        try:
            made = psycopg.connect(self.options.url, autocommit=True, **self._parameters())
            self._configure(made)
        except psycopg.Error as why:
            raise self.trouble(why) from why
        return made

    def _parameters(self) -> dict[str, Any]:
        return dict(self.options.parameters)

    def _configure(self, connection: Connection) -> None:
        milliseconds = round(self.answer * 1000)
        with self._watchdog.watching(connection.fileno, self.answer):
            connection.execute(
                f"""
                SELECT set_config('search_path', '{SCHEMA}, public', false),
                       set_config('statement_timeout', '{milliseconds}', false),
                       set_config('lock_timeout', '{milliseconds}', false),
                       set_config('idle_in_transaction_session_timeout',
                                  '{round(_HELD * 1000)}', false),
                       CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
                            THEN set_config('synchronous_commit', 'on', false) END
                """,
                prepare=False,
            )

    def stats(self) -> tuple[int, int, int]:
        """Return how many connections are open, how many of them are lent, who waits for one."""
        if self._pool is None:
            return 0, 0, 0
        told = self._pool.get_stats()
        size = told.get("pool_size", 0)
        return size, size - told.get("pool_available", 0), told.get("requests_waiting", 0)

    # -- use

    @contextmanager
    def lend(self, answer: float | None = None) -> Iterator[Connection]:
        """Lend a connection, which commits each statement unless a transaction is begun.

        After ``answer`` s (the pool's, if it is not said) it is cut off. Raises `Unavailable`,
        `Conflict`, and what is a fault of ours; `Again` when another transaction came first.
        """
        connection = self._taken()
        try:
            with self._watchdog.watching(connection.fileno, answer or self.answer):
                yield connection
        except psycopg.Error as why:
            raise self.trouble(why) from why
        finally:
            if not connection.closed and _in_transaction(connection):
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
            if self._pool is not None:
                self._pool.putconn(connection)

    def _taken(self) -> Connection:
        if self._pool is None or self.refused:
            raise Unavailable(self.refused or f"{self.options.shown} is closed")
        lately = time.monotonic() - self._failed < _MOMENT
        try:
            return self._pool.getconn(timeout=_SHORTLY if lately else min(_WAIT, self.answer))
        except (PoolTimeout, PoolClosed) as why:
            raise Unavailable(
                f"{self.options.shown} cannot be reached: {self._why or 'no answer in time'}"
            ) from why

    def transact(
        self,
        work: Callable[[Connection], T],
        *,
        answer: float | None = None,
        isolation: str = "SERIALIZABLE",
    ) -> T:
        """Return what ``work`` does as one transaction.

        It runs again when another transaction came first, or when the connection was lost before
        the end. Raises `Unavailable` and `Conflict`.
        """
        lost = 0
        for number in range(_TRIES):
            try:
                with self.lend(answer) as connection:
                    connection.execute(f"BEGIN ISOLATION LEVEL {isolation}")
                    done = work(connection)
                    try:
                        connection.execute("COMMIT")
                    except psycopg.OperationalError as why:
                        if isinstance(why, errors.SerializationFailure | errors.DeadlockDetected):
                            raise
                        raise Unsure(self._sentence(why)) from why
                    return done
            except Again:
                pause(number)
            except Unsure:
                raise
            except Lost:
                lost += 1
                if lost > self._most:  # each idle connection may have been lost meanwhile
                    raise
        raise Unavailable("too many others change it at the same time")

    # -- what went wrong

    def trouble(self, error: psycopg.Error) -> Exception:
        """Return what an error of PostgreSQL means to us."""
        if isinstance(error, errors.SerializationFailure | errors.DeadlockDetected):
            return Again(str(error))
        if isinstance(error, psycopg.IntegrityError):
            return Conflict(reason(error))
        if isinstance(error, _FOR_GOOD) or is_refusal(error):
            return CannotOpen(self._sentence(error))
        if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName):
            return Unavailable(f"{self.options.shown} does not hold our tables: {reason(error)}")
        ended = isinstance(error, _ENDED)
        if not ended and any(isinstance(error, kind) for kind, _ in WORDS):
            return Unavailable(self._sentence(error))
        # That we idled is an InternalError for psycopg, and ends the connection all the same.
        if ended or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return Lost(self._sentence(error))
        return error

    def _sentence(self, error: psycopg.Error) -> str:
        return f"{self.options.shown} cannot be used: {reason(error)}"


class Again(Exception):
    """Another transaction came first: this one is to be done anew."""


class Lost(Unavailable):
    """The connection broke before anything was committed."""


class Unsure(Unavailable):
    """The connection broke at the end: nobody knows whether it was committed."""


def reason(error: psycopg.Error) -> str:
    """Return an error in a few words for people."""
    for kind, words in WORDS:
        if isinstance(error, kind):
            return words
    if error.diag.message_primary:
        return error.diag.message_primary
    if "server closed the connection" in str(error):
        return "the connection broke"  # libpq says so in three lines
    if "Connection refused" in str(error):
        return "nothing answers at its address"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    last = next((line for line in reversed(lines) if line.strip()), lines[0])
    last = last.rpartition("failed: ")[2].strip() or lines[0]
    return last.removeprefix("FATAL:").removeprefix("ERROR:").strip()


def is_refusal(error: psycopg.Error) -> bool:
    """Tell whether the server answered a connection with a no that waiting does not change."""
    text = str(error)
    return isinstance(error, psycopg.OperationalError) and any(
        word in text
        for word in (
            "password authentication failed",
            "no password supplied",
            "no pg_hba.conf entry",
            '" does not exist',
            "certificate verify failed",
            "does not match host name",
        )
    )


def pause(number: int) -> None:
    """Wait a moment by chance, so that two who hinder each other do not meet again."""
    time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _PAUSE * 2**number)))


def _in_transaction(connection: Connection) -> bool:
    return connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
