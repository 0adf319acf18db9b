"""Run `sightline device`: names of devices from the command line; merge, rename, split."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from sightline.accounts import device_admin
from sightline.accounts.database import Database
from sightline.accounts.device_admin import Admin
from sightline.cli.accounts_db import AccountsDatabase, add_folder
from sightline.cli.history_db import run_with
from sightline.history.named_store import NamedStore
from sightline.kinds.friends.names import DeviceNames
from sightline.model.kind import id_of, kind_of
from sightline.settings import Settings

Change = Callable[[Database, Admin, DeviceNames, argparse.Namespace], str]
"""Makes a change; returns what to tell."""
_Run = Callable[
    [NamedStore, Settings, Path, argparse.Namespace], Coroutine[Deferred[Any], Any, int]
]


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its own subcommands."""
    device = subcommands.add_parser("device", help="names of devices: list, rename, merge, split")
    actions = device.add_subparsers(title="actions", required=True, metavar="action")

    def action(name: str, run: _Run, about: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
        add_folder(parser)
        parser.set_defaults(run=run_with(run))
        return parser

    action("list", _list, "Show all devices in history, with their further names.")
    rename = action("rename", _changing(_rename), "Rename a device; its past and grants follow.")
    rename.add_argument("device", help="jane/phone")
    rename.add_argument("name", help="its new name")
    merge = action("merge", _changing(_merge), "Make two devices one, with both pasts.")
    merge.add_argument("device", help="the one whose name goes")
    merge.add_argument("into", help="the one whose name stays")
    split = action("split", _changing(_split), "Let a further name be a device of its own again.")
    split.add_argument("device", help="the device")
    split.add_argument("name", help="its further name, as the list shows it")


async def _list(
    store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
) -> int:
    names = store.names
    known = {id_of(key) for key in await store.things() if kind_of(key) == "friend"}
    for device in sorted(known | names.several.keys()):
        print(device)
        for name in names.aliases_of(device):
            print(f"    also {name} ({names.aliases[name].how})")
    return 0


def _changing(change: Change) -> _Run:
    """Make a subcommand's work of a change: done at once, seen by a running server in a second."""

    async def run(
        store: NamedStore, settings: Settings, state: Path, options: argparse.Namespace
    ) -> int:
        accounts_db = AccountsDatabase(settings, state)
        try:
            admin = Admin(accounts_db.who, "local")
            with accounts_db.database.change():
                told = change(accounts_db.database, admin, store.names, options)
        finally:
            accounts_db.close()
        print(told)
        return 0

    return run


def _rename(
    database: Database, admin: Admin, names: DeviceNames, options: argparse.Namespace
) -> str:
    device, name = names.peek(options.device), device_admin.new_name(options.name)
    device_admin.rename(database, admin, device, name, names.knows)
    return f"{device} is {name} now"


def _merge(
    database: Database, admin: Admin, names: DeviceNames, options: argparse.Namespace
) -> str:
    device, into = names.peek(options.device), names.peek(device_admin.new_name(options.into))
    device_admin.merge(database, admin, device, into, names.knows)
    return f"{device} is part of {into} now"


def _split(
    database: Database, admin: Admin, names: DeviceNames, options: argparse.Namespace
) -> str:
    device = names.peek(options.device)
    device_admin.split_off(database, admin, device, options.name)
    return f"{options.name} is a device of its own now"
