"""Run `sightline store status|upgrade|move`: the common database of `[store] url`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sightline.cli import store_move
from sightline.cli.accounts_db import CANNOT, CommandFailed, add_folder, settings_of, words
from sightline.wiring.store import PARTS, store_options

if TYPE_CHECKING:
    from sightline.database.migrations import PartState
    from sightline.database.postgres import Postgres

_ANSWER = 3600.0  # s


def add_to(subcommands: Any) -> None:
    """Add the group of subcommands."""
    about = "the common database: its tables, and how to get there"
    group = subcommands.add_parser("store", help=about, description=about.capitalize())
    each = group.add_subparsers(title="subcommands", required=True, metavar="subcommand")
    for name, run, what in (
        ("status", _status, "say which versions the tables have"),
        ("upgrade", _upgrade, "bring the tables up to date (make a backup before)"),
    ):
        parser = each.add_parser(name, help=what, description=f"{what.capitalize()}.")
        add_folder(parser)
        parser.set_defaults(run=_guarded(run))
    store_move.add_to(each)


def _guarded(run: Callable[[Postgres], int]) -> Callable[[argparse.Namespace], int]:
    def guarded(options: argparse.Namespace) -> int:
        try:
            settings, _ = settings_of(options)
            if not settings.store.url:
                raise CommandFailed("the settings have no [store] url: everything is in files")
            from sightline.database.postgres import Postgres

            postgres = Postgres(store_options(settings), answer=_ANSWER)
            postgres.open()
            try:
                return run(postgres)
            finally:
                postgres.close()
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
            return 1

    return guarded


def _states(postgres: Postgres) -> list[PartState]:
    from sightline.database import migrations

    with postgres.lend() as connection:
        return migrations.states(connection, PARTS)


def _status(postgres: Postgres) -> int:
    """Print how each part stands; 1 when this Sightline cannot work with it as it is."""
    print(postgres.options.shown)
    fits = True
    for each in _states(postgres):
        if each.too_new:
            words_ = f"version {each.found}, of a newer Sightline: upgrade this one"
        elif each.found and each.is_old:
            words_ = f"version {each.found}, this one needs {each.known}: sightline store upgrade"
        elif not each.found:
            words_ = "no tables yet: the first server makes them"
        else:
            words_ = f"version {each.found}"
        fits = fits and not each.too_new and not (each.found and each.is_old)
        print(f"  {each.name:<10} {words_}")
    return 0 if fits else 1


def _upgrade(postgres: Postgres) -> int:
    """Take the steps that are missing, and say which."""
    from sightline.database import migrations

    before = migrations.upgrade(postgres, PARTS)
    for each in before:
        if each.is_old:
            print(f"{each.name}: from version {each.found} to {each.known}")
    if not any(each.is_old for each in before):
        print("all tables are as this Sightline needs them")
    return 0
