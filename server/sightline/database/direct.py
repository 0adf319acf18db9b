"""Open the common database: check that its tables fit, once, and give each part a way into it.

The command line uses it as it is; a server does so through `sightline.database.common`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sightline.database import migrations
from sightline.database.engine import Engine
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.database.postgres_engine import PostgresEngine
from sightline.database.schema import Part


class DirectStore:
    """The pool, and the tables of all ``parts``. Everything here waits."""

    def __init__(self, options: StoreOptions, parts: Sequence[Part]) -> None:
        self.postgres = Postgres(options)
        self.parts = tuple(parts)
        self.fingerprint = ""
        """What names this database among all; "" while it was never reached."""
        self._fits = False
        self._lock = threading.Lock()

    def open(self) -> None:
        """Make the pool; nothing is asked yet."""
        self.postgres.open()

    def close(self) -> None:
        """Let go of the connections."""
        self.postgres.close()

    def engine(self, topics: Sequence[str]) -> Engine:
        """Return a way into it (`EngineSource`)."""
        self.check()
        return PostgresEngine(self.postgres, topics)

    def check(self) -> None:
        """Make the tables that are missing, once. Raises `Unavailable` and `CannotOpen`."""
        if self._fits:
            return
        with self._lock:
            if not self._fits:
                migrations.prepare(self.postgres, self.parts)
                self.fingerprint = migrations.fingerprint(self.postgres)
                self._fits = True
