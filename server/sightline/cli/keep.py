"""`sightline backup` and `sightline restore`: the databases of the state folder, whole.

A backup is a folder with a copy of each database, taken while the server goes on, looked through
before it counts. To restore, the server must be stopped; what was there is set aside, not removed.
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

from sightline.cli.ledger import Stop, add_folder, check_folder, settings_of
from sightline.history import tables
from sightline.model.faults import CannotOpen
from sightline.settings import BadSettings

_BUSY = 30.0  # s


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


def _guarded(run: Callable[[Path, Path], None]) -> Callable[[argparse.Namespace], int]:
    def guarded(options: argparse.Namespace) -> int:
        try:
            run(settings_of(options)[1], options.folder)
        except (Stop, CannotOpen, BadSettings, OSError, sqlite3.Error) as why:
            print(f"sightline: {why}", file=sys.stderr)
            return 1
        return 0

    return guarded


def _backup(state: Path, target: Path) -> None:
    check_folder(state)
    found = _databases(state)
    if not found:
        raise Stop(f"there is nothing to back up in {state}")
    target.mkdir(parents=True, mode=0o700, exist_ok=True)
    for path in found:
        copy = target / path.name
        if copy.exists():
            raise Stop(f"{copy} is there already; name another folder")
        sql = tables.connect(path, busy=_BUSY)
        try:
            tables.backup(sql, copy)
        finally:
            sql.close()
        _check(copy)
        print(f"{copy}  {copy.stat().st_size:,} bytes, looked through")


def _restore(state: Path, source: Path) -> None:
    found = _databases(source)
    if not found:
        raise Stop(f"there is no backup in {source}")
    for path in found:
        _check(path)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (state / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stop(f"a server uses {state}; stop it first") from None
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
            with new.open("rb") as copy:
                os.fsync(copy.fileno())
            new.rename(old)
            print(f"{old}  restored; what was there is in {old.name}.{aside}")


def _databases(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.db") if path.is_file())


def _check(path: Path) -> None:
    tables.check(path, tables.APPLICATION if path.name == tables.FILE else None)
