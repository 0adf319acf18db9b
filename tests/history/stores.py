"""The stores that `test_store` asks the same of. A new store joins by one line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aws import dynamo_store
from postgres_scene import postgres_store
from sightline.history.memory import MemoryStore
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Store

MAKERS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": SqliteStore,
    "dynamodb": dynamo_store,
    "postgresql": postgres_store,
}
