"""A folder for work in progress within ``state/maps``, gone when the work is over.

Anybody who works holds a lock on a file in it. A folder whose lock is free is of somebody who was
killed, and goes with the next one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "work-"
_LOCK = "lock"


@contextlib.contextmanager
def work_folder(maps: Path) -> Iterator[Path]:
    """Make a folder for work, and remove it whatever happens."""
    maps.mkdir(parents=True, exist_ok=True, mode=0o700)
    remove_leftovers(maps)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=maps))
    try:
        with (folder / _LOCK).open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.set_inheritable(lock.fileno(), False)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(maps: Path) -> int:
    """Remove the folders of work that was killed; return how many."""
    count = 0
    for folder in maps.glob(f"{_PREFIX}*"):
        if not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def _is_held(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
