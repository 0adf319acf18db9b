"""Use the pool of connections on threads: one writes, a few answer, one lets go of what is old."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from sightline.database.postgres import Again, Connection, Lost, Postgres
from sightline.model.faults import CannotOpen, Unavailable

READERS = 3
"""Threads, and so questions at once."""
CONNECTIONS = READERS + 2
"""What a pool for it should hold."""
ANSWER = 30.0
"""s that an answer to a question may take."""
WRITING = 3.0
"""s after which a write goes to disk."""
_UPKEEP = 3600.0  # s that letting go may take
_ATTEMPTS = CONNECTIONS + 1  # each idle connection may have been lost meanwhile

P = ParamSpec("P")
T = TypeVar("T")


class StoreThreads:
    """The threads. ``writing`` (s) is how long a write is waited for."""

    def __init__(self, reactor: Any, postgres: Postgres, writing: float) -> None:
        self._reactor = reactor
        self._postgres = postgres
        self._write_seconds = writing
        self._writing = ThreadPool(0, 1, name="history-writer")
        self._reading = ThreadPool(0, READERS, name="history-reader")
        self._upkeep = ThreadPool(0, 1, name="history-upkeep")
        self._all = (self._writing, self._reading, self._upkeep)
        self._closed = False

    def start(self) -> None:
        """Open the pool, and begin."""
        self._postgres.open()
        for threads in self._all:
            threads.start()

    def close(self) -> None:
        """Take nothing more; what was begun goes on."""
        self._closed = True

    async def stop(self) -> None:
        """Finish what was begun, and close the pool."""
        common = self._reactor.getThreadPool()
        for threads in self._all:
            if threads.started:
                await deferToThreadPool(self._reactor, common, threads.stop)
        await deferToThreadPool(self._reactor, common, self._postgres.close)

    def read(
        self, ask: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Ask the database something."""
        return self._on(self._reading, None, ask, *args, **kwargs)

    def write(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Write something, behind what was to be written before."""
        return self._on(self._writing, self._write_seconds, act, *args, **kwargs)

    def upkeep(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Do something that may take long."""
        usual = self._postgres.answer

        def patient(sql: Connection) -> T:
            sql.execute("SET statement_timeout = 0")
            try:
                return act(sql, *args, **kwargs)
            finally:
                if not sql.closed:
                    sql.execute(f"SET statement_timeout = {round(usual * 1000)}".encode())

        return self._on(self._upkeep, _UPKEEP, patient)

    def _on(
        self,
        threads: ThreadPool,
        answer: float | None,
        act: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        if self._closed:
            return fail(Unavailable("the history is closed"))

        def work() -> T:
            return _attempted(self._postgres, answer, lambda sql: act(sql, *args, **kwargs))

        done: Deferred[T] = deferToThreadPool(self._reactor, threads, work)
        return done


def _attempted(postgres: Postgres, answer: float | None, act: Callable[[Connection], T]) -> T:
    """Do something with a connection, anew when another transaction came first.

    All of ours may be done twice.
    """
    until = time.monotonic() + (answer or postgres.answer)
    for attempt in range(_ATTEMPTS):
        try:
            with postgres.lend(answer) as sql:
                return act(sql)
        except (Again, Lost) as why:
            if attempt == _ATTEMPTS - 1 or time.monotonic() >= until:
                raise Unavailable(str(why)) from why
        except CannotOpen as why:  # its password was changed, perhaps: nothing is lost of it
            raise Unavailable(str(why)) from why
    raise AssertionError("unreachable")
