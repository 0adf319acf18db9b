"""A history in PostgreSQL of one test's own, in the cluster that all tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from twisted.internet import reactor as _reactor

from postgres import BIN, cluster
from sightline.database.options import StoreOptions
from sightline.database.postgres import Postgres
from sightline.history.postgres.store import PostgresStore
from sightline.history.record import HistoryEntry, entry
from sightline.history.store import Span

reactor: Any = _reactor
DAY = 86_400.0
TODAY = 20_778  # 2026-11-21
T0 = TODAY * DAY + 5000.0
JANE, OMAR, BOT = "friend/jane/phone", "friend/omar/phone", "probot/ProBot1"
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
    return PostgresStore(reactor, pool, **({"writing": 60.0} | options))


def fix(tst: float, thing: str = JANE, n: int = 1) -> HistoryEntry:
    return entry(thing, "fix", tst, T0, b'{"n":%d}' % n)


async def kept(store: Any, thing: str = JANE, sort: str = "fix") -> list[HistoryEntry]:
    return list((await store.page(Span(thing, sort), 10_000)).entries)


async def asked(store: PostgresStore, query: str) -> list[Any]:
    """What PostgreSQL itself says."""
    with psycopg.connect(store._postgres.options.url, autocommit=True) as sql:
        return sql.execute(query.encode()).fetchall()


async def parts(store: PostgresStore) -> list[str]:
    return [name for (name,) in await asked(store, "SELECT name FROM history.part ORDER BY first")]
