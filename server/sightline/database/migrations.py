"""Bring the tables in PostgreSQL up to date, and refuse what does not fit.

An empty database gets its tables from the first server that comes. One of an older version is
brought up to date by `sightline store upgrade` alone: it is everybody's, and wants a backup before.
Each part has its version in ``store_part``, and the least that a server must know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sightline.database.options import SCHEMA
from sightline.database.postgres import Connection, Postgres
from sightline.database.schema import (
    CHANNEL,
    OnPostgres,
    Part,
    SchemaStep,
    WatchedTables,
    for_postgres,
)
from sightline.model.faults import CannotOpen

_LOCK = 7_105_402_117  # of pg_advisory_xact_lock: one server at a time makes or changes tables
_LONG = 3600.0  # s that a step may take
BASE = Part(
    "base",
    (
        SchemaStep(
            (
                """
                CREATE TABLE feed (topic TEXT PRIMARY KEY, n INTEGER NOT NULL)
                """,
                OnPostgres(
                    "CREATE TABLE era (one boolean PRIMARY KEY DEFAULT true CHECK (one),"
                    " timeline text NOT NULL)"
                ),
                OnPostgres(
                    "CREATE TABLE identity (one boolean PRIMARY KEY DEFAULT true CHECK (one),"
                    " id text NOT NULL)"
                ),
                OnPostgres("INSERT INTO identity (id) VALUES (gen_random_uuid())"),
                WatchedTables(("store_part",), "schema"),
            )
        ),
    ),
)
"""What the store itself needs, before all other parts."""


@dataclass(frozen=True, slots=True)
class PartState:
    """How a part stands: the version found (0: no tables), and the one this Sightline knows.

    ``least`` is the version that a server must know to work with what was found.
    """

    name: str
    found: int
    known: int
    least: int

    @property
    def too_new(self) -> bool:
        """Tell whether we must not work with these tables."""
        return self.least > self.known

    @property
    def is_old(self) -> bool:
        """Tell whether these tables lack what we need."""
        return self.found < self.known


def states(connection: Connection, parts: Sequence[Part]) -> list[PartState]:
    """Return how each part stands."""
    found: dict[str, tuple[int, int]] = {}
    if _has_table(connection):
        rows = connection.execute("SELECT name, version, least FROM store_part")
        found = {name: (version, least) for name, version, least in rows}
    return [PartState(part.name, *_of(found, part)) for part in (BASE, *parts)]


def _of(found: dict[str, tuple[int, int]], part: Part) -> tuple[int, int, int]:
    version, least = found.get(part.name, (0, 0))
    return version, part.version, least


def _has_table(connection: Connection) -> bool:
    # Not to_regclass(): what this session knows of names may be older than the lock it got.
    rows = connection.execute(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s"
        " ON s.oid = c.relnamespace WHERE s.nspname = %s AND c.relname = 'store_part'",
        (SCHEMA,),
    )
    return rows.fetchone() is not None


def prepare(postgres: Postgres, parts: Sequence[Part]) -> None:
    """Check that the tables fit; make those of parts that have none.

    Raises `CannotOpen` and `Unavailable`.
    """
    found = postgres.transact(lambda connection: states(connection, parts))
    check(found)
    if any(not each.found for each in found):
        upgrade(postgres, parts, only_new=True)


def check(found: Sequence[PartState]) -> None:
    """Raise `CannotOpen` when the tables are too new or too old for us."""
    for each in found:
        if each.too_new:
            raise CannotOpen(
                f"the common database was changed by a newer Sightline ({each.name}: version"
                f" {each.found}; this one knows {each.known}, and {each.least} is needed):"
                " upgrade this server, too"
            )
        if each.found and each.is_old:
            raise CannotOpen(
                f"the common database is of an older Sightline ({each.name}: version"
                f" {each.found}, this one needs {each.known}). Make a backup (pg_dump), then type:"
                " sightline store upgrade. Older servers can go on meanwhile"
            )


def upgrade(
    postgres: Postgres, parts: Sequence[Part], *, only_new: bool = False
) -> list[PartState]:
    """Take the steps that are missing; return how the parts stood before.

    ``only_new``: those of parts that have no tables yet. Each part's steps are one transaction.
    Raises `CannotOpen` and `Unavailable`.
    """

    def work(connection: Connection) -> list[PartState]:
        connection.execute("SELECT set_config('statement_timeout', '0', true)")
        connection.execute("SELECT set_config('lock_timeout', '10s', true)")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _has_table(connection):
            _begin(connection)
        before = states(connection, parts)
        check([each for each in before if each.too_new])
        for part, state in zip((BASE, *parts), before, strict=True):
            if state.is_old and not (only_new and state.found):
                _take(connection, part, state.found)
        return before

    return postgres.transact(work, answer=_LONG, isolation="READ COMMITTED")


def _begin(connection: Connection) -> None:
    try:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    except Exception as why:
        raise CannotOpen(
            f"the schema {SCHEMA} cannot be made in the common database: {str(why).strip()}."
            " Give our user the database: ALTER DATABASE … OWNER TO …"
        ) from why
    connection.execute(
        "CREATE TABLE store_part (name text PRIMARY KEY, version integer NOT NULL,"
        " least integer NOT NULL)"
    )


def _take(connection: Connection, part: Part, found: int) -> None:
    for step in part.steps[found:]:
        for statement in for_postgres(step):
            connection.execute(statement.encode(), prepare=False)
    row: tuple[Any, ...] = (part.name, part.version, part.least)
    connection.execute(
        "INSERT INTO store_part (name, version, least) VALUES (%s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET version = excluded.version, least = excluded.least",
        row,
    )


def fingerprint(postgres: Postgres) -> str:
    """Return 16 hexadecimal digits: the same for all servers that use this very database.

    A copy that was restored elsewhere has others; a standby that took over has the same.
    """
    with postgres.lend() as connection:
        row = connection.execute("SELECT id, current_database() FROM identity").fetchone()
    assert row is not None
    try:
        with postgres.lend() as connection:
            cluster = connection.execute(
                "SELECT system_identifier FROM pg_control_system()"
            ).fetchone()
    except CannotOpen:  # somebody may not ask; there are such services
        cluster = None
    return hashlib.sha256(f"{row} {cluster}".encode()).hexdigest()[:16]


def tell(connection: Connection, topic: str) -> None:
    """Tell all servers that there is something to look at, without counting it."""
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, topic))
