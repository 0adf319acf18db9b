"""The PostgreSQL that the servers of a scene share, as a server opens it."""

from __future__ import annotations

from typing import Any

import psycopg
from twisted.internet import reactor as _reactor

from sightline.database.common import CommonStore
from sightline.database.options import StoreOptions
from sightline.wiring.store import PARTS

reactor: Any = _reactor


def common_store(url: str, name: str) -> CommonStore | None:
    """That of the server ``name``; None without a ``url``: it has files of its own."""
    return CommonStore(reactor, StoreOptions(url, name=name), PARTS) if url else None


def open_store(store: CommonStore | None) -> None:
    if store is not None:
        store.privilegedStartService()
        store.startService()


async def close_store(store: CommonStore | None) -> None:
    if store is not None:
        await store.stopService()


def traces(where: dict[str, Any], text: str, *tables: str) -> list[str]:
    """The files of a scene that is made with ``where`` (or these ``tables`` of its PostgreSQL) that
    hold a text.
    """
    url = where.get("url")
    if url is None:
        files = [path for path in where["folder"].rglob("*") if path.is_file()]
        return [str(path) for path in files if text.encode() in path.read_bytes()]
    with psycopg.connect(url) as sql:
        held = {
            table: repr(sql.execute(f"SELECT * FROM sightline.{table}".encode()).fetchall())
            for table in tables
        }
    return [table for table, rows in held.items() if text in rows]
