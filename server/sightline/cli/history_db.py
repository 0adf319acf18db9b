"""The store of history for the subcommands: the one the settings name, opened beside the server.

The server may run meanwhile. Where both want to write at once, one of them waits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet import task
from twisted.internet.defer import Deferred

from sightline.accounts.database import BadDatabase
from sightline.cli.accounts_db import AccountsDatabase, CommandFailed, check_folder, settings_of
from sightline.history.record import HistoryEntry
from sightline.history.store import Store
from sightline.model.faults import CannotOpen, Unavailable
from sightline.settings import BadSettings, Settings
from sightline.wiring.history import make_store

reactor: Any = _reactor
_PATIENCE = 60.0  # s that a write is tried while the store is locked or away
_AGAIN = 0.5  # s

Work = Callable[[Store, Settings, Path, argparse.Namespace], Coroutine[Deferred[Any], Any, int]]
"""What is to be done with the open store, the settings, the state folder and the options."""


def run_with(work: Work) -> Callable[[argparse.Namespace], int]:
    """A subcommand's ``run``: open, work, close; what cannot be done is said in one line."""

    def run(options: argparse.Namespace) -> int:
        status = [1]

        async def main() -> None:
            status[0] = await _opened(work, options)

        try:
            task.react(lambda _: Deferred.fromCoroutine(main()))
        except SystemExit as end:
            return status[0] if end.code in (0, None) else 1
        return status[0]

    return run


async def _opened(work: Work, options: argparse.Namespace) -> int:
    try:
        settings, state = settings_of(options)
        check_folder(state)
        if settings.history.store == "memory":
            raise CommandFailed(
                'history.store = "memory" in the settings: there is no history to work on'
            )
        store = make_store(settings, state)
        try:
            await store.open()
            return await work(store, settings, state, options)
        finally:
            await store.close()
    except (CommandFailed, BadSettings, BadDatabase, CannotOpen, Unavailable) as why:
        print(f"sightline: {why}", file=sys.stderr)
        return 1


def note(settings: Settings, state: Path, what: str, things: Iterable[str], more: str) -> None:
    """Have the audit log say that somebody did this with these things' history."""
    ledger = AccountsDatabase(settings, state)
    try:
        with ledger.database.change():
            for thing in things:
                ledger.database.write(ledger.deed(what, thing, more))
    finally:
        ledger.database.close()


async def write(store: Store, entries: Sequence[HistoryEntry]) -> int:
    """Keep these entries, waiting for the store if need be; how many were new."""
    until = reactor.seconds() + _PATIENCE
    while True:
        try:
            return await store.write(entries, ())
        except Unavailable:
            if reactor.seconds() > until:
                raise
        await task.deferLater(reactor, _AGAIN)
