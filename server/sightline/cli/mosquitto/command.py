"""Run `sightline mosquitto user add|remove|list FILE …`."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from pathlib import Path
from typing import Any

from sightline.cli.mosquitto import passwords

_RELOAD = "mosquitto reads it when told to: systemctl reload mosquitto"


def add_to(subcommands: Any) -> None:
    """Add `mosquitto` to the command line."""
    about = "make the files of a mosquitto of your own"
    mosquitto = subcommands.add_parser("mosquitto", help=about, description=about.capitalize())
    kinds = mosquitto.add_subparsers(title="what", required=True, metavar="what")
    about = "users in mosquitto's password file"
    user = kinds.add_parser("user", help=about, description=about.capitalize())
    acts = user.add_subparsers(title="act", required=True, metavar="add|remove|list")
    add = acts.add_parser("add", help="add a user, or change its password")
    add.add_argument("file", type=Path, metavar="FILE")
    add.add_argument("user", metavar="USER", help="a robot's is its name: ProBot1")
    how = add.add_mutually_exclusive_group()
    how.add_argument("--stdin", action="store_true", help="read the password from standard input")
    how.add_argument("--random", action="store_true", help="make a password and print it")
    add.set_defaults(run=_guarded, act=_add)
    remove = acts.add_parser("remove", help="remove a user")
    remove.add_argument("file", type=Path, metavar="FILE")
    remove.add_argument("user", metavar="USER")
    remove.set_defaults(run=_guarded, act=_remove)
    show = acts.add_parser("list", help="list the users")
    show.add_argument("file", type=Path, metavar="FILE")
    show.set_defaults(run=_guarded, act=_list)


def _guarded(options: argparse.Namespace) -> int:
    try:
        status: int = options.act(options)
    except passwords.BadPasswords as why:
        print(f"sightline: {why}", file=sys.stderr)
        return 1
    return status


def _add(options: argparse.Namespace) -> int:
    # Never on the command line: every process on the machine could read it there.
    if options.random:
        password = secrets.token_urlsafe(18)
    elif options.stdin or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass(f"Password for {options.user}: ")
        if password != getpass.getpass("Once more: "):
            raise passwords.BadPasswords("the two are not the same; nothing was changed")
    changed = passwords.add(options.file, options.user, password)
    if options.random:
        print(password)
    said = "changed" if changed else "added"
    print(f"{said} {options.user} in {options.file}; {_RELOAD}", file=sys.stderr)
    return 0


def _remove(options: argparse.Namespace) -> int:
    if not passwords.remove(options.file, options.user):
        raise passwords.BadPasswords(f"there is no user {options.user} in {options.file}")
    print(f"removed {options.user} from {options.file}; {_RELOAD}", file=sys.stderr)
    return 0


def _list(options: argparse.Namespace) -> int:
    if not options.file.exists():
        raise passwords.BadPasswords(f"there is no file {options.file}")
    for user in passwords.users(options.file):
        print(user)
    return 0
