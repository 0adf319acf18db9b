"""Replace several files of the state folder at once: all of them or none, whatever happens.

The new files are laid into the folder ``switch`` and made safe there. Then ``switch.json`` is
written: from that moment on they are what counts. `complete` moves them into their places, and what
was there aside; anybody who is killed meanwhile is completed by the next one, be it the server's
start or a command line. Without ``switch.json`` what lies in ``switch`` is forgotten.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from sightline.model.faults import CannotOpen
from sightline.wiring import members

STAGE = "switch"
PLAN = "switch.json"
_WITH = ("", "-wal", "-shm")  # a database is these files


class Plan(msgspec.Struct, frozen=True):
    """Files to replace; the former ones get ``aside`` added to their names."""

    names: tuple[str, ...]
    aside: str


def begin(folder: Path) -> Path:
    """Make an empty folder for the new files; return it. Raises `OSError`."""
    discard(folder)
    stage = folder / STAGE
    stage.mkdir(mode=0o700)
    return stage


def discard(folder: Path) -> None:
    """Forget new files that nobody decided to use. Raises `OSError`."""
    if not (folder / PLAN).exists() and (folder / STAGE).exists():
        shutil.rmtree(folder / STAGE)


def commit(folder: Path, plan: Plan) -> None:
    """Make the new files the ones that count. Raises `OSError`; then nothing has changed."""
    stage, part = folder / STAGE, folder / f"{PLAN}.part"
    for name in plan.names:
        with (stage / name).open("rb") as file:
            os.fsync(file.fileno())
    members.sync(stage)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(msgspec.json.encode(plan))
        out.flush()
        os.fsync(out.fileno())
    members.sync(folder)  # the stage's name, too, before the plan that needs it
    os.replace(part, folder / PLAN)
    members.sync(folder)


def complete(folder: Path) -> Plan | None:
    """Finish what was decided, from wherever it was cut off; return it, None: nothing was.

    Raises `CannotOpen`; asked again it goes on.
    """
    path = folder / PLAN
    try:
        plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as why:
        raise CannotOpen(f"{path} cannot be read ({why}): a restore was cut off") from why
    try:
        for name in plan.names:
            _move(folder, name, plan.aside)
        members.sync(folder)
        path.unlink()
        members.sync(folder)
        discard(folder)
    except OSError as why:
        raise CannotOpen(
            f"a restore was cut off and cannot be finished: {why.filename}: {why.strerror}."
            " Once that is mended, the next start finishes it"
        ) from why
    return plan


def _move(folder: Path, name: str, aside: str) -> None:
    new = folder / STAGE / name
    if not new.exists():
        return  # it is in its place
    for end in _WITH:
        old = folder / f"{name}{end}"
        if old.exists():
            old.rename(folder / f"{name}.{aside}{end}")
    members.sync(folder)  # an old -wal must not be beside the new file, in no order of the disk
    new.rename(folder / name)
