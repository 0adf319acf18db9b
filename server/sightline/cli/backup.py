"""Run `sightline backup` and `sightline restore`: copy the databases of the state folder, whole.

A backup is a folder with a copy of each database, taken while the server goes on, looked through
before it counts. To restore, the server must be stopped; what was there is set aside, not removed.
All databases are replaced at once or none (`sightline.wiring.switch`). What is in PostgreSQL is
backed up with its own tools.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from sightline.cli.accounts_db import (
    CANNOT,
    CommandFailed,
    add_folder,
    check_folder,
    locked,
    settings_of,
    words,
)
from sightline.cli.lifecycle import interruptible
from sightline.database import key_file
from sightline.history import tables
from sightline.model.faults import CannotOpen
from sightline.settings import Settings
from sightline.wiring import members, switch

_BUSY = 30.0  # s
_PIECE = 1_048_576  # bytes
_ELSEWHERE = (
    "What is in PostgreSQL is not among it: pg_dump and pg_restore are for that"
    " (operators/several-servers.md of the documents)"
)


def add_to(subcommands: Any) -> None:
    """Add the two subcommands and their options."""
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
                help=argparse.SUPPRESS,  # until 0.1; refused with what to do instead
            )


def _guarded(
    run: Callable[[Settings, Path, argparse.Namespace], None],
) -> Callable[[argparse.Namespace], int]:
    def guarded(options: argparse.Namespace) -> int:
        try:
            run(*settings_of(options), options)
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
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
    copies = [target / path.name for path in found]
    for copy in copies:
        if copy.exists():
            raise CommandFailed(f"{copy} is there already; name another folder")
    # A part of it alone would look like a backup: none has its name before all are whole.
    parts = [copy.with_name(f"{copy.name}.new") for copy in copies]
    try:
        for path, part in zip(found, parts, strict=True):
            _copy_open(path, part)
            _check(part, path.name)
        _copy_key(state, target)
        for copy, part in zip(copies, parts, strict=True):
            part.rename(copy)
        members.sync(target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    for copy in copies:
        print(f"{copy}  {copy.stat().st_size:,} bytes, looked through")
    if settings.store.url:
        print(_ELSEWHERE)


def _copy_key(source: Path, target: Path) -> None:
    """Copy the key that seals secrets: without it a restored database has none that can be used."""
    key = source / key_file.FILE
    if key.exists():
        made = os.open(target / key.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(made, "wb") as copy:
            copy.write(key.read_bytes())
            copy.flush()
            os.fsync(copy.fileno())


def _copy_open(path: Path, target: Path) -> None:
    """Copy a database that others may have open, with what is in its log of changes."""
    sql = tables.connect(path, busy=_BUSY)
    try:
        with interruptible(sql):
            tables.backup(sql, target)
    finally:
        sql.close()


def _restore(settings: Settings, state: Path, options: argparse.Namespace) -> None:
    source: Path = options.folder
    if options.for_all:
        raise CommandFailed(
            "--for-all is no more: several servers share a PostgreSQL (store.url); to restore it"
            " for all of them stop the servers and use pg_restore"
        )
    found = _databases(source)
    if not found:
        raise CommandFailed(f"there is no backup in {source}")
    for path in found:
        _check(path, path.name)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(state, "is used by a server; stop it first"):
        switch.complete(state)  # one before that was cut off
        aside = time.strftime("before-restore-%Y%m%d-%H%M%S")
        _replace(state, found, aside)
    for path in found:
        print(f"{state / path.name}  restored; what was there is in {path.name}.{aside}")
    if settings.store.url:
        print(_ELSEWHERE)


def _replace(state: Path, found: Sequence[Path], aside: str) -> None:
    """Replace the databases in ``state`` by these copies: all, or none."""
    stage = switch.begin(state)
    try:
        manifest = _manifest(state)
        fresh = {path.name: members.fresh() for path in found}
        for path in found:
            new = stage / path.name
            _bring(path, new)
            members.stamp(new, fresh[path.name])
        members.write(
            stage,
            replace(
                manifest,
                members={**manifest.members, **fresh},
                making=tuple(name for name in manifest.making if name not in fresh),
                anew=tuple(name for name in manifest.anew if name not in fresh),
            ),
        )
        names = (*(path.name for path in found), members.FILE)
        if (found[0].parent / key_file.FILE).exists():
            _copy_key(found[0].parent, stage)
            names = (*names, key_file.FILE)
        switch.commit(state, switch.Plan(names, aside))
    except BaseException:
        switch.discard(state)
        raise
    switch.complete(state)


def _manifest(state: Path) -> members.Manifest:
    """Return the manifest there is; one that cannot be read is replaced by an empty one."""
    try:
        found = members.read(state)
    except CannotOpen:
        found = None
    return members.Manifest(members.fresh()) if found is None else found


def _bring(path: Path, new: Path) -> None:
    """Copy a database that nobody has open."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        _copy_open(path, new)
        return
    made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with path.open("rb") as source, os.fdopen(made, "wb") as copy:
        shutil.copyfileobj(source, copy, _PIECE)


def _databases(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.db") if path.is_file())


def _check(path: Path, name: str) -> None:
    application = tables.APPLICATION if name == tables.FILE else None
    tables.check(path, application, watch=interruptible)
