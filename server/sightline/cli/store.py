"""Run `sightline store`: how the tables of the common database stand, and bring them up to date.

The database is everybody's, so it is upgraded by a word of the operator and not by the first new
server that starts. Without a common database the files of the state folder are meant: those are
brought up to date at each start, after a copy of them was made.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sightline.accounts.schema import PART as ACCOUNTS
from sightline.channels.schema import PART as CHANNELS
from sightline.cli import store_move, store_rebuild
from sightline.cli.accounts_db import CANNOT, CommandFailed, add_folder, settings_of, words
from sightline.database.schema import Part
from sightline.regions.schema import PART as REGIONS
from sightline.rules.schema import PART as RULES
from sightline.settings import Settings
from sightline.wiring import members
from sightline.wiring.store import PARTS, direct_store, store_options

_FILES = (
    (members.ACCOUNTS, ACCOUNTS),
    (members.REGIONS, REGIONS),
    (members.RULES, RULES),
    (members.CHANNELS, CHANNELS),
)


def add_to(subcommands: Any) -> None:
    """Add the subcommand with its own subcommands."""
    parser = subcommands.add_parser(
        "store", help="the tables: how they stand, upgrade, move, rebuild"
    )
    which = parser.add_subparsers(title="subcommands", required=True, metavar="subcommand")
    for name, run, what in (
        ("status", _status, "say where everything is kept, and of which version it is"),
        ("upgrade", _upgrade, "bring the common database up to date, after a backup"),
    ):
        own = which.add_parser(name, help=what, description=f"{what.capitalize()}.")
        add_folder(own)
        own.set_defaults(run=_guarded(run))
        if name == "upgrade":
            own.add_argument("--backup", type=Path, help="have pg_dump write a backup there first")
            own.add_argument(
                "--have-backup", action="store_true", help="there is one: go on without"
            )
    store_move.add_to(which)
    store_rebuild.add_to(which)


def _guarded(run: Any) -> Any:
    def guarded(options: argparse.Namespace) -> int:
        try:
            done: int = run(*settings_of(options), options)
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
            return 1
        return done

    return guarded


def _status(settings: Settings, state: Path, options: argparse.Namespace) -> int:
    """Print how the tables stand; return 1 when they do not fit this Sightline."""
    if not settings.store.url:
        return _status_of_files(state)
    from sightline.database import migrations
    from sightline.database.postgres import Postgres

    postgres = Postgres(store_options(settings))
    postgres.open()
    try:
        found = postgres.transact(lambda connection: migrations.states(connection, PARTS))
    finally:
        postgres.close()
    print(store_options(settings).shown)
    fits = True
    for each in found:
        if each.too_new:
            said = f"version {each.found}, too new: this Sightline knows {each.known}"
        elif not each.found:
            said = "no tables yet: the first server that starts makes them"
        elif each.is_old:
            said = f"version {each.found}, this Sightline needs {each.known}: store upgrade"
        else:
            said = f"version {each.found}"
        fits = fits and not each.too_new and not (each.found and each.is_old)
        print(f"{each.name:10} {said}")
    return 0 if fits else 1


def _status_of_files(state: Path) -> int:
    fits = True
    for name, part in _FILES:
        found = _version(state / name)
        if found is None:
            print(f"{name:12} is not there yet")
            continue
        fits = fits and found <= part.version
        print(f"{name:12} version {found}{_of_file(found, part)}")
    return 0 if fits else 1


def _of_file(found: int, part: Part) -> str:
    if found > part.version:
        return f", too new: this Sightline knows {part.version}"
    if found < part.version:
        return f"; the next start copies it and makes it version {part.version}"
    return ""


def _version(path: Path) -> int | None:
    """Return the version of a file's tables, without changing anything; None: there is none."""
    if not path.exists():
        return None
    sql = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        (version,) = sql.execute("PRAGMA user_version").fetchone()
    finally:
        sql.close()
    return int(version)


def _upgrade(settings: Settings, state: Path, options: argparse.Namespace) -> int:
    """Bring the common database up to date."""
    store = direct_store(settings)
    if store is None:
        print("Everything is in files: they are copied and brought up to date at the next start.")
        return _status_of_files(state)
    from sightline.database import migrations

    store.open()
    try:
        before = store.postgres.transact(
            lambda connection: migrations.states(connection, store.parts)
        )
        migrations.check([each for each in before if each.too_new])
        if any(each.found and each.is_old for each in before):
            _back_up(settings, options)
        migrations.upgrade(store.postgres, store.parts)
    finally:
        store.close()
    for each in before:
        if each.is_old:
            print(f"{each.name:10} version {each.found} → {each.known}")
    if not any(each.is_old for each in before):
        print("Nothing is to be done.")
    return 0


def _back_up(settings: Settings, options: argparse.Namespace) -> None:
    """Have pg_dump make a backup, unless there is one. Raises `CommandFailed`."""
    if options.have_backup:
        return
    target: Path | None = options.backup
    if target is None:
        raise CommandFailed(
            "there must be a backup before: --backup FILE has pg_dump write one, --have-backup"
            " says that there is one. Nothing was changed"
        )
    program = shutil.which("pg_dump")
    if program is None:
        raise CommandFailed(
            "pg_dump is not here (apt-get install postgresql-client); make the backup elsewhere and"
            " say --have-backup. Nothing was changed"
        )
    if target.exists():
        raise CommandFailed(f"{target} is there already; name another file. Nothing was changed")
    options_of_store = store_options(settings)
    done = subprocess.run(
        dump_command(program, options_of_store.url, target),
        env={**os.environ, **_environment(options_of_store.parameters)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        target.unlink(missing_ok=True)
        raise CommandFailed(f"pg_dump: {done.stderr.strip()}. Nothing was changed")
    print(f"{target}  {target.stat().st_size:,} bytes, by pg_dump")


def dump_command(program: str, url: str, target: Path) -> Sequence[str]:
    """Return the words that have pg_dump write our schema into a file."""
    words = ["--format=custom", "--schema=sightline", "--file", str(target)]
    return [program, *words, "--dbname", url]


def _environment(parameters: Any) -> dict[str, str]:
    """Return the variables that tell libpq what is not in the URL: never on a command line."""
    names = {"password": "PGPASSWORD", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    return {names[key]: str(value) for key, value in parameters.items() if key in names}
