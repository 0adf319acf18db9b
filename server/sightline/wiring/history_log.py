"""Put the durable log before the store of history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.history.log.durable import HistoryLog
from sightline.history.log.folding_process import FoldingProcess, folding_command
from sightline.history.log.indexer import Indexer
from sightline.history.log.logged_store import LoggedStore
from sightline.history.sqlite import SqliteStore
from sightline.history.store import Store
from sightline.settings import Settings
from sightline.wiring.clock import now

reactor: Any = _reactor
FOLDER = "history-log"
"""The folder of the log, in the state folder."""
FORMER = "spill"
"""Where an older version left what waited for a store that was away."""


def with_log(settings: Settings, state: Path, store: Store) -> Store:
    """Return the store behind a log in the state folder; one in memory needs none."""
    if settings.history.store == "memory":
        return store
    most = None
    if settings.history.store == "dynamodb":
        most = settings.dynamodb.spill_megabytes * 1_000_000
    elif settings.store.url:
        most = settings.store.spill_megabytes * 1_000_000
    names = {"dynamodb": "DynamoDB", "postgresql": "PostgreSQL"}
    log = HistoryLog(
        reactor,
        state / FOLDER,
        now,
        most=most,
        store=names.get(store.name, store.name),
        left=state / FORMER,
    )
    process = None
    if isinstance(store, SqliteStore):
        process = FoldingProcess(reactor, folding_command(log.folder, store.path))
    indexer = Indexer(
        reactor,
        log,
        store,
        server_name(settings),
        process=process,
        shared=bool(settings.replicas.name),
    )
    return LoggedStore(store, log, indexer)


def server_name(settings: Settings) -> str:
    """Return whose log it is, as a store that several servers share knows it."""
    return settings.replicas.name or "main"


def indexer_of(store: Store) -> Indexer | None:
    """Return what folds the log into a store; None: it has no log."""
    return store.indexer if isinstance(store, LoggedStore) else None
