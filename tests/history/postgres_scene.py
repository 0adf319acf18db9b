"""A history in PostgreSQL of one test's own, in the cluster that all tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor as _reactor

from postgres import BIN, cluster
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.history.postgres.store import PostgresStore

reactor: Any = _reactor
_emptied: list[str] = []


def shared() -> str:
    """The URL of a database of this process, in which there is no history."""
    if not BIN:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    name = "history"
    if not _emptied:
        _emptied.append(name)
        with cluster().connect() as sql:
            sql.execute(f"CREATE DATABASE {name}".encode())
    else:
        with cluster().connect(name) as sql:
            sql.execute("DROP SCHEMA IF EXISTS history, sightline CASCADE")
    return cluster().url(name)


def postgres_store(folder: Path, url: str = "", **options: Any) -> PostgresStore:
    """A store with a pool of its own: of nothing yet, unless a database is given."""
    pool = Postgres(StoreOptions(url or shared()), most=6, answer=60.0)
    usual = {"again": (0.02, 0.1), "writing": 60.0}
    return PostgresStore(reactor, pool, folder / "spill", **(usual | options))
