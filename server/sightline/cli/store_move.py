"""Run `sightline store move --to URL|FOLDER`: carry everything to PostgreSQL, or back into files.

The way there reads the state folder and fills an empty database; the way back makes a folder as
`sightline backup` does, which `sightline restore` puts in place. Servers must be stopped. Where it
is cut off it goes on when it is asked again; nothing is said to be done before both ends were read
and are the same; the original is never changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.cli.accounts_db import (
    CANNOT,
    CommandFailed,
    add_folder,
    check_databases,
    check_folder,
    locked,
    settings_of,
    words,
)
from sightline.settings import Settings
from sightline.settings.store import PASSWORD
from sightline.wiring import members
from sightline.wiring.store import store_options

if TYPE_CHECKING:
    from sightline.cli.moves import Move
    from sightline.database.options import StoreOptions
    from sightline.database.postgres import Postgres

_ANSWER = 3600.0  # s
_NOTE = "store-move.json"


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its options."""
    what = "carry everything from the files to PostgreSQL, or back"
    parser = subcommands.add_parser("move", help=what, description=f"{what.capitalize()}.")
    add_folder(parser)
    parser.add_argument(
        "--to",
        required=True,
        metavar="URL|FOLDER",
        help="postgresql://…, or a new folder for the files (from the database of [store] url)",
    )
    parser.add_argument("--password-file", type=Path, help=f"or the environment: {PASSWORD}")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do it; 0: all is there and the same."""
    try:
        settings, state = settings_of(options)
        if options.to.startswith(("postgresql://", "postgres://")):
            _to_postgres(settings, state, options.to, options.password_file)
        else:
            _to_folder(settings, state, Path(options.to).absolute())
    except CANNOT as why:
        print(f"sightline: {words(why)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sightline: cut off; the same command goes on with it", file=sys.stderr)
        return 130
    return 0


def _to_postgres(settings: Settings, state: Path, url: str, password: Path | None) -> None:
    from sightline.cli.moves import Move, Note
    from sightline.database.options import StoreOptions

    check_folder(state)
    names = tuple(name for name in members.ALL if (state / name).is_file())
    if not names:
        raise CommandFailed(f"there is nothing to move in {state}")
    check_databases(state, names)
    secret = _password(settings, url, password)
    target = StoreOptions(url, secret, settings.replicas.name)
    with (
        locked(state, "is used by a server; stop it first"),
        _pool(target) as pool,
        # Copies of the small ones: a file of an older version is brought up to date there.
        tempfile.TemporaryDirectory(dir=state, prefix="moving-") as folder,
    ):
        note = Note(state / _NOTE, _target(target))
        move = Move(pool, note, server=settings.replicas.name)
        move.there(state, Path(folder), names)
    _shown(move)
    print(
        f"Everything is in {target.shown}, and was compared. The files in {state} are as they were."
        f'\nPut this into the settings, and start the server:\n\n[store]\nurl = "{url}"'
    )


def _to_folder(settings: Settings, state: Path, folder: Path) -> None:
    from sightline.cli.moves import Move, Note

    if not settings.store.url:
        raise CommandFailed("the settings have no [store] url: everything is in files already")
    source = store_options(settings)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    there = [name for name in members.ALL if (folder / name).exists()]
    if there:
        raise CommandFailed(f"{folder / there[0]} is there already; name another folder")
    with _not_running(state), _pool(source) as pool:
        note = Note(folder / _NOTE, _target(source))
        move = Move(pool, note, server=settings.replicas.name)
        move.back(folder)
    _shown(move)
    print(
        f"Everything is in {folder}, and was compared. {source.shown} is as it was.\nTake [store]"
        f" url out of the settings of one server, and type: sightline restore {folder}"
    )


def _target(options: StoreOptions) -> str:
    """Return what tells this database from others, for people and for programs."""
    return f"{options.shown} ({hashlib.sha256(options.url.encode()).hexdigest()[:16]})"


@contextmanager
def _not_running(state: Path) -> Iterator[None]:
    if not state.is_dir():
        yield
        return
    with locked(state, "is used by a server; stop it first"):
        yield


def _password(settings: Settings, url: str, file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    known = settings.store.password
    return known.reveal() if known is not None and settings.store.url == url else ""


@contextmanager
def _pool(options: StoreOptions) -> Iterator[Postgres]:
    """Open the database, in which no server may be at work."""
    from sightline.database import migrations
    from sightline.database.postgres import Postgres
    from sightline.wiring.store import PARTS

    pool = Postgres(options, most=2, answer=_ANSWER)
    sql = pool.connect()
    try:
        others = sql.execute(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND application_name LIKE 'sightline%'"
        ).fetchall()
    finally:
        sql.close()
    if others:
        names = ", ".join(name for (name,) in others)
        raise CommandFailed(f"{options.shown} is used by {names}; stop all servers first")
    pool.open()
    try:
        migrations.prepare(pool, PARTS)
        yield pool
    finally:
        pool.close()


def _shown(move: Move) -> None:
    """Say what came of it."""
    for what, count in move.found.items():
        print(f"{what:<24}{count:>14,}  the same in both")
