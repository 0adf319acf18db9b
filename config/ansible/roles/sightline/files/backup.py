#!/usr/bin/python3
"""One backup of Sightline: its databases as they are at one moment, while it runs, and settings.

Each database is copied by SQLite itself and then looked over; one that is broken ends the backup,
so that it never pushes a good one out. Makes ``sightline-<UTC time>.tar.gz``, which only its owner
can read: it holds secrets and, with a history, places of people. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import sys
import tarfile
import tempfile
import time
from pathlib import Path


def copy(source: Path, target: Path) -> None:
    """A whole copy of a database that is in use. Raises `sqlite3.Error` if it is broken."""
    with (
        contextlib.closing(sqlite3.connect(source, timeout=30)) as live,
        contextlib.closing(sqlite3.connect(target)) as kept,
    ):
        # All in one step: in several, each write of the server's would have it begin anew.
        live.backup(kept)
        kept.execute("pragma journal_mode = delete")
        (found,) = kept.execute("pragma integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"{source}: {found}")


def backup(state: Path, settings: Path, to: Path, keep: int) -> Path:
    """Make one backup and remove those beyond the newest ``keep``; the file that was made."""
    name = time.strftime("sightline-%Y%m%dT%H%M%SZ.tar.gz", time.gmtime())
    with tempfile.TemporaryDirectory(dir=to, prefix=".making-") as folder:
        made = Path(folder, name)
        with tarfile.open(made, "w:gz") as archive:
            for database in sorted(state.glob("*.db")):
                copied = Path(folder, database.name)
                copy(database, copied)
                archive.add(copied, f"state/{database.name}")
                copied.unlink()
            archive.add(settings, "etc")
        with open(made, "rb") as opened:
            os.fsync(opened.fileno())
        made.replace(to / name)
    for old in sorted(to.glob("sightline-*.tar.gz"), reverse=True)[keep:]:
        old.unlink()
    return to / name


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the server's state folder")
    parser.add_argument("--settings", type=Path, required=True, help="the folder of settings")
    parser.add_argument("--to", type=Path, required=True, help="where backups are kept")
    parser.add_argument("--keep", type=int, default=14, help="how many (14)")
    options = parser.parse_args()
    os.umask(0o077)
    try:
        made = backup(options.state, options.settings, options.to, max(1, options.keep))
    except (OSError, sqlite3.Error, tarfile.TarError) as why:
        print(f"no backup: {why}", file=sys.stderr)
        return 1
    print(f"{made}: {made.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
