"""`sightline backup` and `sightline restore`: the databases of the state folder, whole.

A backup is a folder with a copy of each database, taken while the server goes on, looked through
before it counts. To restore, the server must be stopped; what was there is set aside, not removed.
Where the server is one of several, accounts and regions follow the others again after a restore,
unless they are restored for all.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.cli.accounts_db import CommandFailed, add_folder, check_folder, settings_of
from sightline.history import tables
from sightline.journal.copy import to_supersede
from sightline.model.faults import CannotOpen
from sightline.settings import BadSettings, Settings

_BUSY = 30.0  # s
_SHARED = ("accounts.db", "regions.db")


def add_to(subcommands: Any) -> None:
    """The two subcommands."""
    for name, run, what, where in (
        ("backup", _backup, "copy the databases, while the server runs", "the folder to make"),
        ("restore", _restore, "put a backup back; the server must be stopped", "the backup"),
    ):
        parser = subcommands.add_parser(name, help=what)
        add_folder(parser)
        parser.add_argument("folder", type=Path, help=where)
        parser.set_defaults(run=_guarded(run))
        if name == "restore":
            parser.add_argument(
                "--for-all",
                action="store_true",
                help="of several servers all get these accounts and regions, instead of theirs",
            )


def _guarded(
    run: Callable[[Settings, Path, argparse.Namespace], None],
) -> Callable[[argparse.Namespace], int]:
    def guarded(options: argparse.Namespace) -> int:
        try:
            run(*settings_of(options), options)
        except (CommandFailed, CannotOpen, BadSettings, OSError, sqlite3.Error) as why:
            print(f"sightline: {why}", file=sys.stderr)
            return 1
        return 0

    return guarded


def _backup(settings: Settings, state: Path, options: argparse.Namespace) -> None:
    target: Path = options.folder
    check_folder(state)
    found = _databases(state)
    if not found:
        raise CommandFailed(f"there is nothing to back up in {state}")
    target.mkdir(parents=True, mode=0o700, exist_ok=True)
    for path in found:
        copy = target / path.name
        if copy.exists():
            raise CommandFailed(f"{copy} is there already; name another folder")
        sql = tables.connect(path, busy=_BUSY)
        try:
            tables.backup(sql, copy)
        finally:
            sql.close()
        _check(copy)
        print(f"{copy}  {copy.stat().st_size:,} bytes, looked through")


def _restore(settings: Settings, state: Path, options: argparse.Namespace) -> None:
    source: Path = options.folder
    if options.for_all and not settings.replicas.name:
        raise CommandFailed(
            "--for-all is for one of several servers; the settings have no replicas.name"
        )
    found = _databases(source)
    if not found:
        raise CommandFailed(f"there is no backup in {source}")
    for path in found:
        _check(path)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (state / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandFailed(f"a server uses {state}; stop it first") from None
        aside = time.strftime("before-restore-%Y%m%d-%H%M%S")
        for path in found:
            old = state / path.name
            for end in ("", "-wal", "-shm"):
                part = old.with_name(f"{old.name}{end}")
                if part.exists():
                    part.rename(old.with_name(f"{old.name}.{aside}{end}"))
            new = old.with_name(f"{old.name}.part")
            shutil.copyfile(path, new)
            new.chmod(0o600)
            if options.for_all and path.name in _SHARED:
                to_supersede(new)
            with new.open("rb") as copy:
                os.fsync(copy.fileno())
            new.rename(old)
            print(f"{old}  restored; what was there is in {old.name}.{aside}")
    if settings.replicas.name and not options.for_all:
        print(
            "Accounts and regions will be those of the other servers again once this one is"
            " started. To give all of them what was restored: sightline restore --for-all"
        )


def _databases(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.db") if path.is_file())


def _check(path: Path) -> None:
    tables.check(path, tables.APPLICATION if path.name == tables.FILE else None)
