"""Open the store of history that the settings name for subcommands, beside the server.

The server may run meanwhile. Where both want to write at once, one of them waits.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet import task
from twisted.internet.defer import Deferred

from sightline.accounts.aliases import aliases_in
from sightline.accounts.database_file import FILE as ACCOUNTS
from sightline.cli import lifecycle
from sightline.cli.accounts_db import (
    CANNOT,
    AccountsDatabase,
    CommandFailed,
    check_databases,
    check_folder,
    settings_of,
    words,
)
from sightline.history.named_store import NamedStore
from sightline.history.record import HistoryEntry
from sightline.history.store import Store
from sightline.kinds.friends.names import Alias, DeviceNames
from sightline.model.faults import Unavailable
from sightline.settings import Settings
from sightline.wiring.history import make_store
from sightline.wiring.state_folder import databases
from sightline.wiring.store import direct_store

reactor: Any = _reactor
_TIMEOUT = 60.0  # s that a write is tried while the store is locked or away
_AGAIN = 0.5  # s

Work = Callable[
    [NamedStore, Settings, Path, argparse.Namespace], Coroutine[Deferred[Any], Any, int]
]
"""What is to be done with the open store, the settings, the state folder and the options."""


def run_with(work: Work) -> Callable[[argparse.Namespace], int]:
    """Return a subcommand's ``run``: open, work, close; what cannot be done is said in one line."""

    def run(options: argparse.Namespace) -> int:
        return lifecycle.react(lambda: _opened(work, options))

    return run


async def _opened(work: Work, options: argparse.Namespace) -> int:
    try:
        settings, state = settings_of(options)
        check_folder(state)
        if settings.history.store == "memory":
            raise CommandFailed(
                'history.store = "memory" in the settings: there is no history to work on'
            )
        check_databases(state, databases(settings))
        names = DeviceNames()
        names.set_aliases(_aliases(settings, state))
        store = NamedStore(make_store(settings, state), names)
        try:
            await store.open()
            await store.seed()
            return await work(store, settings, state, options)
        finally:
            await store.close()
    except CANNOT as why:
        print(f"sightline: {words(why)}", file=sys.stderr)
        return 1


def _aliases(settings: Settings, state: Path) -> list[Alias]:
    """Return the stored aliases of devices, without changing anything."""
    common = direct_store(settings)
    if common is not None:
        common.open()
        try:
            return list(aliases_in(common.engine(())).values())
        finally:
            common.close()
    path = state / ACCOUNTS
    if not path.exists():
        return []
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        tables = sql.execute("SELECT name FROM sqlite_master WHERE name = 'alias'").fetchall()
        return list(aliases_in(sql).values()) if tables else []
    finally:
        sql.close()


def note(settings: Settings, state: Path, what: str, things: Iterable[str], more: str) -> None:
    """Have the audit log say that somebody did this with these things' history."""
    accounts_db = AccountsDatabase(settings, state)
    try:
        with accounts_db.database.change():
            for thing in things:
                accounts_db.database.write(accounts_db.event(what, thing, more))
    finally:
        accounts_db.close()


async def write(store: Store, entries: Sequence[HistoryEntry]) -> int:
    """Keep these entries, waiting for the store if need be; how many were new."""
    until = reactor.seconds() + _TIMEOUT
    while True:
        try:
            return await store.write(entries, ())
        except Unavailable:
            if reactor.seconds() > until:
                raise
        await task.deferLater(reactor, _AGAIN)
