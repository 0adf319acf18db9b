"""Store every version of every region, and who was where when the server last ran.

Plain functions that wait for the disk, like those of the accounts' database; to be called on one
thread. What is committed survives a power cut. Where there are several servers, the regions are a
copy of their journal (`sightline.journal`); who was where is each server's own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sightline.database.trouble import said
from sightline.journal.copy import Copy
from sightline.journal.recording import RecordingConnection
from sightline.kinds.regions.model import Region

FILE = "regions.db"
_BUSY = 10.0  # s
_VERSION = 1
_TABLES = (
    """CREATE TABLE version (
        edition INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, version INTEGER NOT NULL,
        who TEXT NOT NULL, at REAL NOT NULL, record BLOB
    ) STRICT""",
    "CREATE INDEX version_id ON version (id, edition)",
    """CREATE TABLE region (
        id TEXT PRIMARY KEY, edition INTEGER NOT NULL, record BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE known (thing TEXT PRIMARY KEY) STRICT, WITHOUT ROWID""",
    """CREATE TABLE standing (
        thing TEXT NOT NULL, region TEXT NOT NULL, since REAL, inside INTEGER, said REAL,
        PRIMARY KEY (thing, region)
    ) STRICT, WITHOUT ROWID""",
)
_OWN = ("known", "standing")


class BadRegions(Exception):
    """The file cannot be used; the message says why."""


class StaleRegion(Exception):
    """Another change came first; holds the region's version now, 0: it was removed."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class RegionRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A region as it is stored. ``tst`` and ``rid`` are a phone's names for it."""

    region: Region
    tst: int
    rid: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """The stored verdicts of a thing and a region: in it since then by ours (None: not in it), and
    the phone's with its time. Epoch s.
    """

    thing: str
    region: str
    since: float | None = None
    inside: bool | None = None
    phone_at: float | None = None


@dataclass(frozen=True, slots=True)
class RegionVersion:
    """One version of a region, as it was made; ``record`` None: it was removed."""

    edition: int
    id: str
    version: int
    who: str
    at: float
    record: RegionRow | None


class RegionStore:
    """The open file. ``wall`` gives epoch s. Raises `BadRegions` when that is impossible."""

    def __init__(self, folder: Path, wall: Callable[[], float]) -> None:
        self.path = folder / FILE
        self.fresh = not self.path.exists()
        """Whether the file was made just now."""
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
            self._sql = sqlite3.connect(
                self.path,
                timeout=_BUSY,
                isolation_level=None,
                check_same_thread=False,
                factory=RecordingConnection,
            )
            for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._sql.execute(f"PRAGMA {setting}")
            self.copy = Copy(self._sql, self.path, wall, self._upgrade, _OWN)
            self.copy.upgrade()
        except (OSError, sqlite3.Error) as why:
            raise BadRegions(f"{self.path}: {said(why)}") from why

    def _upgrade(self) -> None:
        with self._change():
            self._migrate()

    def _migrate(self) -> None:
        (version,) = self._sql.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise BadRegions(f"{self.path}: was written by a newer Sightline")
        if version == 0:
            for table in _TABLES:
                self._sql.execute(table)
            self._sql.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Let the file go."""
        self._sql.close()

    def _change(self) -> AbstractContextManager[None]:
        return self.copy.change()

    # -- regions

    def regions(self) -> dict[str, tuple[int, RegionRow]]:
        """Return all regions there are: by id the edition and the record."""
        found = {}
        for id, edition, record in self._sql.execute("SELECT id, edition, record FROM region"):
            try:
                found[id] = edition, _decode(record)
            except msgspec.DecodeError as why:
                raise BadRegions(f"{self.path}: region {id}: {why}") from why
        return found

    def edition(self) -> int:
        """Return the number of the last change."""
        (found,) = self._sql.execute("SELECT max(edition) FROM version").fetchone()
        return int(found or 0)

    def put(self, id: str, record: RegionRow, expected: int, keep: int | None = None) -> int:
        """Write a region's next version; return its edition.

        ``expected`` is the version before, 0: none. At most ``keep`` versions of it
        are kept. Raises `StaleRegion`.
        """
        with self._change():
            self._expect(id, expected)
            region = record.region
            edition = self._write(id, region.version, region.by, region.at, record)
            self._sql.execute(
                "INSERT INTO region VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " edition = excluded.edition, record = excluded.record",
                (id, edition, _encode(record)),
            )
            if keep is not None:
                self._sql.execute(
                    "DELETE FROM version WHERE id = ? AND edition NOT IN (SELECT edition FROM"
                    " version WHERE id = ? ORDER BY edition DESC LIMIT ?)",
                    (id, id, keep),
                )
        return edition

    def remove(self, id: str, who: str, at: float, expected: int, *, trace: bool = True) -> int:
        """Remove a region; return the edition of that. Without ``trace`` its versions go as well.

        Raises `StaleRegion`.
        """
        with self._change():
            self._expect(id, expected)
            self._sql.execute("DELETE FROM region WHERE id = ?", (id,))
            self._sql.execute("DELETE FROM standing WHERE region = ?", (id,))
            if not trace:
                self._sql.execute("DELETE FROM version WHERE id = ?", (id,))
            edition = self._write(id, expected + 1, who, at, None)
            if not trace:  # the number stays used: editions only rise
                self._sql.execute("DELETE FROM version WHERE edition = ?", (edition,))
        return edition

    def _expect(self, id: str, expected: int) -> None:
        found = self._sql.execute("SELECT record FROM region WHERE id = ?", (id,)).fetchone()
        version = _decode(found[0]).region.version if found else 0
        if version != expected:
            raise StaleRegion(version)

    def _write(self, id: str, version: int, who: str, at: float, record: RegionRow | None) -> int:
        done = self._sql.execute(
            "INSERT INTO version (id, version, who, at, record) VALUES (?, ?, ?, ?, ?)",
            (id, version, who, at, None if record is None else _encode(record)),
        )
        assert done.lastrowid is not None
        return done.lastrowid

    def removal(self, id: str) -> RegionVersion | None:
        """Tell how a region came to be no more; None: that was not kept."""
        found = self.versions(id)
        return found[-1] if found and found[-1].record is None else None

    def versions(self, id: str) -> list[RegionVersion]:
        """Return every version of a region, oldest first."""
        rows = self._sql.execute(
            "SELECT edition, id, version, who, at, record FROM version WHERE id = ?"
            " ORDER BY edition",
            (id,),
        )
        return [
            RegionVersion(
                edition, id, version, who, at, None if record is None else _decode(record)
            )
            for edition, id, version, who, at, record in rows
        ]

    # -- who was where

    def visits(self) -> tuple[list[str], list[StoredVisit]]:
        """Return the things of which we ever had a fix, and how they stood."""
        known = [thing for (thing,) in self._sql.execute("SELECT thing FROM known")]
        rows = self._sql.execute("SELECT thing, region, since, inside, said FROM standing")
        return known, [
            StoredVisit(thing, region, since, None if inside is None else bool(inside), phone_at)
            for thing, region, since, inside, phone_at in rows
        ]

    def note(self, known: Iterable[str], visits: Iterable[StoredVisit]) -> None:
        """Keep how things stand now."""
        with self._change():
            self._sql.executemany(
                "INSERT INTO known VALUES (?) ON CONFLICT DO NOTHING", [(t,) for t in known]
            )
            for each in visits:
                if each.since is None and each.inside is None:
                    self._sql.execute(
                        "DELETE FROM standing WHERE thing = ? AND region = ?",
                        (each.thing, each.region),
                    )
                else:
                    self._sql.execute(
                        "INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?)",
                        (each.thing, each.region, each.since, each.inside, each.phone_at),
                    )

    def leave(self, thing: str) -> None:
        """Delete the stored verdicts of this thing."""
        self._sql.execute("DELETE FROM known WHERE thing = ?", (thing,))
        self._sql.execute("DELETE FROM standing WHERE thing = ?", (thing,))

    def _unname(self, phone: str) -> None:
        """Cut adopted regions off the phone that they came from."""
        for table, key in (("region", "id"), ("version", "edition")):
            rows = self._sql.execute(f"SELECT {key}, record FROM {table} WHERE record IS NOT NULL")
            for row, data in rows.fetchall():
                record = _decode(data)
                if record.region.phone == phone:
                    plain = replace(record, region=replace(record.region, phone=None), rid=None)
                    self._sql.execute(
                        f"UPDATE {table} SET record = ? WHERE {key} = ?", (_encode(plain), row)
                    )

    def forget(self, thing: str) -> None:
        """Delete all of this thing: its verdicts, the regions of its own, their versions."""
        with self._change():
            self.leave(thing)
            own = f"{thing}/"
            for table in ("region", "version"):
                self._sql.execute(
                    f"DELETE FROM {table} WHERE substr(id, 1, ?) = ?", (len(own), own)
                )
            self._unname(thing.partition("/")[2])


_encode: Callable[[RegionRow], bytes] = msgspec.json.encode
_decode = msgspec.json.Decoder(RegionRow).decode
