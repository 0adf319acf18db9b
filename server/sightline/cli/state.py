"""Run `sightline state`: whether the databases of the state folder belong together and are
whole.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sightline.cli.accounts_db import (
    CANNOT,
    CommandFailed,
    add_folder,
    check_folder,
    locked,
    settings_of,
    words,
)
from sightline.model.faults import CannotOpen
from sightline.settings import Settings
from sightline.wiring import members, switch
from sightline.wiring.state_folder import databases

_CHECK = "Check all of each database; the server may run."
_ACCEPT = (
    "Take the databases as they are from now on; what is missing or empty begins anew at the next"
    " start. For when there is no backup; the server must be stopped."
)


def add_to(subcommands: Any) -> None:
    """Add the subcommand and its actions."""
    state = subcommands.add_parser("state", help="the databases of the state folder: check, accept")
    actions = state.add_subparsers(title="actions", required=True, metavar="action")
    for name, work, about in (("check", _check, _CHECK), ("accept", _accept, _ACCEPT)):
        parser = actions.add_parser(name, help=about, description=about)
        add_folder(parser)
        parser.set_defaults(run=_guarded(work))


def _guarded(work: Callable[[Settings, Path], int]) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        try:
            settings, state = settings_of(options)
            check_folder(state)
            return work(settings, state)
        except CANNOT as why:
            print(f"sightline: {words(why)}", file=sys.stderr)
            return 1

    return run


def _check(settings: Settings, state: Path) -> int:
    names = [name for name in databases(settings) if members.size(state, name)]
    members.examine(state, names)
    bad = 0
    for name in names:
        found = members.look_through(state / name, seconds=None)
        print(f"{state / name}  {f'is damaged: {found}' if found else 'whole'}", flush=True)
        bad += bool(found)
    return 1 if bad else 0


def _accept(settings: Settings, state: Path) -> int:
    with locked(state, "is used by a server; stop it first"):
        switch.complete(state)
        there = [name for name in members.ALL if members.size(state, name)]
        for name in there:
            if found := members.look_through(state / name, seconds=None):
                raise CommandFailed(f"{state / name} is damaged ({found}); move it away first")
        missing = [name for name in databases(settings) if name not in there]
        for name in missing:
            _move_remains(state, name)
        try:
            before = members.read(state)
        except CannotOpen:
            before = None
        anew = missing if there else []
        manifest = members.Manifest(
            members.fresh() if before is None else before.folder,
            making=tuple(missing),
            anew=tuple(dict.fromkeys((*(before.anew if before else ()), *anew))),
        )
        members.write(state, manifest)
        members.seal(state, manifest, there)
    for name in there:
        print(f"{state / name}  is taken as it is")
    for name in missing:
        print(f"{state / name}  begins anew at the next start")
    return 0


def _move_remains(state: Path, name: str) -> None:
    """Move the log of changes of a missing file away: it must not be beside a new one."""
    for end in ("-wal", "-shm"):
        part = state / f"{name}{end}"
        if part.exists():
            part.rename(part.with_name(f"{name}.lost{end}"))
