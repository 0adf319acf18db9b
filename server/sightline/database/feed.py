"""Hear what other servers changed: topics that are told at once, and counted.

A count in ``feed`` grows with each change of a topic (`WatchedTables` of `schema`), in the
transaction of the change itself, so that counts are seen in their order. NOTIFY says that there is
something to look at; the counts are read then, and each second anyhow: whatever was missed while
the connection was lost is seen by them.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

import psycopg

from sightline.database.postgres import Connection, Postgres
from sightline.database.schema import CHANNEL
from sightline.database.watchdog import Watchdog
from sightline.model.faults import CannotOpen, Unavailable

LOOK = 1.0
"""s between looks at the counts while nothing is told."""
_AGAIN = 0.5  # s until a lost connection is made anew


class Feed:
    """A thread with a connection of its own.

    ``heard`` is called there with the topics that changed, ``well`` with what is wrong (""
    nothing) each time that this changes.
    """

    def __init__(
        self,
        postgres: Postgres,
        heard: Callable[[frozenset[str]], None],
        well: Callable[[str], None],
    ) -> None:
        self._postgres = postgres
        self._heard = heard
        self._well = well
        self._trouble: str | None = None
        self._counts: Mapping[str, int] | None = None
        self._ended = threading.Event()
        self._connection: Connection | None = None
        self._watchdog = Watchdog()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to listen to the others."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; return when the thread has ended."""
        self._ended.set()
        connection = self._connection
        if connection is not None:
            with suppress(Exception):  # it may be closed this moment
                found = socket.socket(fileno=connection.fileno())
                try:
                    found.shutdown(socket.SHUT_RDWR)
                finally:
                    found.detach()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                connection = self._postgres.connect()
                try:
                    self._connection = connection
                    self._listen(connection)
                finally:
                    self._connection = None
                    connection.close()
            except Exception as why:  # of a fault of ours, too, nobody would hear the others again
                if not self._ended.is_set():
                    self._say(self._in_words(why))
                    self._ended.wait(_AGAIN)

    def _in_words(self, why: Exception) -> str:
        if isinstance(why, psycopg.Error):
            return str(self._postgres.trouble(why))
        return str(why) if isinstance(why, Unavailable | CannotOpen) else repr(why)

    def _listen(self, connection: Connection) -> None:
        with self._watchdog.watching(connection.fileno, self._postgres.answer):
            connection.execute(f"LISTEN {CHANNEL}")
        topics: frozenset[str] = frozenset()
        while not self._ended.is_set():
            self._look(connection, topics)
            self._say("")
            notices = connection.notifies(timeout=LOOK, stop_after=1)
            topics = frozenset(each.payload for each in notices)

    def _look(self, connection: Connection, topics: frozenset[str]) -> None:
        with self._watchdog.watching(connection.fileno, self._postgres.answer):
            rows = connection.execute("SELECT topic, n FROM feed").fetchall()
        counts: dict[str, int] = dict(rows)
        before = self._counts
        if before is None:
            changed = frozenset(counts)
        else:
            changed = frozenset(t for t, n in counts.items() if n != before.get(t)) | topics
        if changed:
            self._heard(changed)
        self._counts = counts

    def _say(self, why: str) -> None:
        if why != self._trouble:
            self._trouble = why
            self._well(why)
