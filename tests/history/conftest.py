"""Fixtures for the stores of history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from postgres import Cluster
from postgres_scene import T0, postgres_store, shared
from sightline.history.postgres.store import PostgresStore


@pytest.fixture(scope="module")
def harmed() -> Iterator[Cluster]:
    """One that tests kill; the next finds it running."""
    with Cluster() as made:
        yield made


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Any]:
    """Opens stores of one new database in PostgreSQL, each a server's; closes them at the end."""
    opened: list[PostgresStore] = []
    url = shared()

    async def open_(at: str = "", **options: Any) -> PostgresStore:
        folder = tmp_path / str(len(opened))
        store = postgres_store(folder, at or url, **({"wall": lambda: T0} | options))
        opened.append(store)
        await store.open()
        return store

    yield open_
    for store in opened:
        pytest_twisted.blockon(store.close())
