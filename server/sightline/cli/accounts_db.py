"""The accounts' database for the subcommands: in the state folder, whether the server runs or not.

The server sees within a second what was changed here. Where it is one of several, it is the server
who makes the change, on all of them; here we wait until it has. Whoever may write the folder may do
everything; that is why the folder is its owner's alone.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sightline.accounts.database import BadDatabase, Database
from sightline.accounts.passwords import Cost, Passwords, weakness
from sightline.auth.account import Account, AuditEvent, plain_name
from sightline.auth.api_call import Denied
from sightline.model.faults import Unavailable
from sightline.settings import BadSettings, Settings, load

_DEFAULT = Path("config/sightline.toml")
_PATIENCE = 5.0  # s that the server is waited for


class CommandFailed(Exception):
    """The command cannot be done; the message says why."""


class AccountsDatabase:
    """The open database, and who has opened it."""

    def __init__(self, settings: Settings, state: Path) -> None:
        check_folder(state)
        self.settings = settings
        self.database = Database(state, time.time)
        self.who = f"{getpass.getuser()} (command line)"
        self._before = set(self.database.copy.posted())

    def passwords(self) -> Passwords:
        """What hashes them, at the cost the settings say."""
        accounts = self.settings.accounts
        return Passwords(Cost(memory=accounts.hash_memory, time=accounts.hash_passes))

    def account(self, name: str) -> Account:
        """An account by its name.

        Raises `CommandFailed`.
        """
        found = self.database.account(plain_name(name))
        if found is None:
            raise CommandFailed(f"there is no account {plain_name(name)}")
        return found

    def settle(self) -> None:
        """Wait until the server has made what we left it to do, if there was anything.

        Raises `CommandFailed` when it could not be done.
        """
        copy = self.database.copy
        ours = set(copy.posted()) - self._before
        until = time.monotonic() + _PATIENCE
        while (waiting := ours & set(copy.posted())) and time.monotonic() < until:
            time.sleep(0.1)
        if refused := copy.refusals(sorted(ours)):
            raise CommandFailed(f"this could not be done: {refused[0]}")
        if waiting:
            print(
                "sightline: this is kept, and will be done as soon as the server runs and can reach"
                " what it shares with the others",
                file=sys.stderr,
            )

    def deed(self, what: str, thing: str, more: str = "") -> AuditEvent:
        """Something done here."""
        return AuditEvent(self.who, "local", what, thing, more=more)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The options that say where the accounts are."""
    parser.add_argument("--state", type=Path, help="the server's state folder")
    parser.add_argument(
        "--config", type=Path, help=f"the server's settings (default: {_DEFAULT}, if it is there)"
    )


def settings_of(options: argparse.Namespace) -> tuple[Settings, Path]:
    """What the options of `add_folder` name: the settings and the state folder."""
    config = options.config or (_DEFAULT if _DEFAULT.is_file() else None)
    settings = load(config, os.environ)
    return settings, (options.state or Path(settings.server.state)).absolute()


def check_folder(state: Path) -> None:
    """Raises `CommandFailed` unless this is a state folder that we may work in."""
    if not state.is_dir():
        raise CommandFailed(
            f"there is no state folder {state}; name it with --state, or start the server once"
        )
    owner = state.stat().st_uid
    if os.geteuid() != owner:
        raise CommandFailed(
            f"the state folder {state} belongs to user {owner}; the server could not read what"
            f" another user writes there. Use: sudo -u '#{owner}' sightline …"
        )


def run_with(work: Callable[[AccountsDatabase, argparse.Namespace], None]) -> Callable[..., int]:
    """A subcommand's ``run``: open, work, close; what cannot be done is said in one line."""

    def run(options: argparse.Namespace) -> int:
        try:
            ledger = AccountsDatabase(*settings_of(options))
            try:
                work(ledger, options)
                ledger.settle()
            finally:
                ledger.database.close()
        except (CommandFailed, BadSettings, BadDatabase, Unavailable) as why:
            print(f"sightline: {why}", file=sys.stderr)
            return 1
        except Denied as why:
            print(f"sightline: {why.why}", file=sys.stderr)
            return 1
        return 0

    return run


def ask_password(name: str) -> str:
    """A new password: typed twice on a terminal, or one line of the standard input.

    Raises `CommandFailed` for one that is too weak.
    """
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandFailed("the two are not the same")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if (why := weakness(password, name)) is not None:
        raise CommandFailed(why)
    return password


def when(at: float | None) -> str:
    """A time for people, in their own time zone."""
    return "never" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
