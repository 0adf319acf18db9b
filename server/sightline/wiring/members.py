"""Know the members of a state folder: a manifest, and the databases that belong together by it.

Each database has an id in a table of its own, `member`; the manifest ``state.json`` lists them. A
member that is missing, empty, damaged or another folder's is found before anything is opened, so
that nobody begins anew beside what is there. Files in ``making`` are not expected to be whole yet:
the manifest says so before they are made, and lists them once they are.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sightline.database.trouble import WORDS, describe
from sightline.model.faults import CannotOpen

MEMBER = "member"
"""The table by which a state folder knows a file again."""
FILE = "state.json"
ACCOUNTS, HISTORY, REGIONS = "accounts.db", "history.db", "regions.db"
RULES, CHANNELS = "rules.db", "channels.db"
ALL = (ACCOUNTS, HISTORY, REGIONS, RULES, CHANNELS)
_BUSY = 10.0  # s
_WHOLE = 67_108_864
"""Bytes up to which a file is checked with its indexes at each start (0.1 s for 8 MB)."""
_AT_START = 5.0  # s that each file may take at a start
_POKE = 0.01  # s
_BACK = "Put a backup in its place: sightline restore FOLDER"
_ACCEPT = "or, to go on without it: sightline state accept"


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The databases of the folder with this id: by the name of the file its own id.

    ``making``: files that are being made, or may be. ``anew``: files that were begun anew although
    there was data beside them; as long as ``accounts.db`` is one of them nobody is invited.
    """

    folder: str
    members: dict[str, str] = {}  # msgspec copies it
    making: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    format: int = 1


def fresh() -> str:
    """Return an id that nothing else has."""
    return secrets.token_hex(8)


def read(folder: Path) -> Manifest | None:
    """Read the manifest; None if there is none. Raises `CannotOpen`."""
    path = folder / FILE
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as why:
        raise CannotOpen(f"{path} cannot be read: {why.strerror}") from why
    except msgspec.DecodeError as why:
        raise CannotOpen(
            f"{path} is damaged ({why}). To take the databases beside it as they are: sightline"
            " state accept"
        ) from why
    if manifest.format > 1:
        raise CannotOpen(f"{path} was written by a newer Sightline; use that one")
    return manifest


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, for good. Raises `OSError`."""
    path = folder / FILE
    part = path.with_suffix(".json.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)
    sync(folder)


def sync(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def size(folder: Path, name: str) -> int | None:
    """Return bytes of a file; None: there is none."""
    try:
        return (folder / name).stat().st_size
    except FileNotFoundError:
        return None


def examine(folder: Path, wanted: Sequence[str]) -> Manifest:
    """Check that the databases in ``folder`` belong together; return what the manifest should be.

    ``wanted`` are the names of those that are about to be opened. Those that are to be made are in
    ``making``; nothing is written here. Raises `CannotOpen` with one line and what to do.
    """
    known = read(folder)
    manifest = known or Manifest(fresh())
    sizes = {name: size(folder, name) for name in {*ALL, *wanted}}
    data = [name for name in ALL if sizes[name]]
    if known is None and not data:
        return replace(manifest, making=tuple(wanted))
    making, anew = list(manifest.making), list(manifest.anew)
    there = [name for name in wanted if sizes[name] is not None]
    for name in there:
        listed = name in manifest.members
        if not listed and name in making and not sizes[name]:
            continue  # we were killed before it was whole
        found = _identified(folder / name, manifest.members.get(name))
        if listed and found is None and name not in (*anew, *making):
            anew.append(name)  # a file of an older Sightline, put there by hand
    for name in wanted:
        if name not in there and name not in making:
            if name in manifest.members or name == ACCOUNTS:
                raise CannotOpen(_missing(folder / name, [each for each in data if each != name]))
            making.append(name)
    return replace(manifest, making=tuple(dict.fromkeys(making)), anew=tuple(anew))


def _identified(path: Path, expected: str | None) -> str | None:
    """Return the id in a file that is there.

    Raises `CannotOpen` unless it is the ``expected`` one.
    """
    if not path.stat().st_size:
        raise CannotOpen(f"{path} is empty, and it must not be. {_BACK}; {_ACCEPT}")
    found = id_in(path)
    if expected is not None and found not in (None, expected):
        raise CannotOpen(
            f"{path} belongs to another state folder, or to another time of this one."
            f" {_BACK}. Or, if it is the right one: sightline state accept"
        )
    return found


def _missing(path: Path, names: Sequence[str]) -> str:
    beside = f" although {' and '.join(names)} {'is' if len(names) == 1 else 'are'} there"
    return f"{path} is missing{beside if names else ''}. {_BACK}; {_ACCEPT}"


def seal(folder: Path, manifest: Manifest, names: Iterable[str]) -> Manifest:
    """Give each of these files, which are whole now, an id if it has none; list them.

    Raises `OSError` and `sqlite3.Error`; whatever was done by then, the next start takes it.
    """
    members, bare = dict(manifest.members), []
    for name in names:
        found = id_in(folder / name)
        if found is None:
            bare.append(name)
        members[name] = found or members.get(name) or fresh()
    making = tuple(name for name in manifest.making if name not in members)
    sealed = replace(manifest, members=members, making=making)
    if bare:
        # Listed first: killed in between, it is known that they were about to get their ids.
        write(folder, replace(sealed, making=tuple(dict.fromkeys((*making, *bare)))))
        for name in bare:
            stamp(folder / name, members[name])
    if sealed != read(folder):
        write(folder, sealed)
    return sealed


def stamp(path: Path, id: str) -> None:
    """Write its id into the database at ``path``. Raises `sqlite3.Error`."""
    sql = _connected(path)
    try:
        sql.execute("BEGIN IMMEDIATE")
        sql.execute(f"CREATE TABLE IF NOT EXISTS {MEMBER} (id TEXT NOT NULL) STRICT")
        sql.execute(f"DELETE FROM {MEMBER}")
        sql.execute(f"INSERT INTO {MEMBER} VALUES (?)", (id,))
        sql.execute("COMMIT")
    finally:
        sql.close()


def id_in(path: Path) -> str | None:
    """Return the id that a database holds; None: it is from before there were ids.

    Raises `CannotOpen` for what is no database of ours.
    """
    try:
        sql = _connected(path)
        try:
            (version,) = sql.execute("PRAGMA user_version").fetchone()
            if not version:
                raise CannotOpen(f"{path} holds no tables, and it must. {_BACK}; {_ACCEPT}")
            has = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
            if sql.execute(has, (MEMBER,)).fetchone() is None:
                return None
            row = sql.execute(f"SELECT id FROM {MEMBER}").fetchone()
        finally:
            sql.close()
    except sqlite3.Error as why:
        raise CannotOpen(_unusable(path, why)) from why
    return None if row is None else str(row[0])


def _connected(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_BUSY, isolation_level=None)


def _unusable(path: Path, why: sqlite3.Error) -> str:
    if isinstance(why, sqlite3.OperationalError):
        # SQLite does not say of a file that nobody may write that it is that.
        writable = os.access(path, os.W_OK)
        return f"{path}: cannot be opened: {describe(why) if writable else WORDS['readonly']}"
    return f"{path}: {damaged(str(why))}"


def damaged(why: str) -> str:
    """Say that a file is damaged, and what to do."""
    return f"is damaged ({why}). Nothing was changed in it. {_BACK}"


def look_through(
    path: Path,
    seconds: float | None = _AT_START,
    running: Callable[[sqlite3.Connection | None], None] = lambda sql: None,
) -> str | None:
    """Tell what is wrong with a database; empty: nothing. None: it takes longer than ``seconds``.

    A small one is checked whole, with its indexes; of a large one, at a start, every page. Without
    a limit of ``seconds`` any is checked whole. ``running`` is told the connection that works on
    it, by which it may be interrupted, and None at the end. Raises `sqlite3.OperationalError` when
    it cannot be read now.
    """
    whole = seconds is None or path.stat().st_size <= _WHOLE
    sql = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_BUSY,
        isolation_level=None,
        check_same_thread=False,
    )
    done = threading.Event()
    limit = threading.Thread(target=_interrupt, args=(sql, seconds, done), daemon=True)
    limit.start()
    running(sql)
    try:
        check = "integrity_check" if whole else "quick_check"
        found = sql.execute(f"PRAGMA {check}(3)").fetchall()
    except sqlite3.OperationalError as why:
        if why.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    except sqlite3.DatabaseError as why:
        return str(why)
    finally:
        done.set()
        limit.join()
        running(None)
        sql.close()
    # The first line may be a heading: *** in database main ***
    return "" if found == [("ok",)] else " ".join(found[0][0].split("\n"))


def _interrupt(sql: sqlite3.Connection, seconds: float | None, done: threading.Event) -> None:
    """Interrupt what ``sql`` does after so long, unless it is ``done``."""
    if not done.wait(seconds):
        while not done.wait(_POKE):  # what had not begun yet was not interrupted
            sql.interrupt()
