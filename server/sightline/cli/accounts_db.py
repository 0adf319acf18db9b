"""Open the accounts' database for subcommands, whether the server runs or not.

The server sees within a second what was changed here; where several servers share a database, all
do. Anybody who may write the folder may do everything; that is why the folder is its owner's alone.
"""

from __future__ import annotations

import argparse
import fcntl
import getpass
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sightline.accounts.database import Database
from sightline.accounts.database_file import BadDatabase
from sightline.accounts.passwords import Cost, Passwords, weakness
from sightline.auth.account import Account, AuditEvent, plain_name
from sightline.contract.errors import Refused
from sightline.database.engine import Conflict, EngineSource
from sightline.database.trouble import degraded
from sightline.model.faults import CannotOpen, Unavailable
from sightline.settings import BadSettings, Settings, load
from sightline.wiring import members, switch
from sightline.wiring.state_folder import is_running
from sightline.wiring.store import direct_store

_DEFAULT = Path("config/sightline.toml")
_NOTICED = 2.0  # s; the server looks every second


class CommandFailed(Exception):
    """The command cannot be done; the message says why."""


CANNOT = (
    CommandFailed,
    BadSettings,
    BadDatabase,
    CannotOpen,
    Unavailable,
    Refused,
    Conflict,
    OSError,
    sqlite3.Error,
)
"""What a subcommand ends with in one line, see `words`."""


def words(why: BaseException) -> str:
    """Return one of `CANNOT`, for people."""
    if isinstance(why, Refused):
        return why.why
    if isinstance(why, OSError | sqlite3.Error):
        state = degraded(why)
        said = str(why) if state is None else state.why
        return f"this cannot be done just now: {said}. Nothing was changed"
    return str(why)


class AccountsDatabase:
    """The open database, and who has opened it."""

    def __init__(self, settings: Settings, state: Path) -> None:
        self._store = direct_store(settings)
        place: Path | EngineSource = state
        if self._store is None:
            check_folder(state)
            check_databases(state, (members.ACCOUNTS,))
        else:
            place = self._store
            self._store.open()
        self.settings = settings
        self._state = state
        self.database = Database(place, time.time)
        self.who = f"{getpass.getuser()} (command line)"

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
        if self._store is not None:
            self._store.close()

    def passwords(self) -> Passwords:
        """Tell what hashes them, at the cost the settings say."""
        accounts = self.settings.accounts
        return Passwords(Cost(memory=accounts.hash_memory, time=accounts.hash_passes))

    def account(self, name: str) -> Account:
        """Return an account by its name.

        Raises `CommandFailed`.
        """
        found = self.database.account(plain_name(name))
        if found is None:
            raise CommandFailed(f"there is no account {plain_name(name)}")
        return found

    def wait_until_seen(self, wait: Callable[[float], object] = time.sleep) -> None:
        """Give a running server the time (s) in which it notices what was changed here.

        So that what we show counts from the moment when it is shown.
        """
        if is_running(self._state):
            wait(_NOTICED)

    def event(self, what: str, thing: str, more: str = "") -> AuditEvent:
        """Write an audit event of the command line."""
        return AuditEvent(self.who, "local", what, thing, more=more)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the accounts are."""
    parser.add_argument("--state", type=Path, help="the server's state folder")
    parser.add_argument(
        "--config", type=Path, help=f"the server's settings (default: {_DEFAULT}, if it is there)"
    )


def settings_of(options: argparse.Namespace) -> tuple[Settings, Path]:
    """Tell what the options of `add_folder` name: the settings and the state folder."""
    config = options.config or (_DEFAULT if _DEFAULT.is_file() else None)
    settings = load(config, os.environ)
    return settings, (options.state or Path(settings.server.state)).absolute()


def check_folder(state: Path) -> None:
    """Raise `CommandFailed` unless this is a state folder that we may work in."""
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


def check_databases(state: Path, names: Sequence[str]) -> None:
    """Raise `CannotOpen` unless these belong to this folder, or may be made in it.

    In a folder without a manifest what may be made is written down before it is.
    """
    if (state / switch.PLAN).exists():
        with locked(state, "is being restored just now, or a server starts in it"):
            switch.complete(state)
    manifest = members.examine(state, names)
    if members.read(state) is None:
        members.write(state, manifest)


@contextmanager
def locked(state: Path, otherwise: str) -> Iterator[None]:
    """Hold the folder as a server does. Raises `CommandFailed` when somebody else does."""
    with (state / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandFailed(f"{state} {otherwise}") from None
        yield


def run_with(
    work: Callable[[AccountsDatabase, argparse.Namespace], None], *, makes: bool = False
) -> Callable[..., int]:
    """Return a subcommand's ``run``: open, work, close; what cannot be done is said in one line.

    ``makes``: it may be the first in the folder, before any server was.
    """

    def run(options: argparse.Namespace) -> int:
        try:
            settings, state = settings_of(options)
            if makes and not state.exists() and state.parent.is_dir():
                state.mkdir(mode=0o700)
            accounts_db = AccountsDatabase(settings, state)
            try:
                work(accounts_db, options)
            finally:
                accounts_db.close()
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
            return 1
        return 0

    return run


def ask_password(name: str) -> str:
    """Read a new password: typed twice on a terminal, or one line of the standard input.

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
    """Return a time for people, in their own time zone."""
    return "never" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
