"""Run `sightline store rebuild`: bring everything that the log of the history has into the store.

For a store that was damaged, or put back from a backup: the log has at least the last day. What is
there already stays as it is, hidden or not. No server may be using the folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor

from sightline.cli.accounts_db import CommandFailed, add_folder, locked
from sightline.cli.history_db import run_with
from sightline.cli.progress import ProgressBar
from sightline.history.log.durable import HistoryLog
from sightline.history.log.indexer import Indexer
from sightline.history.named_store import NamedStore
from sightline.settings import Settings
from sightline.wiring.clock import now
from sightline.wiring.history_log import FOLDER, server_name

reactor: Any = _reactor


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    what = "bring all that the history's log has into the store again"
    parser = subcommands.add_parser("rebuild", help=what, description=f"{what.capitalize()}.")
    add_folder(parser)
    parser.set_defaults(run=run_with(_run))


async def _run(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    if not (state / FOLDER).is_dir():
        raise CommandFailed(f"{state / FOLDER} is not there: there is nothing to rebuild from")
    with locked(state, "is used by a server; stop it first"):
        log = HistoryLog(reactor, state / FOLDER, now)
        log.open()
        try:
            shared = bool(settings.replicas.name)
            indexer = Indexer(reactor, log, store, server_name(settings), shared=shared)
            # Of a store that others use the present states are theirs, and newer.
            own = not settings.store.url and settings.history.store == "sqlite"
            count = await _rebuild(indexer, states=own)
        finally:
            await log.close()
    print(f"{count} lines of the log were read, {indexer.new} entries were missing in the store.")
    if indexer.damaged or indexer.left_out:
        print(f"{indexer.damaged} places of the log are damaged, {indexer.left_out} left out.")
    return 0


async def _rebuild(indexer: Indexer, *, states: bool) -> int:
    progress = ProgressBar(1.0)
    try:
        count = 0
        async for part, lines in indexer.rebuild(states=states):
            count = lines
            progress.at(part, f"{lines} lines")
        return count
    finally:
        progress.end()
